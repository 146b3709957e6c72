"""A letter becomes a draft: threaded, with the Message-ID and boundary that it will be sent with."""

from __future__ import annotations

from datetime import datetime

from bot.cases.draft import Draft, DraftState
from bot.cases.letters import LetterKind
from bot.cases.model import Case
from bot.replies.letters import Letter
from bot.replies.mailing import MailRoom, thread_of


def new_draft(
    mailroom: MailRoom,
    case: Case,
    kind: LetterKind,
    letter: Letter,
    to: str,
    request_ids: tuple[int, ...],
    now: datetime,
) -> Draft:
    """A draft without files or changes; the archive gives it its id and version."""
    message_id, boundary = mailroom.new_ids()
    thread = thread_of(case, to)
    return Draft(
        id=0,
        case_id=case.id,
        version=0,
        state=DraftState.OPEN,
        letter=kind,
        language=case.language,
        request_ids=request_ids,
        to=to,
        subject=letter.subject,
        message_id=message_id,
        boundary=boundary,
        in_reply_to=thread.in_reply_to,
        references=thread.references,
        blocks=letter.blocks,
        files=(),
        changes=(),
        states_on=None,
        high_risk=False,
        editor=None,
        made_at=now,
    )
