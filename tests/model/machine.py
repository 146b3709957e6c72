"""No sequence of mails, time and staff acts discloses, changes or sends anything below its level or without approver.

What was proved, and by whom, is counted here by the hands that did it, not by what the corridor wrote down.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from corridor import STRANGER, House, Sent
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.cases.draft import DraftState, content_hash
from bot.cases.letters import AUTOMATIC, LetterKind
from bot.cases.model import Case, Level, RequestState
from bot.cases.people import Actor
from bot.triage.labels import RequestKind

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
TEXTS = (
    ASKS,
    "Ik wil dat jullie mijn account en al mijn gegevens verwijderen.",
    "Ik heb een nieuwe rekening. Mijn nieuwe IBAN is NL91ABNA0417164300, willen jullie dat aanpassen?",
    "Graag ontvang ik mijn gegevens in een bestand dat een ander programma kan inlezen.",
    "Ik heb een klacht: jullie gaan slordig om met mijn persoonsgegevens.",
    "Bedankt voor de hulp van vorige week!",
)
NO = ("NIET IK. Dit heb ik niet aangevraagd.", "Ik trek mijn verzoek in.", "Laat mijn account toch maar staan.")
WRONG = "3AAA-AAAA"
STAFF = ("fatima", "femke", "lea", "otto")
MAY_APPROVE = frozenset({"fatima", "femke"})
OFFICERS = frozenset({"femke"})
TWO_READERS = frozenset({LetterKind.REFUSAL, LetterKind.DECEASED, LetterKind.NO_DATA_SUBJECT})
LEFT = frozenset({RequestState.EXECUTING, RequestState.SENDING, RequestState.ANSWERED})

users = st.sampled_from(STAFF)


class Corridor(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.house = self.house_of_its_own()
        self.sanne = self.house.people.sanne
        self.factors: dict[int, set[str]] = defaultdict(set)  # case -> what was really proved in it
        self.received: dict[int, object] = {}
        self.looked_at = 0  # letters of which everything was asserted

    def house_of_its_own(self) -> House:
        return House()

    def teardown(self) -> None:
        self.house.end()

    # Who can be chosen

    def _case(self, pick: int) -> Case | None:
        cases = self.house.cases()
        return cases[pick % len(cases)] if cases else None

    def _challenges(self) -> list[Sent]:
        return [sent for sent in self.house.postman.sent if sent.code is not None]

    def _case_of(self, sent: Sent) -> int | None:
        letter, _ = self.house.letter(sent)
        return None if letter is None else letter.case_id

    # Mail

    @initialize()
    def sanne_asks_first(self) -> None:
        self.house.write(self.sanne.address, ASKS)

    @rule(text=st.sampled_from(TEXTS))
    def sanne_writes(self, text: str) -> None:
        self.house.write(self.sanne.address, text)

    @rule(text=st.sampled_from(TEXTS))
    def a_stranger_writes_of_sanne(self, text: str) -> None:
        self.house.write(STRANGER, f"{text} Mijn klantnummer is {self.sanne.customer_number}.")

    @rule(text=st.sampled_from(TEXTS))
    def a_spoofer_writes_as_sanne(self, text: str) -> None:
        self.house.write(self.sanne.address, text, genuine=False)

    @precondition(lambda self: self._challenges())
    @rule(pick=st.integers(0, 5))
    def sanne_answers(self, pick: int) -> None:
        """With the code of any challenge she got; only one that is still open proves anything."""
        challenge = self._challenges()[-1 - pick % len(self._challenges())]
        code, case_id = challenge.code or "", self._case_of(challenge)
        if case_id is not None and self._still_open(case_id, challenge):
            self.factors[case_id].add("code")
        self.house.write(self.sanne.address, f"{code}\n\nSanne", answers=challenge)

    def _still_open(self, case_id: int, challenge: Sent) -> bool:
        """It is the last one of its case, and young enough."""
        later = [sent for sent in self._challenges() if self._case_of(sent) == case_id]
        return later[-1] is challenge and (self.house.now - challenge.at).days <= 15

    @precondition(lambda self: self._challenges())
    @rule(pick=st.integers(0, 5), sender=st.sampled_from(("stranger", "spoofer", "machine", "wrong")))
    def an_answer_that_proves_nothing(self, pick: int, sender: str) -> None:
        challenge = self._challenges()[-1 - pick % len(self._challenges())]
        code, write = challenge.code or "", self.house.write
        match sender:
            case "stranger":
                write(STRANGER, code, answers=challenge)
            case "spoofer":
                write(self.sanne.address, code, answers=challenge, genuine=False)
            case "machine":
                write(self.sanne.address, f"Afwezig.\n{code}", answers=challenge, Auto_Submitted="auto-replied")
            case _:
                write(self.sanne.address, WRONG, answers=challenge)

    @precondition(lambda self: self.house.postman.sent)
    @rule(words=st.sampled_from(NO), genuine=st.booleans())
    def somebody_says_no(self, words: str, genuine: bool) -> None:
        self.house.write(self.sanne.address, words, answers=self.house.postman.sent[-1], genuine=genuine)

    @rule(hours=st.sampled_from((1, 2, 26, 24 * 4, 24 * 9)))
    def time_passes(self, hours: int) -> None:
        self.house.work(hours=hours)

    # Staff

    @rule(pick=st.integers(0, 3), user=users, work=st.booleans())
    def approve(self, pick: int, user: str, work: bool) -> None:
        case = self._case(pick)
        if case is not None and self.house.approve(case, user):
            assert user in MAY_APPROVE
            if work:
                self.house.work(hours=2)

    @rule(pick=st.integers(0, 3))
    def two_approve_at_the_same_time(self, pick: int) -> None:
        case = self._case(pick)
        if case is not None:
            hands = [threading.Thread(target=self.house.approve, args=(case, user)) for user in sorted(MAY_APPROVE)]
            for hand in hands:
                hand.start()
            for hand in hands:
                hand.join()

    @rule(pick=st.integers(0, 3), user=users)
    def reject(self, pick: int, user: str) -> None:
        self._act(pick, lambda case: self.house.rooms.decisions.reject(case.ref, Actor(user), "nog eens"))
        self.house.work(hours=2)

    @rule(pick=st.integers(0, 3), user=users)
    def undo(self, pick: int, user: str) -> None:
        self._act(pick, lambda case: self.house.rooms.decisions.undo(case.ref, Actor(user)))

    @rule(pick=st.integers(0, 3), user=users)
    def edit(self, pick: int, user: str) -> None:
        def edited(case: Case) -> None:
            drafts = self.house.look(lambda tx: [d for d in tx.drafts.of_case(case.id) if d.state is DraftState.OPEN])
            for draft in drafts[-1:]:
                self.house.rooms.decisions.edit(case.ref, Actor(user), draft.blocks, draft.id)

        self._act(pick, edited)

    @rule(pick=st.integers(0, 3), user=users, method=st.sampled_from(("phone", "decision")))
    def verify(self, pick: int, user: str, method: str) -> None:
        case = self._case(pick)
        verify = self.house.rooms.second_factor.verify
        if case is not None and self.house.act(lambda: verify(case.ref, Actor(user), method, "gebeld")):
            assert user in (OFFICERS if method == "decision" else MAY_APPROVE)
            self.factors[case.id].add(method)
        self.house.work()

    @rule(pick=st.integers(0, 3), user=users, what=st.sampled_from(("refuse", "extend", "ask", "passphrase")))
    def begin_a_letter(self, pick: int, user: str, what: str) -> None:
        decisions, actor = self.house.rooms.decisions, Actor(user)
        begins: dict[str, Callable[[Case], object]] = {
            "refuse": lambda case: decisions.refuse(case.ref, actor, frozenset(), "unfounded: zonder grond"),
            "extend": lambda case: decisions.extend(case.ref, actor, "volume: veel boekingen"),
            "ask": lambda case: decisions.ask(case.ref, actor, "Welke gegevens bedoelt u?"),
            "passphrase": lambda case: decisions.repeat_passphrase(case.ref, actor),
        }
        self._act(pick, begins[what])

    @rule(pick=st.integers(0, 3), user=users, kind=st.sampled_from(sorted(RequestKind)))
    def label(self, pick: int, user: str, kind: RequestKind) -> None:
        self._act(pick, lambda case: self.house.rooms.handling.label(case.ref, Actor(user), frozenset({kind})))
        self.house.work()

    @rule(pick=st.integers(0, 3), user=users, what=st.sampled_from(("withdraw", "release", "reopen", "officer")))
    def handle(self, pick: int, user: str, what: str) -> None:
        handling, actor = self.house.rooms.handling, Actor(user)
        does: dict[str, Callable[[Case], object]] = {
            "withdraw": lambda case: handling.withdraw(case.ref, actor, frozenset(), "belde"),
            "release": lambda case: handling.release(case.ref, actor),
            "reopen": lambda case: handling.reopen(case.ref, actor, "toch niet"),
            "officer": lambda case: handling.to_officer(case.ref, actor, "moeilijk"),
        }
        self._act(pick, does[what])
        self.house.work()

    def _act(self, pick: int, does: Callable[[Case], object]) -> None:
        case = self._case(pick)
        if case is not None:
            self.house.act(lambda: does(case))

    # What must hold, whatever happened

    @invariant()
    def nothing_leaves_but_the_list_and_what_was_approved_as_it_was_approved(self) -> None:
        for sent in self.house.postman.sent[self.looked_at :]:
            letter, draft = self.house.letter(sent)
            assert letter is not None
            if draft is None:
                assert letter.letter in AUTOMATIC, f"{letter.letter} left without an approver"
                assert not sent.digests
                self._tells_strangers_nothing(sent, letter.letter)
                continue
            assert draft.state in {DraftState.SENT, DraftState.APPROVED}, f"a draft that is {draft.state} left"
            self._is_what_was_approved(sent, draft.id)
            if sent.digests:
                assert sent.to == self.sanne.address.lower(), "an export left to another address"
                assert self.factors[draft.case_id], "an export left without any proof"
        self.looked_at = len(self.house.postman.sent)

    def _tells_strangers_nothing(self, sent: Sent, letter: LetterKind) -> None:
        if letter is not LetterKind.RECEIPT:
            assert sent.to != STRANGER, f"{letter} to somebody who is not on record"
        assert sent.code is None or sent.to == self.sanne.address.lower(), "a code left to another address"
        assert self.sanne.name not in sent.text or sent.to != STRANGER

    def _is_what_was_approved(self, sent: Sent, draft_id: int) -> None:
        draft, approvals = self.house.look(lambda tx: (tx.drafts.get(draft_id), tx.drafts.approvals(draft_id)))
        final = [one for one in approvals if one.final and one.content_hash == content_hash(draft)]
        assert final, "a letter left without a final approval of exactly that letter"
        assert {one.user for one in approvals} <= MAY_APPROVE
        assert (sent.to, str(sent.mail["Subject"])) == (draft.to.lower(), draft.subject)
        assert sent.text.split() == draft.text.split(), "another text left than was approved"
        assert sent.digests == [file.sha256 for file in draft.files]
        readers = {one.user for one in approvals if one.content_hash == content_hash(draft)} | {draft.editor} - {None}
        risky = draft.high_risk or any(change.high_risk and change.acts for change in draft.changes)
        if risky or draft.letter in TWO_READERS:
            assert len(readers) >= 2, f"one person alone let {draft.letter} leave"
        if draft.letter in TWO_READERS:
            assert readers & OFFICERS

    @invariant()
    def no_level_is_reached_without_that_proof(self) -> None:
        for case in self.house.cases():
            for request in case.requests:
                assert request.reached <= Level.L0 or self.factors[case.id], "a level without any proof"
                assert request.reached < Level.L3 or len(self.factors[case.id]) >= 2, "L3 on one factor"

    @invariant()
    def nothing_is_executed_or_answered_unapproved(self) -> None:
        for case in self.house.cases():
            drafts = self.house.look(lambda tx, case=case: tx.drafts.of_case(case.id))
            kept = {DraftState.APPROVED, DraftState.SENT}
            approved = {one for draft in drafts if draft.state in kept for one in draft.request_ids}
            for request in case.requests:
                assert request.state not in LEFT or request.id in approved, f"{request.state} and unapproved"

    @invariant()
    def the_companys_data_change_only_by_an_execution_that_was_proved(self) -> None:
        if self.house.books() == self.house.before:
            return
        executed = [
            case.id
            for case in self.house.cases()
            if any(event.kind == "executed" for event in self.house.look(lambda tx, case=case: tx.events.of(case.id)))
        ]
        assert executed
        assert all(self.factors[case_id] for case_id in executed), "changed or erased without any proof"

    @invariant()
    def no_date_of_receipt_moves_and_no_term_without_its_event(self) -> None:
        for case in self.house.cases():
            kinds = {event.kind for event in self.house.look(lambda tx, case=case: tx.events.of(case.id))}
            for request in case.requests:
                assert self.received.setdefault(request.id, request.received_at) == request.received_at
                assert request.extended_reason is None or "term_extended" in kinds

    @invariant()
    def every_chain_holds(self) -> None:
        def broken(tx: object) -> list[tuple[int, ...]]:
            events = tx.events  # type: ignore[attr-defined]
            return [links for chain in events.chains() if (links := events.broken_links(chain or None))]

        assert self.house.look(broken) == []
