"""The supervisory authority: never written to, and its details never older than staff know."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest

import bot
from bot.cases.draft import Block
from bot.replies.errors import AuthorityError
from bot.replies.freshness import authority_doubt
from bot.replies.mailing import MailRoom, Thread
from bot.replies.samples import sample_organisation

ORGANISATION = sample_organisation()
ROOM = MailRoom(ORGANISATION, "t0ken")
WORDS = [Block("answer", "Goedendag")]


@pytest.mark.requirement("KLA-05")
@pytest.mark.parametrize(
    "address",
    [
        "info@autoriteitpersoonsgegevens.nl",
        "K.Jansen@AutoriteitPersoonsgegevens.NL",
        "meldingen@mail.autoriteitpersoonsgegevens.nl",
    ],
)
def test_no_mail_to_the_authority_can_be_made(address: str) -> None:
    with pytest.raises(AuthorityError):
        ROOM.automatic("Uw brief", WORDS, address, Thread())


@pytest.mark.parametrize("address", ["sanne@klant.example", "ik@nietautoriteitpersoonsgegevens.nl"])
def test_whoever_only_resembles_it_is_written_to(address: str) -> None:
    assert ROOM.automatic("Uw brief", WORDS, address, Thread()).to == address


@pytest.mark.requirement("KLA-05")
def test_no_mail_is_made_anywhere_but_where_the_authority_is_refused() -> None:
    makers = {
        path.relative_to(Path(bot.__file__).parent).as_posix()
        for path in Path(bot.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OutgoingMail"
    }

    assert makers == {"replies/mailing.py"}


@pytest.mark.requirement("KLA-04")
def test_a_draft_that_prints_old_details_warns_staff() -> None:
    block = ORGANISATION.authority
    old = block.verified_on + timedelta(days=91)

    assert "91 dagen" in authority_doubt(f"Post: {block.postal_address}", block, old)[0]
    assert authority_doubt(f"Post: {block.postal_address}", block, old - timedelta(days=1)) == ()
    assert authority_doubt("een brief zonder adres", block, date(2030, 1, 1)) == ()
