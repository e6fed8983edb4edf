"""Azerbaijani."""

from bot.core.lexicon.model import Lexicon, expressions, words

LEXICON = Lexicon(
    stop_words=words(
        "bu o bunu onu buna ona bunun onun bundan ondan bunda onda bunlar onlar bunları onları bunların "
        "onların bunlara onlara bunlardan onlardan mən sən siz biz məni səni sizi bizi mənə sənə sizə bizə "
        "mənim sənin sizin bizim məndən səndən sizdən özü öz özünün özləri həmin belə elə eyni hər bütün hamısı "
        "bəzi heç bir birisi biri nə nədir nədi nəyi nələr nələri hansı hansılar hansıdır və da də ki isə ya yaxud "
        "yoxsa amma ancaq lakin həm çünki əgər axı bəs ilə üçün kimi görə qədər barədə barəsində haqqında haqda "
        "bağlı dair aid üzrə var varmı varsa yox yoxdur yoxdu idi idimi imiş deyil deyilmi olub oldu olubmu oldumu "
        "idilər olur olar olarmı olan olmuş olmuşdu olacaq olsun edib etdi edir edirlər ediblər etdilər eləyib elədi "
        "edən etmiş edilib et elə bilər bilərsən bilərsiniz bilərəm bilirsən bilirsiniz istəyirəm istərdim mi mı mu mü "
        "zəhmət olmasa xahiş edirəm lütfən buyurun de deyin deyə söylə söyləyin göstər göstərin ver verin yaz yazın "
        "danış danışın məlumat şey axi yəni məsələn burada orada artıq indi lap çox elədir hə bəli hm "
        "ve ne nedir bes ise ya ucun haqqinda barede mene sene size men sen edin verirsiz"
    ),
    pronouns=words("o onun ona onu ondan onda"),
    follow_ups=(
        "və",
        "ve",
        "bəs",
        "bes",
        "həmçinin",
        "həm də",
        "habelə",
        "isə",
        "ise",
        "da",
        "də",
        "de",
        "ya",
        "yaxud",
        "və ya",
        "yoxsa",
        "amma",
        "ancaq",
        "lakin",
        "onda",
        "yaxşı bəs",
        "eyni",
        "o cümlədən",
    ),
    conjunctions=("və", "və həmçinin", "və həm də", "həmçinin", "həm də", "habelə", "eləcə də", "bir də", "ve"),
    aspects={
        "vaxt": "time",
        "vaxtı": "time",
        "vaxtdır": "time",
        "vaxtlar": "time",
        "zaman": "time",
        "zamandır": "time",
        "haçan": "time",
        "nəvaxt": "time",
        "tarix": "time",
        "tarixi": "time",
        "tarixdə": "time",
        "tarixlər": "time",
        "tarixləri": "time",
        "gün": "time",
        "günü": "time",
        "günlər": "time",
        "günlərdə": "time",
        "hara": "place",
        "harada": "place",
        "harda": "place",
        "haradadır": "place",
        "hardadır": "place",
        "haraya": "place",
        "haradır": "place",
        "yer": "place",
        "yeri": "place",
        "yerdə": "place",
        "məkan": "place",
        "məkanı": "place",
        "kim": "people",
        "kimdir": "people",
        "kimdi": "people",
        "kimlər": "people",
        "kimlərdir": "people",
        "kimlərin": "people",
        "kimin": "people",
        "kimləri": "people",
        "başqa": "people",
        "adlar": "people",
        "adları": "people",
        "niyə": "purpose",
        "niye": "purpose",
        "nəyə": "purpose",
        "neyçün": "purpose",
        "nəçün": "purpose",
        "üçün": "purpose",
        "məqsəd": "purpose",
        "məqsədi": "purpose",
        "məqsədlə": "purpose",
        "məqsədilə": "purpose",
        "məqsədləri": "purpose",
        "neçə": "number",
        "neçədir": "number",
        "neçəsi": "number",
        "say": "number",
        "sayı": "number",
        "sayda": "number",
        "miqdar": "number",
        "miqdarı": "number",
    },
    # "on" (10) is left out: "on bir" (11) and "on iki" (12) are two words, and each word is read by itself.
    numbers={
        "sıfır": 0,
        "iki": 2,
        "üç": 3,
        "dörd": 4,
        "beş": 5,
        "altı": 6,
        "yeddi": 7,
        "səkkiz": 8,
        "doqquz": 9,
        "onbir": 11,
        "oniki": 12,
        "onüç": 13,
        "ondörd": 14,
        "onbeş": 15,
        "onaltı": 16,
        "onyeddi": 17,
        "onsəkkiz": 18,
        "ondoqquz": 19,
        "iyirmi": 20,
        "otuz": 30,
        "qırx": 40,
        "əlli": 50,
        "altmış": 60,
        "yüz": 100,
    },
    ordinals=words("ci cı cu cü nci ncı ncu ncü inci ıncı uncu üncü cisi cısı cusu cüsü"),
    comparisons=words(
        "çox çoxdur çoxdu çoxdurmu artıq artıqdır az azdır azdırmı azı azından qədər yuxarı aşağı böyük böyükdür kiçik "
        "kiçikdir üstündə ən minimum maksimum"
    ),
    endings=words(
        "in un nin nun a e ya ye i u ni nu yi da de dan den la le yla yle nan nen "
        "si su sini sina sinda sindan sinin na ne nda nde ndan nden "
        "daki deki dakini dekini dakinin dekinin dakilar dekilar dekiler ndaki ndeki "
        "lar ler lari leri larin lerin lara lere larda lerde lardan lerden larla lerle "
        "mi mu nimi numu danmi denmi dami demi yami yemi "
        "dir dur dirmi durmu dirlar durlar dadir dedir dadirmi dedirmi dandir dendir nindir nundur "
        "indir undur indirmi undurmu "
        "ca ce sa se ysa yse ydi ydu ydimi daydi deydi yadak yedek adak inki unki ninki nunki dakilarin"
    ),
    fillers=words(
        "hə yox bəli xeyr deyil salam salamlar bot qardaş dostum dost indi bu gün hazırda hələ artıq əslində özü yəni "
        "elə belə heç bilirsən bilirsiniz bilmək bilmirəm olar olarmı verə bilərsən bilərsiniz bilərsinizmi "
        "bilərsənmi orda orada burda burada bunlardan onlardan oradakı ümumiyyətlə cəmi tam bütöv qısaca tez sual "
        "maraqlıdır maraqlanıram istəyirəm lazımdır xahiş edirəm zəhmət olmasa təşəkkür sağol düzdür doğrudur düz "
        "səhv eşitdim oxudum görürsən axtarıram tapmaq adam adamlar nəfər şəxs kəs izah et xatırlat gərək gərəkdir "
        "lazım göndər göndərin yaz yazın sadala sadalayın təsadüfən birdən görəsən bəlkə yazin sayın at atın paylaş "
        "dənə nəfərdən nəfərdi adamdan adamların camaat ay ey yaxşı di daha bax görüm vallah baş verib verdi"
    ),
    titles=words("cənab cənabları xanım bəy müəllim müəllimə doktor dr professor prof akademik yoldaş"),
    offices=words("prezident prezidenti nazir naziri səfir səfiri deputat deputatı general"),
    formulas=expressions(
        r"""
        zəhmət olmasa|zəhmət deyilsə|xahiş edirəm|xahiş|lütfən|mümkünsə|mümkün olsa
        (?:deyə|söyləyə|bildirə|dəqiqləşdirə|təsdiq edə|təsdiqləyə|izah edə|xatırlada) bilərs(?:iniz|iz|ən)(?:mi)?
        (?:deyin görüm|de görüm|mənə deyin|mənə de|söyləyin|bildirin|xatırladın|təsdiq edin|təsdiqləyin|izah edin)
        (?:bilmək|öyrənmək|soruşmaq|dəqiqləşdirmək) (?:istəyirəm|istərdim|istəyirdim|olar|olarmı|mümkündürmü?)
        (?:bağışlayın|üzr istəyirəm)(?: narahat edirəm| narahat etdiyim üçün)?
        narahat etdiyim üçün (?:üzr istəyirəm|bağışlayın)|narahatlığa görə üzr istəyirəm
        (?:desəniz|bildirsəniz|söyləsəniz|yazsanız|cavab versəniz|kömək etsəniz)(?: çox)?
        minnətdar (?:olaram|olardım|olarıq)|təşəkkür edərəm|sevinərəm
        (?:əvvəlcədən|qabaqcadan|indidən) (?:təşəkkür\S*(?: edirəm)?|(?:çox )?sağ olun)
        (?:düz|doğru|düzgün) (?:başa düşürəm|anlayıram)(?:mı)?(?: ki)?|(?:düzdür|doğrudur|doğrudurmu|düzdürmü) ki
        doğrudanmı|doğrudan da
        (?:eşitmişəm|oxumuşam|bilirəm|eşitdim|oxudum|deyirlər|düşünürəm) ki|səhv etmirəmsə|yanılmıramsa|bildiyimə görə
        bildiyim qədər
        (?:bir|iki|üç|bir neçə) (?:cümlə ilə|cümləylə|cümlədə|sözlə|kəlmə ilə|kəlməylə)|qısaca|qısaca desək|qısası
        təcili(?: lazımdır| lazımdı)?|qardaş|qaqa
        (?:məqaləm|məqalə|tezisim|diplom işim|kurs işim|verilişim|tədqiqatım|reportaj) üçün(?: lazımdır)?
        hörmətli (?:bot|dostlar|həmkarlar)
        """
    ),
)
