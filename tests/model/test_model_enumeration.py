"""Nobody learns from us who is a customer: not by words, bytes, headers, time, number of mails, or what we look up.

Two hundred people write, in Dutch and English, of themselves or of somebody else. Half of those meant stand in our
records, a quarter in none, a quarter only in the books of a customer.
"""

from __future__ import annotations

import bisect
import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, sqrt

import pytest
import sqlalchemy
from corridor import House, Sent

from bot.cases.letters import LetterKind
from bot.cases.people import Actor
from bot.triage.labels import RequestKind

ALPHA = 0.001
"""A difference in times less likely than this counts as one."""
SEED = 20261127
ASKS = {
    "nl": "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen? {} Alvast dank.",
    "en": "Could you please send me a copy of all the personal data that you hold about me? {} Thank you.",
}
KINDS = ("known", "unknown", "debtor")
OF_A_CUSTOMER = re.compile(r"debiteuren|verkoopfacturen|api_verkopen", re.IGNORECASE)


def smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely two samples of one distribution differ as much as these (asymptotic formula of Smirnov)."""
    one, other = sorted(one), sorted(other)
    shares = [
        bisect.bisect_right(one, at) / len(one) - bisect.bisect_right(other, at) / len(other) for at in {*one, *other}
    ]
    scaled = sqrt(len(one) * len(other) / (len(one) + len(other))) * max(map(abs, shares))
    terms = [2 * (-1) ** (k - 1) * exp(-2 * k * k * scaled * scaled) for k in range(1, 101)]
    return 1.0 if scaled < 0.3 else min(1.0, sum(terms))


def test_the_yardstick_of_times_knows_a_difference_from_none() -> None:
    draw = random.Random(SEED)
    here, there, late = ([draw.uniform(shift, 300 + shift) for _ in range(50)] for shift in (0, 0, 120))

    assert smirnov(here, there) > ALPHA
    assert smirnov(here, late) < ALPHA


@dataclass(frozen=True)
class Asker:
    address: str
    kind: str  # of whom is asked: known, unknown, or debtor
    language: str
    words: str
    of_himself: bool


def people_of(house: House) -> list[Asker]:
    """The two hundred; those who are known, and the debtors, are put into the company's database."""
    askers = []
    with closing(sqlite3.connect(house.books_path)) as books, books:
        numbers = [str(row[0]) for row in books.execute("SELECT klantnummer FROM klanten ORDER BY klant_id")]
        for number in range(200):
            kind, himself = ("known", "unknown", "known", "debtor")[number % 4], number < 100
            address, name = f"p{number:03d}@klant.example", f"Bas Boeking{number:03d}"
            if himself and kind == "known":
                books.execute(
                    "INSERT INTO gebruikers (gebruiker_id, klant_id, naam, email, wachtwoord_hash, rol, aangemaakt_op) "
                    "SELECT ?, klant_id, ?, ?, '-', rol, aangemaakt_op FROM gebruikers WHERE gebruiker_id = 1",
                    (9000 + number, f"Piet Proef{number}", address),
                )
            if kind == "debtor":
                email = address if himself else f"d{number:03d}@klant.example"
                books.execute(
                    "INSERT INTO debiteuren (debiteur_id, klant_id, naam, email) VALUES (?, 1, ?, ?)",
                    (9000 + number, name, email),
                )
            stated = {"known": f"Klantnummer {numbers[number % len(numbers)]}.", "unknown": "Klantnummer KB987654."}
            words = "" if himself else stated.get(kind, f"{name}.")
            askers.append(Asker(address, kind, "en" if number % 3 == 0 else "nl", words, himself))
    random.Random(SEED).shuffle(askers)
    return askers


@contextmanager
def asked_of_databases() -> Iterator[list[str]]:
    """Every statement that reaches any database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


def plain(sent: Sent) -> bytes:
    """A letter without what may differ: reference, date, Message-ID, and the address and the mail that it answers."""
    raw = re.sub(rb"KB-2026-\d{4}", b"REF", sent.raw.replace(b"=\r\n", b""))
    raw = re.sub(rb"(?m)^(Date|Message-ID|In-Reply-To|References):.*(?:\r?\n[ \t].*)*", rb"\1:", raw)
    return re.sub(rb"[a-z]\d{3}@klant\.example", b"ASKER", raw)


def kind_of(house: House, sent: Sent) -> LetterKind:
    letter, _ = house.letter(sent)
    assert letter is not None
    return letter.letter


def queued_for(house: House, sent: Sent) -> datetime:
    """The beat at which it may leave, however rarely this test looks whether one has come."""
    letter, _ = house.letter(sent)
    assert letter is not None
    return letter.not_before


def times(house: House, got: dict[str, Sent], read_at: dict[str, datetime], asker: Asker) -> dict[str, float]:
    """What a stopwatch tells whoever asked, in seconds, and which in a row his receipt was when it left."""
    sent, read = got[asker.address], read_at[asker.address]
    together = [other.to for other in house.postman.sent if other.at == sent.at and got.get(other.to) is other]
    return {
        "waits for its beat": (queued_for(house, sent) - read).total_seconds(),
        "leaves": (sent.at - read).total_seconds(),
        "place in the row": together.index(sent.to) / len(together),
    }


def receipts(house: House, askers: Sequence[Asker]) -> dict[str, Sent]:
    found = {sent.to: sent for sent in house.postman.sent if kind_of(house, sent) is LetterKind.RECEIPT}
    return {asker.address: found[asker.address] for asker in askers}


@pytest.fixture
def house() -> Iterator[House]:
    open_house = House(RELEASE__EVERY_SECONDS="300", GATE__AUTOMATIC_PER_HOUR="5000")
    yield open_house
    open_house.end()


def put_in(house: House, askers: Sequence[Asker], at_once: int = 40) -> dict[str, datetime]:
    """They write at random moments; when each mail was read, which is the same for all of one round."""
    draw, read_at = random.Random(SEED), {}
    for first in range(0, len(askers), at_once):
        together = askers[first : first + at_once]
        for asker in together:
            house.now += timedelta(seconds=draw.uniform(1, 60))
            house.put(asker.address, ASKS[asker.language].format(asker.words))
        read_at |= dict.fromkeys((asker.address for asker in together), house.now)
        house.work()
    for _ in range(2):
        house.work(minutes=5)
    return read_at


@pytest.mark.timeout(600)  # twenty seconds of work, which take long where others work beside it
@pytest.mark.requirement("INT-09", "ROL-02", "ROL-03")
def test_a18_a19_a20_two_hundred_askers_learn_nothing_by_words_size_headers_time_or_number(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    askers = people_of(house)

    with asked_of_databases() as statements:
        read_at = put_in(house, askers)
    got = receipts(house, askers)

    for language in ASKS:
        mine = [asker for asker in askers if asker.language == language]
        assert len({plain(got[asker.address]) for asker in mine}) == 1
        assert len({len(got[asker.address].raw) for asker in mine}) == 1
        assert len({tuple(got[asker.address].mail.keys()) for asker in mine}) == 1
    seen = {kind: [times(house, got, read_at, one) for one in askers if one.kind == kind] for kind in KINDS}
    assert [len(seen[kind]) for kind in KINDS] == [100, 50, 50]
    for kind in ("unknown", "debtor"):
        for what in seen[kind][0]:
            assert smirnov(*([one[what] for one in seen[of]] for of in ("known", kind))) > ALPHA, (SEED, kind, what)
    for asker in askers:
        letters = [sent for sent in house.postman.sent if sent.to == asker.address]
        assert len(letters) == 1 or (asker.of_himself and asker.kind == "known"), asker
    assert [statement for statement in statements if "gebruikers" in statement]
    assert not [statement for statement in statements if OF_A_CUSTOMER.search(statement)]
    assert "@klant.example" not in "".join(capsys.readouterr())


def both(house: House, name: str, does: Callable[[Asker], None]) -> list[list[bytes]]:
    """What a stranger who names a customer, and one who names nobody, get after this was done."""
    number = house.people.sanne.customer_number
    askers = [
        Asker(f"{name}{place:03d}@klant.example", kind, "nl", f"Klantnummer {words}.", of_himself=False)
        for place, (kind, words) in enumerate((("known", number), ("unknown", "KB987654")))
    ]
    for asker in askers:
        does(asker)
    for _ in range(2):  # a letter that is made now leaves at the next beat
        house.work(minutes=6)
    return [[plain(sent) for sent in house.postman.sent if sent.to == asker.address] for asker in askers]


@pytest.mark.requirement("INT-09")
def test_a18_what_staff_release_or_label_tells_a_stranger_no_more(house: House) -> None:
    def write_and_label(asker: Asker) -> None:
        house.write(asker.address, ASKS["nl"].format(asker.words))
        case = house.cases()[-1]
        assert house.act(lambda: house.rooms.handling.label(case.ref, Actor("fatima"), frozenset({RequestKind.ACCESS})))

    def old_and_released(asker: Asker) -> None:
        house.put(asker.address, ASKS["nl"].format(asker.words), age=timedelta(hours=30))
        house.work()
        assert house.act(lambda: house.rooms.handling.release(house.cases()[-1].ref, Actor("fatima")))

    labelled = both(house, "l", write_and_label)
    released = both(house, "r", old_and_released)

    assert labelled[0] == labelled[1]
    assert released[0] == released[1]
    assert [len(letters) for letters in (*labelled, *released)] == [1, 1, 1, 1]


@pytest.mark.requirement("INT-09")
def test_a18_a19_a_database_that_is_away_tells_a_stranger_no_more(house: House) -> None:
    away = house.books_path.with_suffix(".weg")
    house.rooms.sources.close()
    house.books_path.rename(away)

    got = both(house, "e", lambda asker: house.write(asker.address, ASKS["nl"].format(asker.words)))
    away.rename(house.books_path)

    assert got[0] == got[1]
    assert [len(letters) for letters in got] == [1, 1]
