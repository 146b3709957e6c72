"""From letter to mail: threading, names and the bytes that a server is handed. Decides nothing, sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.cases.draft import Block, Draft, DraftFile
from bot.cases.links import without_tokens
from bot.cases.masking import MASK
from bot.cases.model import Case
from bot.mail.automatic import PEER_MARK
from bot.mail.outgoing import OutgoingFile, OutgoingMail, composed, new_boundary, new_message_id
from bot.replies.errors import AuthorityError
from bot.settings import Organisation


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a letter hangs: below the person's own mail if it goes to the address that wrote it, else apart."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def thread_of(case: Case, to: str) -> Thread:
    """A letter to any other address than the writer's must not quote the writer's thread."""
    if case.message_id is None or to != case.sender:
        return Thread()
    return Thread(case.message_id, (*case.references, case.message_id))


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """The bytes of one mail, Date still a placeholder."""

    to: str = field(repr=False)
    message_id: str
    raw: bytes = field(repr=False)


class MailRoom:
    """Composes mail in the organisation's name. `token` marks our own mail, so that a loop is seen."""

    def __init__(self, organisation: Organisation, token: str) -> None:
        self._organisation = organisation
        self._token = token
        self._authority = (urlsplit(organisation.authority.complaint_url).hostname or "").removeprefix("www.")
        self.domain = organisation.address.rpartition("@")[2]

    def of_authority(self, address: str) -> bool:
        """Whether this address lies with the supervisory authority, as its web address names it."""
        domain = address.rpartition("@")[2].strip(" .>").lower()
        return bool(self._authority) and (domain == self._authority or domain.endswith(f".{self._authority}"))

    def new_ids(self) -> tuple[str, str]:
        """A fresh Message-ID and MIME boundary."""
        return new_message_id(self.domain, self._token), new_boundary()

    def automatic(self, subject: str, blocks: Sequence[Block], to: str, thread: Thread) -> PreparedMail:
        """A mail that no person approved: it says so in Auto-Submitted (RFC 3834)."""
        message_id, boundary = new_message_id(self.domain, f"{PEER_MARK}.{self._token}"), new_boundary()
        text = "\n\n".join(block.text.strip("\n") for block in blocks if block.text.strip()) + "\n"
        mail = self._mail(to, subject, text, message_id, boundary, thread, files=(), automatic=True)
        return PreparedMail(to, message_id, composed(mail))

    def approved(self, draft: Draft, content: Callable[[DraftFile], bytes]) -> PreparedMail:
        """The mail of a draft, byte for byte what approval was asked for."""
        files = tuple(OutgoingFile(file.name, file.content_type, content(file)) for file in draft.files)
        thread = Thread(draft.in_reply_to, draft.references)
        mail = self._mail(
            draft.to, draft.subject, draft.text, draft.message_id, draft.boundary, thread, files=files, automatic=False
        )
        return PreparedMail(draft.to, draft.message_id, composed(mail))

    def sent_copy(self, draft: Draft) -> bytes:
        """What our own Sent folder keeps of an answer: its text without links, its files by name, size and digest."""
        files = "".join(f"\n[{file.name}, {file.size} bytes, SHA-256 {file.sha256}]" for file in draft.files)
        thread = Thread(draft.in_reply_to, draft.references)
        text = without_tokens(draft.text, MASK) + files + ("\n" if files else "")
        mail = self._mail(
            draft.to, draft.subject, text, draft.message_id, draft.boundary, thread, files=(), automatic=False
        )
        return composed(mail)

    def _mail(
        self,
        to: str,
        subject: str,
        text: str,
        message_id: str,
        boundary: str,
        thread: Thread,
        *,
        files: tuple[OutgoingFile, ...],
        automatic: bool,
    ) -> OutgoingMail:
        if self.of_authority(to):
            raise AuthorityError
        return OutgoingMail(
            sender_name=self._organisation.brand,
            sender=self._organisation.address,
            to=to,
            subject=subject,
            text=text,
            message_id=message_id,
            boundary=boundary,
            in_reply_to=thread.in_reply_to,
            references=thread.references,
            files=files,
            automatic=automatic,
            token=self._token,
        )
