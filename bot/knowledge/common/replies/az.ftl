# What the bot says about any subject, in Azerbaijani. A folder's replies/az.ftl may have a message of its own instead of any.
# Variables that every message may use: $bot (what the bot is called after) and $as_of (the day of the newest source).

## Common intents

welcome =
    Salam! Mən { $bot } haqqında suallara dərc olunmuş mənbələr əsasında cavab verirəm və hər cavabın əsaslandığı
    hissəni göstərirəm. Mənbələrdə məlumat olmayanda bunu deyirəm.

    Öz sözlərinizlə soruşun və ya bunlardan biri ilə başlayın:
greeting =
    Salam! { $bot } haqqında öz sözlərinizlə soruşun.
thank-you =
    Dəyməz.
goodbye =
    Sağ olun!
help =
    { $bot } haqqında öz sözlərinizlə soruşun. Yalnız mənbələr əsasında cavab verirəm; /passage əmri ilə onların dəqiq
    sözlərini görə bilərsiniz. Əmrlər:
bot-identity =
    Mən proqramam: insan deyiləm, { $bot } nümayəndəsi də deyiləm. Yalnız dərc olunmuş mənbələr əsasında
    cavab verirəm və özümdən heç nə əlavə etmirəm.
languages =
    Bu dilləri başa düşürəm və bu dillərdə cavab verirəm. Sualınızdan dil bilinməyəndə istifadə ediləcək dili seçin:
passage =
    Son cavabın əsaslandığı dəqiq sözlər bunlardır:
    .none = Mənbədən hissələrini göstərə biləcəyim əvvəlki cavab yoxdur. Əvvəlcə bir sual verin.
privacy =
    Söhbətdən nə adınızı, nə profilinizi, nə də mesajlarınızın mətnini saxlayıram. Söhbətin platformadakı identifikatoru
    ilə onun dilini, son mövzusunu və hər cavab üçün bunları saxlayıram: cavab hansı mesaja verilib, sualı necə başa
    düşmüşəm və cavab kömək edibmi (bunu bildirmisinizsə). Buna görə “bəs nə vaxt?” sualını başa düşürəm və cavabın
    altındakı düymələr işləyir. Yalnız nasazlıq üzündən emal edə bilmədiyim mesaj bütövlükdə, platformanın göndərdiyi
    kimi saxlanılır ki, nasazlığın səbəbini tapmaq mümkün olsun.

    /mydata əmri bu söhbətdən nə saxladığımı göstərir, /forget əmri isə onu dərhal silir.
mydata =
    Bu söhbətdən heç nə saxlamıram.
forget =
    Bu söhbətdən saxladığım hər şeyi, o cümlədən sualları silə bilərəm. Onları geri qaytarmaq mümkün olmayacaq.
    İstəyirsinizsə, bunu aşağıda seçin və ya /forget yazın.
    .done = Bu söhbətdən saxladıqlarımı sildim. Çatdakı mesajlar isə siz onları silənə qədər qalır.
why =
    Son cavabım belə yaranıb.
    .none = İzah edə biləcəyim əvvəlki cavab yoxdur. Əvvəlcə bir sual verin.
insult =
    Kömək edə bilmədiyim üçün üzr istəyirəm. Bəlkə, axtardığınız bunlardan biridir:
off-subject =
    Buna cavab verə bilmərəm: yalnız mənbələrdə { $bot } haqqında deyilənləri bilirəm.

## What the core says

unreadable =
    Burada sual tapa bilmədim. Məsələn, bunları soruşa bilərsiniz:
too-long =
    Bu, mənim üçün çox uzundur. Xahiş edirəm, bir-iki cümlə ilə soruşun.
unknown-command =
    Belə bir əmr tanımıram: { $command }. Tanıdığım əmrlər:
clarify =
    Nəyi nəzərdə tutduğunuza əmin deyiləm. Bunlardan birini soruşursunuz?
clarify-entity =
    Mənbələrdə bu adlar var: { $names }. Hansını nəzərdə tutursunuz?
several-named =
    Mənbələrdə bu adlar var: { $names }.
about-what =
    Nə haqqında? Xahiş edirəm, bir az dəqiqləşdirin və ya seçin:
about-entity =
    { $name } haqqında nə bilmək istəyirsiniz?
not-documented =
    Mənbələrdə bu barədə heç nə tapmadım. Orada buna ən yaxın olanlar:
out-of-scope =
    Yalnız { $bot } haqqında suallara cavab verirəm; mənbələrdə bu suala uyğun heç nə tapmadım.
other-language =
    Bu dili hələ bilmirəm. Cavab verdiyim dillər: { $languages }.
not-mentioned =
    Mənbələrdə adı çəkilmir: { $given }.
not-connected =
    Mənbələrdə bununla bağlı adı çəkilmir: { $given }.
not-that-number =
    Mənbələrdə bununla bağlı belə rəqəm göstərilmir: { $given }.
not-that-date =
    Mənbələrdə bununla bağlı belə tarix göstərilmir: { $given }.
not-all =
    Bundan artığını soruşurdunuzsa: onu başa düşmədim, ya da mənbələrdə bu yoxdur.
that-name =
    yazdığınız ad
as-written = “{ $given }”
term-passed =
    Həmin tarix ({ $end }) artıq keçib. Mənbələrdə ondan sonraya aid heç nə yoxdur və sonra nə olduğu deyilmir.
held =
    Bu söhbətdən saxladıqlarım bunlardır:

    /forget əmri onları dərhal silir, /privacy əmri isə onların nə üçün və nə qədər saxlanıldığını bildirir.
held-language = Dil: { $language }
held-topic = Son mövzu: “{ $title }”
held-exchanges = Düymələri işləsin deyə cavablar haqqında saxlanılan qeydlər: { $count }
held-questions = Adınız olmadan saxlanılan suallar: { $count }
held-given-up = Cavablandırıla bilməyən mesajlar: { $count }
kept-conversation =
    Bütün bunlar son cavabdan { $days } gün sonra avtomatik silinir.
kept-questions =
    Cavablarımı yaxşılaşdırmaq üçün sualların mətni bundan ayrı, kimin soruşduğu göstərilmədən saxlanılır: əvvəlcə
    e-poçt ünvanları, telefon nömrələri, keçidlər və istifadəçi adları çıxarılır, söhbətin əvəzinə isə kod yazılır və
    gizli açar olmadan bu koda görə söhbəti müəyyən etmək mümkün deyil. Mətn { $days } gündən sonra avtomatik silinir.
kept-no-questions =
    Sualların mətni saxlanılmır.
language-chosen =
    Sualınızdan başqa dil bilinmirsə, bundan sonra bu dildə cavab verəcəyəm: { $language }.
why-read =
    Sualınızı belə başa düşdüm: “{ $title }”. Bildiyim ən yaxın nümunə: “{ $example }”.
why-certain =
    Sualınızı belə qəbul etdim: “{ $title }”. Bunu siz seçmisiniz və ya bu, əvvəl deyilənlərdən irəli gəlir.
why-unread =
    Sualınıza kifayət qədər uyğun gələnini tapa bilmədim. Bildiyim ən yaxın sual: “{ $title }”, nümunə:
    “{ $example }”.
why-nothing =
    Sualınıza bənzəyən sual bilmirəm.
why-names =
    Sualda tapdığım adlar: { $names }.
why-sure =
    Əminlik dərəcəm: { $percent }.
why-second =
    Növbəti ehtimal bu olardı: “{ $title }”.
why-facts =
    Cavab bu faktlara və mətnin bu hissələrinə əsaslanır:
source-line =
    Mənbə: { $sources }
source-item =
    { $publisher }, { $day }
quote-source =
    { $publisher }, { $day }, “{ $title }” ({ $language } dilində)

## Buttons and messages of the channels

button-passage = Dəqiq mətn
button-why = Niyə bu cavab?
button-helped = 👍 Kömək etdi
button-not-helped = 👎 Kömək etmədi
feedback-thanks = Rəyiniz üçün təşəkkür edirəm.
telegram-welcome =
    Mən { $bot } haqqında suallara dərc olunmuş mənbələr əsasında cavab verirəm. Bu qrupda mənə əmrlə (məsələn, /help),
    mesajlarımdan birinə cavab yazmaqla və ya mesajınızda { $address } qeyd etməklə müraciət edin. Qalan mesajlara
    reaksiya vermirəm. Adımı çəkdiyiniz mesaj cavabsız qalsa, deməli, Telegram onu mənə göstərməyib: əmrdən istifadə
    edin və ya mesajıma cavab yazın.
stale-choice = Bu düymə əvvəlki versiyaya aiddir. Xahiş edirəm, sualı yenidən verin.
unavailable = Hazırda cavab verə bilmirəm. Xahiş edirəm, bir dəqiqədən sonra yenidən cəhd edin.
text-only = Yalnız mətn oxuya bilirəm. Xahiş edirəm, sualınızı yazın.
key-missing = Bu mesajın şifrəsini aça bilmirəm: açarı mənə çatmayıb. Xahiş edirəm, mesajı yenidən göndərin.
matrix-hint =
    Burada əmrlər “!” işarəsi ilə başlayır, məsələn, /help. Cavaba onun altındakı işarələrdən biri ilə və ya sualın nömrəsi
    ilə reaksiya verə bilərsiniz. Otaqda bir neçə nəfər varsa, adımı çəkin.
choose-hint = Seçmək üçün nömrəni yazın və ya başqa sual verin.
terminal-welcome =
    { $bot }: sual verin və ya /help yazın. Çıxmaq üçün Ctrl-D düymələrini basın.
terminal-goodbye = Sağ olun!
terminal-prompt = Siz
