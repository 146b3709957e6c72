"""Rights cited by their articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.articles import cited, invoked
from bot.triage.classify import classify
from bot.triage.labels import RequestKind
from bot.triage.weights import load_model

K = RequestKind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("15 en 17 avg svp", {K.ACCESS, K.ERASURE}),
        ("Art. 15, 16 en 18 AVG", {K.ACCESS, K.CORRECTION, K.RESTRICTION}),
        ("20 + 17 AVG, eerst bestand, dan wissen", {K.PORTABILITY, K.ERASURE}),
        ("AVG\n17.1.b. Graag bevestigen.", {K.ERASURE}),
        ("GDPR art 15, all recordings too", {K.ACCESS}),
        ("intrekking, 7.3 AVG", {K.CONSENT_WITHDRAWAL}),
        ("artikel 7 lid 3 van de AVG", {K.CONSENT_WITHDRAWAL}),
        ("Art. 21 Abs. 2 DSGVO", {K.OBJECTION}),
        ("art. 77 avg, reken erop", {K.COMPLAINT}),
        ("Verordening (EU) 2016/679, artikel 17", {K.ERASURE}),
        ("artikel 21 // van de avg", set()),
        ("art. 18 cao", set()),
        ("art. 117 AVG", set()),
        ("AVG 15 punten", set()),
        ("15 vragen over de AVG", set()),
        ("Bijeenkomst AVG 17 mei", set()),
        ("AVG 17:00 uur", set()),
        ("Boek AVG 15,95 besteld", set()),
        ("AVG 15.000 boetes", set()),
    ],
)
def test_articles_are_told_apart(text: str, kinds: set[RequestKind]) -> None:
    assert cited(text) == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Art. 21 lid 2 AVG. Per direct.", K.OBJECTION),
        ("artikel 7 lid 3 AVG, de belpermissie", K.CONSENT_WITHDRAWAL),
        ("art. 15 lid 3 AVG, een kopie graag", K.ACCESS),
    ],
)
def test_a_paragraph_of_an_article_is_no_member_of_a_club(text: str, kind: RequestKind) -> None:
    assert invoked(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Mijn klant zegt art. 17 AVG",
        "art. 17 AVG, wat houdt dat in?",
        "cursus art. 15 AVG, zaterdag vol",
        "GDPR art 15, no request from me, a typo",
        "Ik doe geen beroep op art. 17 AVG",
        "Ik trek mijn verzoek art. 17 AVG in.",
        "Dank voor de afhandeling van mijn verzoek art. 15 AVG.",
        "Een werknemer doet een beroep op art. 15 AVG.",
        "Art. 15 of 17 AVG, kies maar",
        "Onze checklist art. 17 AVG, nu 30 procent korting",
    ],
)
def test_articles_of_others_in_lessons_in_questions_settled_and_denied_are_not_invoked(text: str) -> None:
    assert cited(text)
    assert not invoked(text)


@pytest.mark.parametrize(
    ("subject", "text", "kinds"),
    [
        ("AVG", "15 en 17. In die volgorde. T. Okafor", {K.ACCESS, K.ERASURE}),
        ("", "15/16/18 AVG. Binnen een maand. W. Drenth", {K.ACCESS, K.CORRECTION, K.RESTRICTION}),
        ("20 AVG", "Bestand mag naar hallo@tellus.example, dat is mijn nieuwe pakket.", {K.PORTABILITY}),
    ],
)
def test_a_short_mail_asks_for_the_rights_whose_articles_it_cites(
    subject: str, text: str, kinds: set[RequestKind]
) -> None:
    verdict = classify(load_model(), subject, text)

    assert verdict.kinds == kinds
    assert all(any(reason.label == kind.value for reason in verdict.reasons) for kind in kinds)
    assert all(reason.text in f"{subject}\n{text}" for reason in verdict.reasons)


def test_what_only_articles_decide_is_read_by_a_person() -> None:
    model = load_model()
    never = {name: replace(line, decided=1.1) for name, line in model.thresholds.items()}
    verdict = classify(replace(model, thresholds=never), "AVG", "15 en 17. In die volgorde. T. Okafor")

    assert verdict.kinds == {K.ACCESS, K.ERASURE}
    assert verdict.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Wij automatiseren verzoeken onder art. 15, 16 en 17 AVG. Plan een afspraak via onze site. PrivacyTool BV",
        "Nieuw: whitepaper artikel 17 AVG in de praktijk. Download hem gratis.",
        "Bijeenkomst AVG 17 mei, 20.00 uur in het dorpshuis. Komt u ook? Graag aanmelden.",
        "Een oud-klant beroept zich op art. 17 AVG. Wat kan ik wissen gezien de bewaarplicht",
    ],
)
def test_articles_of_vendors_and_of_customers_customers_decide_nothing(text: str) -> None:
    assert not classify(load_model(), "", text).kinds


@pytest.mark.parametrize(
    "text",
    [
        "Mag ik art. 15 AVG inroepen? Graag dus.",
        "Artikel 15 AVG. Kunt u dat regelen?",
        "Mag ik een beroep doen op art. 18 AVG?",
        "Met een beroep op artikel 15 AVG, krijg ik het dan binnen een maand?",
        "Op grond van art. 82 AVG eis ik schadevergoeding.",
    ],
)
def test_an_article_in_a_polite_question_is_read_by_a_person(text: str) -> None:
    verdict = classify(load_model(), "", text)
    assert verdict.needs_person or verdict.kinds


def test_a_question_about_an_article_decides_nothing_by_it() -> None:
    assert not classify(load_model(), "art 17 avg", "Moet ik dan ook zijn facturen wissen? Oud-klant van mij.").kinds


def test_another_right_than_the_article_gives_is_read_by_a_person() -> None:
    verdict = classify(load_model(), "", "Ik beroep me op artikel 21 AVG.")

    assert K.OBJECTION in verdict.kinds
    assert verdict.kinds == {K.OBJECTION} or verdict.needs_person
