"""What a mail in a running case leads to once its sender was checked: a false one decides nothing."""

from __future__ import annotations

from datetime import timedelta

from bot.cases.followups import follow_ups_in_words
from bot.cases.incidents import Cause
from bot.cases.model import Case, Request
from bot.cases.work import Work
from bot.store.archive import Archive, Transaction
from bot.store.breach_signs import sign_of_breach, suspect
from bot.store.casework import BOT, ask_person, have_person_decide, stop_for_person, void_drafts
from bot.store.factors import void_proof
from bot.store.filing import Awaited, awaited
from bot.store.records import Job
from bot.store.sendercheck import failed, undecided
from bot.triage.labels import Intent

_AGAIN_AFTER = timedelta(minutes=10)
_FALSE = (
    "een bericht van een afzender die niet echt is ({}): er is niets vanzelf gedaan. Bel de klant op het bekende "
    "nummer en beslis zelf"
)


class FollowUp:
    """Does for a mail what waited for the verdict about its sender; done twice it changes nothing."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def follow_up(self, job: Job) -> None:
        assert job.case_id is not None
        with self._archive.transaction() as tx:
            wish = awaited(tx, job.case_id, job.target_id)
            if wish is None:
                return
            if undecided(tx, job.case_id, job.target_id):
                again = self._archive.clock() + _AGAIN_AFTER
                tx.jobs.defer(Work.FOLLOW_UP, job.target_id, case_id=job.case_id, run_at=again)
                return
            tx.cases.lock(job.case_id)
            case = tx.cases.by_id(job.case_id)
            asked = [request for request in case.requests if request.id in wish.request_ids and request.open]
            if failed(tx, case.id, job.target_id):
                self._decided_by_a_person(tx, case, wish, asked)
            else:
                self._carried_out(tx, case, wish, asked, job.target_id)

    def _decided_by_a_person(self, tx: Transaction, case: Case, wish: Awaited, asked: list[Request]) -> None:
        words = _FALSE.format(follow_ups_in_words(dict.fromkeys((wish.label, *sorted(wish.heard)))))
        have_person_decide(tx, case, asked, words)
        ask_person(tx, case.id, "look", words)

    def _carried_out(self, tx: Transaction, case: Case, wish: Awaited, asked: list[Request], mail_id: int) -> None:
        if Intent.NOT_ME in wish.heard:
            void_proof(tx, case, BOT)
        for heard in sorted(wish.heard):
            if (cause := sign_of_breach(tx, case.id, heard)) is not None:
                suspect(tx, case.id, cause, tx.mails.arrival(mail_id).received_at)
        if wish.elsewhere:
            suspect(tx, case.id, Cause.OTHER_ADDRESS, tx.mails.arrival(mail_id).received_at)
        case = tx.cases.by_id(case.id)
        if wish.reopen_for is not None and not case.open_requests:
            case = stop_for_person(tx, case, wish.reopen_for, requests=case.requests)
        if asked:
            void_drafts(tx, case, BOT, "er kwam een nieuw verzoek bij")
            tx.jobs.defer(Work.IDENTIFY, case.id, case_id=case.id)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
