"""A letter as an editable text: every block under a line with its code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.cases.draft import Block
from bot.cases.errors import RefusedActError

_MARK = re.compile(r"^== (?P<code>[A-Za-z0-9._-]{1,40}) ==$")


def blocks_as_text(blocks: Iterable[Block]) -> str:
    return "".join(f"== {block.code} ==\n{block.text.strip()}\n\n" for block in blocks)


def text_as_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of an edited letter. Raises RefusedActError if words stand outside a block."""
    blocks = tuple(_blocks(text.splitlines()))
    if not blocks:
        raise RefusedActError("the file has no line such as '== greeting =='; start from: privacybot draft REF --text")
    return blocks


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    code: str | None = None
    words: list[str] = []
    for line in lines:
        mark = _MARK.match(line.strip())
        if mark is None:
            if code is None and line.strip():
                raise RefusedActError("the file begins with words outside a block; put them below a '== … ==' line")
            words.append(line)
            continue
        if code is not None:
            yield Block(code, "\n".join(words).strip())
        code, words = mark["code"], []
    if code is not None:
        yield Block(code, "\n".join(words).strip())
