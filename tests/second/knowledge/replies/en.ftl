about =
    { $name } is { $kind } in { $place }, { $building }. It is open { $hours }.
opening =
    The library opened on { $day }, in { $place }.
place =
    The library is in { $place }, { $building }.
people =
    The ribbon was cut by { $roles }:
person =
    { $person } is named among those who opened the library.
    .unknown = The source does not name { $person } among those who opened the library.
    .which = Whom do you mean? These persons opened the library:
books =
    The library holds { $count } books, { $origin }.
admission =
    Admission is free until { $end }.
exhibition =
    On { $days } the library shows { $subject }.
mayor-quote =
    { $speaker } said: “{ $words }”.
building-cost =
    The source says nothing about money or builders: not what the library cost, nor who paid for it.
contact =
    The source gives no address, telephone number or website of the library.
facilities =
    The source does not say what visitors may do there or what they find, beside the books and the opening days.
off-subject =
    That is not something I can answer: I only know what the source says about { $bot }.
greeting =
    Hello! Ask me about { $bot }.
help =
    Ask me in your own words about { $bot }. Commands:
welcome =
    Hello! I answer questions about { $bot } from its newsletter. Begin with one of these:
passage =
    These are the exact words that the last answer stands on:
    .none = There is no answer before this one whose passages I could show.
why =
    This is how I came to my last reply.
    .none = There is no reply before this one that I could explain.
languages =
    I understand and answer in these languages:
thank-you =
    You are welcome.
unreadable =
    I could not find a question in this. You can ask me things like these:
too-long =
    That is too long for me. Please ask in one or two sentences.
unknown-command =
    I do not know the command { $command }. These are the ones I know:
clarify =
    I am not sure what you mean. Did you mean one of these?
clarify-entity =
    The source names { $names }. Which one do you mean?
about-what =
    About what? Please tell me a little more, or choose:
about-entity =
    What would you like to know about { $name }?
not-documented =
    I found nothing about this in the source. The nearest things it tells:
out-of-scope =
    I only answer questions about { $bot }, and I found nothing that fits this one.
other-language =
    I do not know this language yet. I answer in { $languages }.
not-mentioned =
    The source does not mention { $given }.
not-connected =
    The source does not connect this with { $given }.
not-that-number =
    The source does not give the number { $given } here.
not-that-date =
    The source does not give { $given } for this.
not-all =
    If you asked for something more: I did not understand it, or the source does not say it.
that-name =
    the name that you wrote
term-passed =
    That date, { $end }, has passed. The source holds nothing later.
held =
    This is what I hold of this conversation:

    /forget deletes it at once; /privacy tells what it is for and how long it is kept.
held-language = The language: { $language }
held-topic = What it was last about: “{ $title }”
held-exchanges = Answers whose buttons work: { $count }
held-questions = Questions kept without your name: { $count }
held-given-up = Messages that could not be answered: { $count }
kept-conversation =
    Days after the last answer until this is deleted by itself: { $days }.
kept-questions =
    So that I get better, the text of questions is kept apart from that, without who asked: e-mail addresses, phone numbers,
    links and user names are taken out first, and in place of the conversation there is a code that cannot be traced back
    without a secret key. Days until it is deleted by itself: { $days }.
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
terminal-welcome = { $bot }: ask a question, or type /help. To leave, press Ctrl-D.
terminal-goodbye = Goodbye!
terminal-prompt = You
