"""Signs that no person wrote a mail: header facts (RFC 3834, RFC 3464) and the subject.

Facts only. Whether a mail may be answered by a machine and whether it asks something are two other questions.
"""

from __future__ import annotations

import re

from bot.mail.headers import HeaderBlock, message_ids
from bot.mail.message import AutomaticSigns
from bot.mail.unattended import Note, by_subject

PEER_MARK = "privacybot-auto"
"""How the Message-ID of every automatic letter begins: relays take marks out of headers, but leave that one."""

_NULL_FROM = "<>"
_AUTOREPLY_HEADERS = frozenset(
    {
        "x-autoreply",
        "x-autorespond",
        "x-autoresponse",
        "x-autoresponder",
        "x-autoreply-from",
        "x-autoreply-domain",
        "x-auto-reply",
        "x-auto-reply-from",
        "x-vacation",
        "x-vacation-reply",
        "x-mail-autoreply",
        "x-failed-recipients",
    }
)
_LIST_HEADERS = frozenset({"list-id", "list-unsubscribe", "list-post", "list-help", "list-owner", "list-subscribe"})
_BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
DAEMON = re.compile(r"(mailer-?daemon|post_?master|mail-?daemon|mdaemon|microsoftexchange[0-9a-f]{8,40})([+._-].*)?\Z")
_ROLE = re.compile(
    r"(mailer-?daemon|post_?master|(do-?)?no-?t?-?reply|donotreply|noreply|geen-?antwoord|niet-?beantwoorden|nepasrepondre"
    r"|bounces?|auto-?reply|autoresponder)([+._-].*)?\Z"
)


def automatic_signs(block: HeaderBlock, address: str | None, shown: str, subject: str) -> AutomaticSigns:
    """What header block, sender and subject say about a machine having written this.

    `shown` is used where the From header gave no address: a bounce often breaks the strict rule.
    """
    names = {field.name for field in block.fields}
    content_type = block.text("content-type").strip().lower()
    local = _local_part(address, shown)
    note = by_subject(subject)
    return AutomaticSigns(
        auto_submitted=any(_keyword(value) not in ("", "no") for value in block.texts("auto-submitted")),
        null_return_path=any(value.replace(" ", "") == "<>" for value in block.texts("return-path")),
        report=content_type.startswith("multipart/report"),
        read_receipt=content_type.startswith("multipart/report") and "disposition-notification" in content_type,
        bulk=any(_keyword(value) in _BULK for value in block.texts("precedence")),
        mailing_list=bool(names & _LIST_HEADERS),
        autoreply_header=bool(names & _AUTOREPLY_HEADERS) or _says_autoresponder(block),
        suppress_requested=_asks_silence(block),
        role_sender=shown.strip().endswith(_NULL_FROM) or bool(DAEMON.match(local) or _ROLE.match(local)),
        subject_pattern=note is not None,
        returned_subject=note is Note.RETURNED,
        mail_system=shown.strip().endswith(_NULL_FROM) or bool(DAEMON.match(local)),
        peer=any(one.startswith(f"<{PEER_MARK}.") for one in message_ids(block.text("message-id"))),
    )


def _keyword(value: str) -> str:
    """`auto-replied (vacation); owner=...` is `auto-replied`."""
    return re.split(r"[;\s(]", value.strip().lower(), maxsplit=1)[0]


def _says_autoresponder(block: HeaderBlock) -> bool:
    """Exchange marks what an inbox rule sent, a person's redirected mail as well; only with "All" it is a reply."""
    message_class = block.text("x-post-messageclass").lower()
    by_rule = bool(block.values("x-ms-exchange-inbox-rules-loop"))
    silenced = "all" in _wishes(block)
    return (
        "autoresponder" in message_class
        or "autoresponder" in block.text("delivered-to").lower()
        or (by_rule and silenced)
    )


def _wishes(block: HeaderBlock) -> set[str]:
    return {wish.strip().lower() for value in block.texts("x-auto-response-suppress") for wish in value.split(",")}


def _asks_silence(block: HeaderBlock) -> bool:
    """MS-OXCMAIL 2.1.3.2.20: do not answer me automatically. It does not say that a machine wrote this."""
    return bool(_wishes(block) - {"", "none"})


def _local_part(address: str | None, shown: str) -> str:
    """What stands before the @ of the sender, in lower case, also where the From breaks the strict rule."""
    if address:
        return address.partition("@")[0]
    found = re.search(r"([\w.+-]{1,64})(@|>|\s*$)", shown.lower())
    return found[1] if found else ""
