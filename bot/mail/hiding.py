"""What a page hides from its reader: the styles that make text unseen, by attribute, by `style` and by style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

_MAX_SHEET = 64 * 1024  # characters of one style sheet that are looked at
_MAX_STYLE = 2000  # characters of one style attribute
_MAX_QUOTES = 10  # blockquotes told apart
_NEAR = 24  # how far two colours may lie apart, over red, green and blue, and still be one to the eye

_GONE = re.compile(
    r"display:none|visibility:(hidden|collapse)|mso-hide:all|opacity:0?\.0\d*|opacity:0(!|;|$)|max-height:0(px|!|;|$)"
    r"|clip:rect\(0|clip-path:inset\((50|100)%|(text-indent|left|top|right|margin-left|margin-top):-\d{3,}"
    r"|filter:alpha\(opacity=0\)|transform:scale[xy]?\(0[,)]"
)
_FLAT = re.compile(r"(?:^|;)(?:height|width|max-width):[01](?:px)?(?:!|;|$)")
_TINY = re.compile(
    r"font-size:(0(\.0+)?(px|pt|em|rem|%|!|;|$)|[01]?(\.\d+)?(px|pt))|(?:^|;)font:[^;]{0,40}?(?<![\d.])[01](px|pt)?/"
)
_MARKS = (  # every way of hiding holds one of these, however it is spaced
    *("display:none", "visibility:", "mso-hide:all", "opacity:0", "opacity:.0", "max-height:0", "clip:rect(0"),
    *("clip-path:inset", "indent:-", "left:-", "top:-", "right:-", "filter:alpha", "transform:scale"),
    *("overflow:hidden", "font-size:0", "font-size:1p", "font-size:1.", "font-size:.", "font-size:p", "font:"),
)
_SHEET = re.compile(r"<style[^>]{0,500}>")
_MEDIA = re.compile(r"@media[^{}]{0,500}\{(?:[^{}]{0,500}\{[^{}]{0,2000}\}){0,200}\s*\}")
_SELECTOR = re.compile(r"(?:^|[\s>+~])(?P<one>[a-z][\w-]*|(?:[a-z][\w-]*)?[.#][\w-]+)\s*\Z")
_WHOLE_PAGE = frozenset({"html", "body", "table", "td", "div", "*"})  # a rule for all of these hides nothing in earnest
_AS_OUTSIDE = frozenset({"", "none", "inherit", "initial", "unset", "transparent"})
_NAMED = {
    "white": "ffffff",
    "black": "000000",
    "red": "ff0000",
    "blue": "0000ff",
    "green": "008000",
    "yellow": "ffff00",
    "gray": "808080",
    "grey": "808080",
    "silver": "c0c0c0",
    "navy": "000080",
    "orange": "ffa500",
    "lime": "00ff00",
    "whitesmoke": "f5f5f5",
    "snow": "fffafa",
    "ivory": "fffff0",
    "ghostwhite": "f8f8ff",
    "lightgray": "d3d3d3",
}
_COLOR = re.compile(r"#[0-9a-f]{8}|#[0-9a-f]{6}|#[0-9a-f]{3}|rgba?\([^)]{1,60}\)|[a-z]{3,20}")

SEEN_THROUGH = "transparent"


@dataclass(frozen=True, slots=True)
class Style:
    """What an element hands down to the text in it. A background of None is a picture, or a colour we cannot read."""

    gone: bool = False  # nothing inside can bring it back
    tiny: bool = False  # a size of its own brings the text back
    color: str = ""
    background: str | None = "white"
    quoted: int = 0  # blockquotes around it
    pre: bool = False

    @property
    def hidden(self) -> bool:
        """No reader sees text in this style."""
        return self.gone or self.tiny or self.color == SEEN_THROUGH or _same(self.color, self.background)


def hidden_by_sheet(source: str) -> frozenset[str]:
    """The `tag`, `.class`, `#id` and `tag.class` selectors of the page's own style sheets that hide.

    Rules for small screens and printers (`@media`) are left out.
    """
    found: set[str] = set()
    for sheet in _sheets(source.lower()):
        wide = _MEDIA.sub("", sheet)
        for selectors, css in _rules(wide) if _may_hide(wide) else ():
            if _unseen(compact(css)):
                found |= {match["one"] for one in selectors.split(",") if (match := _SELECTOR.search(one))}
    return frozenset(found - _WHOLE_PAGE)


def _sheets(source: str) -> Iterator[str]:
    """What stands in each style element."""
    at = source.find("<style")
    while at >= 0:
        opening = _SHEET.match(source, at)
        at += 1
        if opening:
            ends = source.find("</style", opening.end())
            at = len(source) if ends < 0 else ends
            yield source[opening.end() : min(at, opening.end() + _MAX_SHEET)]
        at = source.find("<style", at)


def _rules(sheet: str) -> list[tuple[str, str]]:
    """Selectors and declarations of each rule."""
    plain = re.sub(r"/\*.{0,2000}?\*/|<!--|-->", "", sheet, flags=re.DOTALL)
    return re.findall(r"([^{}]{1,500})\{([^{}]{0,2000})\}", plain)


def _may_hide(sheet: str) -> bool:
    """False only where no rule can hide anything: most sheets are long, and told apart without being taken apart."""
    bare = "".join(sheet.split()).removeprefix("<!--").removesuffix("-->")
    cut = "/*" in bare or "<!--" in bare or "-->" in bare  # a word may be cut in two by a comment
    return cut or any(mark in bare for mark in _MARKS)


def styled(name: str, attributes: Mapping[str, str], outer: Style, hiding: frozenset[str]) -> Style:
    """The style of an element with these attributes inside `outer`."""
    css = compact(attributes.get("style", "")[:_MAX_STYLE])
    return Style(
        gone=outer.gone or "hidden" in attributes or _gone(css) or _selected(name, attributes, hiding),
        tiny=_is_tiny(css) if "font-size:" in css or "font:" in css else outer.tiny or _zero_font(name, attributes),
        color=_text_color(css) or _color(attributes.get("color", "").lower()) or outer.color,
        background=_background(css, attributes, outer),
        quoted=min(outer.quoted + (name == "blockquote"), _MAX_QUOTES),
        pre=outer.pre or name == "pre" or "white-space:pre" in css,
    )


def compact(css: str) -> str:
    """The declarations in lower case, without comments; blanks stay only where they part two values."""
    words = re.sub(r"/\*.*?\*/", "", css.lower(), flags=re.DOTALL) if "/*" in css else css.lower()
    words = " ".join(words.split())
    for sign in ":;,!()/" if " " in words else "":
        words = words.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    return words


def _unseen(css: str) -> bool:
    return _gone(css) or _is_tiny(css)


def _gone(css: str) -> bool:
    return bool(_GONE.search(css)) or ("overflow:hidden" in css and bool(_FLAT.search(css)))


def _is_tiny(css: str) -> bool:
    return bool(_TINY.search(css))


def _selected(name: str, attributes: Mapping[str, str], hiding: frozenset[str]) -> bool:
    if not hiding:
        return False
    classes = [f".{one}" for one in attributes.get("class", "").lower().split()[:20]]
    marks = [*classes, *([f"#{attributes['id'].lower()}"] if attributes.get("id") else [])]
    return not hiding.isdisjoint({name, *marks, *(name + mark for mark in marks)})


def _zero_font(name: str, attributes: Mapping[str, str]) -> bool:
    return name == "font" and attributes.get("size", "").strip() in ("0", "-7")


def _text_color(css: str) -> str:
    return _color(_declared(css, "-webkit-text-fill-color") or _declared(css, "color"))


def _background(css: str, attributes: Mapping[str, str], outer: Style) -> str | None:
    declared = [_declared(css, one) for one in ("background-color", "background")]
    said = next((one for one in declared if one), attributes.get("bgcolor", "").lower())
    pictured = "background" in attributes or "url(" in _declared(css, "background-image") + " ".join(declared)
    color = _color(re.sub(r"url\([^)]*\)?|linear-gradient\(.*", "", said))
    if color in _AS_OUTSIDE:
        return None if pictured or "gradient(" in said else outer.background
    return color


def _declared(css: str, name: str) -> str:
    match = _declaration(name).search(css)
    return match[1] if match else ""


@cache
def _declaration(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|;){name}:([^;!]+)")


def _color(value: str) -> str:
    """The first colour in the value: `rrggbb`, a word that we do not know, "transparent", or nothing."""
    match = _COLOR.search(value)
    if match is None:
        return ""
    word = match[0]
    if word.startswith("rgb"):
        numbers = re.findall(r"\d{1,3}(?:\.\d+)?%?|\.\d+", word)
        if len(numbers) == 4 and float(numbers[3].rstrip("%")) < 0.05:
            return SEEN_THROUGH
        return "".join(f"{min(255, int(float(one.rstrip('%')))):02x}" for one in numbers[:3])
    if word.startswith("#"):
        digits = word[1:]
        if len(digits) == 8 and digits[6:] < "10":
            return SEEN_THROUGH
        return "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits[:6]
    return _NAMED.get(word, word)


def _same(color: str, background: str | None) -> bool:
    """One colour on another that no eye tells apart."""
    left, right = _rgb(color), _rgb(background or "")
    if left is None or right is None:
        return bool(color) and color == background
    return sum(abs(one - other) for one, other in zip(left, right, strict=True)) <= _NEAR


def _rgb(color: str) -> tuple[int, ...] | None:
    color = _NAMED.get(color, color)
    return tuple(bytes.fromhex(color)) if re.fullmatch(r"[0-9a-f]{6}", color) else None
