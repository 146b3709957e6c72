"""Addresses and domains made to be misread: what looks the same is compared by its shape, and spelled out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.mail.message import Sender

_SHAPES = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁһӏкмнтвгп", "aeopcyxijsdhlkmhtbrn", strict=True)),  # Cyrillic
        **dict(zip("αοενρτυκιγχ", "aoevptukiyx", strict=True)),  # Greek
        **dict(zip("ıɑɡɩʟօԛԝ01", "iaglloqwol", strict=True)),
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))
_ALIKE = (("i", "l", "1"), ("o", "0"), ("m", "rn"), ("w", "vv"), ("d", "cl"))
_MOST_SPELLINGS = 500
_MOST = 320  # characters of an address


def shape(text: str) -> str:
    """How the text looks at a glance: two texts with one shape can be taken for each other."""
    plain = unicodedata.normalize("NFKD", text[:_MOST]).casefold().translate(_SHAPES)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    for pair, one in _PAIRS:
        plain = plain.replace(pair, one)
    return plain


def looks_like(one: str, other: str) -> bool:
    """Different, and yet easily taken for each other."""
    one, other = shown_domain(one.lower()), shown_domain(other.lower())
    return one != other and shape(one) == shape(other)


def mistakable_for(address: str) -> tuple[str, ...]:
    """Plain spellings that the eye takes for this address, two changes away at most and never many."""
    plain = _in_plain_letters(shown_domain(address.lower()))
    found = dict.fromkeys([plain])
    for spelling in (plain, *_changed(plain)):
        found.update(dict.fromkeys(_changed(spelling)))
        if len(found) > _MOST_SPELLINGS:
            break
    return tuple(one for one in list(found)[:_MOST_SPELLINGS] if one != address.lower() and looks_like(one, address))


def _changed(spelling: str) -> Iterator[str]:
    """One change away."""
    for group in _ALIKE:
        for one in group:
            for at in range(len(spelling)):
                if spelling.startswith(one, at):
                    yield from (spelling[:at] + other + spelling[at + len(one) :] for other in group if other != one)


def _in_plain_letters(text: str) -> str:
    letters = (_SHAPES.get(ord(char), char) if ord(char) > 127 else char for char in text)
    return "".join(char for char in unicodedata.normalize("NFKD", "".join(map(str, letters))) if char.isascii())


def shown_domain(name: str) -> str:
    """The domain (or address) as a mail program shows it: encoded labels (RFC 3492) in their own script."""
    local, at, domain = name.rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.split('.')))}"


def _label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def foreign_characters(text: str) -> tuple[str, ...]:
    """The names of letters outside ASCII, each once, at most five: what the eye does not tell apart."""
    foreign = dict.fromkeys(char for char in text if ord(char) > 127 and not char.isspace())
    return tuple(f"{char} is {unicodedata.name(char, 'unnamed')}" for char in list(foreign)[:5])


def disguises(who: Sender, own_domain: str) -> list[str]:
    """An address that the eye takes for another, with both spelled out."""
    if who.address is None:
        odd = foreign_characters("".join(word for word in who.shown.split() if "@" in word))
        return [f"letters of another alphabet in the address: {', '.join(odd)}"] if odd else []
    domain = who.address.rpartition("@")[2]
    shown = shown_domain(domain)
    found = []
    if shown != domain:
        found.append(f"the domain {domain} is shown as {shown}: {', '.join(foreign_characters(shown))}")
    if looks_like(domain, own_domain):
        found.append(f"the domain {domain} ({shown}) looks like ours, {own_domain}")
    return found
