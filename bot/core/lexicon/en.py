"""English."""

from bot.core.lexicon.model import Lexicon, expressions, words

LEXICON = Lexicon(
    stop_words=words(
        "a an the of in on at to by for from with about into over is are was were be been being am do "
        "does did done has have had having will would shall should can could may might must this that "
        "these those it its they them their theirs he him his she her hers we us our you your i me my "
        "mine and or but if so then than as what which whose whom there here just only also too very "
        "really actually please pls ok okay well oh um hey some any all one ones thing things stuff "
        "tell give show let s t re ll ve m d exactly again same"
    ),
    pronouns=words("he him his she her hers"),
    follow_ups=("and", "also", "or", "but", "then", "what about", "how about", "same for"),
    conjunctions=("and", "and also", "also", "plus", "as well as"),
    aspects={
        "when": "time",
        "date": "time",
        "dates": "time",
        "day": "time",
        "where": "place",
        "place": "place",
        "location": "place",
        "who": "people",
        "whom": "people",
        "else": "people",
        "names": "people",
        "why": "purpose",
        "purpose": "purpose",
        "many": "number",
        "number": "number",
    },
    numbers={
        word: number
        for number, word in enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
                "twenty",
            ]
        )
        if word != "one"  # "which one"
    }
    | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100},
    ordinals=words("st nd rd th"),
    comparisons=words("more than less fewer over under above below bigger smaller larger least most exceed beyond"),
    endings=words("s es"),
    fillers=words(
        "yes no yeah nope not isn aren wasn weren doesn didn don hasn haven won wouldn couldn shouldn ain whether "
        "maybe perhaps sort kind bit lot right true false know see say says said think check confirm sure hi hello "
        "dear bot mate friend thanks thank kindly now today currently still ever even already exactly precisely "
        "actual actually simply quick quickly question wonder wondering curious interested like need want wish "
        "looking find hear heard read understand explain remind briefly whole full complete entire total overall "
        "altogether together guys folks people persons needed required send write provide supply enumerate give "
        "chance happen happens ppl r u ur em ya gonna wanna gimme lemme lol wtf tf tho btw abt bout print output type "
        "post drop share display spell everyone everybody each every single loud rundown plz damn hell heck happened "
        "happening event events occurred"
    ),
    titles=words("mr mrs ms miss dr prof professor doctor sir madam"),
    offices=words("president premier pm minister ambassador senator general commissioner"),
    formulas=expressions(
        r"""
        please|pls|plz|kindly
        (?:could|can|would|will) (?:you|u)(?: please| kindly)? (?:tell|inform|remind|confirm|explain to|let me know)
        (?:i|we) (?:would|d|ll|will) (?:be )?(?:very |most |really |so )?(?:grateful|thankful|obliged|appreciate it)
        (?:if|for) (?:you|u) (?:could|can|would)(?: tell| inform)?
        (?:would|d) (?:very much |really |just )?(?:like|love) to (?:know|learn|understand|ask|check|confirm|verify)
        (?:i|we) (?:just )?(?:want|need|wanted|wish) to (?:know|find out|learn|understand|ask|check|confirm|verify)
        (?:i am|i m|im|i was) (?:just )?(?:wondering|curious)(?: whether| if)?|just (?:wondering|curious)
        i wonder(?: whether| if)?
        (?:may|might|could) i (?:please |just )?(?:ask|know|inquire|enquire)(?: you)?(?: whether| if)?
        (?:so |very )?sorry (?:to|for) (?:bother|bothering|disturb|disturbing|trouble|troubling)(?: you)?(?: again)?
        excuse me|pardon me|forgive me
        (?:thanks|thank you|thx|many thanks) in advance
        am i (?:right|correct|wrong)(?: that| in thinking(?: that)?| to think(?: that)?)?
        do i (?:understand|get it) (?:correctly|right)(?: that)?|is it (?:true|correct|right|the case|a fact) that
        (?:confirm|verify|check)(?: for me)? (?:that|whether|if)
        i (?:have |ve )?(?:heard|read|understand|understood|believe|think|thought|assume|suppose|gather) that
        as far as i (?:know|understand|remember)|if i(?: am| m)? not mistaken|if i remember (?:correctly|right)
        correct me if i(?: am| m)? wrong
        if (?:possible|you (?:don t mind|please|know))|by the way|btw|out of curiosity|(?:a )?quick (?:question|one)
        my question is
        in (?:just )?(?:a |one |two |three |a few |few |\d )?(?:words?|sentences?|lines?|nutshell)|in (?:short|brief)
        (?:on|under|against) (?:a )?(?:tight )?deadline|urgent|urgently|asap|in a hurry
        for (?:a|an|my|our) (?:\S+ )?(?:article|story|thesis|paper|essay|dissertation|homework|seminar|class|newsroom)
        dear (?:sir|madam|bot|friends?|all|sir or madam|colleagues?)|bro|mate|dude
        """
    ),
)
