"""The words around a signature, as tables: what closes a letter, titles, what is no name, what a firm is called."""

from __future__ import annotations

_NO_NAME = """
aan account administratie allen als alvast and arrivederci atentamente attachments bedankt belgië benieuwd bericht
best bestuur besten beste betreft bests bij bijlage bijlagen boekhouding bonjour bovenstaand bvd cheers ciao contact
contactpersoon cordialement crediteurenadministratie customer daarvoor dag danke dank dankjewel dankk dat daarom dear
debiteurenadministratie deutschland diolch directie dit doe doei doeg dominee dus een en encl er ervoor et exhaustedly
factuur fijne financiën für gebruiker geacht geachte gegevens get goedemiddag goedemorgen goedenavond goedendag gr
graag gratis greetings greets groet groeten groetje groetjes gruß grüße haal handelsnaam hartelijk hartelijks heel
hello helpdesk herzlichen het hey hi hiervoor hoe hoi
hoogachtend iban ich ik info ja je jullie kan kind klant klantenservice
kleinboek knuffel kus kusjes kunnen kunt kvk liebe liefs lieve maar mag mail many marketing merci merhaba met mfg
mijn mobiel moi mvg na naam namaste namasté nederland nee niet nieuw nieuwe nog nu obrigada obrigado of ok oke
onderwerp ons onze outlook payable pakket penningmeester please por pour postadres pozdrawiam prettige ps purchase
re regards reply rgds salam salut samsung saludos saygılar schrijfwijze secretariaat secretaris sehr sent sincerely
sorry steenweg sterkte stop stuur succes support svp tank team tel telefoon tel. thanks thank the there this they
thnx thx tige tks toestel tot tweeling tx u uw üdvözlettel vanaf verstuurd verzonden vielen vielleicht voor
voorzitter vraag vriendelijk vriendelijke waar waarom wanneer was wat we wie wij wil willen yours zie zojuist
android iphone dzięki accounts alles antwoord cordiale cordiaal excuus gefeliciteerd hopelijk inclusief ingevuld
kwaliteitsfunctionaris mutatie relatiegegevens adreswijziging opzegging verzoek verwijderen wijziging betalen
stalling weekend werkse zonnige sportieve warme warm collegiale kopie cc contract kussen дякую спасибо
"""
NO_NAME = frozenset(_NO_NAME.split())
"""Words of which none stands in a name that is signed."""

_SHORT_NAMES = "ab ad al bo bé co ed ko jo li mo ru jö bé ty wu yu an el"
SHORT_NAMES = frozenset(_SHORT_NAMES.split())
"""First names of two letters; any other two letters are no name."""

_CONTINUES = """
a aan advance again alle alles allemaal alvast amigable amistoso and appreciated ask asking aussi avance avond be
beforehand belle bij bitte cordiali cordialmente cordially d'avance dag de der des die dien dit dla dni doet door
dostlukla effort een elke en et euch euer eure eurer expected fan fast feestdagen fijne foar for forma from für
geduld gracias gut help hem hoor hulp ihnen ihr ihre ihren im in is je journée jullie kind kindly le les lot luck
meanwhile met mit mij mijn moeite much na nice nog och of okay oké om on onwijs onze op ook our out patience per
podziękowania pour prettig reactie reading really reeds regards respectfully salutations schöne serdecznie service
si sincere snel so sorry sterkte super support tadą takk team thanks that the their then this time to tot toe
trouble u understanding und us uw van vast veel very via voor vooral voorhand vore votre vriendelijk wachten wel
weekend with wishes you your zeer zonnig zur zo
"""
CONTINUES = frozenset(_CONTINUES.split())
"""Words written small that go on with the closing words: "thanks in advance", "merci de votre aide"."""

_TITLES = """
mw mevr mevrouw meneer dhr de_heer mej mr mrs ms miss drs dra dr ds ir ing prof fam familie echtpaar kantoor je
yours mme mlle maître herr frau sig sra dona bu stb zr pater pastoor zuster broeder weduwe wed ome oom tante opa oma
namens bakker slager aannemer notaris advocaat rechtsanwältin rechtsanwalt gallerist burgemeester kapitein schipper
boer jhr jkvr jonkheer jonkvrouw
"""
TITLES = _TITLES.split()
"""What stands before a name and is no part of it; some need a full stop behind them."""

_CALLINGS = """
organist patissier pianist pianiste dirigent dierenarts huisarts imker kunstenaar kunstenares buurman buurvrouw heer
"""
CALLINGS = _CALLINGS.split()
"""What stands before a first name and a surname and is no part of them; before one word it may be the first name."""

GREETING_NOUNS = (
    r"(?:groet\w{0,4}|gr[uü](?:ß|ss)\w{0,2}|gruß|regards|wishes|salutations|hoogachting|dank|gr\.?|thanks|bedankt)"
)

CLOSINGS = (
    rf"(?:met|mit|with|avec)[ ](?:\w{{1,15}}[ ]){{0,3}}(?:{GREETING_NOUNS}|glimlach|knipoog)",
    rf"(?:vriendelijke?|hartelijke?|collegiale|vr\.?|beste|lieve|warme|sportieve|zonnige|vele)[ ]{GREETING_NOUNS}",
    r"(?:vriendelijk|beleefd|hoogachtend)[ ]groetend|groet\w{0,4}|gr(?:oe?t?j?e?s|tjes|tj|tn|t)?|m\.?v\.?g|mfg|lg|vg",
    r"hoogachtend|hartelijks?|vriendelijks?|alvast[ ](?:bedankt|dank)|(?:bij|op)[ ]voorbaat[ ]dank|bedankt",
    r"dank[ ](?:je|u)(?:[ ]wel)?|dankjewel|dankuwel|(?:hartelijk[ ])?dank|bvd|liefs|kus(?:jes)?|knuffel|xo?xo?x?",
    r"(?:kind|best|warm|many|warmest)[ ](?:regards|wishes|thanks)|regards|rgds|bests?|thanks|thank[ ]you|thx|tx|tks|ta",
    r"cheers|greetings|greets|yours(?:[ ](?:sincerely|faithfully|truly))?|sincerely|hochachtungsvoll|danke",
    r"(?:viele|freundliche|liebe|herzliche|beste|sch[oö]ne)[ ]gr[uü](?:ß|ss)e|gr[uü](?:ß|ss)e?|gruß",
    r"(?:vielen|besten|herzlichen|lieben)[ ]dank|(?:bien[ ])?cordialement|bien[ ][aà][ ]vous|cdlt",
    r"(?:d'avance[ ])?merci",
    r"saludos|atentamente|gracias|pozdrawiam|dzi[eę]kuj[eę]|dzi[eę]ki|z[ ]powa[zż]aniem|mul[tț]umesc|te[sş]ekk[uü]rler",
    r"sayg[ıi]lar(?:[ıi]mla)?|selamlar|grazie|obrigad[oa]|groutnis|tige[ ]tank|tank|mei[ ]freonlike[ ]groetnis|succes",
    r"üdvözlettel|diolch|namast[eé]|doei|tot[ ](?:horens|ziens)|arrivederci|prettige[ ]\w{3,12}",
    r"fijne[ ](?:dag|dagen|avond|week|weekend)(?:[ ]nog)?",
)
"""Alternatives of a pattern: the words with which a letter closes, without what may stand behind them."""

FUNCTIONS = (
    r"penningmeester|penn|voorzitter|secretari\w{1,4}|directeur|directie|bestuur\w{0,3}|eigena\w{2,5}|vennoot|dga|zzp\w{0,2}",
    r"administra(?:teur|tie)|boekhoud(?:er|ster|ing)|(?:debiteuren|crediteuren)\w{0,14}|manager|hoofd|medewerk\w{2,5}",
    r"co[oö]rdinator|adviseur|advoca\w{2,3}|notaris|curator|bewindvoerder|rentmeester|contactpersoon|controller",
    r"(?:assistent-?|AA-|register)?accountant|functionaris|jurist|treasurer|owner|director|office|ceo|cfo|cto|freelance\w{0,2}",
    r"afdeling|afd|team|klant|sinds|telefoon|mobiel|mob|tel|fax|www|http\w?|lid|nr|iban|kvk|btw|bank|postbus|vestiging",
    r"ook te huur|planning|balie|verzonden|verstuurd|get outlook|sent from|i\.o|college|raadsvrouw|raadsman",
    r"zaakvoerder",
    r"moeder|vader|dochter|(?<!& )(?<!en )zoon",
    r"kleinzoon|kleindochter|wettelijk|gemachtigde|executeur|namens|accounts payable|nom",
)
"""Alternatives of a pattern: what somebody is, or how to reach him. No name has such a word."""

LEGAL_FORMS = (
    r"B\.?V\.?B\.?A\.?|B\.?V\.?|N\.?V\.?|V\.?O\.?F\.?|C\.?V\.?|Ltd\.?|Inc\.?|LLC|GmbH(?:[ ]&[ ]Co\.?[ ]KG)?|e\.K\.",
    r"Sp\.?[ ]z[ ]o\.?o\.?|Holding|U\.A\.|SARL|S\.A\.",
)

_LEADING_FORMS = "Stichting Vereniging Maatschap Coöperatie VOF Firma VvE ASBL VV VZW SV"
LEADING_FORMS = _LEADING_FORMS.split()
"""Legal forms and their like that stand before the name of a company or club."""

_TRADES = r"""
\w*bedrijf\b \w*kantoor\b bakkerij\w* slagerij\w* slijterij \w*studio\b \w*service\b \w*fonds\b waterschap\w*
\w*atelier\b \w*praktijk\b praxis \w*stichting\b \w*vereniging\b \w*advies\b administraties? \w*techniek\b
\w*technik\b \w*bouw\b \w*salon\b \w*winkel\b boetiek \w*caf[eé]\b lunchroom restaurant brasserie frituur hotel
camping fotogra\w+ consult\w* schilders\w* schilderwerken \w*hoveniers?\b transport \w*kozijnen\b \w*media\b
\w*design\b \w*rijschool\b \w*taxi\b garage \w*garage\b fysio\w+ kapsalon \w*nagels?\b
tuin(?:en|onderhoud|machines|plan)\b groen(?:voorziening|beheer)\b interieur\w* vertal(?:ing|ingen|ers)\b
scheepswerf jachtwerf rederij visverwerking grondverzet grondwerken melkvee\w* maatschap \w*maatschap\b landgoed
\w*museum\b \w*koor\b fanfare harmonie \w*club\b theater \w*brouwerij\b \w*trimsalon\b makelaar\w* installatie\w*
loodgiet\w* montage beheer bewind \w*bewindvoering\b webbouw websites? digital software labs solutions services
finance cijferwerk cijfers coaching training academie \w*school\b yoga bloemen \w*bloemist\b patisserie catering
traiteur speelautomaten koeling warmtepompen warmtehuis \w*makerij\b kitchen modehuis imkerij wijngaard
wijnboerderij trading surveying verhuur bestrating dakwerken afbouw accountan(?:ts|cy)\b thuiszorg zorggroep
partners gartenbau \w*wereld\b \w*handel\b muziek galerie boekhandel drukkerij \w*drukkerij\b logopedie naaiatelier
ruitersport autoschade juweliers illustratie geluidstechniek ijzerwaren rijwielhuis ijssalon toko uitzendbureau
advocaten rechtsanwälte belastingadviseurs personenvervoer sanitair holding kredietbank kinderopvang bv woonco\w+
liften rigging wohnen landtechnik redactie privacyrecht architecten aanhangers wraps hondentrimsalon bandenhuis
teksten vormgeeft vormgeving
(?!mulderij)\w{3,}erij\b \w*bureau\b bistro\w* pizzeria (?:wijn|bier|koffie|espresso|cocktail|snack|eet|sushi)bar\b
rondvaart drogist\w* opticiens? manege wasstraat wasserette
koeriers? juwelier apotheek kliniek stukadoors?\w* trouwkaarten kinderboeken bloemsierkunst
(?:sloop|tegel|stuc|metsel|loon|voeg|straat|timmer|grond|hout|metaal)werken\b optiek \w*paviljoen\b voedselbank
tuincentrum
"""
TRADES = _TRADES.split()
"""Pieces of a pattern, each a word that a company is called by: "Fysiopraktijk", "Kozijnen"."""
