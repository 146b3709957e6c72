"""Limits of the parser, and bytes made to break it: never an exception, never unbounded time."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.mail.cage import Cage
from bot.mail.headers import dated_at, decoded, header_block, in_two, message_ids
from bot.mail.message import ParsedMail, Unreadable
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings

LIMITS = ParsingSettings()
HEAD = b"From: sanne@klant.example\r\nDate: Thu, 26 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@klant.example>\r\n"
CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))


def parse(raw: bytes) -> ParsedMail | Unreadable:
    return parsed(raw, LIMITS, "kleinboek.nl")


def nested(depth: int) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    return HEAD + b"".join(opened) + b"Content-Type: text/plain\r\n\r\nhoi\r\n"


def many_parts(count: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * count + b"--x--"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\r\n" * 1000, "empty"),
        (HEAD + b"\r\n" + b"x" * (30 * 1024 * 1024), "too large"),
        (b"X-Long: " + b"x" * 300_000 + b"\r\n" + HEAD + b"\r\nhoi", "header block too large"),
        (b"x" * 2_000_000, "header block too large"),
        (b"To: " + b"a@b.example, " * 2000 + b"\r\n" + HEAD + b"\r\nhoi", "header too long"),
        (b"".join(b"X-%d: y\r\n" % number for number in range(250)) + HEAD + b"\r\nhoi", "too many headers"),
        (many_parts(5000), "too many parts"),
        (nested(500), "too many parts"),
        (nested(15), "too deep"),
    ],
)
def test_a_mail_beyond_a_limit_is_unreadable_and_says_which(raw: bytes, reason: str) -> None:
    mail = parse(raw)

    assert isinstance(mail, Unreadable)
    assert mail.reason == reason
    assert len(mail.digest) == 64


def test_staff_still_see_who_wrote_a_mail_that_is_too_large() -> None:
    mail = parse(HEAD + b"Subject: inzage \x1b[2J\r\n\r\n" + b"x" * (30 * 1024 * 1024))

    assert isinstance(mail, Unreadable)
    assert mail.head.splitlines()[0] == "From: sanne@klant.example"
    assert "‹U+001B›" in mail.head
    assert "sanne" not in repr(mail)


@pytest.mark.parametrize("raw", [nested(9), many_parts(190)])
def test_a_mail_within_the_limits_is_read(raw: bytes) -> None:
    mail = parse(raw)

    assert isinstance(mail, ParsedMail)
    assert mail.new_text.startswith("hoi")


def test_many_large_texts_together_stay_within_one_bound() -> None:
    part = b"--x\r\nContent-Type: text/plain\r\n\r\n" + b"woord " * 40_000 + b"\r\n"
    mail = parse(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 20 + b"--x--")

    assert isinstance(mail, ParsedMail)
    assert len(mail.whole_text) <= 256 * 1024
    assert "text cut" in mail.defects


async def test_a_large_but_honest_mail_is_read_in_the_cage() -> None:
    attached = base64.encodebytes(b"%PDF-1.7" + b"x" * (17 * 1024 * 1024))
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nZie bijlage.\r\n"
        + b"--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + attached
        + b"--x--\r\n"
    )

    async with Cage(partial(parsed, limits=LIMITS, own_domain="kleinboek.nl"), LIMITS) as cage:
        mail = await cage.run(raw)

    assert isinstance(mail, ParsedMail)
    assert mail.new_text == "Zie bijlage."
    assert [(one.content_type, one.size) for one in mail.attachments] == [("application/pdf", 17 * 1024 * 1024 + 8)]


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: text/plain" + b";" * 15_000 + b"\r\n\r\nhoi",
        HEAD + b"Content-Type: text/plain" + b"; a=b" * 3000 + b"\r\n\r\nhoi",
        HEAD
        + b"Content-Disposition: attachment"
        + b"".join(b"; filename*%d=x" % n for n in range(900))
        + b"\r\n\r\nhoi",
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        + (b"--x\r\nContent-Type: text/plain" + b";" * 15_000 + b"\r\n\r\nhoi\r\n") * 20
        + b"--x--",
        b"From: " + b"(a)" * 4000 + b" sanne@klant.example\r\n\r\nhoi",
        b"From: " + b"(a)" * 320 + b" sanne@klant.example\r\n\r\nhoi",
        b"From: " + b'"\\""' * 240 + b" <sanne@klant.example>\r\n\r\nhoi",
        b"From: " + b"(" * 490 + b")" * 490 + b" <sanne@klant.example>\r\n\r\nhoi",
        HEAD + b"Subject: " + b"=?utf-8?q?aa?= " * 1000 + b"\r\n\r\nhoi",
        HEAD + b"Subject: " + b"=?" * 8000 + b"\r\n\r\nhoi",
        HEAD + b"To: " + b"a" * 16_000 + b"\r\n\r\nhoi",
        HEAD + b"References: " + b"<" * 16_000 + b"\r\n\r\nhoi",
        b"From: sanne@klant.example\r\nDate: " + b"1 " * 8000 + b"\r\n\r\nhoi",
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"hoi",
        HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\n" + b"a" * 200_000,
        HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n" + b"\xff\xfe" * 10_000,
    ],
    ids=range(16),
)
def test_a_mail_made_to_cost_time_is_still_read(raw: bytes) -> None:
    assert isinstance(parse(raw), ParsedMail)


def test_a_thread_of_thousands_is_cut_to_its_end() -> None:
    ids = [b"<%d@kleinboek.nl>" % number for number in range(900)]
    mail = parse(HEAD + b"References: " + b" ".join(ids[:650]) + b"\r\nIn-Reply-To: <898@kleinboek.nl>\r\n\r\nhoi")

    assert isinstance(mail, ParsedMail)
    assert len(mail.references) == 91
    assert mail.references[0] == "<898@kleinboek.nl>"
    assert mail.references[-1] == "<649@kleinboek.nl>"


# Fuzzing

_HEADERS = st.sampled_from(
    [
        b"From: sanne@klant.example",
        b"From: =?utf-8?b?",
        b"From",
        b" vervolg",
        b"Content-Type: multipart/mixed; boundary=x",
        b'Content-Type: multipart/alternative; boundary="x',
        b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Type: text/plain; charset*=iso-2022-jp''x; name*0*=utf-8''%ff",
        b"Content-Type: ;;;=",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uue",
        b"Content-Disposition: attachment; filename*=utf-8''%00%ff; filename*1=x",
        b"Date: Thu, 99 Nov 0000 99:99:99 +99999999",
        b"Subject: =?utf-8?q?=FF=00?= =?x?b?===?=",
        b"Message-ID: <>",
        b"\xff\xfe: \x00",
        b"",
        b"--x",
        b"--x--",
        b"<p hidden>&#0;<blockquote>",
        b"> geciteerd",
        b"begin 644 x",
    ]
)
_LINES = st.lists(st.one_of(_HEADERS, st.binary(max_size=40)), max_size=30)
_MUTATED = st.tuples(st.sampled_from(CORPUS), st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=20))


def check(raw: bytes) -> None:
    mail = parse(raw)

    assert len(mail.digest) == 64
    if isinstance(mail, ParsedMail):
        for text in (
            mail.subject,
            mail.whole_text,
            mail.sender.shown,
            *mail.references,
            *(a.name for a in mail.attachments),
        ):
            assert "\0" not in text
            text.encode("utf-8")
        assert mail.sender.address is None or mail.sender.address.isascii()
    else:
        assert "crashed" not in mail.reason


@given(st.binary(max_size=400))
@example(b"\r\n\r\n\r\nx")
@example(b":")
@hypothesis_settings(deadline=None)
def test_arbitrary_bytes_never_crash_it(raw: bytes) -> None:
    check(raw)


@given(_LINES, st.sampled_from([b"\r\n", b"\n", b"\r"]))
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_lines_that_mean_something_never_crash_it(lines: list[bytes], end: bytes) -> None:
    check(end.join(lines))


@given(_MUTATED)
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_mail_with_a_hole_in_it_never_crashes_it(mutation: tuple[Path, int, int, bytes]) -> None:
    path, at, length, put = mutation
    raw = path.read_bytes()

    check(raw[:at] + put + raw[at + length :])


@given(st.text(max_size=60), st.text(st.characters(exclude_characters="\r\n"), max_size=60))
@hypothesis_settings(deadline=None)
def test_a_sender_needs_exactly_his_own_address_in_brackets_or_bare(name: str, other: str) -> None:
    header = f"{name}<sanne@klant.example>{other}".encode("utf-8", "replace")

    mail = parse(b"From: " + header + b"\n\nhoi")

    if isinstance(mail, ParsedMail) and mail.sender.address is not None:
        assert mail.sender.address == "sanne@klant.example"
        assert other.strip() == ""


# Headers


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b><c@d> <a@b>", ("<a@b>", "<c@d>")),
        ("a@b", ("<a@b>",)),
        ("Your mail of Monday", ()),
        ("<" + "x" * 600 + "@y>", ()),
        ("=?us-ascii?Q?=3Cab=40cd=3E?=", ("<ab@cd>",)),
        ("", ()),
    ],
)
def test_message_ids_are_the_tokens_in_brackets(value: str, ids: tuple[str, ...]) -> None:
    assert message_ids(value) == ids


@pytest.mark.parametrize("value", ["", "gisteren", "Fri, 31 Dec 9999 23:59:59 -2359", "1" * 500])
def test_a_date_that_cannot_be_a_moment_is_none(value: str) -> None:
    assert dated_at(value) is None


def test_a_date_without_a_zone_counts_as_utc() -> None:
    moment = dated_at("Thu, 26 Nov 2026 10:00:00")

    assert moment is not None
    assert moment.isoformat() == "2026-11-26T10:00:00+00:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?b?w6nDqW4=?=", "één"),
        ("=?utf-8?b?w6nDqW4?=", "één"),
        ("=?iso-8859-1?q?=80_5?=", "€ 5"),
        ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
        ("=?utf-8*nl?q?taal?=", "taal"),
        ("=?utf-8?x?q?=", "=?utf-8?x?q?="),
        ("a\r\n b\x07", "a b‹U+0007›"),
    ],
)
def test_encoded_words_become_one_visible_line(value: str, text: str) -> None:
    assert decoded(value) == text


def test_header_and_body_part_at_the_first_empty_line() -> None:
    assert in_two(b"A: b\r\n\r\nc\r\n\r\nd") == (b"A: b", b"c\r\n\r\nd")
    assert in_two(b"A: b\n\nc") == (b"A: b", b"c")
    assert in_two(b"\nc") == (b"", b"c")
    assert in_two(b"A: b") == (b"A: b", b"")


def test_a_folded_value_is_one_value() -> None:
    block = header_block(b"To: a@b.example,\r\n\tc@d.example\r\nSubject: x")

    assert block.text("to") == "a@b.example, c@d.example"
    assert block.anomalies == ()
