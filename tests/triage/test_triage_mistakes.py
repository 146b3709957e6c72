"""What is told of mails that were got wrong."""

from __future__ import annotations

from dataclasses import replace

from bot.triage.corpus import Labelled
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.triage.mistakes import BESIDE, ORDINARY, PERSON, confusion, worst
from bot.triage.verdict import Reason, Verdict


def mail(name: str, *labels: str, spans: tuple[tuple[str, str], ...] = ()) -> Labelled:
    return Labelled(name, "anna", "", "tekst", "", frozenset(labels), spans, frozenset(), None, "nl")


def verdict(*kinds: str, person: bool = False, reasons: tuple[Reason, ...] = (), **scores: float) -> Verdict:
    found = frozenset(RequestKind(kind) for kind in kinds)
    return Verdict(
        found, False, person, Language.DUTCH, False, Role.CONTROLLER, Writer.SUBJECT, scores=scores, reasons=reasons
    )


def test_what_is_right_is_no_confusion() -> None:
    assert confusion([(mail("1", "access"), verdict("access")), (mail("2"), verdict())]) == ()
    assert worst([(mail("1", "access"), verdict("access"))], 5) == ()


def test_each_way_of_being_wrong_is_counted_apart_and_the_most_frequent_comes_first() -> None:
    judged = [
        (mail("1", "access"), verdict("erasure")),
        (mail("2", "access"), verdict("erasure")),
        (mail("3", "access"), verdict()),
        (mail("4", "access"), verdict(person=True)),
        (mail("5"), verdict("erasure")),
        (mail("6"), verdict(person=True)),
        (mail("7", "access"), verdict("access", "erasure")),
    ]

    found = confusion(judged)

    assert found[0] == ("access", "erasure", 2)
    assert set(found[1:]) == {
        ("access", ORDINARY, 1),
        ("access", PERSON, 1),
        (ORDINARY, "erasure", 1),
        (ORDINARY, PERSON, 1),
        (BESIDE, "erasure", 1),
    }


def test_what_a_person_reads_on_for_is_told_apart_from_what_is_missed() -> None:
    in_doubt = replace(verdict("access"), perhaps=frozenset({RequestKind.ERASURE}))
    both = mail("1", "access", "erasure")

    assert confusion([(both, in_doubt)]) == (("erasure", "in doubt beside the others", 1),)
    assert confusion([(both, verdict("access"))]) == (("erasure", "nothing beside the others", 1),)
    assert worst([(both, in_doubt)], 1)[0].person


def test_a_request_that_nobody_sees_is_worse_than_one_that_a_person_sees() -> None:
    judged = [
        (mail("shown", "access"), verdict(person=True, access=0.1)),
        (mail("unseen", "access", spans=(("access", "Wat weet u?"),)), verdict(access=0.4)),
        (mail("called"), verdict("erasure", reasons=(Reason("erasure", "Wis de kas."),), erasure=0.9)),
    ]

    found = worst(judged, 2)

    assert [one.id for one in found] == ["unseen", "called"]
    assert [one.sentences for one in found] == [("Wat weet u?",), ("Wis de kas.",)]
    assert found[0].scores == {"access": 0.4}
