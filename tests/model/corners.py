"""The same machine with the ways that few cases take: the pages, a code on paper, a customer's books, the authority."""

from __future__ import annotations

import re

from corridor import STRANGER, House, Sent
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from machine import ASKS, MAY_APPROVE, OFFICERS, STAFF, WRONG, Corridor

from bot.cases.links import PATHS, LinkAction
from bot.cases.model import Case
from bot.cases.people import Actor
from bot.confirmation import Answered
from bot.handout import Shelf
from bot.store.archive import Transaction

AUTHORITY = "onderzoek@autoriteitpersoonsgegevens.nl"
PAGES = "https://privacy.kleinboek.nl"
_PASSPHRASE = re.compile(r"^([0-9a-z]{4}(?:-[0-9a-z]{4}){4})$", re.MULTILINE)
_PAPER_CODE = re.compile(r"^\s*([0-9][0-9A-Z]{3}-[0-9A-Z]{3}[A-Z])\s*$", re.MULTILINE)

users = st.sampled_from(STAFF)


def token_in(sent: Sent, action: LinkAction) -> str | None:
    found = re.search(rf"/{PATHS[action]}/([0-9a-f]+)", sent.text)
    return None if found is None else found[1]


class Corners(Corridor):
    def house_of_its_own(self) -> House:
        return House(SERVICE__PUBLIC_URL=PAGES)

    def __init__(self) -> None:
        super().__init__()
        self.on_paper: dict[int, str] = {}  # case -> the code of the last letter that staff posted
        self.held: dict[int, frozenset[str]] = {}  # case under a legal hold -> what was kept of it that day

    # The pages

    def _with_link(self, action: LinkAction) -> list[tuple[Sent, str]]:
        found = ((sent, token_in(sent, action)) for sent in self.house.postman.sent)
        return [(sent, token) for sent, token in found if token is not None]

    @precondition(lambda self: self._with_link(LinkAction.CONFIRM))
    @rule(pick=st.integers(0, 5), does=st.sampled_from(("looks", "types the code", "guesses", "says no")))
    def somebody_opens_the_page_of_a_challenge(self, pick: int, does: str) -> None:
        """Who has the link and the code has the mail; who has the link alone learns and proves nothing."""
        links = self._with_link(LinkAction.CONFIRM)
        challenge, token = links[-1 - pick % len(links)]
        case_id = self._case_of(challenge)
        page = self.house.rooms.confirmation
        match does:
            case "looks":
                shown = page.question(token)
                assert shown is None or self.sanne.name not in repr(shown), "the page names somebody"
            case "types the code" if challenge.code is not None and case_id is not None:
                answered = page.yes(token, challenge.code)
                assert answered is not Answered.PROVED or self._still_open(case_id, challenge), "a dead code proved"
                if answered is Answered.PROVED:
                    self.factors[case_id].add("code")
            case "guesses":
                assert page.yes(token, WRONG) is not Answered.PROVED, "a guess on the page proved somebody"
            case "says no":
                page.no(token)
        self.house.work()

    @precondition(lambda self: self._with_link(LinkAction.DOWNLOAD))
    @rule(pick=st.integers(0, 5), knows=st.booleans())
    def somebody_fetches_the_files(self, pick: int, knows: bool) -> None:
        """Only with the password, which came with the challenge; and only what was proved, approved and sent."""
        links = self._with_link(LinkAction.DOWNLOAD)
        answer, token = links[-1 - pick % len(links)]
        case_id, shelves = self._case_of(answer), self.house.rooms.handout
        shelf = shelves.enter(token, self._passphrase(case_id) if knows else "a2c3-d4e6-f7g9-h3j4-k6m7")
        if not isinstance(shelf, Shelf):
            return
        assert knows, "files without the password"
        pack = shelves.fetch(token, shelf.ticket)
        assert shelves.fetch(token, WRONG) is None, "files for a ticket that nobody got"
        if pack is not None:
            pack.close()
            assert case_id is not None, "files of no case"
            assert self.factors[case_id], "files of somebody who proved nothing"

    def _passphrase(self, case_id: int | None) -> str:
        mails = (sent for sent in self._challenges() if self._case_of(sent) == case_id)
        return next((found[1] for sent in mails if (found := _PASSPHRASE.search(sent.text))), "-")

    # A code on paper

    @rule(pick=st.integers(0, 3), user=users)
    def staff_post_a_letter_with_a_code(self, pick: int, user: str) -> None:
        case = self._case(pick)
        if case is not None:
            self.house.act(lambda: self._posted(case, user))

    def _posted(self, case: Case, user: str) -> None:
        letter = self.house.rooms.second_factor.begin_letter(case.ref, Actor(user))
        assert user in MAY_APPROVE, "a code on paper made by somebody who may not"
        found = _PAPER_CODE.search(letter.text)
        assert found is not None, "a letter without its code"
        self.on_paper[case.id] = found[1]

    @precondition(lambda self: self.on_paper)
    @rule(pick=st.integers(0, 3), user=users, of_another=st.booleans())
    def somebody_reads_a_code_to_staff(self, pick: int, user: str, of_another: bool) -> None:
        """A code counts in its own case, and once."""
        case = self._case(pick)
        if case is None:
            return
        own = self.on_paper.get(case.id)
        others = [code for case_id, code in self.on_paper.items() if case_id != case.id]
        code = (others or [WRONG])[-1] if of_another or own is None else own
        if self.house.act(lambda: self.house.rooms.second_factor.enter_code(case.ref, Actor(user), code)):
            assert code == own, "a code from paper that is not of this case"
            assert user in MAY_APPROVE, "a code on paper entered by somebody who may not"
            self.factors[case.id].add("letter")
            del self.on_paper[case.id]
        self.house.work()

    # A customer's books

    @rule()
    def a_third_person_writes(self) -> None:
        self.house.write(STRANGER, f"Ik kreeg een factuur van {self.sanne.company}. {ASKS}")

    @rule(pick=st.integers(0, 3), user=users, known=st.booleans())
    def staff_hand_a_request_to_a_customer(self, pick: int, user: str, known: bool) -> None:
        company = self.sanne.company if known else "Geen Klant BV"
        self._act(pick, lambda case: self.house.rooms.forwarding.forward(case.ref, Actor(user), company or ""))

    # The authority

    @rule()
    def the_authority_writes(self) -> None:
        self.house.write(AUTHORITY, f"Wij onderzoeken een klacht over u. {ASKS}")

    @rule(pick=st.integers(0, 3), user=users)
    def it_goes_to_the_authority(self, pick: int, user: str) -> None:
        case, handling = self._case(pick), self.house.rooms.handling
        if case is not None and self.house.act(
            lambda: handling.to_authority(case.ref, Actor(user), "brief van de AP", "z2026-1")
        ):
            assert user in OFFICERS, "escalated by somebody who may not"
            self.house.work()
            self.held.setdefault(case.id, self._kept(case.id))

    @precondition(lambda self: self.held)
    @rule(pick=st.integers(0, 3), user=users)
    def the_hold_is_lifted(self, pick: int, user: str) -> None:
        case, handling = self._case(pick), self.house.rooms.handling
        if case is not None and self.house.act(lambda: handling.lift_hold(case.ref, Actor(user), "afgedaan")):
            assert user in OFFICERS, "a hold lifted by somebody who may not"
            self.held.pop(case.id, None)

    @precondition(lambda self: self.held)
    @rule()
    def a_long_time_passes(self) -> None:
        self.house.work(days=200)

    def _kept(self, case_id: int) -> frozenset[str]:
        """Whatever of this case can be read now, by the names of its pieces."""

        def pieces(tx: Transaction) -> frozenset[str]:
            mails = [f"mail {mail.id}" for mail in tx.mails.of_case(case_id) if mail.has_content]
            texts = [f"message {one.id}" for one in tx.messages.of_case(case_id) if one.text]
            drafts = [f"draft {draft.id}" for draft in tx.drafts.of_case(case_id) if draft.blocks]
            files = [f"export {one.id}" for one in tx.exports.of_case(case_id) if one.destroyed_at is None]
            return frozenset((*mails, *texts, *drafts, *files))

        kept: frozenset[str] = self.house.look(pieces)
        return kept

    # What must hold besides

    @invariant()
    def nothing_of_a_case_before_the_authority_is_destroyed(self) -> None:
        for case_id, then in self.held.items():
            gone = then - self._kept(case_id)
            assert not gone, f"destroyed under a legal hold: {sorted(gone)}"

    @invariant()
    def the_authority_gets_nothing_from_the_bot(self) -> None:
        mailroom = self.house.rooms.mailroom
        assert not [sent for sent in self.house.postman.sent if mailroom.of_authority(sent.to)], "a letter to the AP"

    @invariant()
    def no_letter_to_a_stranger_names_who_is_in_our_records(self) -> None:
        for sent in self.house.postman.sent:
            assert sent.to != STRANGER or self.sanne.address.lower() not in sent.text.lower(), "a stranger reads whom"
            assert sent.to != STRANGER or self.sanne.name not in sent.text, "a stranger reads the name on record"
