"""Who may approve what, and when one pair of eyes is not enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases_builders import AHMED, FATIMA, LOTTE, NOW, approved_by, make_case, make_change, make_draft, make_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.approving import TELLS_NOTHING, Approval, Approved, NeedsSecond, Refused, approval_needed
from bot.cases.changes import ChangeAction
from bot.cases.draft import Block, Draft, DraftFile, DraftState, content_hash
from bot.cases.findings import Finding
from bot.cases.letters import AUTOMATIC, TO_STAFF, LetterKind
from bot.cases.levels import Levels
from bot.cases.model import Case, Level
from bot.cases.people import StaffRole, User
from bot.settings import ApprovalSettings, LevelSettings
from bot.triage.labels import RequestKind

SHIPPED = Levels.configured(LevelSettings())
FALLBACK = ApprovalSettings()
REQUIRED = ApprovalSettings(second_person="required")
IDENTIFIED = make_case(make_request(reached=Level.L2))
SURE = make_case(make_request(required=Level.L3, reached=Level.L3))
EXPORT = DraftFile(1, "KB-2026-0042-gegevens.zip", "application/zip", 10, "00")


def decide(draft: Draft, case: Case = IDENTIFIED, approver: User = FATIMA, **how: Any) -> Approval:
    given: dict[str, Any] = {
        "approvals": (),
        "users": (FATIMA, AHMED),
        "settings": FALLBACK,
        "levels": SHIPPED,
        "now": NOW,
        "handled": frozenset(),
    }
    return approval_needed(draft, case, approver=approver, **(given | how))


def test_a_low_risk_draft_leaves_after_one_approval() -> None:
    assert decide(make_draft(), approver=AHMED) == Approved()


@pytest.mark.parametrize(
    "user", [LOTTE, replace(FATIMA, enabled=False), User(4, "root", StaffRole.BEHEERDER, enabled=True)]
)
def test_whoever_only_reads_is_disabled_or_keeps_the_machine_may_not_approve(user: User) -> None:
    assert isinstance(decide(make_draft(), approver=user), Refused)


@pytest.mark.requirement("ID-09")
@pytest.mark.parametrize("reached", [Level.L0, Level.L1])
def test_no_export_is_approved_below_the_required_level(reached: Level) -> None:
    answer = decide(make_draft(files=(EXPORT,)), make_case(make_request(reached=reached)))

    assert isinstance(answer, Refused)
    assert "L2" in answer.reason


def test_one_request_below_its_level_holds_the_whole_letter_back() -> None:
    case = make_case(make_request(reached=Level.L2), make_request(id=2, required=Level.L3, reached=Level.L2))

    assert isinstance(decide(make_draft(request_ids=(1, 2)), case), Refused)


def test_a_plan_that_calls_a_correction_high_risk_needs_l3_and_two_people_whatever_the_mail_said() -> None:
    correction = make_request(kind=RequestKind.CORRECTION, required=Level.L2, reached=Level.L2)
    plan = (make_change(action=ChangeAction.CORRECT, column="rekening", old="x", new="y", high_risk=True),)
    draft = make_draft(letter=LetterKind.CORRECTION, changes=plan)

    assert isinstance(decide(draft, make_case(correction)), Refused)
    assert isinstance(decide(draft, make_case(replace(correction, reached=Level.L3))), NeedsSecond)


def test_a_draft_for_a_request_of_another_case_is_refused() -> None:
    assert isinstance(decide(make_draft(request_ids=(1, 99))), Refused)


@pytest.mark.parametrize("letter", sorted(TELLS_NOTHING))
def test_a_letter_that_tells_nothing_needs_no_proof_but_carries_no_export_and_no_change(letter: LetterKind) -> None:
    unknown = make_case(make_request(reached=Level.L0))

    assert not isinstance(decide(make_draft(letter=letter), unknown), Refused)
    assert isinstance(decide(make_draft(letter=letter, files=(EXPORT,)), unknown), Refused)
    assert isinstance(decide(make_draft(letter=letter, changes=(make_change(),)), unknown), Refused)


def test_every_letter_that_holds_personal_data_needs_proof() -> None:
    needs_proof = set(LetterKind) - TELLS_NOTHING - AUTOMATIC - TO_STAFF

    assert needs_proof >= {LetterKind.ACCESS, LetterKind.PORTABILITY, LetterKind.ERASURE, LetterKind.PASSPHRASE}
    for letter in needs_proof:
        assert isinstance(decide(make_draft(letter=letter), make_case(make_request())), Refused)


@pytest.mark.parametrize("state", [state for state in DraftState if state is not DraftState.OPEN])
def test_a_draft_that_is_not_open_cannot_be_approved(state: DraftState) -> None:
    assert isinstance(decide(make_draft(state=state)), Refused)


@pytest.mark.parametrize(
    "change",
    [
        {"to": "joris@klant.example"},
        {"subject": "Iets anders"},
        {"in_reply_to": "<2@klant.example>"},
        {"references": ("<2@klant.example>",)},
        {"message_id": "<3@kleinboek.nl>"},
        {"blocks": (Block("ACC-0", "Beste Joris"),)},
        {"files": (EXPORT,)},
        {"changes": (make_change(action=ChangeAction.KEEP),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_read_must_be_what_is_approved(change: dict[str, Any]) -> None:
    read = make_draft()

    answer = decide(make_draft(**change), seen_hash=content_hash(read))

    assert isinstance(answer, Refused)
    assert decide(read, seen_hash=content_hash(read)) == Approved()


@pytest.mark.requirement("KLA-02")
def test_a_complaint_is_decided_by_the_officer() -> None:
    complaint = make_draft(letter=LetterKind.COMPLAINT)

    assert isinstance(decide(complaint, approver=AHMED), Refused)
    assert decide(complaint, approver=FATIMA) == Approved()


COMPLAINS = make_request(kind=RequestKind.COMPLAINT, required=Level.L0, finding=Finding("Klopt.", "Gestopt."))
ANSWER = make_draft(letter=LetterKind.COMPLAINT)
FEMKE = User(5, "femke", StaffRole.FUNCTIONARIS, enabled=True)
BOTH = {"users": (FATIMA, AHMED, FEMKE)}
FATIMA_DID_IT = {"handled": frozenset({"fatima", "ahmed"})}


@pytest.mark.requirement("KLA-02")
@pytest.mark.parametrize("letter", [LetterKind.COMPLAINT, LetterKind.REFUSAL])
def test_who_handled_what_is_complained_of_answers_no_complaint_while_another_officer_can(letter: LetterKind) -> None:
    answer = replace(ANSWER, letter=letter)

    refused = decide(answer, make_case(COMPLAINS), FATIMA, **BOTH, **FATIMA_DID_IT)

    assert isinstance(refused, Refused)
    assert "femke" in refused.reason
    assert not isinstance(decide(answer, make_case(COMPLAINS), FEMKE, **BOTH, **FATIMA_DID_IT), Refused)


@pytest.mark.requirement("KLA-02")
def test_the_only_officer_answers_for_herself_twice_a_night_apart_and_the_approval_says_so() -> None:
    case, alone = make_case(COMPLAINS), {"users": (FATIMA, AHMED), **FATIMA_DID_IT}
    before = [approved_by(FATIMA, ANSWER, NOW - timedelta(hours=FALLBACK.fallback_hours))]
    said = {"typed_reference": case.ref, "reason": "er is geen ander"}

    assert isinstance(decide(ANSWER, case, FATIMA, **alone), NeedsSecond)
    assert decide(ANSWER, case, FATIMA, approvals=before, **alone, **said) == Approved(alone=True)
    assert isinstance(decide(ANSWER, case, FATIMA, approvals=before, settings=REQUIRED, **alone, **said), NeedsSecond)


@pytest.mark.requirement("KLA-02")
def test_officers_who_all_had_a_hand_in_it_answer_together() -> None:
    case, all_did = make_case(COMPLAINS), {**BOTH, "handled": frozenset({"fatima", "femke"})}

    assert isinstance(decide(ANSWER, case, FATIMA, **all_did), NeedsSecond)
    assert decide(ANSWER, case, FATIMA, approvals=[approved_by(FEMKE, ANSWER)], **all_did) == Approved()


@pytest.mark.requirement("KLA-03")
@pytest.mark.parametrize("found", [None, Finding("", "Gestopt."), Finding("Klopt.", " ")])
def test_no_complaint_is_answered_before_finding_and_measures_are_written_down(found: Finding | None) -> None:
    case = make_case(replace(COMPLAINS, finding=found))

    refused = decide(ANSWER, case)

    assert isinstance(refused, Refused)
    assert "privacybot finding" in refused.reason
    assert decide(ANSWER, make_case(COMPLAINS)) == Approved()


def test_high_risk_needs_two_people() -> None:
    draft = make_draft(high_risk=True)

    assert isinstance(decide(draft, SURE, AHMED), NeedsSecond)
    assert isinstance(decide(draft, SURE, AHMED, approvals=[approved_by(AHMED, draft)]), NeedsSecond)
    assert decide(draft, SURE, FATIMA, approvals=[approved_by(AHMED, draft)]) == Approved()


def test_a_first_approval_of_another_version_does_not_count() -> None:
    draft = make_draft(high_risk=True)
    older = make_draft(high_risk=True, subject="Eerdere versie")

    assert isinstance(decide(draft, SURE, FATIMA, approvals=[approved_by(AHMED, older)]), NeedsSecond)


def test_a_first_approval_by_somebody_disabled_since_does_not_count() -> None:
    draft = make_draft(high_risk=True)
    gone = replace(AHMED, enabled=False)
    tess = User(5, "tess", StaffRole.BEHANDELAAR, enabled=True)

    answer = decide(draft, SURE, FATIMA, approvals=[approved_by(AHMED, draft)], users=(FATIMA, gone, tess))

    assert isinstance(answer, NeedsSecond)


def test_nobody_approves_a_high_risk_draft_that_he_edited_himself() -> None:
    draft = make_draft(high_risk=True, editor="fatima")

    assert isinstance(decide(draft, SURE, FATIMA), Refused)
    assert decide(draft, SURE, AHMED) == Approved()


@pytest.mark.requirement("REF-03")
def test_a_refusal_is_read_by_two_people_of_whom_one_is_the_officer() -> None:
    refusal = make_draft(letter=LetterKind.REFUSAL, editor="ahmed")
    tess = User(5, "tess", StaffRole.BEHANDELAAR, enabled=True)

    assert isinstance(decide(refusal, approver=AHMED), Refused)
    assert isinstance(decide(refusal, approver=tess, users=(FATIMA, AHMED, tess)), NeedsSecond)
    assert decide(refusal, approver=FATIMA) == Approved()


def alone(draft: Draft, **how: Any) -> Approval:
    given: dict[str, Any] = {
        "users": (FATIMA, LOTTE),
        "approvals": [approved_by(FATIMA, draft)],
        "now": NOW + timedelta(hours=24),
        "typed_reference": "KB-2026-0042",
        "reason": "Ahmed is met verlof",
    }
    return decide(draft, SURE, FATIMA, **(given | how))


@pytest.mark.parametrize("editor", [None, "fatima"])
def test_one_person_alone_may_approve_again_after_a_day_with_reference_and_reason(editor: str | None) -> None:
    draft = make_draft(high_risk=True, editor=editor)

    assert alone(draft) == Approved(alone=True)


@pytest.mark.parametrize(
    "missing",
    [
        {"approvals": ()},
        {"now": NOW + timedelta(hours=23, minutes=59)},
        {"typed_reference": None},
        {"typed_reference": "KB-2026-0043"},
        {"reason": None},
        {"reason": "  "},
        {"settings": REQUIRED},
    ],
    ids=str,
)
def test_one_person_alone_gets_nowhere_sooner_or_with_less(missing: dict[str, Any]) -> None:
    assert isinstance(alone(make_draft(high_risk=True), **missing), NeedsSecond)


def test_one_person_may_not_stand_in_for_two_while_another_can_approve() -> None:
    draft = make_draft(high_risk=True)

    assert isinstance(alone(draft, users=(FATIMA, AHMED)), NeedsSecond)


users_of_any_kind = st.lists(
    st.builds(
        User,
        st.integers(1, 9),
        st.sampled_from(["fatima", "ahmed", "lotte"]),
        st.sampled_from(StaffRole),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda user: user.name,
)


@pytest.mark.requirement("ID-09", "AUT-02")
@given(users_of_any_kind, st.sampled_from(LetterKind), st.sampled_from(Level), st.sampled_from(Level), st.booleans())
def test_no_combination_lets_personal_data_leave_below_the_level(
    users: list[User], letter: LetterKind, required: Level, reached: Level, high_risk: bool
) -> None:
    case = make_case(make_request(required=required, reached=reached))
    draft = make_draft(letter=letter, high_risk=high_risk, files=(EXPORT,))
    approvals = [approved_by(user, draft, NOW - timedelta(days=2)) for user in users]

    answer = decide(draft, case, users[0], users=users, approvals=approvals)

    assert not (isinstance(answer, Approved) and reached < required)


@given(users_of_any_kind, st.sampled_from([None, "fatima", "ahmed"]))
def test_no_first_approval_lets_high_risk_leave_unless_somebody_else_wrote_the_draft(
    users: list[User], editor: str | None
) -> None:
    draft = make_draft(high_risk=True, editor=editor)

    answer = decide(draft, SURE, users[0], users=users)

    assert not isinstance(answer, Approved) or editor not in {None, users[0].name}
