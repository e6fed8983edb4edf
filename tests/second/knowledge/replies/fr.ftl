about =
    { $name } est { $kind } à { $place }, { $building }. Elle est ouverte { $hours }.
opening =
    La bibliothèque a ouvert le { $day }, à { $place }.
place =
    La bibliothèque est à { $place }, { $building }.
people =
    Le ruban a été coupé par { $roles } :
person =
    { $person } est au nombre de ceux qui ont inauguré la bibliothèque.
    .unknown = La source ne nomme pas { $person } parmi ceux qui ont inauguré la bibliothèque.
    .which = De qui parles-tu ? Ces personnes ont inauguré la bibliothèque :
books =
    La bibliothèque compte { $count } livres, { $origin }.
admission =
    L’entrée est gratuite jusqu’au { $end }.
exhibition =
    Dates : { $days }. La bibliothèque montre { $subject }.
mayor-quote =
    { $speaker } a dit, en anglais dans la source : « { $words } ».
building-cost =
    La source ne dit rien de l’argent ni des travaux : ni ce que la bibliothèque a coûté, ni qui a payé.
contact =
    La source ne donne ni adresse, ni numéro de téléphone, ni site de la bibliothèque.
facilities =
    La source ne dit pas ce que les visiteurs peuvent faire ou trouver sur place, hormis les livres et les jours d’ouverture.
off-subject =
    Je ne peux pas répondre à cela : je sais seulement ce que la source dit de { $bot }.
greeting =
    Bonjour ! Interroge-moi sur { $bot }.
help =
    Interroge-moi avec tes propres mots sur { $bot }. Commandes :
welcome =
    Bonjour ! Je réponds aux questions sur { $bot } d’après sa lettre. Pour commencer :
passage =
    Voici les mots exacts sur lesquels repose la dernière réponse :
    .none = Il n’y a pas encore de réponse dont je puisse montrer les passages.
why =
    Voici comment je suis arrivé à ma dernière réponse.
    .none = Il n’y a pas encore de réponse que je puisse expliquer.
languages =
    Je comprends ces langues et j’y réponds :
thank-you =
    De rien.
unreadable =
    Je n’y trouve pas de question. Voici ce qu’on peut me demander :
too-long =
    C’est trop long pour moi. Pose ta question en une ou deux phrases.
unknown-command =
    Je ne connais pas la commande { $command }. Voici celles que je connais :
clarify =
    Je ne suis pas sûr de comprendre. S’agit-il de l’une de ces questions ?
clarify-entity =
    La source nomme { $names }. De qui s’agit-il ?
several-named =
    La source nomme { $names }.
about-what =
    À quel sujet ? Dis-m’en un peu plus, ou choisis :
about-entity =
    Que veux-tu savoir sur { $name } ?
not-documented =
    Je n’ai rien trouvé là-dessus dans la source. Ce qu’elle dit de plus proche :
out-of-scope =
    Je réponds seulement aux questions sur { $bot }, et je n’ai rien trouvé qui convienne à celle-ci.
other-language =
    Je ne connais pas encore cette langue. Je réponds en { $languages }.
not-mentioned =
    La source ne mentionne pas { $given }.
not-connected =
    À ce propos, la source ne mentionne pas { $given }.
not-that-number =
    La source ne donne pas ici le nombre { $given }.
not-that-date =
    La source ne donne pas { $given } pour cela.
not-all =
    Si vous demandiez autre chose encore : je ne l'ai pas compris, ou la source n'en dit rien.
that-name =
    le nom que vous avez écrit
as-written = « { $given } »
term-passed =
    Cette date, { $end }, est passée. La source ne contient rien de plus récent.
held =
    Voici ce que je conserve de cette conversation :

    /forget l’efface aussitôt ; /privacy dit à quoi cela sert et combien de temps je le garde.
held-language = La langue : { $language }
held-topic = Le dernier sujet : « { $title } »
held-exchanges = Réponses dont les boutons fonctionnent : { $count }
held-questions = Questions conservées sans votre nom : { $count }
held-given-up = Messages restés sans réponse : { $count }
kept-conversation =
    Jours après la dernière réponse avant l’effacement automatique : { $days }.
kept-questions =
    Le texte des questions est conservé à part, sans dire qui les a posées. Jours avant l’effacement automatique : { $days }.
kept-no-questions =
    Le texte des questions n’est pas conservé.
language-chosen =
    Désormais je réponds en { $language } quand la question ne montre pas une autre langue.
why-read =
    J’ai lu ta question comme « { $title } ». L’exemple le plus proche est « { $example } ».
why-certain =
    Je l’ai comprise comme « { $title } » : tu l’as choisie, ou elle découle de ce qui précède.
why-unread =
    Je n’ai pas assez bien reconnu ta question. La plus proche est « { $title } », par l’exemple « { $example } ».
why-nothing =
    Je ne connais aucune question qui ressemble à la tienne.
why-names =
    Les noms que j’y ai trouvés : { $names }.
why-sure =
    Mon degré de certitude : { $percent }.
why-second =
    La lecture suivante aurait été « { $title } ».
why-facts =
    La réponse repose sur ces faits et ces passages :
source-line =
    Source : { $sources }
source-item =
    { $publisher }, { $day }
quote-source =
    { $publisher }, { $day }, « { $title } » ({ $language })
button-passage = Passage exact
button-why = Pourquoi cette réponse ?
button-helped = 👍 Utile
button-not-helped = 👎 Pas utile
feedback-thanks = Merci de ton avis.
telegram-welcome =
    Je réponds aux questions sur { $bot }. Dans ce groupe, écris-moi par une commande comme /help, en réponse à un de mes
    messages, ou avec { $address } dans ton message. Je ne réagis à rien d’autre.
stale-choice = Ce bouton appartient à une version plus ancienne. Pose de nouveau ta question.
unavailable = Je ne peux pas répondre maintenant. Réessaie dans une minute.
text-only = Je ne lis que du texte. Écris ta question.
key-missing = Je ne peux pas déchiffrer ce message : sa clé ne m’est pas parvenue. Veuillez l’envoyer de nouveau.
matrix-hint =
    Ici, une commande commence par « ! », comme /help. Réagissez à une réponse avec un signe placé dessous ou avec le numéro
    d’une question. Dans un salon à plusieurs, mentionnez-moi.
choose-hint = Tape un numéro pour choisir, ou demande autre chose.
terminal-welcome = { $bot } : pose une question, ou tape /help. Pour quitter, appuie sur Ctrl-D.
terminal-goodbye = Au revoir !
terminal-prompt = Toi
