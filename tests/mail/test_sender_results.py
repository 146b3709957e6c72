"""What our own mail server wrote about the sender counts; what anybody else wrote does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.mail.authentication.examining import examined
from bot.mail.authentication.order import Order
from bot.mail.authentication.verdict import SenderCheck, SenderVerdict

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
PASS = "mx.kleinboek.nl; spf=pass smtp.mailfrom=klant.example; dmarc=pass (p=reject dis=none) header.from=klant.example"
FAIL = "mx.kleinboek.nl; dmarc=fail (p=reject dis=none) header.from=klant.example"
SAYS = "dmarc=pass header.from=klant.example"
OUR_HOP = "Received: from mail.klant.example (mail.klant.example [198.51.100.7]) by mx.kleinboek.nl (Postfix); x"
MAIL = "From: Sanne <sanne@klant.example>\r\nSubject: Mijn gegevens\r\n\r\nGraag inzage.\r\n"


def verdict(*headers: str, mx_host: str = "mx.kleinboek.nl", mode: str = "results") -> SenderVerdict:
    raw = "".join(f"{header}\r\n" for header in headers) + MAIL
    found = examined(raw.encode("utf-8", "surrogateescape"), Order(mode, NOW, "MX.kleinboek.nl", mx_host))
    assert isinstance(found, SenderCheck)
    assert found.reasons
    return found.verdict


def results(value: str) -> str:
    return f"Authentication-Results: {value}"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("pass", SenderVerdict.PASS),
        ("fail", SenderVerdict.FAIL),
        ("none", SenderVerdict.NONE),
        ("permerror", SenderVerdict.NONE),
        ("bestguesspass", SenderVerdict.NONE),
        ("temperror", SenderVerdict.TEMPORARY),
    ],
)
def test_the_word_of_our_own_server_is_the_verdict(word: str, expected: SenderVerdict) -> None:
    stated = results(PASS.replace("dmarc=pass", f"dmarc={word}"))

    assert verdict(stated, OUR_HOP) is expected
    assert verdict(stated, OUR_HOP, mx_host="") is expected


@pytest.mark.parametrize(
    "stated",
    [
        PASS.replace("mx.kleinboek.nl", "mx.kleinboek.nl.kwaad.example"),
        PASS.replace("mx.kleinboek.nl", "kleinboek.nl"),
        PASS.replace("mx.kleinboek.nl", '"mx.kleinboek.nl" (x)'),
        PASS.replace("mx.kleinboek.nl;", "(mx.kleinboek.nl;) kwaad.example;"),
        PASS.removeprefix("mx.kleinboek.nl; "),
        PASS.replace("header.from=klant.example", "header.from=kwaad.example"),
        PASS.replace(" header.from=klant.example", ""),
        f"{PASS}; dmarc=fail header.from=klant.example",
        f"{PASS}; dmarc/1 = fail header.from=klant.example",
        FAIL.replace("(p=reject dis=none)", "(dmarc=pass header.from=klant.example)"),
        f"mx.kleinboek.nl; dkim=pass header.d=x; {SAYS} (; dmarc=fail header.from=x; spf=pass smtp.mailfrom=a)b@x.nl",
        f"mx.kleinboek.nl; dkim=pass header.d=x (; dmarc=fail header.from=klant.example ); {SAYS}",
        f"mx.kleinboek.nl; dkim=pass header.d=x; {SAYS} (; spf=pass smtp.mailfrom=a)b@x.example",
        "mx.kleinboek.nl; dkim=pass header.d=klant.example'a.kwaad.example",
        'mx.kleinboek.nl; dkim=pass reason="dmarc=pass header.from=klant.example"',
        'mx.kleinboek.nl; dkim=pass reason="x; dmarc=fail header.from=a"; dmarc=pass header.from=klant.example',
        "mx.kleinboek.nl; dmarc=pass ((a)(b)) header.from=klant.example",
        "mx.kleinboek.nl; dmarc=pass (a\\) header.from=klant.example)",
        "mx.kleinboek.nl; dmarc=pass header.from=klant.example, kwaad.example",
        "mx.kleinboek.nl; dmarc=pass header.from=klant.example\u00a0",
        "mx.kleinboek.nl; dmarc=pass policy.from=klant.example",
        "mx.kleinboek.nl; none",
        "mx.kleinboek.nl",
        f"{PASS} {'x' * 5000}",
        "",
    ],
)
def test_what_can_be_read_in_two_ways_says_nothing(stated: str) -> None:
    assert verdict(results(stated), OUR_HOP) is SenderVerdict.NONE
    assert verdict(results(stated), OUR_HOP, mx_host="") is SenderVerdict.NONE


def test_what_stands_below_our_own_received_was_there_before() -> None:
    assert verdict(OUR_HOP, results(PASS)) is SenderVerdict.NONE
    assert verdict(results(FAIL), OUR_HOP, results(PASS)) is SenderVerdict.FAIL


def test_a_received_that_a_stranger_copied_below_moves_no_border() -> None:
    copied = (OUR_HOP, results(PASS), OUR_HOP)

    assert verdict(*copied) is SenderVerdict.NONE


def test_a_name_that_a_stranger_gives_himself_hides_no_border() -> None:
    hidden = OUR_HOP.replace("from mail.klant.example", "from x by kwaad.example")

    assert verdict(hidden, results(PASS), OUR_HOP) is SenderVerdict.NONE


def test_a_mail_that_did_not_pass_our_server_has_no_verdict() -> None:
    assert verdict(results(PASS), OUR_HOP.replace("by mx.kleinboek.nl", "by mx.kwaad.example")) is SenderVerdict.NONE


def test_without_a_border_only_the_topmost_run_counts() -> None:
    other = results("spam.kleinboek.nl; x-spam=no")

    assert verdict(results(FAIL), OUR_HOP, results(PASS), mx_host="") is SenderVerdict.FAIL
    assert verdict(other, results(PASS), OUR_HOP, mx_host="") is SenderVerdict.PASS
    assert verdict(other, OUR_HOP, results(PASS), mx_host="") is SenderVerdict.NONE
    assert verdict(results(FAIL), results(PASS), OUR_HOP, mx_host="") is SenderVerdict.NONE


@pytest.mark.parametrize("name", ["ARC-Authentication-Results: i=1;", "X-Authentication-Results:", "Received-SPF:"])
def test_headers_that_only_look_like_it_are_not_read(name: str) -> None:
    assert verdict(f"{name} {PASS}", OUR_HOP) is SenderVerdict.NONE


# Exchange Online

ANONYMOUS = "X-MS-Exchange-Organization-AuthAs: Anonymous"
EXCHANGE = (
    "spf=pass (sender IP is 198.51.100.7) smtp.mailfrom=klant.example; dkim=pass (signature was verified) "
    "header.d=klant.example;dmarc=pass action=none header.from=klant.example;compauth=pass reason=100"
)


def test_exchange_online_names_no_server_and_is_read_all_the_same() -> None:
    false = EXCHANGE.replace("dmarc=pass action=none", "dmarc=fail action=quarantine")

    assert verdict(results(EXCHANGE), ANONYMOUS, mode="exchange") is SenderVerdict.PASS
    assert verdict(results(false), ANONYMOUS, mode="exchange") is SenderVerdict.FAIL
    assert verdict(results(false), results(EXCHANGE), ANONYMOUS, mode="exchange") is SenderVerdict.FAIL


@pytest.mark.parametrize(
    ("stated", "mark"),
    [
        (EXCHANGE, "X-Other: Anonymous"),
        (EXCHANGE, "X-MS-Exchange-Organization-AuthAs: Internal"),
        (EXCHANGE, f"{ANONYMOUS}\r\n{ANONYMOUS}"),
        (f"mx.kleinboek.nl; {EXCHANGE}", ANONYMOUS),
        (EXCHANGE.replace("header.from=klant.example", "header.from=kwaad.example"), ANONYMOUS),
        (f"{EXCHANGE};dmarc=fail action=none header.from=klant.example", ANONYMOUS),
        (EXCHANGE.replace("sender IP is", "dmarc=pass header.from=klant.example"), ANONYMOUS),
        (EXCHANGE.replace("198.51.100.7)", "198.51.100.7"), ANONYMOUS),
        (EXCHANGE.replace("smtp.mailfrom=klant.example", 'smtp.mailfrom="a;b"@klant.example'), ANONYMOUS),
        ("", ANONYMOUS),
    ],
)
def test_nothing_else_is_taken_for_the_word_of_exchange_online(stated: str, mark: str) -> None:
    assert verdict(results(stated), mark, mode="exchange") is SenderVerdict.NONE
