"""What one mail should lead to, decided from values."""

from __future__ import annotations

from typing import Any

import pytest
from cases_builders import make_case, make_mail, make_request, make_verdict
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.filing import (
    AddToCase,
    FromLetter,
    LeaveAlone,
    OpenCase,
    ReportedLetter,
    ReportOnLetter,
    Surroundings,
    decided,
)
from bot.cases.machines import Circumstances, Consequence
from bot.cases.model import RequestState
from bot.mail.message import AutomaticSigns, Fate, ParsedMail, Report
from bot.triage.labels import Intent, Writer
from bot.triage.labels import RequestKind as Kind
from bot.triage.verdict import StatedCorrection, Verdict

SANNE = "sanne@klant.example"
JORIS = "joris@klant.example"
RUNNING = make_case(make_request(kind=Kind.ACCESS, state=RequestState.AWAITING_APPROVAL), id=7, sender=SANNE)
NOBODY = Surroundings()
ROBOT = AutomaticSigns(auto_submitted=True)


def saying(*intents: Intent, **changes: Any) -> Verdict:
    return make_verdict(intents=frozenset(intents), **changes)


def test_ordinary_mail_is_left_alone() -> None:
    assert decided(make_mail(), make_verdict(), NOBODY) == LeaveAlone(automatic=False)


def test_our_own_mail_is_left_alone_even_where_it_reads_like_a_request() -> None:
    assert decided(make_mail(), make_verdict(Kind.ERASURE), Surroundings(own_mail=True)) == LeaveAlone(automatic=True)


def test_a_request_opens_a_case_with_all_its_rights() -> None:
    decision = decided(make_mail(), make_verdict(Kind.ACCESS, Kind.ERASURE), NOBODY)

    assert decision == OpenCase(frozenset({Kind.ACCESS, Kind.ERASURE}))


def test_a_right_in_doubt_beside_others_holds_nothing() -> None:
    decision = decided(make_mail(), make_verdict(Kind.ACCESS, perhaps=frozenset({Kind.COMPLAINT})), NOBODY)

    assert decision == OpenCase(frozenset({Kind.ACCESS}), perhaps=frozenset({Kind.COMPLAINT}))


def test_a_right_in_doubt_in_a_reply_is_told_unless_the_case_is_about_it() -> None:
    around = Surroundings(case=RUNNING)
    verdict = saying(Intent.NEW_REQUEST, perhaps=frozenset({Kind.ACCESS, Kind.COMPLAINT}))

    decision = decided(make_mail(), verdict, around)

    assert isinstance(decision, AddToCase)
    assert decision.perhaps == {Kind.COMPLAINT}


def test_from_an_address_of_several_people_a_request_is_its_own_case_and_a_reminder_is_not() -> None:
    shared = Surroundings(open_cases=(RUNNING,), several_people=True)
    repeated = make_verdict(Kind.ACCESS)
    reminder = make_verdict(Kind.ACCESS, intents=frozenset({Intent.REMINDER}))

    assert decided(make_mail(), repeated, shared) == OpenCase(frozenset({Kind.ACCESS}))
    for around, verdict in ((shared, reminder), (Surroundings(open_cases=(RUNNING,)), repeated)):
        joined = decided(make_mail(), verdict, around)
        assert isinstance(joined, AddToCase)
        assert joined.case_id == RUNNING.id


def test_a_question_about_privacy_opens_a_case_without_a_request() -> None:
    assert decided(make_mail(), make_verdict(other_privacy=True), NOBODY) == OpenCase(frozenset(), other_privacy=True)


@pytest.mark.requirement("ID-10")
@pytest.mark.parametrize("writer", [Writer.AUTHORITY, Writer.AGENT, Writer.HEIR, Writer.STAFF])
def test_who_writes_for_another_is_read_by_a_person_first(writer: Writer) -> None:
    decision = decided(make_mail(), make_verdict(Kind.ACCESS, writer=writer), NOBODY)

    assert isinstance(decision, OpenCase)
    assert decision.needs


@pytest.mark.parametrize(
    ("mail", "verdict", "around"),
    [
        (make_mail(sender=None), make_verdict(Kind.ACCESS), NOBODY),
        (make_mail(), make_verdict(Kind.ACCESS), Surroundings(circumstances=Circumstances(junk=True))),
        (make_mail(), make_verdict(Kind.ACCESS), Surroundings(circumstances=Circumstances(old=True))),
        (make_mail(signs=ROBOT), make_verdict(Kind.ACCESS), NOBODY),
        (make_mail(signs=AutomaticSigns(mailing_list=True)), make_verdict(Kind.ACCESS), NOBODY),
    ],
    ids=["no clean sender", "junk", "old", "automatic", "list"],
)
def test_a_request_that_no_machine_may_answer_opens_a_case_with_its_letters_held(
    mail: ParsedMail, verdict: Verdict, around: Surroundings
) -> None:
    decision = decided(mail, verdict, around)

    assert isinstance(decision, OpenCase)
    assert decision.letters_held


@pytest.mark.parametrize(
    ("mail", "verdict"),
    [
        (make_mail(), make_verdict(needs_person=True)),
        (make_mail(hidden_text=True), make_verdict(Kind.ERASURE)),
        (make_mail(sender=None), make_verdict(Kind.ACCESS)),
        (make_mail(signs=ROBOT), make_verdict(Kind.ACCESS)),
    ],
    ids=["between the thresholds", "hidden text", "no clean sender", "automatic"],
)
@pytest.mark.requirement("INT-07")
def test_in_doubt_a_person_decides_while_the_clock_runs(mail: ParsedMail, verdict: Verdict) -> None:
    decision = decided(mail, verdict, NOBODY)

    assert isinstance(decision, OpenCase)
    assert decision.needs


@pytest.mark.parametrize(
    ("report", "names_recipient", "then"),
    [
        (Report(Fate.FAILED, from_mail_system=True), True, Consequence.UNDO),
        (Report(Fate.FAILED, from_mail_system=True), False, Consequence.LOOK),
        (Report(Fate.FAILED, from_mail_system=False), True, Consequence.LOOK),
        (Report(Fate.DELAYED, from_mail_system=True), True, Consequence.NOTE),
        (Report(Fate.DELIVERED, from_mail_system=True), True, Consequence.NOTE),
        (Report(Fate.READ), True, Consequence.NOTE),
    ],
)
def test_only_a_failure_told_by_a_mail_system_about_our_recipient_undoes_an_answer(
    report: Report, names_recipient: bool, then: Consequence
) -> None:
    around = Surroundings(case=RUNNING, reported=ReportedLetter(3, names_recipient))

    assert decided(make_mail(signs=ROBOT, report=report), make_verdict(), around) == ReportOnLetter(3, then)


@pytest.mark.parametrize("verdict", [make_verdict(Kind.ERASURE), saying(Intent.NOT_ME), saying(Intent.WITHDRAWAL)])
def test_an_automatic_mail_in_a_case_that_asks_something_is_read_by_a_person(verdict: Verdict) -> None:
    decision = decided(make_mail(signs=ROBOT), verdict, Surroundings(case=RUNNING))

    assert decision == AddToCase(7, "automatic", read_by_staff=True)


def test_a_request_of_a_sender_with_too_many_cases_goes_to_a_person_and_is_answered_by_none() -> None:
    decision = decided(make_mail(), make_verdict(Kind.ACCESS), Surroundings(circumstances=Circumstances(too_many=True)))

    assert isinstance(decision, OpenCase)
    assert decision.letters_held
    assert decision.needs
    assert len(decision.no_answer) == 1


@pytest.mark.parametrize(
    ("text", "verdict", "label", "stop"),
    [
        ("NIET IK", make_verdict(), Intent.NOT_ME, "zegt: niet ik heb dit gevraagd"),
        ("Toch niet wissen.", make_verdict(), Intent.CANCELS_ERASURE, "wil niet meer dat er gewist wordt"),
        (
            "Toch niet wissen, wel inzage.",
            make_verdict(Kind.ACCESS),
            Intent.CANCELS_ERASURE,
            "wil niet meer dat er gewist wordt, en vraagt ook iets anders: lees het",
        ),
    ],
)
def test_a_loose_no_of_somebody_whom_we_told_stops_every_case_it_can_be_about(
    text: str, verdict: Verdict, label: Intent, stop: str
) -> None:
    decision = decided(make_mail(new_text=text), verdict, Surroundings(told_case_ids=(5, 7)))

    assert decision == AddToCase(7, label, stop_for=stop, also_stop=(5,))


def test_an_out_of_office_in_a_case_neither_answers_a_challenge_nor_stops_anything() -> None:
    around = Surroundings(case=RUNNING, code_case_id=7)

    decision = decided(make_mail(signs=ROBOT), saying(Intent.CHALLENGE_ANSWER), around)

    assert decision == AddToCase(7, "automatic")


@pytest.mark.parametrize(
    "around", [Surroundings(code_case_id=7), Surroundings(guess_case_id=7), Surroundings(case=RUNNING, code_case_id=7)]
)
def test_a_code_among_words_that_read_like_an_absence_note_proves_nothing_and_is_read(around: Surroundings) -> None:
    decision = decided(make_mail(), saying(Intent.OUT_OF_OFFICE, automatic=True), around)

    assert decision == AddToCase(7, "automatic", read_by_staff=True)


@pytest.mark.parametrize("intent", [Intent.THANKS, Intent.OUT_OF_OFFICE, Intent.BOUNCE])
def test_what_reads_like_thanks_or_a_machine_but_may_ask_something_is_read(intent: Intent) -> None:
    around, thanks = Surroundings(case=RUNNING), make_mail(new_text="Bedankt! Groet, Sanne")

    doubtful = decided(thanks, saying(intent, needs_person=True), around)

    assert isinstance(doubtful, AddToCase)
    assert doubtful.read_by_staff
    assert decided(thanks, saying(intent), around) == AddToCase(7, intent)


def test_thanks_that_say_more_are_read() -> None:
    more = make_mail(new_text="Bedankt, mijn broer ook.")

    decision = decided(more, saying(Intent.THANKS), Surroundings(case=RUNNING))

    assert decision == AddToCase(7, Intent.THANKS, may_answer_challenge=True, read_by_staff=True)


def test_who_is_away_and_takes_his_request_back_stops_it_unless_a_machine_wrote_it() -> None:
    around, verdict = Surroundings(case=RUNNING), saying(Intent.WITHDRAWAL, automatic=True)

    words = "wil het verzoek intrekken (privacybot withdraw)"
    assert decided(make_mail(), verdict, around) == AddToCase(7, "automatic", stop_for=words)
    assert decided(make_mail(signs=ROBOT), verdict, around) == AddToCase(7, "automatic", read_by_staff=True)


def test_a_guess_among_doubtful_words_is_a_guess_and_is_read() -> None:
    around = Surroundings(guess_case_id=7)

    decision = decided(make_mail(), make_verdict(needs_person=True), around)

    assert decision == AddToCase(7, Intent.CHALLENGE_ANSWER, may_answer_challenge=True, read_by_staff=True)
    assert not isinstance(decided(make_mail(), make_verdict(Kind.ERASURE), around), AddToCase)


def test_an_absence_note_without_headers_and_without_a_code_bothers_nobody() -> None:
    decision = decided(make_mail(), saying(Intent.OUT_OF_OFFICE, automatic=True), Surroundings(case=RUNNING))

    assert decision == AddToCase(7, "automatic")


def test_a_code_in_the_new_text_finds_its_case_without_a_thread() -> None:
    decision = decided(make_mail(JORIS), make_verdict(), Surroundings(code_case_id=7))

    assert decision == AddToCase(7, Intent.CHALLENGE_ANSWER, may_answer_challenge=True)


NEW = "sanne@nieuw.example"


def test_a_code_on_paper_joins_its_case_from_anywhere_and_answers_no_challenge() -> None:
    decision = decided(make_mail(NEW), make_verdict(), Surroundings(letter_case=RUNNING, guess_case_id=7))

    assert decision == AddToCase(7, Intent.CHALLENGE_ANSWER, letter=FromLetter.CODE)


@pytest.mark.parametrize(("sender", "added"), [(SANNE, {Kind.ERASURE}), (NEW, set())])
def test_what_is_asked_beside_a_code_on_paper_is_read_and_a_request_only_of_whom_the_case_knows(
    sender: str, added: set[Kind]
) -> None:
    decision = decided(make_mail(sender), make_verdict(Kind.ERASURE), Surroundings(letter_case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert (decision.new_kinds, decision.asks_beside_code) == (added, True)


def test_a_no_with_the_code_on_paper_stops_whatever_it_can_be_about() -> None:
    around = Surroundings(letter_case=RUNNING, told_case_ids=(5, 7))

    decision = decided(make_mail(new_text="NIET IK 7KDA-X9MT"), make_verdict(), around)

    assert decision == AddToCase(
        7, Intent.NOT_ME, stop_for="zegt: niet ik heb dit gevraagd", also_stop=(5,), letter=FromLetter.CODE
    )


def test_a_code_by_mail_and_one_on_paper_in_one_mail_are_both_heard() -> None:
    decision = decided(make_mail(), make_verdict(), Surroundings(code_case_id=7, letter_case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert (decision.may_answer_challenge, decision.letter) == (True, FromLetter.CODE)


def test_a_code_on_paper_among_words_that_read_like_an_absence_note_is_read() -> None:
    decision = decided(make_mail(NEW), make_verdict(automatic=True), Surroundings(letter_case=RUNNING))

    assert decision == AddToCase(7, "automatic", read_by_staff=True)


@pytest.mark.parametrize(
    ("mail", "verdict", "joins"),
    [
        (make_mail(NEW), make_verdict(), True),
        (make_mail(NEW), make_verdict(needs_person=True), True),
        (make_mail(NEW, new_text="NIET IK"), make_verdict(Kind.ERASURE), True),
        (make_mail(NEW), make_verdict(Kind.ACCESS), False),
        (make_mail(NEW), make_verdict(other_privacy=True), False),
        (make_mail(NEW, signs=ROBOT), make_verdict(), False),
    ],
    ids=["plain", "doubt", "no", "a request", "a question", "a robot"],
)
def test_who_names_a_case_with_a_letter_on_paper_joins_it_unless_he_asks_something_of_his_own(
    mail: ParsedMail, verdict: Verdict, joins: bool
) -> None:
    decision = decided(mail, verdict, Surroundings(named_case=RUNNING))

    assert (isinstance(decision, AddToCase) and decision.letter is FromLetter.NUMBER) is joins


@pytest.mark.parametrize(("new_text", "asks"), [("368N-HX3M", False), ("368N-HX3M\nen nog iets over dat andere", True)])
def test_what_our_own_letter_below_a_code_seems_to_ask_bothers_nobody(new_text: str, asks: bool) -> None:
    mail = make_mail(new_text=new_text, quoted_text="Klopt het niet helemaal? Schrijf ons wat er niet klopt.")
    doubt = make_verdict(needs_person=True, scores={"correction": 0.98})

    decision = decided(mail, doubt, Surroundings(case=RUNNING, code_case_id=7))

    assert isinstance(decision, AddToCase)
    assert (decision.may_answer_challenge, decision.asks_beside_code) == (True, asks)


@pytest.mark.parametrize(
    "intent", [Intent.NOT_ME, Intent.WITHDRAWAL, Intent.CANCELS_ERASURE, Intent.DISPUTES, Intent.WRONG_RECIPIENT]
)
def test_a_follow_up_that_takes_something_back_stops_the_case(intent: Intent) -> None:
    decision = decided(make_mail(), saying(intent), Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert (decision.case_id, decision.label) == (7, intent)
    assert decision.stop_for


def test_thanks_stop_nothing_and_bother_nobody() -> None:
    decision = decided(make_mail(new_text="Bedankt!"), saying(Intent.THANKS), Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert (decision.stop_for, decision.read_by_staff, decision.may_answer_challenge) == (None, False, False)


@pytest.mark.requirement("INT-05")
def test_a_new_right_in_the_thread_becomes_a_further_request() -> None:
    decision = decided(make_mail(), make_verdict(Kind.ERASURE), Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert decision.new_kinds == {Kind.ERASURE}


def test_a_stranger_in_somebody_elses_thread_opens_a_case_of_his_own() -> None:
    decision = decided(make_mail(JORIS), make_verdict(Kind.ERASURE), Surroundings(case=RUNNING))

    assert decision == OpenCase(frozenset({Kind.ERASURE}))


def test_other_corrections_than_before_stop_a_correction_and_not_an_access() -> None:
    correcting = make_case(make_request(kind=Kind.CORRECTION), id=9, sender=SANNE)
    more = make_verdict(corrections=(StatedCorrection("iban", None, "NL91ABNA0417164300"),))

    stopped = decided(make_mail(), more, Surroundings(case=correcting))
    going_on = decided(make_mail(), more, Surroundings(case=RUNNING))

    assert isinstance(stopped, AddToCase)
    assert isinstance(going_on, AddToCase)
    assert stopped.stop_for
    assert going_on.stop_for is None


def test_the_same_right_again_without_a_thread_is_a_reminder() -> None:
    decision = decided(make_mail(), make_verdict(Kind.ACCESS), Surroundings(open_cases=(RUNNING,)))

    assert isinstance(decision, AddToCase)
    assert (decision.case_id, decision.label, decision.new_kinds) == (7, Intent.REMINDER, frozenset())


mails = st.builds(make_mail, st.sampled_from([SANNE, JORIS, None]), signs=st.sampled_from([AutomaticSigns(), ROBOT]))
verdicts = st.builds(
    lambda kinds, intents, doubt, other: make_verdict(
        *kinds, intents=frozenset(intents), needs_person=doubt, other_privacy=other
    ),
    st.sets(st.sampled_from(Kind), max_size=3),
    st.sets(st.sampled_from(Intent), max_size=2),
    st.booleans(),
    st.booleans(),
)
surroundings = st.builds(
    Surroundings,
    case=st.sampled_from([None, RUNNING]),
    open_cases=st.sampled_from([(), (RUNNING,)]),
    code_case_id=st.sampled_from([None, 7]),
    circumstances=st.builds(Circumstances, old=st.booleans(), junk=st.booleans(), too_many=st.booleans()),
)


@given(mails, verdicts, surroundings)
def test_nothing_that_may_be_a_request_is_left_alone_unless_a_machine_sent_it(
    mail: ParsedMail, verdict: Verdict, around: Surroundings
) -> None:
    decision = decided(mail, verdict, around)

    if not verdict.ordinary and not mail.signs.automatic:
        assert not isinstance(decision, LeaveAlone)
    if isinstance(decision, AddToCase) and decision.may_answer_challenge:
        assert not mail.signs.automatic


def test_what_else_stands_beside_a_code_is_not_lost() -> None:
    around = Surroundings(case=RUNNING, code_case_id=7)
    by_post = saying(Intent.CHALLENGE_ANSWER, Intent.AGREES, Intent.DELIVERY_PREFERENCE)
    less = saying(Intent.CHALLENGE_ANSWER, Intent.CHANGE_SCOPE)

    decisions = [decided(make_mail(), one, around) for one in (by_post, less)]

    told = [(one.beside, one.asks_beside_code) for one in decisions if isinstance(one, AddToCase)]
    assert told == [({Intent.DELIVERY_PREFERENCE}, False), ({Intent.CHANGE_SCOPE}, True)]


def test_a_reply_that_stops_a_case_for_two_reasons_tells_both() -> None:
    decision = decided(make_mail(), saying(Intent.DISPUTES, Intent.WRONG_RECIPIENT), Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert decision.label == Intent.WRONG_RECIPIENT
    assert decision.beside == {Intent.DISPUTES}
    assert "betwist ons antwoord" in (decision.stop_for or "")
    assert "mogelijk datalek" in (decision.stop_for or "")


def test_beside_a_wrong_code_another_persons_data_are_heard() -> None:
    around = Surroundings(guess_case_id=7)

    decision = decided(make_mail(), saying(Intent.CHALLENGE_ANSWER, Intent.WRONG_RECIPIENT), around)

    assert isinstance(decision, AddToCase)
    assert decision.beside == {Intent.WRONG_RECIPIENT}


def test_who_says_no_and_asks_something_else_has_that_read() -> None:
    verdict = make_verdict(Kind.ERASURE, intents=frozenset({Intent.NOT_ME, Intent.NEW_REQUEST}))

    decision = decided(make_mail(SANNE), verdict, Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert not decision.new_kinds
    assert "vraagt ook iets anders" in (decision.stop_for or "")


def test_a_stranger_in_the_thread_who_got_somebody_elses_data_and_asks_for_his_own_goes_to_a_person() -> None:
    verdict = make_verdict(Kind.ACCESS, intents=frozenset({Intent.WRONG_RECIPIENT, Intent.NEW_REQUEST}))

    decision = decided(make_mail(JORIS), verdict, Surroundings(case=RUNNING))

    assert isinstance(decision, OpenCase)
    assert "mogelijk datalek" in (decision.needs or "")


def test_a_plain_no_beside_a_dispute_is_both() -> None:
    mail = make_mail(new_text="Dat was ik niet. Ik ben het er niet mee eens.")

    decision = decided(mail, saying(Intent.DISPUTES), Surroundings(case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert (decision.label, decision.beside) == (Intent.NOT_ME, {Intent.DISPUTES})


ERASING = make_case(make_request(kind=Kind.ERASURE, state=RequestState.AWAITING_APPROVAL), id=9, sender=SANNE)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Ik trek mijn verzoek in.", Intent.WITHDRAWAL),
        ("Mijn inzageverzoek hoeft niet meer.", Intent.WITHDRAWAL),
        ("Dat verzoek heb ik niet gedaan.", Intent.NOT_ME),
        ("Toch maar niets wissen graag.", Intent.CANCELS_ERASURE),
    ],
)
def test_who_takes_a_request_back_in_a_new_mail_stops_every_case_of_his(words: str, label: Intent) -> None:
    around = Surroundings(open_cases=(RUNNING, ERASING))

    decision = decided(make_mail(new_text=words), make_verdict(), around)

    assert isinstance(decision, AddToCase)
    assert (decision.case_id, decision.label, decision.also_stop) == (9, label, (7,))
    assert decision.stop_for


@pytest.mark.parametrize(
    "words",
    [
        "Die offerte hoeft niet meer.",
        "Ik kan de boeking niet verwijderen.",
        "Laat maar, ik heb de knop gevonden.",
        "Ik trek mijn verzoek niet in.",
    ],
)
def test_ordinary_mail_of_who_has_a_case_stops_nothing(words: str) -> None:
    around = Surroundings(open_cases=(RUNNING,))

    assert decided(make_mail(new_text=words), make_verdict(), around) == LeaveAlone(automatic=False)


def test_a_withdrawal_beside_the_code_on_paper_stops_whatever_thread_it_stands_in() -> None:
    mail = make_mail(NEW, new_text="De code is 7KDA-X9MT. Ik trek mijn verzoek in.")

    decision = decided(mail, make_verdict(), Surroundings(letter_case=RUNNING))

    assert isinstance(decision, AddToCase)
    assert "intrekken" in (decision.stop_for or "")
