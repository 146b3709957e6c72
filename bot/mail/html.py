"""HTML of hostile mail to plain text: what a reader sees, and apart from it what the page hides from him."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from justhtml import JustHTML
from justhtml.dom import Element, Node, Text

from bot.mail.charsets import tidy
from bot.mail.density import Appetite, served
from bot.mail.hiding import Style, hidden_by_sheet, styled

_NO_TEXT = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "meta",
        "link",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "select",
        "datalist",
    }
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
        "body",
    }
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"})
_PICTURE = re.compile(r"(data:[a-z0-9.+/;=-]{0,150};base64,)(?:[A-Za-z0-9+/=]{40,}+\s{0,4})+", re.IGNORECASE)
"""A picture in the page itself: it would fill what may be read of it, and the words below it would be cut."""
_RULE = "_" * 32  # as Outlook writes a line above what it quotes


@dataclass(frozen=True, slots=True)
class HtmlText:
    """`visible` is the text with quotes marked by `> `; `hidden` what a reader of the page does not see."""

    visible: str
    hidden: str
    defects: tuple[str, ...] = ()


def html_text(source: str, appetite: Appetite | None = None) -> HtmlText:
    """The page as text; never fails on odd mark-up. Where it is too much for a parser its words are taken, all of them.

    Defects say so: `html cut` where hidden words cannot be told from others, `html not read` where even words are left.
    """
    serving = served(_PICTURE.sub(r"\1", source), appetite or Appetite())
    defects: tuple[str, ...] = ("html cut",) if serving.words else ()
    reading = _Reading(hidden_by_sheet(serving.page))
    reading.page(JustHTML(serving.page, sanitize=False).root)
    visible = "\n".join(filter(None, (reading.text(), tidy(serving.words))))
    hidden = tidy(" ".join("".join(reading.hidden).split()))
    if not any(map(str.isalnum, hidden)):
        hidden = ""  # newsletters fill the line under the subject with signs that nobody reads
    if not visible and not hidden and len(source.strip()) > 200:
        defects += ("html without text",)
    return HtmlText(visible, hidden, (*defects, "html not read") if serving.left_over else defects)


_Step = tuple[Node | Text, Style, bool]  # the last: is this the end of the element?


class _Reading:
    """One walk over the tree, with a stack of our own: pages nest deeper than Python does."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self._hiding = hiding
        self._styles: dict[tuple[object, ...], Style] = {}
        self.lines: list[str] = []  # finished lines, quote marks included
        self.line: list[str] = []
        self.hidden: list[str] = []
        self._depth = 0  # quote depth of the running line

    def page(self, root: Node) -> None:
        """Walk the tree in document order."""
        stack: list[_Step] = [(root, Style(), False)]
        while stack:
            node, style, leaving = stack.pop()
            if leaving:
                self._leave(str(node.name))
            elif isinstance(node, Text):
                self._words(node.data or "", style)
            elif isinstance(node, Element):
                stack += self._enter(node, style)
            else:
                stack += [(child, style, False) for child in reversed(node.children or [])]

    def _enter(self, element: Element, outer: Style) -> list[_Step]:
        name = element.name.lower()
        if name in _NO_TEXT:
            return []
        style = self._styled(name, element.attrs or {}, outer)
        if not style.gone:
            self._open(name, style.quoted)
        children: list[_Step] = [(child, style, False) for child in reversed(element.children or [])]
        return children if style.gone else [(element, style, True), *children]

    def _styled(self, name: str, attributes: Mapping[str, str | None], outer: Style) -> Style:
        """Worked out once for all elements that are alike: an office program writes the same style at every line."""
        alike = (name, outer, *attributes.items())
        style = self._styles.get(alike)
        if style is None:
            lower = {key.lower(): (value or "") for key, value in attributes.items()}
            style = self._styles[alike] = styled(name, lower, outer, self._hiding)
        return style

    def _open(self, name: str, quoted: int) -> None:
        if name == "br":
            self._end_line()
        elif name in _BLOCKS:
            self._end_block()
            self._depth = quoted
        if name == "hr":
            self.line.append(_RULE)
            self._end_block()
        elif name == "li":
            self.line.append("- ")
        elif name in ("td", "th") and self.line:
            self.line.append(" ")

    def _leave(self, name: str) -> None:
        if name in _BLOCKS:
            self._end_block()
            if name in _SPACED and self.lines and self.lines[-1].strip("> "):
                self.lines.append("> " * self._depth)
        if name == "blockquote":
            self._depth = max(0, self._depth - 1)

    def _words(self, data: str, style: Style) -> None:
        if style.hidden:
            self.hidden.append(data + " ")
            return
        self._depth = style.quoted if not self.line else self._depth
        if style.pre:
            first, *rest = data.split("\n")
            self.line.append(first)
            for line in rest:
                self._end_line()
                self.line.append(line)
        else:
            self.line.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _end_block(self) -> None:
        if any(part.strip() for part in self.line):
            self._end_line()
        else:
            self.line.clear()

    def _end_line(self) -> None:
        words = re.sub(r"  +", " ", "".join(self.line)).strip()
        self.lines.append("> " * self._depth + words)
        self.line.clear()

    def text(self) -> str:
        """Everything seen so far."""
        self._end_block()
        return tidy(
            re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self.lines)).replace("\xa0", " ")
        ).strip()
