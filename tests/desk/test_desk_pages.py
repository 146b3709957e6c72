"""The public pages without the archive: limits, odd questions, texts of another company."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from servers.desk import Visitor

from bot.confirmation import Answered, Confirmation
from bot.desk.health import Readiness, health_app, serve
from bot.desk.limits import Limits
from bot.desk.public import HEADERS, Public, size_in_words
from bot.desk.texts import Letterhead, Pages, check
from bot.handout import Handout, Wrong
from bot.replies.errors import TemplateError

TEMPLATES = Path(__file__).parents[2] / "templates" / "pages"
TOKEN = "0123456789abcdef0123456789abcdef"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Nothing:
    """A house in which no link opens anything; it remembers what was asked of it."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def question(self, token: str) -> None:
        self.asked.append(("question", token))

    def offer(self, token: str) -> None:
        self.asked.append(("offer", token))

    def yes(self, token: str, code: str) -> Answered:
        self.asked.append(("yes", token, code))
        return Answered.CLOSED

    def no(self, token: str) -> bool:
        self.asked.append(("no", token))
        return False

    def enter(self, token: str, password: str) -> Wrong | None:
        self.asked.append(("enter", token, password))
        return None

    def fetch(self, token: str, ticket: str) -> None:
        self.asked.append(("fetch", token, ticket))


@asynccontextmanager
async def house(nothing: Nothing, limits: Limits | None = None) -> AsyncIterator[Visitor]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    public = Public(
        url=f"http://127.0.0.1:{port}",
        pages=Pages(TEMPLATES, Letterhead("Voorbeeld", "info@voorbeeld.example")),
        confirmation=cast(Confirmation, nothing),
        handout=cast(Handout, nothing),
        limits=limits or Limits(1000, 1000, Clock()),
        asked=lambda kind, language: f"{kind} ({language})",
        on_news=lambda: None,
    )
    async with await serve(health_app(Readiness, public.routes()), "127.0.0.1", port):
        yield Visitor(port)


@pytest.mark.parametrize(
    ("fields", "acts"),
    [
        ({"antwoord": "ja", "code": "7KDA-X9MT"}, [("yes", TOKEN, "7KDA-X9MT")]),
        ({"antwoord": "nee"}, [("no", TOKEN)]),
        ({"antwoord": "misschien"}, []),
        ({}, []),
    ],
)
async def test_only_a_plain_answer_acts(fields: dict[str, str], acts: list[tuple[str, ...]]) -> None:
    nothing = Nothing()

    async with house(nothing) as visitor:
        page = await visitor.post(f"/bevestig/{TOKEN}", fields)

    assert nothing.asked == acts
    assert page.status == (404 if acts else 400)


@pytest.mark.parametrize("path", [f"/bevestig/{TOKEN}", f"/afhalen/{TOKEN}"])
async def test_large_and_odd_questions_are_refused_and_never_reach_the_case(path: str) -> None:
    nothing = Nothing()
    big = ("wachtwoord=" + "a" * 5000).encode()
    own = {"Sec-Fetch-Site": "same-origin"}

    async with house(nothing) as visitor:

        def sent(content: bytes, **headers: str) -> int:
            given = {**FORM, **own, **{name.replace("_", "-"): value for name, value in headers.items()}}
            return visitor.ask("POST", path, content, given).status

        statuses = await asyncio.to_thread(
            lambda: [
                sent(big),
                sent(b"antwoord=ja", Content_Type="application/json"),
                sent(b"antwoord=ja", Content_Type="multipart/form-data; boundary=x"),
                sent(b"&".join(b"a=1" for _ in range(50))),
                sent(b"antwoord=%ff%fe&wachtwoord=%ff"),
                sent(b"\xff\xfe"),
                sent(b"antwoord=nee", Sec_Fetch_Site="cross-site"),
                visitor.ask("GET", f"{path}?{'a' * 200}", None, {}).status,
                visitor.ask("GET", path, None, {"X-Large": "a" * 20_000}).status,
                visitor.ask("DELETE", path, None, {}).status,
                visitor.ask("PUT", path, b"antwoord=nee", FORM).status,
            ]
        )

    assert statuses == [413, 415, 415, 400, 400, 400, 403, 414, 431, 405, 405]
    assert nothing.asked == []


async def test_every_page_carries_the_headers_and_sets_no_cookie() -> None:
    async with house(Nothing()) as visitor:
        pages = [
            await visitor.get(f"/bevestig/{TOKEN}"),
            await visitor.get("/afhalen/onzin"),
            await visitor.get("/bevestig/gedaan"),
            await visitor.get(f"/afhalen/{TOKEN}", method="HEAD"),
            await visitor.post(f"/bevestig/{TOKEN}", {"antwoord": "nee"}),
            await visitor.post(f"/bevestig/{TOKEN}", {"antwoord": "nee"}, headers={"Origin": "https://evil.example"}),
        ]
        style = await visitor.get("/pagina.css")

    for page in pages:
        assert {name: page.headers.get(name.lower()) for name in HEADERS} == dict(HEADERS)
        assert page.headers["x-frame-options"] == "DENY"
        assert "set-cookie" not in page.headers
    assert style.headers["content-type"].startswith("text/css")


async def test_a_page_of_no_case_speaks_the_language_of_the_browser_or_of_the_switch() -> None:
    async with house(Nothing()) as visitor:
        plain = await visitor.get("/bevestig/gedaan")
        english = await visitor.get("/bevestig/gedaan", headers={"Accept-Language": "fr, en-GB;q=0.8, nl;q=0.5"})
        switched = await visitor.get("/bevestig/gedaan?taal=nl", headers={"Accept-Language": "en"})
        odd = await visitor.get("/bevestig/gedaan?taal=../nl", headers={"Accept-Language": "x" * 5000})

    languages = [re.findall(r'<html lang="(\w\w)">', page.text) for page in (plain, english, switched, odd)]
    assert languages == [["nl"], ["en"], ["nl"], ["nl"]]


async def test_nothing_that_was_asked_comes_back_in_a_page() -> None:
    async with house(Nothing()) as visitor:
        page = await visitor.get("/bevestig/%3Cscript%3Ealert(1)%3C%2Fscript%3E?taal=%22%3E%3Cb%3E")

    assert page.status == 404
    assert "alert" not in page.text
    assert '"><b>' not in page.text


def test_ten_thousand_questions_of_one_client_are_sixty_a_minute() -> None:
    clock = Clock()
    limits = Limits(60, 1200, clock)

    let_in = sum(limits.allows("198.51.100.7") for _ in range(10_000))
    clock.seconds += 60

    assert let_in == 60
    assert limits.allows("198.51.100.7")


def test_many_clients_together_have_a_limit_too_and_a_household_counts_as_one() -> None:
    limits = Limits(60, 100, Clock())

    of_a_household = sum(limits.allows(f"2001:db8:1:2::{number:x}") for number in range(80))
    of_many = sum(limits.allows(f"198.51.{number // 250}.{number % 250}") for number in range(500))

    assert of_a_household == 60
    assert of_many == 40


@pytest.mark.parametrize(
    ("size", "nl", "en"),
    [(12, "12 bytes", "12 bytes"), (48_000, "48 kB", "48 kB"), (1_234_567, "1,2 MB", "1.2 MB")],
)
def test_a_size_is_said_as_file_managers_do(size: int, nl: str, en: str) -> None:
    assert (size_in_words(size, "nl"), size_in_words(size, "en")) == (nl, en)


# The texts of another company


async def test_a_slash_too_many_is_no_page_and_sends_no_token_elsewhere() -> None:
    async with house(Nothing()) as visitor:
        shown = await visitor.get(f"/bevestig/{TOKEN}/", headers={"Host": "elders.example"})
        posted = await visitor.post(f"/afhalen/{TOKEN}/", {"wachtwoord": "x"})

    assert (shown.status, posted.status) == (404, 404)
    assert "location" not in shown.headers


async def test_who_hangs_up_halfway_a_form_leaves_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    nothing = Nothing()
    async with house(nothing) as visitor:
        reader, writer = await asyncio.open_connection("127.0.0.1", visitor.port)
        head = f"POST /bevestig/{TOKEN} HTTP/1.1\r\nHost: x\r\nOrigin: {visitor.origin}\r\nExpect: 100-continue\r\n"
        writer.write(f"{head}Content-Type: {FORM['Content-Type']}\r\nContent-Length: 300\r\n\r\n".encode())
        waited_for = await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert b"100 Continue" in waited_for
    assert nothing.asked == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES, tmp_path / "pages"))


def test_another_company_changes_words_and_they_are_words_only(texts: Path) -> None:
    words = texts / "nl" / "words.toml"
    words.write_text(words.read_text("utf-8").replace("Deze link werkt niet", "Oeps <b>& {{ 7*7 }}</b>"), "utf-8")
    changed = words.read_text("utf-8").replace("{{ 7*7 }}", "{{{{ 7*7 }}}}")  # a brace of one's own is written twice
    words.write_text(changed, "utf-8")

    page = Pages(texts, Letterhead("Bakker & Zn", "info@voorbeeld.example")).message("gone", "nl")

    assert "Oeps &lt;b&gt;&amp; {{ 7*7 }}&lt;/b&gt;" in page
    assert "Bakker &amp; Zn" in page


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda folder: (folder / "en" / "words.toml").unlink(), "words.toml: this file is missing"),
        (lambda folder: (folder / "page.css").unlink(), "page.css: this file is missing"),
        (lambda folder: (folder / "nl" / "words.toml").write_text("[gone"), "this is not TOML"),
        (lambda folder: (folder / "nl" / "words.toml").write_text("[common]\nlanguage = 'Taal'"), "no section"),
        (
            lambda folder: _swap(folder / "nl" / "words.toml", "{ref}", "{naam}"),
            "fills in what this page does not know",
        ),
        (lambda folder: _swap(folder / "confirm.html", "text.no_button", "text.knop"), "confirm.html"),
        (lambda folder: _swap(folder / "files.html", "{% endfor %}", ""), "files.html"),
    ],
)
def test_a_broken_text_is_told_before_a_customer_sees_it(texts: Path, broken: Any, said: str) -> None:
    broken(texts)

    with pytest.raises(TemplateError, match=re.escape(said)):
        Pages(texts, Letterhead("Voorbeeld", "info@voorbeeld.example"))
    [line] = check(texts)
    assert said in line


def _swap(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_both_languages_have_the_same_words_and_the_dutch_ones_are_short_and_polite() -> None:
    import tomllib

    nl, en = (tomllib.loads((TEMPLATES / language / "words.toml").read_text("utf-8")) for language in ("nl", "en"))

    assert {name: list(words) for name, words in nl.items()} == {name: list(words) for name, words in en.items()}
    said = [
        line for words in nl.values() for text in words.values() for line in ([text] if isinstance(text, str) else text)
    ]
    sentences = [sentence for line in said for sentence in re.split(r"(?<=[.?!:])\s+", line)]
    assert max(len(sentence.split()) for sentence in sentences) <= 15
    assert not re.search(r"\b(?:je|jij|jouw|jullie)\b", " ".join(said), re.IGNORECASE)
    assert not re.search(r"kleinboek|gravytrain", " ".join(said), re.IGNORECASE)
