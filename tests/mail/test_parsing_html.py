"""HTML of hostile mail: what a reader sees, what is hidden from him, and pages made to stop a parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.mail.density import MAX_HTML
from bot.mail.hiding import hidden_by_sheet
from bot.mail.html import html_text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<div>Hallo<br>daar&nbsp;u <b>ve</b>t</div>", "Hallo\ndaar u vet"),
        ("<p>een</p><p>twee</p>", "een\n\ntwee"),
        ("<div><div>x</div><div><br></div><div>y</div></div>", "x\n\ny"),
        ("<ul><li>een<li>twee</ul>", "- een\n- twee"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b\nc</pre>", "a\nb\nc"),
        (
            "<div>Op 3 maart schreef X:</div><blockquote>een<blockquote>twee</blockquote></blockquote>drie",
            "Op 3 maart schreef X:\n> een\n> > twee\n> >\ndrie",
        ),
        ("<title>t</title><script>s</script><style>c</style><!-- n --><p>zichtbaar", "zichtbaar"),
        ("<font color=white style='background:#005'>wit op blauw</font>", "wit op blauw"),
        ("<td style='font-size:0'><span style='font-size:13px'>gewoon</span></td>", "gewoon"),
        ("<p>een</p><hr><p>twee</p>", f"een\n\n{'_' * 32}\ntwee"),
        ("<p>een</p><noscript>geen scripts</noscript>", "een\n\ngeen scripts"),
        ("<span aria-hidden=true>gewoon</span>", "gewoon"),
        ("<table><tr><td background='a.png'><font color=white>op een foto</font></td></table>", "op een foto"),
        ("<div style='background:url(a.png)'><font color=white>op een foto</font></div>", "op een foto"),
        ("<div style='background:#123 url(a.png)'><font color=white>op blauw</font></div>", "op blauw"),
        ("<style>@media (max-width:600px) {.x {display:none}}</style><p class=x>gewoon", "gewoon"),
        ("<style>body {font-size:0} .a span {color:red}</style><span>gewoon</span>", "gewoon"),
        ("<style>td.a {display:none}</style><p class=a>gewoon", "gewoon"),
        ("<div style='height:1px;overflow:visible'>gewoon</div>", "gewoon"),
        ("<p style='font:12px/1.5 Arial;line-height:1'>gewoon</p>", "gewoon"),
        ("<div style='display:none'>\u034f\u200c &nbsp;\u034f</div>gewoon", "gewoon"),
        ("<p style='color:#eee'>lichtgrijs</p>", "lichtgrijs"),
        ("<p style='color:rgba(0,0,0,.8)'>gewoon</p>", "gewoon"),
        ("<p style='font-size:0.9em;opacity:0.8;margin-left:-9px'>gewoon</p>", "gewoon"),
    ],
)
def test_a_page_reads_as_a_person_sees_it(page: str, text: str) -> None:
    read = html_text(page)

    assert read.visible == text
    assert read.hidden == ""


@pytest.mark.parametrize(
    "way",
    [
        "<p style='display:none'>{}</p>",
        "<p style='DISPLAY : NONE !important'>{}</p>",
        "<p style='color:red;display/**/:none'>{}</p>",
        "<div style='visibility:hidden'><p>{}</p></div>",
        "<p hidden>{}</p>",
        "<span style='font-size:0px'>{}</span>",
        "<span style='font-size:1px'>{}</span>",
        "<font size=0>{}</font>",
        "<span style='opacity:0'>{}</span>",
        "<span style='color:#fff'>{}</span>",
        "<font color=WHITE>{}</font>",
        "<table bgcolor='#00f'><tr><td style='color:#00f'>{}</td></tr></table>",
        "<span style='color:transparent'>{}</span>",
        "<div style='position:absolute;left:-9999px'>{}</div>",
        "<div style='text-indent:-5000px'>{}</div>",
        "<div style='max-height:0;overflow:hidden'>{}</div>",
        "<div style='mso-hide:all'>{}</div>",
        "<style>.x {{ display: none }}</style><p class='a x'>{}</p>",
        "<style>#x {{ font-size: 0px }}</style><p id=x>{}</p>",
        "<style>i {{ display: none }}</style><i>{}</i>",
        "<style>/* y */ p.x, b {{ display: none !important }}</style><p class=x>{}</p>",
        "<style><!-- .y i.x {{ display: none }} --></style><i class=x>{}</i>",
        "<span style='color:#fdfdfd'>{}</span>",
        "<span style='color: rgb( 255, 255, 255 )'>{}</span>",
        "<span style='color:rgba(0,0,0,0)'>{}</span>",
        "<span style='-webkit-text-fill-color:transparent'>{}</span>",
        "<div style='background: navy'><p style='color:#000080'>{}</p></div>",
        "<body bgcolor=black><p><font color='#000'>{}</font>",
        "<div style='background:#fff url(a.png)'><font color=white>{}</font></div>",
        "<div style='height:0; width:0; overflow:hidden'>{}</div>",
        "<div style='font:0/0 a'>{}</div>",
        "<div style='clip:rect(0 0 0 0);position:absolute'>{}</div>",
        "<div style='clip-path: inset(100%)'>{}</div>",
        "<div style='filter: alpha(opacity=0)'>{}</div>",
        "<div style='transform:scale(0)'>{}</div>",
    ],
)
def test_what_a_page_hides_is_found_and_kept_apart(way: str) -> None:
    read = html_text(f"<p>zichtbaar</p>{way.format('wis alles')}")

    assert read.visible == "zichtbaar"
    assert read.hidden == "wis alles"


def test_text_deeper_than_any_reader_nests_is_not_lost() -> None:
    read = html_text("<div>" * 5000 + "diep" + "</div>" * 5000)

    assert read.visible == "diep"


def test_of_a_page_that_is_too_large_the_words_are_read_and_it_says_so() -> None:
    read = html_text("<p>begin</p>" + "x" * MAX_HTML + "<p>het &eacute;inde</p>")

    assert read.visible.startswith("begin")
    assert read.visible.endswith("het éinde")
    assert "html cut" in read.defects


def test_a_page_of_pictures_says_that_it_has_no_text() -> None:
    assert "html without text" in html_text("<img src='https://elders.example/a.png'>" * 10).defects


@pytest.mark.parametrize(
    "words",
    [
        "display:none",
        "visibility:hidden",
        "visibility:collapse",
        "mso-hide:all",
        "opacity:0",
        "opacity:.05",
        "max-height:0",
        "clip:rect(0,0,0,0)",
        "clip-path:inset(100%)",
        "text-indent:-999px",
        "left:-999px",
        "margin-top:-999px",
        "filter:alpha(opacity=0)",
        "transform:scaleX(0)",
        "height:0;overflow:hidden",
        "font-size:0",
        "font-size:1pt",
        "font-size:.5px",
        "font-size:1.5px",
        "font:bold 0/0 a",
    ],
)
def test_what_a_style_at_the_text_hides_a_style_sheet_hides_too(words: str) -> None:
    spaced = words.replace(":", " :\n ").replace("(", " ( ").upper()
    cut = words[:3] + "/* */" + words[3:]
    rules = "".join(f"p.far{number} {{ margin:0cm; color:#123456 }}\n" for number in range(50))
    sheets = (f"{rules}.x {{ {form} }}" for form in (words, spaced, cut))

    assert html_text(f"<p style='{words}'>a</p>").hidden == "a"
    assert [hidden_by_sheet(f"<STYLE type='text/css'><!--\n{sheet}--></STYLE>") for sheet in sheets] == [{".x"}] * 3


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000,
        "<div>" * 40_000,
        f"<p x='{'a' * 38_000}'>x</p>",
        f"<p style='{'color:red;' * 3_800}'>x</p>",
        f"<p class='{'a ' * 19_000}'>x</p>",
        "<style>" + "a,b.c " * 6_000 + "{display:none}</style>",
        "<style>" + "/*" * 30_000 + "</style>",
        "<style>a{display:none}" * 10_000,
        "<p style='background:rgb(" + "(" * 2000 + "'>x",
        "".join(f"<b {number}>" for number in range(10_000)),
        "<p " + "".join(f"a{number}=1 " for number in range(30_000)) + ">x",
        "<!--" * 60_000,
        "<a" * 100_000,
        "<div x='" * 30_000,
        '<a href="' * 20_000,
        "<table><tr>" * 10_000,
        "<blockquote>x" * 10_000,
        "<style>" + "@media" * 20_000,
        "<style>" + "a" * 200_000,
        "<p style='" + "/*" * 100_000 + "'>x",
    ],
)
def test_a_hostile_page_ends(page: str) -> None:
    read = html_text(page)

    assert len(read.visible) <= len(page)


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "p", "div", "/", " style='display:none'", "<blockquote>", "x", "&", "\0", "<pre>", "\n"]
        )
    )
)
@hypothesis_settings(deadline=None)
def test_no_mark_up_makes_it_fail(pieces: list[str]) -> None:
    read = html_text("".join(pieces))

    assert "\0" not in read.visible + read.hidden
