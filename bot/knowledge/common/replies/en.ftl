# What the bot says about any subject, in English. A folder's replies/en.ftl may have a message of its own instead of any.
# Variables that every message may use: $bot (what the bot is called after) and $as_of (the day of the newest source).

## Common intents

welcome =
    Hello! I answer questions about { $bot } from published sources, and I show you the passage behind every answer. Where the
    sources are silent, I say so.

    Ask in your own words, or begin with one of these:
greeting =
    Hello! Ask me about { $bot }, in your own words.
thank-you =
    You are welcome.
goodbye =
    Goodbye!
help =
    Ask me in your own words about { $bot }. I answer only from the sources, and with /passage you see their exact words.
    Commands:
bot-identity =
    I am a program, not a person and not a part of { $bot }. I answer from published sources only, and I add nothing of my own.
languages =
    I understand and answer in these languages. Choose one for when your question does not show it:
passage =
    These are the exact words that the last answer stands on:
    .none = There is no answer before this one whose passages I could show. Ask me something first.
privacy =
    Of a conversation I keep no name, no profile and no text of your messages. Under the id that it has on its platform
    I keep the language, what it was last about, and of each answer: which message it answers, how I understood the
    question, and whether the answer helped, if you said so. So I understand “and when?”, and the buttons under an
    answer work. Only a message that I could not handle because of a fault is kept whole, as the platform sent it, so
    that the fault can be found.

    /mydata shows what I hold of this conversation, and /forget deletes it at once.
mydata =
    I hold nothing of this conversation.
forget =
    I can delete all that I hold of this conversation, the questions kept from it included. It cannot be brought back.
    If you want that, choose it below or write /forget.
    .done = I have deleted what I held of this conversation. The messages in the chat itself stay until you delete them.
why =
    This is how I came to my last reply.
    .none = There is no reply before this one that I could explain. Ask me something first.
insult =
    I am sorry that I was no help. Perhaps one of these is what you are looking for:
off-subject =
    That is not something I can answer: I only know what the sources say about { $bot }.

## What the core says

unreadable =
    I could not find a question in this. You can ask me things like these:
too-long =
    That is too long for me. Please ask in one or two sentences.
unknown-command =
    I do not know the command { $command }. These are the ones I know:
clarify =
    I am not sure what you mean. Did you mean one of these?
clarify-entity =
    The sources name { $names }. Which one do you mean?
several-named =
    The sources name { $names }.
about-what =
    About what? Please tell me a little more, or choose:
about-entity =
    What would you like to know about { $name }?
not-documented =
    I found nothing about this in the sources. The nearest things they tell:
out-of-scope =
    I only answer questions about { $bot }, and I found nothing in the sources that fits this one.
other-language =
    I do not know this language yet. I answer in { $languages }.
not-mentioned =
    The sources do not mention { $given }.
not-connected =
    The sources do not mention { $given } in this connection.
not-that-number =
    The sources do not give the number { $given } here.
not-that-date =
    The sources do not give { $given } for this.
not-all =
    If you asked for something more: I did not understand it, or the sources do not say it.
that-name =
    the name that you wrote
as-written = “{ $given }”
term-passed =
    That date, { $end }, has passed. The sources hold nothing later and do not say what came after it.
held =
    This is what I hold of this conversation:

    /forget deletes it at once; /privacy tells what it is for and how long it is kept.
held-language = The language: { $language }
held-topic = What it was last about: “{ $title }”
held-exchanges = Notes on answers, so that their buttons work: { $count }
held-questions = Questions kept without your name: { $count }
held-given-up = Messages that could not be answered: { $count }
kept-conversation =
    All of this is deleted automatically { $days } days after the last answer.
kept-questions =
    So that my answers get better, the text of questions is kept apart from this, without who asked: e-mail addresses,
    phone numbers, links and user names are taken out first, and in place of the conversation there is a code that
    cannot be traced back without a secret key. Days until the text is deleted automatically: { $days }.
kept-no-questions =
    The text of questions is not kept.
language-chosen =
    From now on I answer in { $language } wherever your question does not show another language.
why-read =
    I read your question as “{ $title }”. The nearest example that I know is “{ $example }”.
why-certain =
    I took it as “{ $title }”: you chose it, or it follows from what was said before.
why-unread =
    I could not match your question well enough. The nearest that I know is “{ $title }”, by the example “{ $example }”.
why-nothing =
    I know no question that resembles yours.
why-names =
    Names that I found in it: { $names }.
why-sure =
    How sure I was: { $percent }.
why-second =
    The next reading would have been “{ $title }”.
why-facts =
    The reply stands on these facts and these passages:
source-line =
    Source: { $sources }
source-item =
    { $publisher }, { $day }
quote-source =
    { $publisher }, { $day }, “{ $title }” ({ $language })

## Buttons and messages of the channels

button-passage = Exact passage
button-why = Why this answer?
button-helped = 👍 It helped
button-not-helped = 👎 It did not
feedback-thanks = Thank you for the feedback.
telegram-welcome =
    I answer questions about { $bot } from published sources. In this group, ask me with a command such as /help, with a reply
    to one of my messages, or with { $address } in your message. I do not react to anything else. Should a mention go
    unanswered, Telegram has not shown it to me: use a command or a reply.
stale-choice = This button belongs to an earlier version. Please ask the question again.
unavailable = I cannot answer just now. Please try again in a minute.
text-only = I can only read text. Please write your question.
key-missing = I cannot decrypt this message: its key has not reached me. Please send it again.
matrix-hint =
    Here a command begins with “!”, as in /help. React to an answer with a sign that stands under it, or with the number of a
    question. In a room with several people, mention me.
choose-hint = Type a number to choose, or ask something else.
terminal-welcome =
    { $bot }: ask a question, or type /help. To leave, press Ctrl-D.
terminal-goodbye = Goodbye!
terminal-prompt = You
