"""HTML of hostile mail to plain text: what a reader sees, and apart from it what the page hides from him."""

from __future__ import annotations

import re
from dataclasses import dataclass

from justhtml import JustHTML
from justhtml.dom import Element, Node, Text

from bot.mail.charsets import tidy

MAX_HTML = 256 * 1024  # characters

_NO_TEXT = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "meta",
        "link",
        "template",
        "noscript",
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
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "#fefefe"})
_AS_OUTSIDE = frozenset({"", "transparent", "none", "inherit", "initial", "unset"})
_GONE = re.compile(
    r"display:none|visibility:(hidden|collapse)|mso-hide:all|opacity:0?\.0\d*|opacity:0(!|;|$)|max-height:0(px|!|;|$)"
    r"|clip:rect\(0|clip-path:inset\((50|100)%|(text-indent|left|top|right|margin-left|margin-top):-\d{3,}"
)
_TINY = re.compile(r"font-size:(0(\.0+)?(px|pt|em|rem|%|!|;|$)|[01]?(\.\d+)?(px|pt))")
_MEDIA = re.compile(r"@media[^{}]{0,500}\{(?:[^{}]{0,500}\{[^{}]{0,2000}\}){0,200}\s*\}")
_MAX_SHEET = 64 * 1024  # characters of one style sheet that are looked at
_MAX_QUOTES = 10  # blockquotes told apart


@dataclass(frozen=True, slots=True)
class HtmlText:
    """`visible` is the text with quotes marked by `> `; `hidden` what a reader of the page does not see."""

    visible: str
    hidden: str
    defects: tuple[str, ...] = ()


def html_text(source: str) -> HtmlText:
    """The page as text. Linear in its size, which is cut at MAX_HTML; never fails on odd mark-up."""
    defects: tuple[str, ...] = ("html cut",) if len(source) > MAX_HTML else ()
    page = JustHTML(source[:MAX_HTML], sanitize=False).root
    reading = _Reading(_hidden_by_sheet(source[:MAX_HTML]))
    reading.page(page)
    visible, hidden = reading.text(), tidy(" ".join("".join(reading.hidden).split()))
    if not visible and not hidden and len(source.strip()) > 200:
        defects += ("html without text",)
    return HtmlText(visible, hidden, defects)


@dataclass(slots=True)
class _Style:
    """What an element hands down to the text in it."""

    gone: bool = False  # nothing inside can bring it back
    tiny: bool = False  # a size of its own brings the text back
    color: str = ""
    background: str = "white"
    quoted: int = 0  # blockquotes around it
    pre: bool = False

    @property
    def hidden(self) -> bool:
        """No reader sees text in this style."""
        return self.gone or self.tiny or self.color == "transparent" or _same(self.color, self.background)


_Step = tuple[Node | Text, _Style, bool]  # the last: is this the end of the element?


class _Reading:
    """One walk over the tree, with a stack of our own: pages nest deeper than Python does."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self._hiding = hiding
        self.lines: list[str] = []  # finished lines, quote marks included
        self.line: list[str] = []
        self.hidden: list[str] = []
        self._depth = 0  # quote depth of the running line

    def page(self, root: Node) -> None:
        """Walk the tree in document order."""
        stack: list[_Step] = [(root, _Style(), False)]
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

    def _enter(self, element: Element, outer: _Style) -> list[_Step]:
        name = element.name.lower()
        if name in _NO_TEXT:
            return []
        style = _styled(element, name, outer, self._hiding)
        if not style.gone:
            self._open(name, style.quoted)
        children: list[_Step] = [(child, style, False) for child in reversed(element.children or [])]
        return children if style.gone else [(element, style, True), *children]

    def _open(self, name: str, quoted: int) -> None:
        if name == "br":
            self._end_line()
        elif name in _BLOCKS:
            self._end_block()
            self._depth = quoted
        if name == "li":
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

    def _words(self, data: str, style: _Style) -> None:
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


def _hidden_by_sheet(source: str) -> frozenset[str]:
    """The `.class` and `#id` selectors of the page's own style sheets that hide; rules for small screens left out."""
    sheets = (match[1][:_MAX_SHEET] for match in re.finditer(r"<style[^>]{0,500}>([^<]*)", source, re.IGNORECASE))
    found: set[str] = set()
    for sheet in sheets:
        for selectors, css in re.findall(r"([^{}]{1,500})\{([^{}]{0,2000})\}", _MEDIA.sub("", sheet)):
            compact = re.sub(r"\s+", "", css.lower())
            if _GONE.search(compact) or _TINY.search(compact):
                found |= set(re.findall(r"[.#][\w-]+(?=\s*(?:,|\Z))", selectors.lower()))
    return frozenset(found)


def _selected(attributes: dict[str, str], hiding: frozenset[str]) -> bool:
    names = {f".{one}" for one in attributes.get("class", "").lower().split()[:20]}
    return bool(hiding and (names | {"#" + attributes.get("id", "").lower()}) & hiding)


def _styled(element: Element, name: str, outer: _Style, hiding: frozenset[str]) -> _Style:
    attributes = {key.lower(): (value or "") for key, value in (element.attrs or {}).items()}
    css = re.sub(r"\s+|/\*.*?\*/", "", attributes.get("style", "")[:2000].lower())
    background = (
        _declared(css, "background-color") or _declared(css, "background") or attributes.get("bgcolor", "").lower()
    )
    return _Style(
        gone=outer.gone or "hidden" in attributes or bool(_GONE.search(css)) or _selected(attributes, hiding),
        tiny=bool(_TINY.search(css)) if "font-size:" in css else outer.tiny or _zero_font(name, attributes),
        color=_declared(css, "color") or attributes.get("color", "").lower() or outer.color,
        background=outer.background if background in _AS_OUTSIDE else background,
        quoted=min(outer.quoted + (name == "blockquote"), _MAX_QUOTES),
        pre=outer.pre or name == "pre" or "white-space:pre" in css,
    )


def _zero_font(name: str, attributes: dict[str, str]) -> bool:
    return name == "font" and attributes.get("size", "").strip() in ("0", "-7")


def _declared(css: str, name: str) -> str:
    match = re.search(rf"(?:^|;){name}:([^;!]+)", css)
    return match[1] if match else ""


def _same(color: str, background: str) -> bool:
    return bool(color) and (color == background or (color in _WHITE and background in _WHITE))
