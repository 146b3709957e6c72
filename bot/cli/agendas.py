"""The functions behind `privacybot calendar`."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from bot.cli.session import actor, rooms
from bot.exports.leaving import AS_USUAL, left_at


def write(config: Path | None, out: Path) -> None:
    with rooms(config) as opened:
        feed, count = opened.terms_feed.now()
        with left_at(out, AS_USUAL) as part:
            part.write_bytes(feed)
    print(f"{count} dates are in {out}")


def link(config: Path | None, user: str) -> None:
    with rooms(config) as opened:
        service = opened.settings.service
        path = opened.terms_feed.new_path(actor(user), token_hex)
    print(f"{service.public_url or f'http://{service.host}:{service.port}'}{path}")
    print("whoever has this address reads the references and terms of all open cases; an older one is closed now")
    print("give it to every colleague whose calendar fetched the older one: that calendar gets no new terms any more")


def unlink(config: Path | None, user: str) -> None:
    with rooms(config) as opened:
        opened.terms_feed.close(actor(user))
    print("the secret address is closed; what a calendar program fetched before stays there until somebody removes it")
