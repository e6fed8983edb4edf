# Replies in Azerbaijani. A message holds grammar only: every name, number, date and claim comes in through a variable,
# and each variable is a fact that the intent names (knowledge/intents/). An empty line starts a new paragraph.
# Variables that every message may use: $bot (what the bot is called after) and $as_of (the day of the newest source).
# What the bot says about any subject, such as its buttons, is in bot/knowledge/common/.

## The group

about-group =
    { $short } – { $full }. Mənbəyə görə, qrup { $count } nəfərdən ibarətdir: { $composition }.

    Haqqında məlumat verilən son görüşdə qrup { $purpose } üçün toplaşıb.
group-name =
    Mənbədə tam ad “{ $full }”, qısa ad isə “{ $short }” kimi verilir. Qısa addakı hərflərin nəyi bildirdiyi deyilmir.

    Tam ad öz tərcüməmdə: “{ $translated }”. Mənbədə bu tərcümə yoxdur.
group-independence =
    Mənbə üzvləri belə təsvir edir: “{ $composition }”. Ayrı-ayrı üzvlərin vəzifəsi və ya peşəsi göstərilmir.
members =
    Mənbədə { $count } üzvün adı çəkilir:
member-count =
    { $count }. Mənbəyə görə, qrup { $count } nəfərdən ibarətdir: { $composition }.
member =
    { $person } mənbədə “{ $full }” adlı qrupun üzvləri sırasında göstərilir.

    Ad mənbədə belə yazılıb: “{ $person-written }”.
    .unknown = Mənbələrdə qrupun üzvləri sırasında bu ad çəkilmir: { $person }.
    .which = Kimi nəzərdə tutursunuz? Üzv kimi bu şəxslərin adları çəkilir:
namesakes =
    Mənbədəki üzvlər siyahısında yalnız bir soyad təkrarlanır – { $surname }: { $persons }. Onların qohum olub-olmadığı
    deyilmir.
conviction =
    { $by } “öz əminliyini vurğulayıb”: { $conviction }. Bu, mənbənin çatdırdığına görə, qrupun öz mövqeyidir.
aims =
    Öz adına görə, { $short } – { $full }.

    Qrup son dəfə { $purpose } üçün toplaşıb. Qrup həmçinin { $ends } üçün təmaslarını intensivləşdirməyi qərara alıb.
membership-term =
    Mənbədə göstərilən tarix: { $end }. İfadə aydın deyil: ingiliscə mətndə qrup haqqında həmin tarixədək “{ $words }”
    deyilir. Mənbə bunu əlavə izah etmir.
still-active =
    Qrupun indi fəaliyyət göstərib-göstərmədiyi mənbələrdə deyilmir: ən yenisi { $as_of } tarixlidir. Orada göstərilən
    tarix: { $end }; ingiliscə mətndə qrup haqqında həmin tarixədək “{ $words }” deyilir və bu, əlavə izah edilmir.
next-steps =
    Mənbəyə görə, qrup { $steps } müəyyənləşdirib. Bu addımlar sadalanmır.

    Qrup həmçinin { $partners } ilə təmaslarını intensivləşdirməyi qərara alıb. Məqsəd – { $ends }.
contacts =
    Qrup { $partners } ilə təmaslarını intensivləşdirməyi qərara alıb. Məqsəd – { $ends }. Konkret adlar çəkilmir.
media-civil-society =
    Mənbəyə görə, qrup { $ends } üçün { $partners } ilə işləməyə davam edəcək. Konkret adlar çəkilmir.

## The meetings

last-meeting =
    Mənbələrdə haqqında məlumat verilən son görüş { $days } tarixlərində { $place-locative } ({ $country }) keçirilib.
    Qrup { $purpose } üçün toplaşıb.
meeting-place =
    Qrupun görüşü { $place-locative } ({ $country }) keçirilib.
meeting-date =
    Qrupun görüşü { $days } tarixlərində { $place-locative } keçirilib.
meeting-purpose =
    Qrup { $place-locative } { $purpose } üçün toplaşıb.
meeting-participants =
    Mənbəyə görə, { $group } { $days } tarixlərində { $place-locative } toplaşıb; görüşdə { $guests } iştirak ediblər.
    Üzvlərdən kimlərin orada olduğu deyilmir.
meeting-discussion =
    Mənbəyə görə, { $place-locative } keçirilən görüşün iştirakçıları { $efforts } müzakirə ediblər.

    Onlar { $danger } qəbul ediblər, qrup isə { $assessed } qiymətləndirib.
meetings =
    Mənbələr bu görüşlər barədə məlumat verir: hesabatla bağlı advokasiya görüşləri – { $bakuplace-locative }
    ({ $bakuday }) və { $yerevanplace-locative } ({ $yerevanday }), hər ikisi il göstərilmədən; qrupun öz görüşü –
    { $place-locative } ({ $country }, { $days }).
timeline =
    Mənbələrdə tarixi göstərilən hadisələr ardıcıllıqla bunlardır:
    .title = { $bot }: xronologiya
    .reportday = Qrupun “{ $report }” adlı hesabatı dərc olunub
    .bakuday = { $bakuplace-locative } hesabatla bağlı advokasiya görüşü
    .yerevanday = { $yerevanplace-locative } hesabatla bağlı advokasiya görüşü
    .days = Qrup { $place-locative } ({ $country }) toplaşıb
    .articleday = { $agency } agentliyinin məqaləsi (bütün bu məlumatlar oradan götürülüb)
    .termend = Bu tarixədək qrup, ingiliscə mətndə deyildiyi kimi, “{ $words }”
    .yearless = mənbədə il göstərilmir
    .legend = Mənbədə il göstərilmir. Bu görüşlər hesabatdan sonra yerləşdirilib, çünki ona həsr olunub.
call-on-leaders =
    İştirakçılar hər iki ölkənin rəhbərliyini { $call } çağırıblar.
governments-efforts =
    İştirakçılar { $efforts } müzakirə ediblər. Onlar hər iki ölkənin rəhbərliyini { $call } çağırıblar.
efforts-supporters =
    Mənbəyə görə, iki hökumətin səylərini { $supporters } dəstəkləyir. Onların adları çəkilmir.
ukraine-war =
    İştirakçılar { $danger } qəbul ediblər; bunun { $implications } nəticələri var. Onlar { $hope } ümid ediblər.

## The report

report =
    Qrupun hesabatı “{ $title }” adlanır. Hesabat { $day } tarixində dərc olunub.

    Qrupun özü hesabata “{ $reception }” reaksiya verildiyini qeyd edib. Tədbirlərin nədən ibarət olduğu mənbələrdə
    deyilmir.
report-title =
    Hesabat “{ $title }” adlanır.

    Öz tərcüməmdə: “{ $translated }”. Mənbədə bu tərcümə yoxdur.
report-date =
    “{ $title }” adlı hesabat { $day } tarixində dərc olunub.
measures-count =
    { $number } – hesabatın adına görə: “{ $title }”. Tədbirlərin nədən ibarət olduğu mənbələrdə deyilmir.
report-year =
    Hesabatın adında göstərilən il: { $year } (“{ $title }”). Həmin vaxtadək nəyin baş verməli olduğu mənbələrdə izah
    edilmir.
report-reception =
    Qrup “{ $title }” adlı hesabatına { $where } “{ $reception }” reaksiya verildiyini qeyd edib. Bu, qrupun öz
    qiymətləndirməsidir; mənbələrdə başqa qiymətləndirmə yoxdur.
advocacy-meetings =
    Hesabatla bağlı advokasiya görüşləri { $bakuplace-locative } { $bakuday }, { $yerevanplace-locative } isə
    { $yerevanday } tarixində keçirilib. Mənbədə bu tarixlərin yanında il göstərilmir.
advocacy-meeting =
    { $place-locative } hesabatla bağlı advokasiya görüşü { $day } tarixində keçirilib; mənbədə bu tarixin yanında il
    göstərilmir. Qrupun öz sözlərinə görə, orada hesabata verilən reaksiya “{ $reception }” olub. Mənbələrdə bu barədə
    başqa heç nə deyilmir.

## Who helps

links-europe =
    { $place-locative } keçirilən görüşün iştirakçıları { $reason } { $organisation-dative } təşəkkür ediblər. Görüşdə
    { $guests } iştirak ediblər.
eu-support =
    { $place-locative } keçirilən görüşün iştirakçıları { $reason } { $organisation-dative } təşəkkür ediblər. Bu
    dəstəyin nədən ibarət olduğu mənbələrdə deyilmir.
thanks =
    { $place-locative } keçirilən görüşün iştirakçıları { $linksreason } { $links-dative }, { $eureason } isə
    { $eu-dative } təşəkkür ediblər.
eu-special-representative =
    Mənbəyə görə, { $place-locative } { $guests } { $contributed }. Xüsusi nümayəndənin adı və
    deyilənlərin məzmunu göstərilmir.

## The source itself

publication =
    Mən yalnız aşağıdakı mənbələrdə olanları bilirəm. “{ $headline }” məqaləsi { $agency } agentliyinə məxsusdur,
    { $author } imzası ilə verilib, { $day } tarixlidir. Məlumatın bir hissəsi { $credited-dative } istinadla
    çatdırılır.
publication-author =
    Məqalədə { $author } imzası var. Agentlik: { $agency }.
publication-date =
    { $agency } agentliyinin məqaləsi { $day } tarixlidir.
publication-dateline =
    { $agency } agentliyinin məqaləsində yer və tarix belə göstərilib: “{ $dateline }” ({ $country }). Bu, məqalənin haradan
    verildiyini bildirir; məqalədə haqqında danışılan görüş isə { $place-locative } keçirilib.
turan =
    { $agency } bunu { $credited-dative } istinadla çatdırır: iştirakçılar { $efforts } müzakirə ediblər. Məqalədə
    başqa məlumatın da oradan götürülüb-götürülmədiyi deyilmir.

## What the sources do not say

nationality =
    Mənbələrdə üzvlərdən kimin erməni, kimin azərbaycanlı olduğu və hərəsindən neçə nəfər olduğu göstərilmir. Mən bunu
    adlara görə təxmin etmirəm.
    .person = Mənbələrdə bu şəxsin ({ $person }) haradan olduğu deyilmir, mən isə bunu ada görə təxmin etmirəm.
biography =
    Mənbələrdə üzvlərin işi, təhsili, yaşı, məvacibi, yaşayış yeri və şəxsi həyatı barədə heç nə deyilmir. Yalnız
    adları verilir.
    .person =
        Mənbələrdə { $person } haqqında yalnız adı və bu adın nə ilə bağlı çəkildiyi göstərilir: işi, təhsili, yaşı,
        məvacibi, yaşayış yeri və şəxsi həyatı barədə heç nə deyilmir.
composition =
    Mənbələrdə qrupda neçə qadın və neçə kişi olduğu göstərilmir, üzvlərin yaşı, dini və təhsili barədə də heç nə
    deyilmir. Mən bunu adlara görə təxmin etmirəm.
selection =
    Mənbələrdə üzvlərin kim tərəfindən, necə və hansı meyarlarla seçildiyi, təyin və ya əvəz edildiyi deyilmir. Qrupa
    başqalarının qəbul edilə bilib-bilməyəcəyi də göstərilmir.
working-language =
    Mənbələrdə qrupun görüşlərinin və yazışmalarının hansı dildə aparıldığı, üzvlərin hansı dillərdə danışdığı və
    tərcüməçilərin olub-olmadığı deyilmir.
safety =
    Mənbələrdə qrup üzvlərinə qarşı hədə, təzyiq, həbs, təhqir və ya hücum barədə məlumat yoxdur. Bu, belə halların
    olmadığı demək deyil.
chair =
    Mənbələrdə qrupa və ya onun görüşlərinə kimin sədrlik, rəhbərlik və ya moderatorluq etdiyi deyilmir.
attendance =
    Mənbələrdə üzvlərdən kimin görüşdə olduğu, kimin olmadığı deyilmir. Yalnız qrupun toplaşdığı bildirilir.
    .person =
        Mənbələrdə bu şəxsin ({ $person }) görüşdə olub-olmadığı deyilmir. Yalnız qrupun toplaşdığı bildirilir.
measures-content =
    Mənbələrdə hesabatın adı verilir, lakin ondakı tədbirlərin heç birinin nədən ibarət olduğu deyilmir.
report-authors =
    Mənbələrdə bu, qrupun hesabatı adlandırılır. Onu kimin yazdığı deyilmir.
report-access =
    Mənbələrdə hesabatı harada oxumağın mümkün olduğu, onun hansı dillərdə olduğu və həcmi göstərilmir.
report-criticism =
    Mənbələrdə hesabatın tənqidi barədə məlumat yoxdur; bu, tənqidin olmadığı demək deyil. Orada yalnız qrupun öz fikri
    var: qrup “{ $title }” adlı hesabata { $where } “{ $reception }” reaksiya verildiyini qeyd edib.
official-response =
    Mənbələrdə hökumətlərin, parlamentlərin, partiyaların və başqa dövlətlərin qrupla və ya onun hesabatı ilə bağlı nə
    dediyi və nə etdiyi, onlardan kimin lehinə, kimin əleyhinə olduğu göstərilmir. Bu, heç nəyin olmadığı demək deyil.
funding =
    Mənbələrdə pul barədə heç nə deyilmir: nə qrupu və ya adı çəkilən təşkilatları kimin maliyyələşdirdiyi, nə
    məbləğ, nə də pulun təyinatı göstərilir.
contact-details =
    Mənbələrdə ünvan, telefon nömrəsi, sayt, sosial şəbəkə səhifəsi, qrupa qoşulmağın və ya onunla əlaqə saxlamağın yolu
    göstərilmir.
later-events =
    Məndəki ən yeni mənbə { $as_of } tarixlidir. Ondan sonra nələrin baş verdiyi barədə orada heç nə deyilmir.
next-meeting =
    Mənbələrdə başqa görüş elan edilmir. Məndəki ən yeni mənbə { $as_of } tarixlidir.
earlier-meetings =
    Mənbələrdə qrupun əvvəlki görüşləri və hansı tezliklə görüşdüyü barədə məlumat yoxdur.
origin =
    Mənbələrdə qrupun nə vaxt, harada və kim tərəfindən yaradıldığı deyilmir.
legal-status =
    Mənbələrdə qrupun qeydiyyatdan keçib-keçmədiyi, rəsmi olub-olmadığı, ona kimin mandat verdiyi və ofisinin harada
    olduğu deyilmir.
opinions =
    Mən tərəf tutmuram, mühakimə yürütmürəm və proqnoz vermirəm, mənbələr də bu suala qəti cavab vermir. Yalnız
    onların nə bildirdiyini deyə bilərəm.
meeting-venue =
    Mənbələrdə görüşün keçirildiyi otel və ya bina, görüşün saatları və proqramı göstərilmir.
meeting-results =
    Mənbələrdə imzalanmış sənəd, səsvermə və ya razılaşma barədə məlumat yoxdur, strategiyanın mətni də verilmir.
advocacy-details =
    Mənbələrdə hər bir advokasiya görüşünün yalnız yeri və günü göstərilir: il, qonaqlar, keçirildiyi məkan və
    deyilənlər barədə məlumat yoxdur.
conflict-background =
    Mənbələrdə münaqişənin özü təsvir edilmir: nə tarixi, nə ərazilər, nə sərhədlər, nə itkilər, nə də başqa ölkələrin
    rolu.
organisations =
    Təşkilatların özləri barədə mənbələrdə yalnız onların burada hansı rolu olduğu deyilir. Onları kimin təmsil
    etdiyi, onlara kimin rəhbərlik etdiyi, kimə məxsus olduqları, nə vaxt və kim tərəfindən yaradıldıqları, harada yerləşdikləri və nə qədər böyük
    olduqları göstərilmir.
media-coverage =
    Mənbələrdə başqa media orqanlarının materialları, mətbuat konfransları, müsahibələr, fotolar, audio və ya
    videoyazılar barədə heç nə deyilmir; yalnız məqalənin istinad etdiyi agentliyin adı çəkilir.
meeting-organisers =
    Mənbələrdə görüşləri kimin təşkil etdiyi və ya çağırdığı, qrupu kimin dəvət etdiyi, yerin necə seçildiyi və ev
    sahibi ölkənin bunda başqa rolunun olub-olmadığı deyilmir.
disagreements =
    Mənbələrdə üzvlər arasında mübahisə barədə məlumat yoxdur, yalnız bəzi üzvlərin və ya yalnız bir tərəfin bölüşdüyü
    fikir də göstərilmir. Bu, belə halların olmadığı demək deyil. Orada qrupdan və ya bütövlükdə iştirakçılardan
    danışılır.
definitions =
    Mənbələrdə bu anlayış izah edilmədən işlədilir və etimad quruculuğu tədbirlərinə dair heç bir nümunə
    gətirilmir.
impact =
    Mənbələrdə qrupun işinin və ya hesabatının hansı təsir göstərdiyi deyilmir. Qrup başqaları ilə müqayisə də edilmir və
    ona bənzər heç bir qrupun adı çəkilmir.
ukraine-background =
    Mənbələrdə həmin müharibənin özü təsvir edilmir: nə vaxt və niyə başladığı, necə getdiyi və orada kimlərin iştirak etdiyi
    deyilmir. Adı çəkilən tərəfdaşlığa hansı ölkələrin və nə vaxtdan daxil olduğu da göstərilmir.
quotes-of-persons =
    Mənbələrdə heç bir ayrıca şəxsdən sitat gətirilmir. Bildirilənlər qrupa və ya bütövlükdə iştirakçılara aid edilir.
    .person = Mənbələrdə bu şəxsin ({ $person }) sözlərindən sitat gətirilmir.

## The bot itself

help =
    { $bot } haqqında öz sözlərinizlə soruşun: qrupda kimlər var, qrup nə vaxt və harada görüşüb, hesabatı necə
    adlanır. Yalnız mənbələr əsasında cavab verirəm; /passage əmri ilə onların dəqiq sözlərini görə bilərsiniz.
    Əmrlər:

## Off the subject

injection =
    Bunu edə bilmərəm. Yalnız { $bot } haqqında suallara mənbələr əsasında cavab verirəm.
