"""Data collected, export built, changes planned, draft ready."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from secrets import choice, token_hex
from typing import Literal
from zoneinfo import ZoneInfo

from bot.cases.batches import EXPORTED, Batch, fell_short, ready_batches
from bot.cases.changes import PlannedChange
from bot.cases.codes import new_passphrase
from bot.cases.deadlines import Calendar, plus_working_days
from bot.cases.draft import Draft, DraftFile
from bot.cases.letters import LETTER_OF, LetterKind
from bot.cases.levels import ENDS_USE, Levels
from bot.cases.lifecycle import Move
from bot.cases.links import LinkAction, address_of, new_token
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.subject import DataSubject
from bot.cases.work import Work
from bot.exports.package import Built, BuiltFile, ExportAbout, HoldingSummary, build
from bot.replies.casefacts import case_term, facts_of, local_day, with_finding
from bot.replies.drafting import new_draft
from bot.replies.facts import FileFact, HoldingFact, LetterFacts
from bot.replies.letters import Letter, Letters
from bot.replies.mailing import MailRoom
from bot.settings import ApprovalSettings, ExportsSettings, Organisation
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, ask_proof_again, stop_for_person
from bot.store.mandates import mandate_of
from bot.store.quarantine import removed_at
from bot.store.records import Job, SealedExport
from bot.triage.labels import RequestKind, Role

_BY_HAND_DAYS = 5
"""Working days that a person has for what the machine may not correct."""

_EVENING = time(17)
_ON_PAPER = (
    "het record heeft geen e-mailadres: geef het antwoord op papier aan het postadres uit het record, en leg vast met "
    "privacybot answered-elsewhere"
)
_DEFAULTS = ExportsSettings()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found out for one batch, before it becomes a draft."""

    letters: tuple[LetterKind, ...]
    facts: LetterFacts = field(repr=False)
    built: Built | None = None
    changes: tuple[PlannedChange, ...] = field(default=(), repr=False)
    to: str = field(default="", repr=False)
    states_on: date | None = None
    high_risk: bool = False
    foreign: Mapping[str, int] = field(default_factory=dict)  # marks of other people in the export, per place
    token: str | None = field(default=None, repr=False)  # of the link that fetches the export


class Fulfilment:
    """Turns requests whose identity is proved into drafts for staff."""

    def __init__(
        self,
        archive: Archive,
        sources: Sources,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        organisation: Organisation,
        approval: ApprovalSettings,
        levels: Levels,
        scratch: Path,
        exports: ExportsSettings = _DEFAULTS,
        public_url: str = "",
    ) -> None:
        self._levels = levels
        self._archive = archive
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._organisation = organisation
        self._approval = approval
        self._scratch = scratch
        self._exports = exports
        self._public_url = public_url

    def fulfil(self, job: Job) -> None:
        """Draft everything of the case that is ready. A source that fails stops the job, never the data."""
        with self._archive.reading() as tx:
            case = tx.cases.by_id(job.target_id)
        if fell_short(case, self._levels):
            case = self._asked_again(case)
        for batch in ready_batches(case, self._levels):
            if _unreachable(case, batch):
                self._ask_for_paper(case, batch)
            else:
                self._fulfil(case, batch)
        if case.other_privacy and not case.requests and case.sender is not None and case.settled is None:
            self._draft_question(case)

    def _fulfil(self, case: Case, batch: Batch) -> None:
        with self._workshop() as scratch:
            prepared = self._prepared(case, batch, scratch)
            letter = self._letters.compose_answer(prepared.letters, prepared.facts)
            with self._archive.transaction() as tx:
                fresh = tx.cases.by_id(case.id)
                if Batch(batch.requests) not in ready_batches(fresh, self._levels):
                    tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
                    return
                self._store(tx, fresh, batch, prepared, letter)

    def _ask_for_paper(self, case: Case, batch: Batch) -> None:
        """There is no address that the answer could safely go to: a person gives it on paper."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(case.id)
            if batch in ready_batches(case, self._levels):
                stop_for_person(tx, case, _ON_PAPER, requests=batch.requests)

    def _asked_again(self, case: Case) -> Case:
        """More is asked now than was proved when these requests went on: they wait for proof once more."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(case.id)
            for request in fell_short(case, self._levels):
                case = ask_proof_again(tx, case, request, self._levels.in_force(request))
            return case

    @contextmanager
    def _workshop(self) -> Iterator[Path]:
        """A private folder for rows on their way into an encrypted file; gone afterwards, whatever happens."""
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    # Finding out

    def _prepared(self, case: Case, batch: Batch, scratch: Path) -> Prepared:
        """What is held about somebody goes to his address of record only; a sender gets what holds nothing of that."""
        facts = replace(
            facts_of(case, self._archive.clock(), self._calendar),
            kinds=tuple(sorted(batch.kinds)),
            later=tuple(sorted({request.kind for request in _answered_later(case, batch)})),
            id_copy_removed_on=self._id_copy_removed_on(case),
        )
        subject = case.data_subject
        if subject is None and case.role is Role.PROCESSOR and not batch.kinds <= {RequestKind.COMPLAINT}:
            return Prepared((LetterKind.FORWARDED,), facts, to=case.sender or "")
        if subject is None and not batch.kinds <= {RequestKind.COMPLAINT}:
            return Prepared((LetterKind.NOTHING_FOUND,), replace(facts, address=case.sender), to=case.sender or "")
        if batch.kinds <= {RequestKind.COMPLAINT} or subject is None:
            return Prepared((LetterKind.COMPLAINT,), with_finding(facts, case), to=case.sender or "")
        name = subject.name if all(request.reached >= Level.L2 for request in batch.requests) else None
        facts = replace(facts, name=name, marketing=_marketing_only(batch), address=subject.address_of_record)
        prepared = Prepared(_letters_for(batch), facts, to=subject.address_of_record or "")
        prepared = self._with_changes(case, subject, batch, prepared)
        return self._received(case, batch, self._with_export(case, subject, batch, prepared, scratch))

    def _received(self, case: Case, batch: Batch, prepared: Prepared) -> Prepared:
        """To whoever holds a mandate that covers receipt, where a person decided so; two readers approve that."""
        with self._archive.reading() as tx:
            mandate = mandate_of(tx, case.id)
        today = local_day(self._archive.clock(), self._calendar.timezone)
        if mandate is None or case.sender is None or not mandate.answers_to_agent(batch.kinds, today):
            return prepared
        return replace(prepared, to=case.sender, high_risk=True)

    def _with_changes(self, case: Case, subject: DataSubject, batch: Batch, prepared: Prepared) -> Prepared:
        """Plan what will change, and on which day: the letter names the day, and execution keeps to it."""
        if RequestKind.ERASURE in batch.kinds:
            today = local_day(self._archive.clock(), self._calendar.timezone)
            changes: tuple[PlannedChange, ...] = self._sources.plan_erasure(subject, case.language, today)
            facts = replace(prepared.facts, changes=changes)
        elif RequestKind.CORRECTION in batch.kinds:
            stated = [change for request in batch.requests for change in request.corrections]
            plan = self._sources.plan_corrections(subject, stated, case.language)
            changes = plan.changes
            facts = replace(prepared.facts, changes=changes, not_done=plan.by_hand)
        else:
            return prepared
        risky = batch.risky_identity or any(change.high_risk for change in changes)
        day = self._day_of_change(batch, risky=risky) if any(change.acts for change in changes) else None
        return replace(prepared, facts=replace(facts, done_on=day), changes=changes, states_on=day, high_risk=risky)

    def _day_of_change(self, batch: Batch, *, risky: bool) -> date:
        """The local day that the letter names: after undo and hold, with room for a second approver where risky."""
        due = self._archive.clock() + timedelta(seconds=self._approval.undo_risk_seconds)
        if risky:
            due += timedelta(days=self._approval.lead_days)
        return local_day(max(due, batch.hold_until or due), self._calendar.timezone)

    def _with_export(
        self, case: Case, subject: DataSubject, batch: Batch, prepared: Prepared, scratch: Path
    ) -> Prepared:
        if not batch.kinds & EXPORTED:
            return prepared
        built = self._build(case, subject, batch, scratch)
        facts = replace(
            prepared.facts,
            files=tuple(FileFact(file.name, file.size, _file_kind(file)) for file in built.files),
            holdings=tuple(_holding_fact(summary) for summary in built.summaries),
            not_portable=self._not_portable(case, subject, batch),
            pending=self._pending_corrections(case, subject, batch),
            challenged_on=self._challenged_on(case),
        )
        strange = self._sources.foreign_hits(subject)
        prepared = self._with_link(replace(prepared, facts=facts, built=built))
        return replace(prepared, foreign=strange, high_risk=prepared.high_risk or bool(strange))

    def _with_link(self, prepared: Prepared) -> Prepared:
        """A link to the page where the files may be fetched, where there are such pages. It opens with the sending."""
        if not self._public_url or not prepared.facts.files:
            return prepared
        token = new_token(token_hex)
        facts = replace(
            prepared.facts,
            download_link=address_of(self._public_url, LinkAction.DOWNLOAD, token),
            link_days=self._exports.link_days,
            downloads=self._exports.downloads,
        )
        return replace(prepared, facts=facts, token=token)

    def _not_portable(self, case: Case, subject: DataSubject, batch: Batch) -> tuple[str, ...]:
        if RequestKind.PORTABILITY not in batch.kinds:
            return ()
        return self._sources.not_portable(subject, case.language)

    def _build(self, case: Case, subject: DataSubject, batch: Batch, scratch: Path) -> Built:
        access = RequestKind.ACCESS in batch.kinds
        about = ExportAbout(
            ref=case.ref,
            language=case.language,
            organisation=self._organisation,
            subject_name=subject.name,
            address=subject.address_of_record or "",
            made_at=self._archive.clock(),
            received_on=case_term(case, self._calendar).received_on,
            timezone=self._calendar.timezone,
            pending=self._pending_corrections(case, subject, batch),
            belongs_to=frozenset(key for key in (subject.key, subject.tenant) if key is not None),
        )
        portability = RequestKind.PORTABILITY in batch.kinds
        passphrase = self._passphrase(case)
        with closing(self._sources.collect(subject, case.language, access=access)) as holdings:
            return build(scratch, holdings, about, passphrase, access=access, portability=portability)

    def _pending_corrections(self, case: Case, subject: DataSubject, batch: Batch) -> tuple[PlannedChange, ...]:
        """Corrections asked for and not made yet: an export shows them beside the value as it still stands."""
        open_states = {RequestState.AWAITING_IDENTITY, RequestState.COLLECTING, RequestState.AWAITING_APPROVAL}
        stated = [
            change
            for request in case.requests
            if request.kind is RequestKind.CORRECTION and request.state in open_states
            for change in request.corrections
        ]
        if not stated or RequestKind.CORRECTION in batch.kinds:
            return ()
        return self._sources.plan_corrections(subject, stated, case.language).changes

    def _id_copy_removed_on(self, case: Case) -> date | None:
        """The day on which the last copy of an identity document was gone, from the mailbox too."""
        with self._archive.reading() as tx:
            moment = removed_at(tx, case.id)
        return None if moment is None else local_day(moment, self._calendar.timezone)

    def _challenged_on(self, case: Case) -> date | None:
        with self._archive.reading() as tx:
            made = [challenge.made_at for challenge in tx.challenges.of_case(case.id)]
        return local_day(max(made), self._calendar.timezone) if made else None

    def _passphrase(self, case: Case) -> str:
        """The secret of the case: made with the first challenge, or now."""
        with self._archive.transaction() as tx:
            passphrase = tx.secrets.passphrase(case.id)
            if passphrase is None:
                passphrase = new_passphrase(choice)
                tx.secrets.set_passphrase(case.id, passphrase)
            return passphrase

    # Writing down

    def _store(self, tx: Transaction, case: Case, batch: Batch, prepared: Prepared, letter: Letter) -> None:
        files = self._sealed(tx, case, prepared.built)
        if prepared.token is not None:
            tx.links.add_download(case.id, prepared.token, prepared.to, (file.export_id for file in files))
        draft = tx.drafts.add(self._draft(case, batch.ids, prepared, letter, files))
        for request in batch.requests:
            case = tx.cases.move(case, request.id, Move.DRAFT_READY, BOT, draft=draft.id)
        tx.events.write(case.id, "draft_made", BOT, {"draft": draft.id, "letter": draft.letter, "files": len(files)})
        for words in _tasks_for(case, batch, prepared):
            ask_person(tx, case.id, "do", words)
        self._ask_by_hand(tx, case, prepared)

    def _ask_by_hand(self, tx: Transaction, case: Case, prepared: Prepared) -> None:
        """A task with a day for each correction that is not the machine's; a draft made again asks nothing twice."""
        asked = {task.text for task in tx.tasks.open(case.id)}
        today = local_day(self._archive.clock(), self._calendar.timezone)
        day = plus_working_days(today, _BY_HAND_DAYS, self._calendar)
        due_at = datetime.combine(day, _EVENING, ZoneInfo(self._calendar.timezone)).astimezone(UTC)
        for what, why in prepared.facts.not_done:
            words = f"kijk met de hand naar de wijziging van: {what} ({why})"
            if words not in asked:
                tx.tasks.add(case.id, "do", words, due_at)

    def _sealed(self, tx: Transaction, case: Case, built: Built | None) -> tuple[DraftFile, ...]:
        if built is None:
            return ()
        sealed = (
            tx.exports.seal(case.id, file.name, file.content_type, file.path, file.manifest) for file in built.files
        )
        return tuple(_draft_file(export) for export in sealed)

    def _draft(
        self, case: Case, request_ids: tuple[int, ...], prepared: Prepared, letter: Letter, files: tuple[DraftFile, ...]
    ) -> Draft:
        draft = new_draft(
            self._mailroom, case, prepared.letters[0], letter, prepared.to, request_ids, self._archive.clock()
        )
        return replace(
            draft,
            files=files,
            changes=prepared.changes,
            states_on=prepared.states_on,
            high_risk=prepared.high_risk,
        )

    def _draft_question(self, case: Case) -> None:
        """A question about privacy: a letter for staff to complete, no statutory clock."""
        prepared = Prepared(
            (LetterKind.OTHER_PRIVACY,), facts_of(case, self._archive.clock(), self._calendar), to=case.sender or ""
        )
        letter = self._letters.compose(LetterKind.OTHER_PRIVACY, prepared.facts)
        with self._archive.transaction() as tx:
            if tx.drafts.current(case.id) is None:
                tx.drafts.add(self._draft(case, (), prepared, letter, ()))


def _unreachable(case: Case, batch: Batch) -> bool:
    """The record has no e-mail address, and what is held about somebody goes nowhere else."""
    subject = case.data_subject
    return subject is not None and not subject.address_of_record and not batch.kinds <= {RequestKind.COMPLAINT}


def _marketing_only(batch: Batch) -> bool:
    """An objection to advertising alone needs no proof, and only that one (Art. 21(2)-(3))."""
    objections = [request for request in batch.requests if request.kind is RequestKind.OBJECTION]
    return bool(objections) and all(request.absolute for request in objections)


def _tasks_for(case: Case, batch: Batch, prepared: Prepared) -> Iterator[str]:
    """What only a person can do before this letter is true."""
    by_hand = batch.kinds & {RequestKind.RESTRICTION, RequestKind.OBJECTION, RequestKind.CONSENT_WITHDRAWAL}
    if by_hand and prepared.letters != (LetterKind.NOTHING_FOUND,):
        yield f"voer uit en vul de open plekken van de brief in (edit): {', '.join(sorted(by_hand))}"
    if RequestKind.CORRECTION in batch.kinds and not (prepared.changes or prepared.facts.not_done):
        yield "lees wat er gewijzigd moet worden: dat is niet herkend"
    if case.data_subject is not None and case.data_subject.shared and batch.kinds & ENDS_USE:
        yield (
            "andere gebruikers of eigenaren van dit account: beslis of zij bericht krijgen; brieven maakt u met "
            f"privacybot notify {case.ref}"
        )
    if prepared.foreign:
        places = ", ".join(f"{place} ({count})" for place, count in sorted(prepared.foreign.items()))
        yield f"het pakket noemt andere mensen: {places}; keur alleen goed als dat klopt"


def _letters_for(batch: Batch) -> tuple[LetterKind, ...]:
    return tuple(letter for kind, letter in LETTER_OF.items() if kind in batch.kinds)


def _answered_later(case: Case, batch: Batch) -> Iterator[Request]:
    """Requests of the case that get a letter of their own, and have not had it."""
    for request in case.open_requests:
        if request.id not in batch.ids and request.state is not RequestState.ANSWERED:
            yield request


def _file_kind(file: BuiltFile) -> Literal["overview", "package", "transfer"]:
    if file.content_type == "application/pdf":
        return "overview"
    return "transfer" if "overdracht" in file.name else "package"


def _holding_fact(summary: HoldingSummary) -> HoldingFact:
    return HoldingFact(
        label=summary.label,
        category=summary.category,
        purpose=summary.purpose,
        legal_basis=summary.legal_basis,
        recipients=summary.recipients,
        origin=summary.origin,
        retention=summary.retention,
        rows=summary.rows,
        withheld=summary.withheld,
        role=summary.role,
        left_out=summary.left_out,
    )


def _draft_file(export: SealedExport) -> DraftFile:
    return DraftFile(export.id, export.name, export.content_type, export.size, export.sha256)
