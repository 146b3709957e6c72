"""The words of an export in Dutch and English: headings of the overview, and the note that lies in the package."""

from __future__ import annotations

from dataclasses import dataclass

from bot.triage.labels import Language


@dataclass(frozen=True, slots=True)
class Words:
    """All fixed words of one language. `{…}` are filled in with counts, dates and our own names."""

    language: str
    region: str
    overview: str  # parts of file names
    data: str
    transfer: str
    note: str
    title: str
    subtitle: str
    reference: str
    received: str
    made: str
    about: str
    address: str
    controller: str
    summary: str
    summary_text: str
    undrawn: str
    table: str
    rows: str
    file: str
    purpose: str
    legal_basis: str
    recipients: str
    origin: str
    retention: str
    nobody: str
    no_rows: str
    more_rows: str
    left_out: str
    redacted: str
    redacted_why: str
    becomes: str
    pending: str
    pending_text: str
    columns: str
    general: str
    rights: str
    rights_text: str
    letter: str
    letter_text: str
    contact: str
    contact_text: str
    authority: str
    authority_text: str
    page: str
    yours_only: str
    format_note: str
    portable_note: str


DUTCH = Words(
    language="nl",
    region="NL",
    overview="overzicht",
    data="gegevens",
    transfer="overdracht",
    note="LEESMIJ.txt",
    title="Overzicht van uw persoonsgegevens",
    subtitle="Kopie van uw gegevens volgens artikel 15 van de AVG",
    reference="Kenmerk",
    received="Verzoek ontvangen",
    made="Overzicht gemaakt",
    about="Gaat over",
    address="E-mailadres",
    controller="Verantwoordelijke",
    summary="Samenvatting",
    summary_text="Wij verwerken persoonsgegevens van u. Hieronder staat per onderdeel hoeveel gegevens wij hebben en in"
    " welk bestand u ze vindt. Daarna volgen de gegevens zelf, met waarom wij ze hebben, van wie ze komen, wie ze"
    " krijgt en hoe lang wij ze bewaren.",
    undrawn="Enkele tekens kunnen wij op papier niet tonen: daar staat een leeg vakje. In de bestanden staan ze goed.",
    table="Onderdeel",
    rows="Aantal",
    file="Bestand",
    purpose="Doel",
    legal_basis="Grondslag",
    recipients="Ontvangers",
    origin="Herkomst",
    retention="Bewaartermijn",
    nobody="Niemand buiten onze organisatie",
    no_rows="Wij hebben hier geen gegevens van u.",
    more_rows="Hier staan de eerste {shown} van {count} rijen. Alle rijen staan in {file}.",
    left_out="Weggelaten",
    redacted="(weggelaten: van een ander)",
    redacted_why="{label}: gegevens van een ander (artikel 15 lid 4 AVG)",
    becomes="wordt",
    pending="Wijziging in behandeling",
    pending_text="U heeft gevraagd {label} te wijzigen van {old} in {new}. Dit overzicht toont de oude waarde.",
    columns="Kolommen in de bestanden",
    general="Over al deze gegevens",
    rights="Uw rechten",
    rights_text="U kunt ons vragen gegevens te verbeteren of te wissen, de verwerking te beperken, of u kunt bezwaar"
    " maken. Wat u zelf aan ons gaf, kunt u ook in een leesbaar bestand meenemen. Heeft u toestemming gegeven, dan"
    " kunt u die altijd intrekken.",
    letter="Wat in de brief staat",
    letter_text="In de brief bij dit overzicht leest u ook waar onze computers staan, of gegevens buiten de Europese"
    " Economische Ruimte komen en of er besluiten over u worden genomen zonder dat een mens meekijkt.",
    contact="Vragen",
    contact_text="Mail naar {address} en noem kenmerk {ref}.",
    authority="Klacht",
    authority_text="U kunt een klacht indienen bij de {name}, {postal}, {url}, telefoon {phone}.",
    page="Pagina",
    yours_only="Vertrouwelijk: alleen voor de persoon over wie dit gaat",
    format_note="""Dit pakket hoort bij kenmerk {ref} van {brand}, gemaakt op {made}.

WAT ERIN ZIT
Voor elk onderdeel zijn er twee bestanden met dezelfde rijen:
- .csv  om te openen in Excel, LibreOffice of Numbers. UTF-8, puntkomma als scheiding, eerste rij = kolomnamen.
        Begint een tekst met = + - @, een tab of een regeleinde, dan staat er een ' voor. Zo kan een
        rekenprogramma de tekst niet als formule uitvoeren.
- .json om in andere programma's in te lezen. Hier staan de precieze waarden: datums als JJJJ-MM-DD, bedragen als
        tekst met een punt, "null" waar niets is ingevuld. Bovenaan staat wat elke kolom betekent.
manifest.json noemt alle bestanden met het aantal rijen en een controlegetal (SHA-256).

OPENEN
Dit zip-bestand is versleuteld met AES-256. Windows Verkenner kan dat niet openen. Gebruik 7-Zip (www.7-zip.org,
gratis), Keka (Mac) of een ander programma dat AES-256 kent. Het wachtwoord kreeg u in een eerder bericht van ons.

BEWAREN
In deze bestanden staan persoonsgegevens. Bewaar ze veilig en geef ze niet zomaar aan een ander.
""",
    portable_note="""
ALLEEN WAT U KUNT MEENEMEN
In dit pakket staan de gegevens die u zelf aan ons gaf of die ontstonden doordat u onze dienst gebruikte (artikel 20
AVG). Gegevens die wij zelf hebben afgeleid of die wij door een wettelijke plicht hebben, staan er niet in. Die kunt u
krijgen met een verzoek om inzage.
""",
)

ENGLISH = Words(
    language="en",
    region="GB",
    overview="overview",
    data="data",
    transfer="transfer",
    note="README.txt",
    title="Overview of your personal data",
    subtitle="Copy of your data under Article 15 of the GDPR",
    reference="Reference",
    received="Request received",
    made="Overview made",
    about="Concerns",
    address="E-mail address",
    controller="Controller",
    summary="Summary",
    summary_text="We process personal data about you. The table below says for each part how much we hold and in which"
    " file it is. The data themselves follow, with why we have them, where they came from, who receives them and how"
    " long we keep them.",
    undrawn="A few characters cannot be shown on paper: an empty box stands in their place. The files have them right.",
    table="Part",
    rows="Count",
    file="File",
    purpose="Purpose",
    legal_basis="Legal basis",
    recipients="Recipients",
    origin="Source",
    retention="Kept for",
    nobody="Nobody outside our organisation",
    no_rows="We hold no data about you here.",
    more_rows="These are the first {shown} of {count} rows. All rows are in {file}.",
    left_out="Left out",
    redacted="(left out: somebody else's)",
    redacted_why="{label}: somebody else's data (Article 15(4) GDPR)",
    becomes="becomes",
    pending="Change in progress",
    pending_text="You asked us to change {label} from {old} to {new}. This overview shows the old value.",
    columns="Columns in the files",
    general="About all these data",
    rights="Your rights",
    rights_text="You can ask us to correct or erase data or to restrict their processing, and you can object. You can"
    " also take along what you gave us, in a machine-readable file. Where you gave consent, you can withdraw it at"
    " any time.",
    letter="What the letter says",
    letter_text="The letter that came with this overview also says where our computers are, whether data leave the"
    " European Economic Area and whether decisions about you are taken without a human being.",
    contact="Questions",
    contact_text="Write to {address} and mention reference {ref}.",
    authority="Complaints",
    authority_text="You can lodge a complaint with the {name}, {postal}, {url}, telephone {phone}.",
    page="Page",
    yours_only="Confidential: only for the person concerned",
    format_note="""This package belongs to reference {ref} of {brand}, made on {made}.

WHAT IS IN IT
Every part comes as two files with the same rows:
- .csv  to open in Excel, LibreOffice or Numbers. UTF-8, separated by semicolons, first row = column names.
        A text that begins with = + - @, a tab or a line break has a ' in front of it, so that no spreadsheet
        runs it as a formula.
- .json to read into other programs. It has the exact values: dates as YYYY-MM-DD, amounts as text with a point,
        "null" where nothing was filled in. At the top it says what each column means.
manifest.json lists all files with their number of rows and a checksum (SHA-256).

OPENING
This zip file is encrypted with AES-256. Windows Explorer cannot open it. Use 7-Zip (www.7-zip.org, free), Keka (Mac) or
another program that knows AES-256. You received the password in an earlier message from us.

KEEPING
These files hold personal data. Keep them safe and do not simply pass them on.
""",
    portable_note="""
ONLY WHAT YOU CAN TAKE ALONG
This package holds the data that you gave us or that arose from your use of our service (Article 20 GDPR). What we
derived ourselves or hold because the law obliges us to is not in it. You can get that with a request for access.
""",
)


def words_in(language: Language) -> Words:
    """Dutch letters for Dutch, English for every other language."""
    return DUTCH if language is Language.DUTCH else ENGLISH
