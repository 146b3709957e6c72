"""Mails of the past find the cases that earlier ones would have opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases_builders import NOW, make_mail, make_verdict

from bot.cases.rehearsal import Lane, Outcome, Rehearsal
from bot.triage.labels import Intent
from bot.triage.labels import RequestKind as Kind
from bot.triage.verdict import Verdict

SANNE, JORIS, OURS = "sanne@klant.example", "joris@klant.example", "Info@Kleinboek.nl"
ACCESS = make_verdict(Kind.ACCESS)


class Past:
    """A rehearsal to which each mail comes with ids of its own."""

    def __init__(self, cases_per_sender: int = 5) -> None:
        self._rehearsal = Rehearsal(OURS, cases_per_sender)
        self._mails = 0

    def take(
        self, verdict: Verdict, day: int = 0, sender: str = SANNE, as_reply: Verdict | None = None, **mail: Any
    ) -> Outcome:
        self._mails += 1
        ids = {"identity": str(self._mails), "message_id": f"<{self._mails}@klant.example>"}
        return self._rehearsal.take(make_mail(sender, **(ids | mail)), verdict, as_reply, NOW + timedelta(days=day))


def test_a_reply_belongs_to_the_case_of_the_mail_it_answers() -> None:
    past, reminder = Past(), make_verdict(intents=frozenset({Intent.REMINDER}))

    first = past.take(ACCESS)
    reply = past.take(make_verdict(), 5, references=("<1@klant.example>",), as_reply=reminder)

    assert (first.lane, first.number) == (Lane.CASE, 1)
    assert (reply.lane, reply.number, reply.verdict) == (Lane.FOLLOW_UP, 1, reminder)


def test_our_answer_carries_the_thread_on_and_is_no_case_whatever_it_says() -> None:
    past = Past()
    past.take(ACCESS)

    answer = past.take(ACCESS, 1, sender=OURS.lower(), references=("<1@klant.example>",))
    reply = past.take(make_verdict(), 2, references=("<2@klant.example>",))

    assert (answer.lane, answer.number) == (Lane.OWN, None)
    assert (reply.lane, reply.number) == (Lane.FOLLOW_UP, 1)


def test_a_reply_to_ordinary_mail_is_a_mail_of_its_own() -> None:
    past = Past()

    assert past.take(make_verdict()).lane is Lane.ORDINARY
    assert past.take(ACCESS, 1, references=("<1@klant.example>",)).lane is Lane.CASE


def test_the_same_right_joins_the_open_case_and_another_right_opens_one() -> None:
    past = Past()
    past.take(ACCESS)

    assert (past.take(ACCESS, 3).lane, past.take(make_verdict(Kind.ERASURE), 4).number) == (Lane.FOLLOW_UP, 2)


def test_after_a_month_the_same_right_is_asked_anew() -> None:
    past = Past()
    past.take(ACCESS)

    assert past.take(ACCESS, 31).number == 1
    assert past.take(ACCESS, 32).number == 2


def test_a_stranger_who_names_the_mail_of_another_opens_a_case_of_his_own() -> None:
    past = Past()
    past.take(ACCESS)

    asked = past.take(make_verdict(Kind.ERASURE), 1, sender=JORIS, references=("<1@klant.example>",))

    assert (asked.lane, asked.number) == (Lane.CASE, 2)


def test_a_copy_of_a_mail_is_counted_as_one() -> None:
    past = Past()

    assert [past.take(ACCESS, identity="een").lane for _ in range(2)] == [Lane.CASE, Lane.DUPLICATE]


def test_a_case_too_many_of_one_sender_on_one_day_is_looked_at_by_a_person() -> None:
    past = Past(cases_per_sender=2)

    lanes = [past.take(make_verdict(kind)).lane for kind in (Kind.ACCESS, Kind.ERASURE, Kind.COMPLAINT)]

    assert lanes == [Lane.CASE, Lane.CASE, Lane.PERSON]
    assert past.take(make_verdict(Kind.OBJECTION), 2).lane is Lane.CASE
