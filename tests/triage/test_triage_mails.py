"""Invented mails of every sort, none of them from the corpus: what triage makes of them."""

from __future__ import annotations

import pytest

from bot.triage.classify import classify
from bot.triage.labels import Intent, Language, RequestKind, Role, Writer
from bot.triage.model import load_model

MODEL = load_model()
K = RequestKind

REQUESTS: list[tuple[str, str, set[RequestKind]]] = [
    ("vraag", "Hoi, wat hebben jullie eigenlijk allemaal over mij opgeslagen? Groet, Sanne", {K.ACCESS}),
    ("", "Graag ontvang ik een overzicht van alle gegevens die u van mij heeft.\n\nSanne Vermeer", {K.ACCESS}),
    ("Inzageverzoek", "Op grond van artikel 15 AVG verzoek ik u om inzage in mijn persoonsgegevens.", {K.ACCESS}),
    ("DSAR", "Under Article 15 GDPR I request a copy of all personal data you hold about me.", {K.ACCESS}),
    ("", "kunnen jullie mij sturen wat er over mij in jullie systeem staat", {K.ACCESS}),
    ("Auskunft", "Bitte teilen Sie mir mit, welche Daten Sie über mich gespeichert haben.", {K.ACCESS}),
    (
        "verhuisd",
        "Wij zijn verhuisd. Willen jullie ons adres aanpassen naar Lindelaan 4, 9401 AB Assen?",
        {K.CORRECTION},
    ),
    (
        "Nieuwe bank",
        "Mijn rekeningnummer is veranderd, het nieuwe IBAN is NL91ABNA0417164300. Graag aanpassen in mijn account.",
        {K.CORRECTION},
    ),
    ("naam fout", "Mijn achternaam staat verkeerd in jullie systeem: Vermeer, niet Vermeeer.", {K.CORRECTION}),
    ("", "Please change the phone number in my account, the one you have is wrong.", {K.CORRECTION}),
    ("overstap", "Ik stap over. Stuur mij al mijn gegevens in een csv of json bestand.", {K.PORTABILITY}),
    (
        "ander pakket",
        "Kunt u mijn gegevens rechtstreeks overdragen aan mijn nieuwe boekhoudpakket, in een gangbaar formaat?",
        {K.PORTABILITY},
    ),
    (
        "",
        "Geef me te lezen wat er in jullie systeem bij mijn naam staat. En gebruik mijn naam niet meer voor reclame.",
        {K.ACCESS, K.OBJECTION},
    ),
    (
        "geheim nummer",
        "Hoe bent u in hemelsnaam aan mijn geheime nummer gekomen? Ik eis dat u het vernietigt.",
        {K.ACCESS, K.ERASURE},
    ),
    ("", "Dites-moi ce que vous avez gardé de mon mois d'essai et supprimez-le ensuite.", {K.ACCESS, K.ERASURE}),
    ("", "I would like to take my data to another provider. Please send a machine readable file.", {K.PORTABILITY}),
    ("Opgezegd", "Ik ben gestopt. Verwijder mijn account en alle gegevens die jullie van mij hebben.", {K.ERASURE}),
    ("", "Ik wil dat jullie al mijn persoonsgegevens wissen. Sanne", {K.ERASURE}),
    ("Right to be forgotten", "Please delete my account and all personal data you have about me.", {K.ERASURE}),
    ("recht op vergetelheid", "Ik doe een beroep op artikel 17 AVG: wis alles wat u van mij bewaart.", {K.ERASURE}),
    ("klacht", "Ik dien een klacht in over hoe jullie met mijn persoonsgegevens omgaan.", {K.COMPLAINT}),
    (
        "Onacceptabel",
        "Jullie hebben mijn gegevens met een ander bedrijf gedeeld zonder het mij te vragen. Ik ga hiermee naar de AP.",
        {K.COMPLAINT},
    ),
    (
        "",
        "I am not happy at all with the way you handled my personal data and want to file a complaint.",
        {K.COMPLAINT},
    ),
    (
        "beperking",
        "Ik verzoek u de verwerking van mijn gegevens te beperken zolang u mijn bezwaar onderzoekt.",
        {K.RESTRICTION},
    ),
    (
        "even niks doen",
        "Zolang dit niet is uitgezocht wil ik dat jullie mijn gegevens niet gebruiken, maar ook niet wissen.",
        {K.RESTRICTION},
    ),
    ("reclame", "Ik maak bezwaar tegen het gebruik van mijn gegevens voor reclame. Stop daarmee.", {K.OBJECTION}),
    ("", "Ik wil niet meer dat jullie mijn gegevens gebruiken voor marketing en profielen.", {K.OBJECTION}),
    ("toestemming", "Hierbij trek ik mijn toestemming voor het gebruik van mijn foto in.", {K.CONSENT_WITHDRAWAL}),
    ("", "I withdraw my consent for sharing my data with your partners.", {K.CONSENT_WITHDRAWAL}),
    (
        "Two things",
        "Please send me a copy of all the personal data you hold about me.\nAfter that, delete my account and my data.",
        {K.ACCESS, K.ERASURE},
    ),
    (
        "gegevens en klacht",
        (
            "Ik wil weten welke gegevens u van mij heeft.\n\n"
            "Ook dien ik een klacht in: u heeft mijn gegevens aan derden doorgegeven zonder mijn toestemming."
        ),
        {K.ACCESS, K.COMPLAINT},
    ),
]

ORDINARY = [
    ("dubbele factuur", "Hoe kan ik een dubbele factuur verwijderen? Ik kan de knop niet vinden."),
    ("kopie factuur", "Kunt u mij een kopie van de factuur van maart sturen? Die ben ik kwijt."),
    ("bankkoppeling", "De koppeling met de Rabobank werkt niet meer, ik krijg een foutmelding bij het importeren."),
    ("btw", "Hoe boek ik een factuur met btw verlegd? Ik kom er niet uit."),
    ("wachtwoord", "Ik ben mijn wachtwoord vergeten en krijg geen mail om het opnieuw in te stellen."),
    ("debiteur", "Een klant van mij is verhuisd. Waar pas ik zijn adres aan in de debiteurenkaart?"),
    ("export", "De export naar Excel laat de kolom met bedragen leeg, weten jullie waar dat aan ligt?"),
    ("prijs", "Wat kost het pakket per maand als ik twee administraties heb?"),
    ("login", "I cannot log in since this morning, the page stays white in Firefox. Can you have a look?"),
    ("offerte", "Kan ik het logo op mijn offertes groter maken?"),
    ("bedankt", "Top, het werkt weer. Bedankt voor de snelle hulp!"),
    ("jaarafsluiting", "Moet ik eerst de btw-aangifte doen voordat ik het boekjaar afsluit?"),
]


@pytest.mark.parametrize(("subject", "text", "kinds"), REQUESTS)
def test_a_clear_request_is_recognised_as_what_it_is(subject: str, text: str, kinds: set[RequestKind]) -> None:
    verdict = classify(MODEL, subject, text)

    assert verdict.kinds == kinds, verdict.scores


@pytest.mark.parametrize(("subject", "text"), ORDINARY)
def test_ordinary_mail_is_left_alone(subject: str, text: str) -> None:
    verdict = classify(MODEL, subject, text)

    assert verdict.ordinary, verdict.scores


@pytest.mark.parametrize(("subject", "text", "kinds"), REQUESTS)
def test_every_reason_is_a_piece_of_the_mail(subject: str, text: str, kinds: set[RequestKind]) -> None:
    verdict = classify(MODEL, subject, text)

    assert {reason.label for reason in verdict.reasons} >= {kind.value for kind in kinds}
    assert all(reason.text in text or reason.text in subject for reason in verdict.reasons)


def test_an_absence_note_is_automatic_and_no_request() -> None:
    verdict = classify(
        MODEL, "Automatisch antwoord: uw bericht", "Ik ben tot 12 mei afwezig. Uw mail wordt niet gelezen. Fatima"
    )

    assert verdict.automatic
    assert verdict.ordinary


@pytest.mark.parametrize(
    ("text", "writer"),
    [
        (
            "Dag collega, voor het personeelsdossier wil ik zien wat het klantsysteem van mij heeft. Jorn (support)",
            Writer.STAFF,
        ),
        (
            "Ik ben rechercheur bij de eenheid Noord, u dient de gegevens van een gebruiker te verstrekken.",
            Writer.AUTHORITY,
        ),
        (
            "Ik ben huurder bij een verhuurder die met jullie programma werkt. Wat staat daar over mij?",
            Writer.THIRD_PARTY,
        ),
        ("Mijn vorige baas deed de loonstroken in Kleinboek. Mijn gegevens moeten daar weg.", Writer.THIRD_PARTY),
        ("Een van mijn klanten wil weten welke gegevens ik van hem heb. Hoe doe ik dat?", Writer.CONTROLLER_CUSTOMER),
        ("Ik schrijf voor mijn buurvrouw Annie Dekens. Haar adres is nu Berkenlaan 3.", Writer.AGENT),
        ("Ik ben boekhouder en wil weten wat u over mijzelf bewaart.", Writer.SUBJECT),
        ("Verwijder mijn account en alle gegevens die jullie van mij hebben. Groet, Sanne", Writer.SUBJECT),
    ],
)
def test_who_writes_is_read_from_the_words(text: str, writer: Writer) -> None:
    assert classify(MODEL, "", text).writer is writer


@pytest.mark.requirement("INT-12")
def test_a_lawyer_gets_a_person() -> None:
    verdict = classify(
        MODEL,
        "Dossier Vermeer",
        "Namens mijn cliënte mevrouw Vermeer verzoek ik u om inzage in al haar persoonsgegevens. Machtiging bijgevoegd."
        "\n\nmr. F. Yilmaz, advocaat",
    )

    assert RequestKind.ACCESS in verdict.kinds
    assert verdict.needs_person
    assert verdict.writer is Writer.AGENT
    assert verdict.role is Role.CONTROLLER


@pytest.mark.requirement("ID-12")
def test_an_heir_gets_a_person() -> None:
    verdict = classify(
        MODEL,
        "account van mijn vader",
        "Mijn vader is op 3 maart overleden. Als erfgenaam wil ik dat u zijn account en al zijn gegevens verwijdert.",
    )

    assert verdict.writer is Writer.HEIR
    assert verdict.needs_person


@pytest.mark.requirement("ID-12")
@pytest.mark.parametrize(
    "mail",
    [
        "Mijn vader is vorige maand overleden. Kunt u mij al zijn gegevens sturen?",
        "Mijn moeder is overleden. Graag al haar gegevens verwijderen.",
        "Hallo, mijn man is in september gestorven. Ik wil graag een kopie van zijn persoonsgegevens.",
        "Onze oudste zoon is helaas overleden. Welke gegevens hebben jullie nog van hem?",
        "My father passed away last month. Please send me all his data.",
    ],
)
def test_who_writes_in_plain_words_that_a_relative_died_gets_a_person(mail: str) -> None:
    verdict = classify(MODEL, "vraag", mail)

    assert verdict.writer is Writer.HEIR
    assert verdict.needs_person


@pytest.mark.requirement("INT-12", "KLA-06")
def test_the_supervisory_authority_gets_a_person() -> None:
    verdict = classify(
        MODEL,
        "Ons kenmerk z2026-01234",
        "De Autoriteit Persoonsgegevens heeft een klacht ontvangen over uw organisatie en verzoekt u om inlichtingen.",
    )

    assert verdict.writer is Writer.AUTHORITY
    assert verdict.needs_person


def test_a_right_named_outright_in_a_few_words_is_never_ignored() -> None:
    verdict = classify(MODEL, "", "Zie bijlage inzake dataportabiliteit.")

    assert not verdict.ordinary


def test_a_newsletter_that_names_rights_gets_no_person() -> None:
    text = (
        "In deze editie: hof bevestigt recht op inzage in telefoonnotities. Vijf tips om verwijderverzoeken vlot af te "
        "handelen. Onze volgende kennismiddag over de AVG is op 12 maart in Assen, met soep en broodjes. Uitschrijven "
        "kan onderaan deze nieuwsbrief."
    )

    assert classify(MODEL, "AVG-nieuws voor ondernemers, editie 44", text).ordinary


def test_a_right_named_outright_in_the_middle_of_a_long_mail_is_seen() -> None:
    story = "De btw-aangifte van het derde kwartaal lukte pas na drie keer proberen, en de helpdesk was aardig. "
    asked = "Verder beroep ik mij op mijn recht op inzage. "

    assert not classify(MODEL, "btw", story * 3 + asked + story * 2).ordinary


def test_an_encrypted_mail_gets_a_person() -> None:
    verdict = classify(MODEL, "...", "-----BEGIN PGP MESSAGE-----\n\nhQEMA5vJ\n-----END PGP MESSAGE-----")

    assert verdict.needs_person


def test_a_short_yes_takes_its_meaning_from_our_question() -> None:
    quoted = "Op 3 maart schreef Kleinboek:\n> Wilt u dat wij uw account en al uw gegevens verwijderen?"

    verdict = classify(MODEL, "Re: Uw opzegging", "Ja, doe maar.\n\nSanne", quoted)

    assert verdict.kinds == {RequestKind.ERASURE}
    assert [reason.text for reason in verdict.reasons] == ["Ja, doe maar."]


def test_a_no_to_the_same_question_is_no_request() -> None:
    quoted = "Op 3 maart schreef Kleinboek:\n> Wilt u dat wij uw account en al uw gegevens verwijderen?"

    verdict = classify(MODEL, "Re: Uw opzegging", "Nee, laat maar staan.", quoted)

    assert not verdict.kinds


@pytest.mark.parametrize(
    "text",
    [
        "Zeker weten? Dan kan ik nergens meer bij.",
        "Prima, maar wis vooral niets.",
        "Prima idee, maar dan pas volgend jaar.",
        "Graag eerst uitleg wat dat betekent.",
    ],
)
def test_who_asks_or_puts_off_does_not_merely_agree(text: str) -> None:
    verdict = classify(MODEL, "Re: Uw opzegging", text, "Wilt u dat wij uw account en al uw gegevens verwijderen?")

    assert not verdict.kinds or verdict.needs_person


def test_quoted_words_alone_are_no_request() -> None:
    quoted = "Van: Kleinboek\n\nU vroeg ons al uw persoonsgegevens te verwijderen. Wij doen dat binnen een maand."

    verdict = classify(MODEL, "Re: uw verzoek", "Dank u wel, tot ziens!", quoted)

    assert not verdict.kinds


def test_a_request_passed_on_from_below_gets_a_person() -> None:
    quoted = "Van: Joris\n\nGraag ontvang ik een kopie van alle persoonsgegevens die u van mij heeft."

    verdict = classify(MODEL, "Fwd: verzoek", "Zie hieronder, graag alsnog antwoord.", quoted)

    assert verdict.needs_person


def test_a_machine_that_asks_in_somebodys_name_gets_a_person() -> None:
    verdict = classify(MODEL, "Formulier", "Verwijder mijn account en al mijn persoonsgegevens.", automatic=True)

    assert verdict.automatic
    assert verdict.needs_person


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatisch antwoord: uw verzoek tot inzage", "Gebruik dit adres niet meer."),
        ("Automatisch antwoord: Uw factuur", "Dit adres vervalt, stuur voortaan naar info@elders.example."),
        ("Out of office: your erasure request", "I am on leave. This address must not be used any more."),
        ("Bericht van het systeem", "Mijn gegevens kloppen niet meer."),
    ],
)
def test_a_machine_that_only_seems_to_ask_gets_no_person(subject: str, text: str) -> None:
    assert not classify(MODEL, "", text).ordinary

    assert classify(MODEL, subject, text, automatic=True).ordinary


@pytest.mark.parametrize(
    "text",
    [
        "Naam: Sanne Vermeer\nBericht: Veeg mij maar van het bord.",
        "Ingevuld contactformulier. Veeg mij maar van het bord.",
        "Zie bijlage inzake dataportabiliteit.",
    ],
)
def test_a_form_and_a_right_named_outright_get_a_person_also_when_a_machine_sent_them(text: str) -> None:
    assert classify(MODEL, "Website", text, automatic=True).needs_person


def test_an_absence_note_that_asks_outright_gets_a_person() -> None:
    verdict = classify(MODEL, "Automatisch antwoord: nieuws", "Verwijder mijn account en al mijn gegevens.")

    assert verdict.kinds == {RequestKind.ERASURE}
    assert verdict.needs_person


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("win", "Reclame."),
        ("", "Verwijderen"),
        ("klacht", ""),
        ("", "Stop!"),
        ("Inzage", ""),
        ("", "AVG"),
        ("", "mijn data"),
    ],
)
def test_one_or_two_words_decide_nothing_but_are_seen(subject: str, text: str) -> None:
    verdict = classify(MODEL, subject, text)

    assert not verdict.kinds
    assert verdict.needs_person


@pytest.mark.parametrize("code", ["3RED-WISH", "7KDA-X9MT", "9wis-senk", "> 4AVG 2YHN."])
@pytest.mark.parametrize("subject", ["Mijn gegevens", "Re: uw verzoek", ""])
def test_the_letters_of_a_code_alone_mean_nothing(subject: str, code: str) -> None:
    verdict, without = classify(MODEL, subject, code, in_case=True), classify(MODEL, subject, "", in_case=True)

    assert verdict.kinds == frozenset()
    assert verdict.scores == without.scores


def test_one_word_that_names_a_right_outright_is_a_request() -> None:
    assert classify(MODEL, "Inzageverzoek", "").kinds == {RequestKind.ACCESS}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ik wil graag weten wat jullie van mij hebben", Language.DUTCH),
        ("Please tell me what you have about me", Language.ENGLISH),
        ("Bitte löschen Sie alle Daten, die Sie über mich haben", Language.GERMAN),
        ("Je voudrais savoir ce que vous avez sur moi", Language.FRENCH),
        ("Proszę o usunięcie moich danych, nie jest mi to potrzebne", Language.OTHER),
        ("Прошу удалить мои данные", Language.OTHER),
        ("Buenos días, necesito saber qué datos tienen sobre mí", Language.OTHER),
        ("Goeie, ik woe graach witte wat jim oer my opskreaun hawwe", Language.OTHER),
        ("Buonasera, vorrei sapere quali dati avete", Language.OTHER),
        (
            "06 18 22 40 71 vervalt, voortaan 06 83 11 90 25. vast nr blijft 0561 44 12 08. tjeerd hoekstra",
            Language.DUTCH,
        ),
        ("Postbus 77, 8200 AB Lelystad wordt Postbus 1140, 8200 BE Lelystad. Bezoekadres blijft zo", Language.DUTCH),
        ("", Language.DUTCH),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, language: Language) -> None:
    assert classify(MODEL, "", text).language is language


@pytest.mark.parametrize(
    ("subject", "text", "intent"),
    [
        ("Re: Bevestig uw verzoek", "K7QF-2MXR\n\nGroet, Sanne", Intent.CHALLENGE_ANSWER),
        ("Re: Bevestig uw verzoek", "NIET IK", Intent.NOT_ME),
        ("Re: uw verzoek", "Ik heb dit helemaal niet aangevraagd, ik weet van niets.", Intent.NOT_ME),
        ("Re: uw verzoek", "Hierbij trek ik mijn verzoek in, het hoeft niet meer.", Intent.WITHDRAWAL),
        ("Re: uw verzoek", "Ik heb nog steeds geen antwoord gekregen, wanneer hoor ik iets?", Intent.REMINDER),
        ("Re: uw gegevens", "Bedankt, heel duidelijk!", Intent.THANKS),
        ("Automatisch antwoord: uw verzoek", "Ik ben afwezig tot 3 juni.", Intent.OUT_OF_OFFICE),
        ("Undeliverable: uw verzoek", "Your message could not be delivered: 550 5.1.1 user unknown", Intent.BOUNCE),
        ("Re: uw gegevens", "Ik krijg het zip-bestand niet open, het wachtwoord werkt niet.", Intent.CANNOT_OPEN),
        ("Re: uw gegevens", "Dit bestand is niet voor mij, het gaat over een ander.", Intent.WRONG_RECIPIENT),
        ("Re: uitstel", "Akkoord.", Intent.AGREES),
        ("Re: verwijderen", "Stop, toch niet verwijderen! Ik heb de gegevens nog nodig.", Intent.CANCELS_ERASURE),
        ("Re: uw antwoord", "Ik ga hiermee naar de Autoriteit Persoonsgegevens.", Intent.COMPLAINT_AP),
    ],
)
def test_a_follow_up_says_what_it_does(subject: str, text: str, intent: Intent) -> None:
    assert intent in classify(MODEL, subject, text, in_case=True).intents


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ik trek mijn verzoek van vorige week in.", Intent.WITHDRAWAL),
        ("Mijn inzageverzoek wil ik graag intrekken.", Intent.WITHDRAWAL),
        ("Laat maar zitten, ik heb het al gevonden.", Intent.WITHDRAWAL),
        ("laat maar, opgelost", Intent.WITHDRAWAL),
        ("Het hoeft niet meer, dank.", Intent.WITHDRAWAL),
        ("Jullie hoeven niets meer te sturen.", Intent.WITHDRAWAL),
        ("U mag het dossier sluiten.", Intent.WITHDRAWAL),
        ("This is no longer needed.", Intent.WITHDRAWAL),
        ("Please cancel my request.", Intent.WITHDRAWAL),
        ("I would like to withdraw my access request.", Intent.WITHDRAWAL),
        ("I've changed my mind, no need to send anything.", Intent.WITHDRAWAL),
        ("Dat was ik niet.", Intent.NOT_ME),
        ("Ik heb dit niet aangevraagd.", Intent.NOT_ME),
        ("Dit verzoek is niet van mij.", Intent.NOT_ME),
        ("Wij hebben dit verzoek nooit ingediend.", Intent.NOT_ME),
        ("Ik weet van niets, wie heeft dit aangevraagd?", Intent.NOT_ME),
        ("I did not make this request.", Intent.NOT_ME),
        ("We never sent this, someone is impersonating me.", Intent.NOT_ME),
        ("It wasn't us.", Intent.NOT_ME),
        ("Graag toch niet verwijderen.", Intent.CANCELS_ERASURE),
        ("Stop de verwijdering alstublieft.", Intent.CANCELS_ERASURE),
        ("Het wissen hoeft niet door te gaan: wissen hoeft niet.", Intent.CANCELS_ERASURE),
        ("Please don't delete my account after all.", Intent.CANCELS_ERASURE),
        ("Keep my account, I still need it.", Intent.CANCELS_ERASURE),
        ("Dit overzicht is van iemand anders.", Intent.WRONG_RECIPIENT),
        ("Dit bestand is niet voor mij bedoeld.", Intent.WRONG_RECIPIENT),
        ("Ik wacht nog steeds. Het bestand van toen was helemaal niet van mij, trouwens.", Intent.WRONG_RECIPIENT),
        ("Die bijlage bleek niet van ons en ik wacht nog op de goede.", Intent.WRONG_RECIPIENT),
        ("Mijn paspoort krijgt u niet. Stopt u dan met mijn verzoek.", Intent.WITHDRAWAL),
        ("Stoppen jullie maar met mijn aanvraag, ik stuur geen ID.", Intent.WITHDRAWAL),
    ],
)
def test_words_that_stop_a_case_are_understood(text: str, intent: Intent) -> None:
    assert intent in classify(MODEL, "Re: uw verzoek", text, in_case=True).intents


@pytest.mark.parametrize(
    "text",
    [
        "Nee, die klacht trek ik niet in.",
        "Mijn toestemming voor de nieuwsbrief trek ik in.",
        "Ik wil mijn verzoek niet intrekken.",
        "Laat maar weten wanneer het klaar is.",
        "Hoe trek ik een factuur in?",
        "Ja klopt, dat ben ik.",
        "Jullie hebben dit niet gedaan.",
        "Ik heb dit verzoek zelf ingediend.",
        "I made this request myself.",
        "U hoeft zelf niets te doen.",
        "Verwijder mijn account en al mijn gegevens.",
        "Please delete my account.",
    ],
)
def test_words_that_only_resemble_a_stop_stop_nothing(text: str) -> None:
    stops = {Intent.WITHDRAWAL, Intent.NOT_ME, Intent.CANCELS_ERASURE, Intent.WRONG_RECIPIENT}

    assert not classify(MODEL, "Re: uw verzoek", text, in_case=True).intents & stops


@pytest.mark.parametrize("text", ["Top, staat er goed in nu!", "Dinsdag om 10.00 past.", "Hier zijn de antwoorden."])
def test_quiet_words_dispute_nothing(text: str) -> None:
    assert Intent.DISPUTES not in classify(MODEL, "Re: uw verzoek", text, in_case=True).intents


def test_thanks_in_a_case_are_no_new_request() -> None:
    verdict = classify(MODEL, "Re: uw gegevens zijn verwijderd", "Bedankt dat alles verwijderd is!", in_case=True)

    assert not verdict.kinds


@pytest.mark.parametrize(
    "sentence",
    [
        "Verwijder mijn account.",
        "Wilt u al mijn gegevens wissen?",
        "Kunt u mij een kopie sturen van mijn persoonsgegevens?",
        "Ik wil geen reclame meer ontvangen.",
        "Welke gegevens heeft u van mij?",
    ],
)
@pytest.mark.parametrize(
    "mail",
    [
        "De koppeling doet het niet. Mijn klantnummer weet ik niet.",
        "U kunt mijn zwager bellen over de koppeling.",
        "Het importeren van de facturen lukt niet, zie bijlage.",
        "Gisteren heb ik de factuur van maart betaald.",
    ],
)
def test_a_plain_request_behind_a_question_about_the_program_is_seen(mail: str, sentence: str) -> None:
    found = classify(MODEL, "", f"{mail} {sentence}")

    assert found.kinds or found.needs_person
