"""Who wrote, by the strict rule: exactly one From header, exactly one mailbox, not one oddity, ASCII throughout.

Whatever is read in two ways by two programs gives no address: the mail still becomes a case, for a person to look at.
"""

from __future__ import annotations

import re
from email.policy import default as rfc_policy

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from bot.mail.headers import HeaderBlock, decoded, text_of
from bot.mail.message import Sender

MAX_ADDRESS_HEADER = 998  # RFC 5322's longest line; address parsing is quadratic beyond reason
MAX_RECIPIENTS = 100

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SPECIALS = re.compile(r'[<>()@,;:\\"\[\]]')
_ANY_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_LABEL = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,20}"
ORDINARY = re.compile(
    r"""(?:(?:"[A-Za-z0-9 .,&'()@-]{0,100}"|[A-Za-z0-9]{1,40}(?:[ ][A-Za-z0-9]{1,40}){0,5})[ ](?=<)|)"""
    rf"(?P<open><)?(?P<address>[A-Za-z0-9_+-]{{1,20}}(?:\.[A-Za-z0-9_+-]{{1,20}}){{0,2}}@(?:{_LABEL}\.){{1,3}}"
    r"(?P<top>[A-Za-z]{2,20}))(?(open)>)"
)
"""A plain name, or one in quotes, and an address of the plainest kind: nobody reads that in two ways."""
_NO_ORDINARY_TOP = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


class NotOneMailboxError(Exception):
    """The header does not name exactly one plain mailbox; the message says what is wrong."""


def sender(block: HeaderBlock) -> Sender:
    """The sender, or what stands in the way of knowing him."""
    values = block.values("from")
    shown = " | ".join(decoded(text_of(value)) for value in values[:5])
    defects = list(block.anomalies)
    if len(values) != 1:
        defects.append("more than one From header" if values else "no From header")
        return Sender(None, shown, tuple(defects))
    try:
        address = mailbox(values[0])
    except NotOneMailboxError as wrong:
        defects.append(f"From: {wrong}")
    return Sender(None if defects else address, shown, tuple(defects))


def mailbox(value: bytes) -> str:
    """The one address of the header value, in lower case. Raises NotOneMailboxError."""
    if len(value) > MAX_ADDRESS_HEADER:
        raise NotOneMailboxError("header too long")
    text = text_of(value).strip()
    if (plainest := ORDINARY.fullmatch(text)) and plainest["top"].lower() not in _NO_ORDINARY_TOP:
        return plainest["address"].lower()
    return read_twice(text)


def read_twice(text: str) -> str:
    """The address, if our own grammar and the library read the same one. Raises NotOneMailboxError."""
    address = _address_of(text)
    plain = _plain(address)
    if _as_the_library_reads(text) != plain:
        raise NotOneMailboxError("read differently by another parser")
    return plain


def _address_of(text: str) -> str:
    """The address by our own strict grammar: `name <address>` or a bare address, without comments or routes."""
    if not text.endswith(">"):
        phrase, bracket, address = "", "<", text
    else:
        phrase, bracket, address = text[:-1].rpartition("<")
    if not bracket:
        raise NotOneMailboxError("unbalanced angle brackets")
    if _SPECIALS.search(_QUOTED.sub("", phrase)) or re.search(r'[<>()\s,;:\\"\[\]]', address):
        raise NotOneMailboxError("not exactly one plain address")
    if "=?" in address:
        raise NotOneMailboxError("encoded word in the address")
    return address


def _plain(address: str) -> str:
    """The address in lower case, if it is ASCII and needs no repair."""
    if not address.isascii():
        raise NotOneMailboxError("address outside ASCII")
    try:
        checked = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False, test_environment=True
        )
    except (EmailNotValidError, ValueError, IndexError) as wrong:
        raise NotOneMailboxError("not a valid address") from wrong
    if (checked.ascii_email or "").lower() != address.lower():
        raise NotOneMailboxError("address needs repair")
    return address.lower()


def _as_the_library_reads(text: str) -> str | None:
    """A second opinion on a bounded value: the address if there is exactly one, else None."""
    try:
        addresses = rfc_policy.header_factory("from", text).addresses
        return addresses[0].addr_spec.lower() if len(addresses) == 1 else None
    except Exception:  # the library raises half a dozen kinds on hostile headers
        return None


def reply_to(block: HeaderBlock) -> str | None:
    """The address of Reply-To where it is one plain mailbox, else what stands there; None without the header."""
    values = block.values("reply-to")
    if not values:
        return None
    try:
        return mailbox(values[0]) if len(values) == 1 else decoded(" | ".join(map(text_of, values[:5])))
    except NotOneMailboxError:
        return decoded(text_of(values[0]))


def recipients(block: HeaderBlock) -> tuple[str, ...]:
    """Every address in To, Cc and the delivery headers, in lower case: to find our own, proof of nothing."""
    names = ("to", "cc", "delivered-to", "x-original-to")
    texts = (text for name in names for text in block.texts(name))
    found = dict.fromkeys(match[0].lower() for text in texts for match in _ANY_ADDRESS.finditer(text))
    return tuple(found)[:MAX_RECIPIENTS]


def shows_another_address(who: Sender) -> bool:
    """The display name looks like an address, and not like this one (a trick on people, not on programs)."""
    named = {match[0].lower() for match in _ANY_ADDRESS.finditer(who.shown)}
    return who.address is not None and bool(named - {who.address})
