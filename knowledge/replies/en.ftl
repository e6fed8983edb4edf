# Replies in English. A message holds grammar only: every name, number, date and claim comes in through a variable,
# and each variable is a fact that the intent names (knowledge/intents/). An empty line starts a new paragraph.
# Variables that every message may use: $bot (what the bot is called after) and $as_of (the day of the newest source).
# What the bot says about any subject, such as its buttons, is in bot/knowledge/common/.

## The group

about-group =
    { $short } is the { $full }. The source describes it as a group of { $count } { $composition }.

    At the last meeting reported, it met { $purpose }.
group-name =
    The source gives the full name as “{ $full }” and the short name as “{ $short }”. It does not say what the letters of the
    short name stand for.

    My own translations, not the source’s: { $translated }.
group-independence =
    The source describes the members as “{ $composition }”. It gives no office or profession of any single member.
members =
    The source lists { $count } members:
member-count =
    { $count }. The source describes the group as consisting of { $count } { $composition }.
member =
    { $person } is named in the source’s list of the members of the { $full }.
    .unknown = The sources do not list { $person } as a member of the group.
    .which = Whom do you mean? These persons are named as members:
namesakes =
    One surname stands twice in the source’s list of members, { $surname }: { $persons }. No other does. The source does not say
    whether the two are related.
conviction =
    { $by } “emphasized its conviction” { $conviction }. This is the group’s own position, as the source reports it.
aims =
    By its name, { $short } is a { $full }.

    It last met { $purpose }. It also decided to intensify its contacts { $ends }.
membership-term =
    The source gives { $end } as the date. Its wording is unclear: the group “{ $words }” until then. The source does not explain
    this further.
still-active =
    The sources do not say whether the group is active now: the newest is dated { $as_of }. It gives { $end } as a date until
    which the group “{ $words }”, and does not explain this further.
next-steps =
    The source says that the group outlined { $steps }. It does not list these steps.

    The group also decided to intensify its contacts with { $partners }, { $ends }.
contacts =
    The group decided to intensify its contacts with { $partners }, { $ends }. The source does not say who exactly
    is meant.
media-civil-society =
    The group will, the source says, continue to work with { $partners } { $ends }. It names none of them.

## The meetings

last-meeting =
    The last meeting that the sources report took place in { $place }, { $country }, on { $days }. The group met { $purpose }.
meeting-place =
    The group met in { $place }, { $country }.
meeting-date =
    The group met on { $days }, in { $place }.
meeting-purpose =
    The group met in { $place } { $purpose }.
meeting-participants =
    The source says that { $group } met in { $place } on { $days }, and that { $guests } attended. It does not say which of the
    members were there.
meeting-discussion =
    According to the source, the participants in { $place } discussed { $efforts }.

    They recognized { $danger }, and the group assessed { $assessed }.
meetings =
    The sources report these: an advocacy meeting for the report in { $bakuplace } on { $bakuday } and one in
    { $yerevanplace } on { $yerevanday }, both without a year, and the group’s own meeting in { $place }, { $country }, on
    { $days }.
timeline =
    What the sources give a date for, in order:
    .title = { $bot }: timeline
    .reportday = The group’s report “{ $report }” is published
    .bakuday = Advocacy meeting for the report in { $bakuplace }
    .yerevanday = Advocacy meeting for the report in { $yerevanplace }
    .days = The group meets in { $place }, { $country }
    .articleday = Article by { $agency }, from which all of this comes
    .termend = Until this day, in the words of the source, the group “{ $words }”
    .yearless = no year in the source
    .legend = The source states no year. These meetings stand after the report because they were about it.
call-on-leaders =
    The participants called on the leadership of both countries { $call }.
governments-efforts =
    The participants discussed { $efforts }. They called on the leadership of both countries { $call }.
efforts-supporters =
    The source says that what the two governments undertake has the support of { $supporters }. It does not name them.
ukraine-war =
    The participants recognized { $danger }, which has implications { $implications }. They hoped { $hope }.

## The report

report =
    The group’s report is called “{ $title }”. It was published on { $day }.

    The group itself noted an “{ $reception }” reaction to it. What the measures are, the sources do not say.
report-title =
    The report is called “{ $title }”.

    My own translations, not the source’s: { $translated }.
report-date =
    The report, “{ $title }”, was published on { $day }.
measures-count =
    { $number }, going by the report’s title: “{ $title }”. The sources do not say what the measures are.
report-year =
    The title of the report names the year { $year }: “{ $title }”. The sources do not explain what is to happen by then.
report-reception =
    The group noted an “{ $reception }” reaction to its report “{ $title }”, { $where }. This is the group’s own assessment; the
    sources give no other.
advocacy-meetings =
    Advocacy meetings for the report were held in { $bakuplace } on { $bakuday } and in { $yerevanplace } on { $yerevanday }. The
    source states no year beside these dates.
advocacy-meeting =
    An advocacy meeting for the report was held in { $place } on { $day }; the source states no year beside the date. By the
    group’s own account, the reaction to the report expressed there was “{ $reception }”. The sources say no more about it.

## Who helps

links-europe =
    The participants of the meeting in { $place } thanked { $organisation } { $reason }. The meeting was attended by
    { $guests }.
eu-support =
    The participants of the meeting in { $place } thanked { $organisation } { $reason }. The sources do not say what this support
    was.
thanks =
    The participants of the meeting in { $place } thanked { $links } { $linksreason }, and { $eu } { $eureason }.
eu-special-representative =
    The source says that { $guests } { $contributed } in { $place }. It gives neither the Special
    Representative’s name nor what was said.

## The source itself

publication =
    I know what is in the sources below and nothing else. The article, “{ $headline }”, is by the agency { $agency }, under the
    byline of { $author }, dated { $day }. It credits a part of its report to { $credited }.
publication-author =
    The byline of the article names { $author }. The agency is { $agency }.
publication-date =
    The { $agency } article is dated { $day }.
publication-dateline =
    The dateline of the { $agency } article reads “{ $dateline }”: it is dated from { $country }. The meeting that it reports
    took place in { $place }.
turan =
    { $agency } credits this to { $credited }: the participants discussed { $efforts }. The article does not say whether anything
    else in it comes from there.

## What the sources do not say

nationality =
    The sources do not say which of the members are Armenian and which Azerbaijani, nor how many of each. I do not guess it from
    names.
    .person = The sources do not say where { $person } comes from, and I do not guess it from a name.
biography =
    The sources say nothing about the members’ work, education, age, pay, home or private life. They only give their names.
    .person = About { $person } the sources give only the name and what it is listed for: nothing about work, education, age, pay, home or private life.
composition =
    The sources do not say how many women and men are in the group, and nothing of the age, religion or education of its members. I
    do not guess it from names.
selection =
    The sources do not say how, by whom or by what criteria the members are chosen, appointed or replaced, nor whether others can be
    taken in.
working-language =
    The sources do not say in which language the group meets and writes, which languages its members speak, or whether there are
    interpreters.
safety =
    The sources report no threats, pressure, arrests, insults or attacks against members of the group. That does not mean that there
    were none.
chair =
    The sources do not say who chairs, leads or moderates the group or its meetings.
attendance =
    The sources do not say which of the members were present at a meeting and which were not. They only say that the group met.
    .person = The sources do not say whether { $person } was present. They only say that the group met.
measures-content =
    The sources give the report’s title but do not say what any of its measures is.
report-authors =
    The sources call it the group’s report. They do not say who wrote it.
report-access =
    The sources do not say where the report can be read, in which languages it exists or how long it is.
report-criticism =
    The sources report no criticism of the report; that does not mean that there was none. They hold only the group’s own
    view: it noted an “{ $reception }” reaction to “{ $title }”, { $where }.
official-response =
    The sources do not say what governments, parliaments, parties or other states have said or done about the group or its report, nor
    which of them are for or against it. That does not mean that there was nothing.
funding =
    The sources say nothing about money: not who pays for the group or for any organisation that they
    name, how much, or what for.
contact-details =
    The sources give no address, telephone number, website, page on social media or way to join or reach the group.
later-events =
    My newest source is dated { $as_of }. It says nothing about what happened after that.
next-meeting =
    The sources do not announce another meeting. My newest one is dated { $as_of }.
earlier-meetings =
    The sources do not report the group’s earlier meetings, nor how often it meets.
origin =
    The sources do not say when, where or by whom the group was founded.
legal-status =
    The sources do not say whether the group is registered or official, who gave it a mandate, or where it has an office.
opinions =
    I do not take sides, judge or predict, and the sources do not settle this. I can only tell you what they report.
meeting-venue =
    The sources do not name the hotel or building, the hours or the programme of the meeting.
meeting-results =
    The sources do not report any signed document, vote or agreement, and do not give the text of a strategy.
advocacy-details =
    The sources give only the place and the day of each advocacy meeting: not the year, the guests, the venue or what was said.
conflict-background =
    The sources do not describe the conflict itself: not its history, territories, borders, casualties or other countries’ part
    in it.
organisations =
    Of the organisations themselves the sources say only what part they had here: not who represented, heads or owns them,
    by whom and when they were founded, where they are, or how large they are.
media-coverage =
    The sources say nothing of coverage by other media, press conferences, interviews, pictures or recordings; they
    mention only the agency that the article credits.
meeting-organisers =
    The sources do not say who organised or called the meetings, who invited the group, how the place was chosen, or whether the
    host country had any other part in it.
disagreements =
    The sources report no dispute among the members, and no view that only some of them or only one side held. That does
    not mean that there was none. They speak of the group or of the participants as a whole.
definitions =
    The sources use the term without explaining it, and give no example of a confidence-building measure.
impact =
    The sources do not say what effect the group’s work or its report has had. They do not compare the group with others
    either, nor name any like it.
ukraine-background =
    The sources do not describe that war itself: not when or why it began, how it is going or who takes part in it. Nor do they
    say which countries belong to the partnership that they mention, or since when.
quotes-of-persons =
    The sources quote no single person. What they report is put to the group or to the participants as a whole.
    .person = The sources quote nothing that { $person } said.

## The bot itself

help =
    Ask me in your own words about { $bot }: who is in it, when and where it met, what its report is called. I answer only from
    the sources, and with /passage you see their exact words. Commands:

## Off the subject

injection =
    I cannot do that. I only answer questions from the sources about { $bot }.
