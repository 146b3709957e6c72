"""The machine runs, and it bites: each of five faults that are planted on purpose is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from corners import Corners
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, run_state_machine_as_test
from machine import ASKS, Corridor

from bot.approval import Decisions
from bot.cases.draft import DraftState
from bot.cases.levels import Levels
from bot.cases.model import Level
from bot.handling import Handling
from bot.proof import Proof
from bot.store.challenges import Challenges
from bot.store.records import OutboxState

SHORT = settings(
    max_examples=4,
    stateful_step_count=10,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
"""Not derandomized: every run looks elsewhere. The failing example is printed with the steps that lead to it."""


@pytest.mark.requirement("AUT-02")
def test_no_sequence_of_mails_time_and_staff_acts_gets_round_level_or_approver() -> None:
    run_state_machine_as_test(Corridor, settings=SHORT)


@pytest.mark.requirement("AUT-02")
def test_no_page_no_paper_no_customer_and_no_authority_is_a_way_round_either() -> None:
    run_state_machine_as_test(Corners, settings=SHORT)


class Narrow(Corridor):
    """The same machine without the hands that a planted fault does not need, so that it is found within seconds."""

    a_stranger_writes_of_sanne = a_spoofer_writes_as_sanne = somebody_says_no = time_passes = None
    two_approve_at_the_same_time = undo = edit = verify = begin_a_letter = label = handle = None


class Approving(Narrow):
    sanne_answers = an_answer_that_proves_nothing = reject = None


class Rejecting(Narrow):
    an_answer_that_proves_nothing = approve = sanne_writes = None


class Answering(Narrow):
    sanne_answers = approve = reject = sanne_writes = None


class OnAPage(Corners):
    """Only the page of a challenge."""

    sanne_answers = an_answer_that_proves_nothing = approve = reject = sanne_writes = time_passes = None
    a_stranger_writes_of_sanne = a_spoofer_writes_as_sanne = somebody_says_no = two_approve_at_the_same_time = None
    undo = edit = verify = begin_a_letter = label = handle = somebody_fetches_the_files = None
    a_third_person_writes = None
    staff_post_a_letter_with_a_code = somebody_reads_a_code_to_staff = staff_hand_a_request_to_a_customer = None
    the_authority_writes = it_goes_to_the_authority = the_hold_is_lifted = a_long_time_passes = None


class BeforeTheAuthority(OnAPage):
    """Sanne has her answer already; what is left is the authority, and time."""

    @initialize()
    def sanne_asks_first(self) -> None:
        self.house.write(self.sanne.address, ASKS)
        Corridor.sanne_answers(self, pick=0)
        Corridor.approve(self, pick=0, user="fatima", work=True)

    somebody_opens_the_page_of_a_challenge = None
    it_goes_to_the_authority, a_long_time_passes = Corners.it_goes_to_the_authority, Corners.a_long_time_passes


FAULTS_ARE_FOUND_WITHIN = settings(SHORT, max_examples=60, stateful_step_count=6, derandomize=True)


def without_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to prove anything."""
    for name in ("required", "by_plan", "in_force", "of_draft"):
        monkeypatch.setattr(Levels, name, lambda *_, **__: Level.L0)


def rejected_drafts_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a draft back sends it to the customer."""
    reject = Decisions.reject

    def and_queue(self: Any, ref: Any, actor: Any, reason: str, draft_id: int | None = None) -> Any:
        with self._archive.transaction() as tx:
            open_drafts = [draft for draft in tx.drafts.of_case(tx.cases.get(ref).id) if draft.state is DraftState.OPEN]
        case = reject(self, ref, actor, reason, draft_id)
        for draft in open_drafts:
            with self._archive.transaction() as tx:
                tx.outbox.add(
                    case_id=draft.case_id,
                    draft_id=draft.id,
                    letter=draft.letter,
                    to=draft.to,
                    message_id=draft.message_id,
                    raw=self._mailroom.approved(draft, lambda file, tx=tx: tx.exports.read(file.export_id)).raw,
                    state=OutboxState.READY,
                    not_before=self._archive.clock(),
                )
        return case

    monkeypatch.setattr(Decisions, "reject", and_queue)


def codes_count_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The right code is enough, whoever sent it."""
    weigh = Proof._has_right_code

    def from_anywhere(self: Any, tx: Any, systems: Any, case: Any, mail: Any, codes: Any) -> bool:
        challenge = tx.challenges.open_of(case.id)
        if challenge is not None:
            mail = replace(mail, sender=replace(mail.sender, address=challenge.address))
        return weigh(self, tx, systems, case, mail, codes)

    monkeypatch.setattr(Proof, "_has_right_code", from_anywhere)


def any_code_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page takes whatever is typed for the code."""
    monkeypatch.setattr(Challenges, "is_code_of", lambda *_: True)


def a_hold_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to the authority is not held."""
    to_authority = Handling.to_authority

    def unheld(self: Any, ref: Any, *words: Any) -> Any:
        case = to_authority(self, ref, *words)
        with self._archive.transaction() as tx:
            tx.cases.change(case.id, legal_hold=False)
        return case

    monkeypatch.setattr(Handling, "to_authority", unheld)


@pytest.mark.parametrize(
    ("plant", "machine", "found"),
    [
        (without_levels, Approving, "without any proof"),
        (rejected_drafts_leave, Rejecting, "a draft that is rejected left"),
        (codes_count_from_anywhere, Answering, "a level without any proof"),
        (any_code_will_do, OnAPage, "a guess on the page proved somebody"),
        (a_hold_holds_nothing, BeforeTheAuthority, "destroyed under a legal hold"),
    ],
    ids=["no levels", "rejected draft sent", "code from another address", "any code on the page", "no hold"],
)
def test_the_machine_finds_a_fault_that_was_planted(
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
    machine: type[Corridor],
    found: str,
) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError, match=found):
        run_state_machine_as_test(machine, settings=FAULTS_ARE_FOUND_WITHIN)
