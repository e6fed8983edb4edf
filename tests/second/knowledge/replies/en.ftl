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
