import inspect
import re
from pathlib import Path

import pytest

from bot.cases.defects import oddities_in_words
from bot.mail import charsets, headers, html, parsing, parts, sender, within, words
from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings

CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))


def test_every_oddity_of_the_corpus_is_told_to_staff_in_dutch() -> None:
    told: set[str] = set()
    for path in CORPUS:
        mail = parsed(path.read_bytes(), ParsingSettings(), "kleinboek.nl")
        assert isinstance(mail, ParsedMail)
        told |= {*mail.defects, *mail.sender.defects}

    assert len(told) > 20
    assert [one for one in told if oddities_in_words(one) == (one,)] == []


@pytest.mark.parametrize("room", [charsets, headers, html, parsing, parts, sender, within, words])
def test_every_oddity_that_the_post_room_names_has_a_dutch_sentence(room: object) -> None:
    source = inspect.getsource(room)  # type: ignore[arg-type]
    named = re.findall(r'defects(?:\.append\(|\[| \+= \(|: tuple\[str, \.\.\.\] = \()"([^"]+)"', source)
    named += [f"From: {one}" for one in re.findall(r'NotOneMailboxError\("([^"]+)"', source)]
    if room is headers:
        named += re.findall(r'return "([^"]+)"', inspect.getsource(headers._anomaly))
    if room is charsets:
        named += re.findall(r'return [\w()]+, "([^"]+)"', source)

    assert named
    assert [one for one in named if oddities_in_words(one) == (one,)] == []


def test_names_and_domains_stay_in_the_sentence_and_each_sentence_stands_once() -> None:
    told = oddities_in_words(
        "more than one Subject; invalid base64 padding; invalid base64 length; attachment: too large; "
        "the domain kle\u0456nboek.nl (kle\u0456nboek.nl) looks like ours, kleinboek.nl; something new"
    )

    assert told == (
        "de kopregel Subject staat er meer dan eens in",
        "een deel is beschadigd overgekomen",
        "bijlage: te groot: niet gelezen",
        "het domein kle\u0456nboek.nl (kle\u0456nboek.nl) lijkt op het onze, kleinboek.nl, en is het niet",
        "something new",
    )
