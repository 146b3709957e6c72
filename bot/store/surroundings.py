"""What the archive knows of the cases and letters that one mail may belong to.

`strangers` asks the same for many mails at once: whoever adds a question here adds it there.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.answers import says_no
from bot.cases.codes import find_code
from bot.cases.filing import (
    ReportedLetter,
)
from bot.cases.letters import LetterKind
from bot.cases.model import Case
from bot.cases.numbers import numbers_named
from bot.mail.message import Fate, ParsedMail, Report
from bot.store.archive import Transaction
from bot.store.casework import SEVERAL_RECORDS, code_index
from bot.store.factors import paper_index
from bot.store.vault import Vault
from bot.triage.intents import calls_off_erasure
from bot.triage.labels import RequestKind


def case_by_references(tx: Transaction, mail: ParsedMail) -> int | None:
    """The case that one of these Message-IDs belongs to; never found by the subject alone."""
    if not mail.references:
        return None
    found = tx.messages.case_of(mail.references)
    if found is not None:
        return found
    letters = (tx.outbox.by_message_id(message_id) for message_id in mail.references)
    return next((letter.case_id for letter in letters if letter is not None and letter.case_id is not None), None)


def reported_letter(tx: Transaction, mail: ParsedMail) -> ReportedLetter | None:
    """The letter of ours that this report is about: by the returned mail, by our ENVID, or by what it answers."""
    report = mail.report
    if report is None:
        return None
    answered = mail.references if report.from_mail_system else ()
    for message_id in (*report.original_ids, *mail.returned_message_ids, *answered):
        letter = tx.outbox.by_message_id(message_id)
        if letter is not None:
            named = not report.recipients or letter.to.lower() in report.recipients
            return ReportedLetter(letter.id, names_recipient=named and bool(letter.to))
    return _alarm_to(tx, report) if believable_failure(mail) else None


def believable_failure(mail: ParsedMail) -> bool:
    """A mail system says that some mail did not arrive; the alarms of our own users are looked up by address then."""
    return mail.report is not None and mail.report.fate is Fate.FAILED and mail.report.from_mail_system


def _alarm_to(tx: Transaction, report: Report) -> ReportedLetter | None:
    """Half of all mail systems return no Message-ID: the last alarm to a user whom the report names."""
    users = {user.address.lower() for user in tx.users.all() if user.address}
    letters = (tx.outbox.last_to(address, LetterKind.STAFF_ALARM) for address in sorted(users & set(report.recipients)))
    return next((ReportedLetter(letter.id) for letter in letters if letter is not None), None)


def case_by_code(tx: Transaction, vault: Vault, mail: ParsedMail) -> int | None:
    """The case whose challenge a code in this mail answers."""
    for code in find_code(mail.new_text):
        challenge = tx.challenges.by_code(code_index(vault, code))
        if challenge is not None and challenge.address == mail.sender.address:
            return challenge.case_id
    return None


def case_by_code_on_paper(tx: Transaction, vault: Vault, mail: ParsedMail) -> Case | None:
    """The case whose open code on paper stands in this mail, whoever sent it: the letter is for lost mailboxes."""
    found = (tx.paper_codes.by_code(paper_index(vault, code)) for code in find_code(mail.new_text))
    return next((tx.cases.by_id(code.case_id) for code in found if code is not None), None)


def case_by_number(tx: Transaction, mail: ParsedMail) -> Case | None:
    """The first case that this mail names in which a letter with a code went out and something is open still."""
    named = numbers_named(mail.subject, mail.new_text)
    lettered = tx.paper_codes.refs_among(named)
    found = (tx.cases.get(ref) for ref in named if ref in lettered)
    return next((case for case in found if case.open_requests or tx.paper_codes.open_of(case.id) is not None), None)


def cases_told_of(tx: Transaction, mail: ParsedMail) -> tuple[int, ...]:
    """Running cases that a no of its sender is about, the newest last: he heard of them from us.

    Who wants nothing erased after all means those in which an erasure is still open.
    """
    no = says_no(mail.new_text)
    if mail.sender.address is None or not (no or calls_off_erasure(mail.new_text)):
        return ()
    told = set(tx.outbox.told(mail.sender.address))
    running = [case_id for case_id in tx.cases.open_ids() if case_id in told]
    return tuple(case_id for case_id in running if no or _erases(tx.cases.by_id(case_id)))


def _erases(case: Case) -> bool:
    return any(request.kind is RequestKind.ERASURE for request in case.open_requests)


def several_people(tx: Transaction, open_cases: Sequence[Case]) -> bool:
    """Their sender's address stands in more than one record."""
    return any(_of_several(tx, case) for case in open_cases)


def _of_several(tx: Transaction, case: Case) -> bool:
    subject = case.data_subject
    if subject is not None and subject.address_shared and subject.known_by(case.sender):
        return True
    return bool(tx.events.of(case.id, SEVERAL_RECORDS))


def case_of_guess(tx: Transaction, mail: ParsedMail, open_cases: Sequence[Case]) -> int | None:
    """A guess outside any thread counts too: it goes to the sender's own open question."""
    if not find_code(mail.new_text):
        return None
    return next((case.id for case in open_cases if tx.challenges.open_of(case.id) is not None), None)
