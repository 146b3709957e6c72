"""One mail taken apart: raw bytes in, bounded values out. Every oddity becomes a defect, never an exception.

Pure. Hostile mail can still cost time and memory here, so the service runs this in a cage (bot/mail/cage.py).
"""

from __future__ import annotations

import hashlib
import re

from bot.mail.automatic import automatic_signs
from bot.mail.bounces import report_of
from bot.mail.charsets import turns_direction, visible
from bot.mail.documents.reading import Budget
from bot.mail.headers import (
    MAX_IDS,
    MAX_SUBJECT,
    HeaderBlock,
    dated_at,
    decoded,
    header_block,
    in_two,
    message_ids,
    over_limit,
)
from bot.mail.lookalike import disguises
from bot.mail.message import AutomaticSigns, ParsedMail, Sender, Unreadable
from bot.mail.parts import Parts, parts_of
from bot.mail.sender import NotOneMailboxError, mailbox, recipients, reply_to, sender, shows_another_address
from bot.mail.splicing import Places
from bot.mail.tree import LimitError
from bot.mail.within import attached_mails, files_in_zips
from bot.mail.words import words_of
from bot.settings import ParsingSettings

MAX_HEAD = 4096  # bytes of the header block shown to staff when the rest cannot be read
TOKEN_HEADER = "x-privacybot-token"  # noqa: S105 - a header name: our own mails carry it, so that we know them

_QUOTED_ID = re.compile(r"^[> \t|]{0,10}Message-ID:\s{0,10}(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_ANSWERING = re.compile(
    r"\s*(?:re|antw|antwoord|aw|sv|vs|r|fw|fwd|doorst|doorgest|tr|wg|betr)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)
_TOKEN = re.compile(r"[A-Za-z0-9._=+/-]{8,200}\Z")


def parsed(raw: bytes, limits: ParsingSettings, own_domain: str, *, documents: bool = True) -> ParsedMail | Unreadable:
    """The mail as values, or why it cannot be read within the limits. Never raises, whatever the bytes.

    `own_domain` is the domain of the mailbox. Without `documents` PDF, Word and their kin stay closed.
    """
    digest = hashlib.sha256(raw).hexdigest()
    bare_cr = ("line ends of bare CR",) if b"\n" not in raw and b"\r" in raw else ()
    block, body = in_two(raw.replace(b"\r", b"\n") if bare_cr else raw)
    budget = Budget(limits.document_seconds if documents else 0.0)
    places = Places(raw, len(raw) - len(body))
    try:
        if reason := _refusal(raw, block, limits):
            return Unreadable(digest, reason, head_of(block))
        headers = header_block(block, bare_cr)
        parts = parts_of(headers, body, limits.max_parts, limits.max_depth, budget, places)
        return _read(digest, headers, parts, limits, own_domain)
    except LimitError as limit:
        return Unreadable(digest, str(limit), head_of(block))
    except MemoryError:
        return Unreadable(digest, "out of memory", head_of(block))
    except Exception as failure:  # one bad mail never stops the mailbox
        return Unreadable(digest, f"crashed the parser ({type(failure).__name__})", head_of(block))


def head_of(block: bytes) -> str:
    """The beginning of a header block as readable text, for a mail that cannot be read any further."""
    return "\n".join(visible(line) for line in block[:MAX_HEAD].decode("utf-8", "replace").splitlines())


def _refusal(raw: bytes, block: bytes, limits: ParsingSettings) -> str | None:
    if not raw.strip():
        return "empty"
    if len(raw) > limits.max_mail_mb * 1024 * 1024:
        return "too large"
    return over_limit(block, limits.max_header_kb * 1024)


def _read(digest: str, headers: HeaderBlock, parts: Parts, limits: ParsingSettings, own_domain: str) -> ParsedMail:
    who = sender(headers)
    ids = _ids(headers, "message-id")
    subject = decoded(headers.text("subject"), MAX_SUBJECT)
    references = _references(headers)
    answers = bool(references or _ANSWERING.match(subject))
    words = words_of(parts.bodies, own_domain, who.shown, attached_mails(parts, limits), answers=answers)
    signs = automatic_signs(headers, who.address, who.shown, subject)
    returned = _returned(parts, signs, words.whole)
    return ParsedMail(
        digest=digest,
        identity=_identity(ids[:1], headers, parts),
        message_id=ids[0] if ids else None,
        references=references,
        sender=who,
        reply_to=reply_to(headers),
        to_addresses=recipients(headers),
        subject=subject,
        dated_at=dated_at(headers.text("date")),
        new_text=words.new,
        quoted_text=words.quoted,
        whole_text=words.whole,
        other_text=words.other,
        hidden_text=words.hidden,
        attachments=tuple(parts.attachments),
        files_within=(*parts.files_within, *files_in_zips(parts)),
        signs=signs,
        own_token=_own_token(headers),
        returned_message_ids=returned,
        report=report_of(headers, signs, parts.statuses, parts.receipts, returned, words.whole),
        defects=tuple(dict.fromkeys((*parts.defects, *words.defects, *_oddities(who, headers, own_domain)))),
    )


# Headers


def _oddities(who: Sender, headers: HeaderBlock, own_domain: str) -> list[str]:
    return [*_header_defects(headers), *_tricks(who, headers), *disguises(who, own_domain)]


def _ids(headers: HeaderBlock, *names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in names for text in headers.texts(name) for one in message_ids(text)))


def _references(headers: HeaderBlock) -> tuple[str, ...]:
    """What the mail answers first, then the thread; of a long thread its end counts, where the last letters are."""
    thread = _ids(headers, "references")
    return tuple(dict.fromkeys((*_ids(headers, "in-reply-to")[:10], *thread[10 - MAX_IDS :])))


def _returned(parts: Parts, signs: AutomaticSigns, text: str) -> tuple[str, ...]:
    """The ids of mail that came back. Half of all mail servers quote it as plain text instead of attaching it."""
    if not parts.returned_ids and signs.automatic:
        parts.returned_ids.update(
            dict.fromkeys(one for match in _QUOTED_ID.finditer(text) for one in message_ids(match[1]))
        )
    return tuple(parts.returned_ids)[:MAX_IDS]


def _own_token(headers: HeaderBlock) -> str | None:
    token = headers.text(TOKEN_HEADER).strip()
    return token if _TOKEN.match(token) else None


def _header_defects(headers: HeaderBlock) -> list[str]:
    """Absent or doubled headers that a reader of the mail should know of."""
    defects = [f"no {name.title()}" for name in ("date", "message-id") if not headers.values(name)]
    if headers.values("date") and dated_at(headers.text("date")) is None:
        defects.append("broken Date")
    if headers.values("message-id") and not _ids(headers, "message-id"):
        defects.append("broken Message-Id")
    doubled = ("message-id", "subject", "date", "to", "reply-to", "in-reply-to", "references", "content-type")
    return defects + [f"more than one {name.title()}" for name in doubled if len(headers.values(name)) > 1]


def _tricks(who: Sender, headers: HeaderBlock) -> list[str]:
    """What looks made to mislead a person who reads the mail."""
    defects = []
    if shows_another_address(who):
        defects.append("display name shows another address")
    if (answer_to := reply_to(headers)) and answer_to != who.address:
        defects.append("Reply-To is not the sender")
    defects += [f"{name.title()} names another address" for name in _WRITERS if _names_other(headers.values(name), who)]
    if turns_direction("".join(text for name in ("from", "subject") for text in headers.texts(name))):
        defects.append("characters that turn the reading direction")
    return defects


_WRITERS = ("sender", "resent-from")


def _names_other(values: tuple[bytes, ...], who: Sender) -> bool:
    try:
        return bool(values) and (len(values) != 1 or mailbox(values[0]) != who.address)
    except NotOneMailboxError:
        return True


def _identity(ids: tuple[str, ...], headers: HeaderBlock, parts: Parts) -> str:
    """The digest that makes two copies of one mail the same: trace headers and transfer encoding do not count.

    A mail without an id is known by its Date too: who asks the same again a year later asks again.
    """
    digest = hashlib.sha256()
    texts = [text.strip() for body in parts.bodies for text in (body.plain, body.html) if text is not None]
    said = (*headers.texts("from"), *headers.texts("subject"), *(() if ids else headers.texts("date")))
    for piece in (*ids, *said, *texts, *(attached.sha256 for attached in parts.attachments)):
        encoded = piece.encode("utf-8", "replace")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()
