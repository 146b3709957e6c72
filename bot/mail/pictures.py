"""Pictures that stand in a page itself, as `data:` addresses (RFC 2397)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from bot.mail.attaching import File
from bot.mail.content import content_type_of
from bot.mail.message import Attachment, Holder, HolderKind, Place
from bot.mail.splicing import Places, Within

MAX_PICTURES = 20  # of one page

_PICTURE = re.compile(r"data:(image/[a-z0-9.+-]{1,40})(?:;[a-z0-9=.+-]{1,60}){0,3};base64,", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9+/\r\n]*={0,2}")


def pictures_of(
    page: str, places: Places | Within | None, place: Place | None, holders: tuple[Holder, ...]
) -> Iterator[Attachment]:
    """The pictures in the text of a page that lies in `place`.

    Each has a place of its own where the page stands in the mail as it is, else that of the whole page.
    """
    searched = 0
    for number, found in enumerate(_PICTURE.finditer(page), 1):
        if number > MAX_PICTURES:
            return
        code = _CODE.match(page, found.end())
        words = "" if code is None else code[0]
        content = _decoded(words)
        if not content:
            continue
        exact = places.text(words, place, searched) if isinstance(places, Places) and place else None
        searched = searched if exact is None else exact.end
        inside = (*holders, Holder(HolderKind.PAGE, str(number)))
        yield File(content, place=exact or place, holders=inside).attachment(content_type_of(content, found[1].lower()))


def _decoded(words: str) -> bytes:
    code = "".join(words.split()).rstrip("=")
    try:
        return base64.b64decode(code + "=" * (-len(code) % 4))
    except binascii.Error:
        return b""
