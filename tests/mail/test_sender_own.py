"""Our own examination of a sender: DKIM, SPF and DMARC, with answers of the DNS that a test writes down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from servers.signing import ALL, SELECTOR, key_record, signed

from bot.mail.authentication.checking import SenderChecks
from bot.mail.authentication.examining import examined
from bot.mail.authentication.order import Order, packed, unpacked
from bot.mail.authentication.questions import Answer, Question, Wanted
from bot.mail.authentication.verdict import Connection, SenderCheck, SenderVerdict
from bot.settings import AuthenticationSettings

NOW = datetime.now(UTC).replace(microsecond=0)  # dkimpy compares x= with the clock of the machine
OURS, THEIRS = "198.51.100.7", "203.0.113.9"
TROUBLE = "trouble"
EXPIRED = str(int(NOW.timestamp()) - 5)


def mail(*, sender: str = "sanne@klant.example", extra: str = "", body: str = "Graag inzage.\r\n") -> bytes:
    return (
        f"From: {sender}\r\nTo: info@kleinboek.nl\r\nSubject: Mijn gegevens\r\n"
        f"Date: Fri, 27 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@klant.example>\r\n{extra}\r\n{body}"
    ).encode()


def zone(**more: str) -> dict[str, str]:
    """The DNS of klant.example; a name is written with __ for a dot."""
    said = {
        "_dmarc.klant.example": "v=DMARC1; p=reject",
        f"{SELECTOR}._domainkey.klant.example": key_record(),
        "klant.example": f"v=spf1 ip4:{OURS} -all",
    }
    return said | {name.replace("__", "."): text for name, text in more.items()}


def checked(raw: bytes, said: Mapping[str, str] | None = None, connection: Connection | None = None) -> SenderCheck:
    """The verdict, every question answered from `said`."""
    said, order = zone() if said is None else said, Order("own", NOW, connection=connection)
    for _ in range(15):
        found = examined(raw, order)
        if isinstance(found, SenderCheck):
            return found
        answers = {question: _answer(said, question) for question in found.questions}
        order = replace(order, answers={**order.answers, **answers})
    raise AssertionError("asks without end")


def _answer(said: Mapping[str, str], question: Question) -> Answer:
    text = said.get(question.name)
    return Answer(() if text in (None, TROUBLE) else (str(text),), trouble=text == TROUBLE)


def from_server(ip: str, mail_from: str = "sanne@klant.example") -> Connection:
    return Connection(ip, "mail.klant.example", mail_from)


def test_a_signature_of_the_domain_in_from_proves_the_domain() -> None:
    check = checked(signed(mail(), "klant.example", at=NOW))

    assert check.verdict is SenderVerdict.PASS
    assert check.reasons == ("de handtekening (DKIM) van klant.example klopt",)
    assert check.flags == ()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (signed(mail(), "klant.example", at=NOW).replace(b"Graag inzage", b"Graag wissen"), "na het ondertekenen"),
        (signed(mail(), "klant.example", at=NOW, length=5), "alleen het begin"),
        (signed(mail(), "klant.example", at=NOW, headers=("from", "to", "date")), "Subject is niet ondertekend"),
        (signed(mail(), "klant.example", at=NOW, headers=("to", "subject", "date")), "From is niet ondertekend"),
        (signed(mail(), "klant.example", at=NOW, headers=("from", "subject", "to")), "Date is niet ondertekend"),
        (signed(mail(), "klant.example", at=NOW, headers=("from", "subject", "date")), "To is niet ondertekend"),
        (signed(mail(), "klant.example", at=NOW).replace(b"+0000", b"+0100"), "klopt niet"),
        (b"Subject: Wissen\r\n" + signed(mail(), "klant.example", at=NOW), "Subject is niet ondertekend"),
        (signed(mail(), "klant.example", at=NOW - timedelta(days=1), tags={"x": EXPIRED}), "verlopen"),
        (signed(mail(), "klant.example", at=NOW, tags={"a": "rsa-sha1"}), "verouderde soort"),
    ],
)
def test_a_signature_that_does_not_cover_the_whole_mail_is_none(raw: bytes, why: str) -> None:
    check = checked(raw)

    assert check.verdict is SenderVerdict.NONE
    assert why in check.reasons[0]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (key_record(flags="y"), "proefsleutel"),
        ("v=DKIM1; k=rsa; p=", "ingetrokken"),
        (key_record().replace("k=rsa;", "k=rsa; s=tlsrpt;"), "niet voor e-mail"),
        (key_record().replace("k=rsa;", "k=rsa; h=sha1;"), "andere soort"),
        ("v=DKIM1; k=rsa; p=AAAA", "klopt niet"),
        ("hallo", "geen sleutel"),
    ],
)
def test_a_key_that_may_not_be_used_proves_nothing(record: str, why: str) -> None:
    check = checked(signed(mail(), "klant.example", at=NOW), zone(test___domainkey__klant__example=record))

    assert check.verdict is SenderVerdict.NONE
    assert why in check.reasons[0]


def test_a_key_under_1024_bits_proves_nothing() -> None:
    weak = signed(mail(), "klant.example", at=NOW, bits=768)

    assert checked(weak, zone(test___domainkey__klant__example=key_record(bits=768))).verdict is SenderVerdict.NONE


def test_the_signature_of_the_domain_counts_behind_those_of_others() -> None:
    raw = signed(mail(), "klant.example", at=NOW)
    for other in ("esp.example", "elders.example"):
        raw = signed(raw, other, at=NOW)

    assert checked(raw).verdict is SenderVerdict.PASS


def test_only_the_first_ten_signatures_are_looked_at() -> None:
    raw = signed(mail(), "klant.example", at=NOW)
    for _ in range(10):
        raw = b"DKIM-Signature: v=1; d=elders.example\r\n" + raw

    assert checked(raw).verdict is SenderVerdict.NONE


@pytest.mark.parametrize(
    ("sender", "signer", "policy", "verdict"),
    [
        ("sanne@post.klant.example", "klant.example", "v=DMARC1; p=none", SenderVerdict.PASS),
        ("sanne@post.klant.example", "nieuws.klant.example", "v=DMARC1; p=none", SenderVerdict.PASS),
        ("sanne@post.klant.example", "klant.example", "v=DMARC1; p=none; adkim=s", SenderVerdict.NONE),
        ("sanne@klant.example", "nep-klant.example", "v=DMARC1; p=none", SenderVerdict.NONE),
        ("sanne@klant.example", "example", "v=DMARC1; p=none", SenderVerdict.NONE),
        ("sanne@post.klant.example", "klant.example", "", SenderVerdict.NONE),
        ("sanne@winkel.co.uk", "co.uk", "v=DMARC1; p=none", SenderVerdict.NONE),
        ("sanne@een.github.io", "twee.github.io", "v=DMARC1; p=none", SenderVerdict.NONE),
    ],
)
def test_domains_speak_for_each_other_only_within_one_organisation(
    sender: str, signer: str, policy: str, verdict: SenderVerdict
) -> None:
    said = {f"{SELECTOR}._domainkey.{signer}": key_record()}
    above = sender.rpartition("@")[2].removeprefix("post.")
    said |= {f"_dmarc.{above}": policy} if policy else {}

    assert checked(signed(mail(sender=sender), signer, at=NOW), said).verdict is verdict


def test_a_server_of_the_domain_proves_it_and_any_other_disproves_it() -> None:
    assert checked(mail(), connection=from_server(OURS)).verdict is SenderVerdict.PASS

    false = checked(mail(), connection=from_server(THEIRS))
    assert false.verdict is SenderVerdict.FAIL
    assert false.reasons[-1] == "klant.example vraagt om zulke berichten te weren"


def test_without_a_record_of_its_owner_nothing_is_false() -> None:
    check = checked(mail(), {"klant.example": f"v=spf1 ip4:{OURS} -all"}, from_server(THEIRS))

    assert check.verdict is SenderVerdict.NONE


def test_where_the_server_is_not_known_nothing_is_false() -> None:
    broken = signed(mail(), "klant.example", at=NOW).replace(b"inzage", b"wissen")

    assert checked(broken).verdict is SenderVerdict.NONE


def test_a_null_sender_is_judged_by_the_name_its_server_gives() -> None:
    assert checked(mail(), zone(mail__klant__example=f"v=spf1 ip4:{OURS} -all"), from_server(OURS, "")).verdict is (
        SenderVerdict.PASS
    )


@pytest.mark.parametrize(
    "mail_from",
    [
        "any@niet.klant.example",
        "(any@klant.example",
        "any@klant.example(a.kwaad.example",
        "any@klant.example'@a.kwaad.example",
        "@klant.example,@any.example:'any@kwaad.example",
        "any@kwaad.example",
    ],
)
def test_no_trick_in_mail_from_borrows_the_servers_of_another(mail_from: str) -> None:
    theirs = f"v=spf1 ip4:{THEIRS} -all"
    said = zone() | dict.fromkeys(("kwaad.example", "a.kwaad.example", "klant.example(a.kwaad.example"), theirs)

    assert checked(mail(), said, from_server(THEIRS, mail_from)).verdict is SenderVerdict.FAIL


@pytest.mark.parametrize(
    "signer",
    ["klant.example'a.kwaad.example", "klant.example(.kwaad.example", "kwaad.example"],
)
def test_a_signature_of_a_domain_that_only_begins_like_it_is_no_signature(signer: str) -> None:
    said = zone(**{f"{SELECTOR}___domainkey__{signer.replace('.', '__')}": key_record()})
    raw = signed(mail(), signer, at=NOW)

    assert checked(raw, said, from_server(THEIRS, "any@kwaad.example")).verdict is SenderVerdict.FAIL


def test_a_name_cut_by_a_nul_is_never_asked() -> None:
    seal = b"DKIM-Signature: v=1; a=rsa-sha256; d=klant.example; s=x._domainkey.kwaad.example.\0.y; h=from; bh=x; b=x"
    raw = seal + b"\r\n" + mail()

    check = checked(raw, zone())

    assert (check.verdict, "niet eenduidig" in check.reasons[0]) == (SenderVerdict.NONE, True)


def test_a_name_server_that_is_silent_is_trouble_and_no_fault() -> None:
    no_key = zone(test___domainkey__klant__example=TROUBLE)
    no_policy = zone(_dmarc__klant__example=TROUBLE)
    raw = signed(mail(), "klant.example", at=NOW)

    assert checked(raw, no_key).verdict is SenderVerdict.TEMPORARY
    assert checked(raw, no_key, from_server(THEIRS)).verdict is SenderVerdict.TEMPORARY
    assert checked(mail(), no_policy, from_server(THEIRS)).verdict is SenderVerdict.TEMPORARY
    assert checked(raw, no_key, from_server(OURS)).verdict is SenderVerdict.PASS
    assert checked(raw, no_policy).verdict is SenderVerdict.PASS


def test_trouble_of_somebody_else_does_not_hide_a_false_sender() -> None:
    raw = signed(mail(), "kwaad.example", at=NOW)
    said = zone(test___domainkey__kwaad__example=TROUBLE, kwaad__example=TROUBLE)

    assert checked(raw, said, from_server(THEIRS, "any@kwaad.example")).verdict is SenderVerdict.FAIL


async def test_a_very_large_mail_is_not_hashed_and_not_called_false() -> None:
    async def examines(_message: bytes) -> SenderCheck:
        raise AssertionError("looked at")

    checks = SenderChecks(AuthenticationSettings(), examines, NoDns())
    large = signed(mail(), "klant.example", at=NOW) + b"x" * (5 * 1024 * 1024)

    assert (await checks.check(large, NOW, from_server(THEIRS))).verdict is SenderVerdict.NONE


async def test_more_questions_than_are_allowed_are_trouble_and_no_fault() -> None:
    async def examines(message: bytes) -> SenderCheck | Wanted:
        return examined(unpacked(message)[1], unpacked(message)[0])

    checks = SenderChecks(AuthenticationSettings(max_questions=1), examines, NoDns())

    assert (await checks.check(signed(mail(), "klant.example", at=NOW), NOW)).verdict is SenderVerdict.TEMPORARY


class NoDns:
    """Says of every name that there is nothing."""

    async def answers(self, questions: Iterable[Question], seconds: float) -> Mapping[Question, Answer]:
        return dict.fromkeys(questions, Answer())


def test_an_old_signature_is_worth_a_look() -> None:
    check = checked(signed(mail(), "klant.example", at=NOW - timedelta(days=4)))

    assert check.verdict is SenderVerdict.PASS
    assert f"{NOW - timedelta(days=4):%Y-%m-%d}" in check.flags[0]


def test_a_mail_that_says_nothing_of_its_sender_asks_nobody() -> None:
    assert isinstance(examined(mail(), Order("own", NOW)), SenderCheck)
    assert isinstance(examined(signed(mail(), "klant.example", at=NOW), Order("own", NOW)), Wanted)


def test_an_order_arrives_as_it_was_sent() -> None:
    answers = {
        Question("klant.example", "TXT"): Answer(("é",)),
        Question("mx.klant.example", "A"): Answer(trouble=True),
    }
    order = Order("results", NOW, "mx.kleinboek.nl", "mx", from_server(OURS), answers)

    assert unpacked(packed(b"\0raw", order)) == (order, b"\0raw")


def test_every_header_that_a_reader_sees_must_be_signed() -> None:
    assert set(ALL) >= {"from", "to", "subject", "date"}
