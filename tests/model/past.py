"""One house with a request of Sanne, and the moments in which that stood in each of its states."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from shutil import copyfile

from corridor import House, Sent

from bot.cases.model import Case, Request
from bot.cases.people import Actor
from bot.triage.labels import RequestKind

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


@dataclass(frozen=True)
class Moment:
    archive: sqlite3.Connection
    now: datetime
    sent: tuple[Sent, ...]
    books_away: bool


class Past:
    """`back` takes the house to one of `moments`; what was lived once is not lived again for every question."""

    def __init__(self) -> None:
        self.house = House()
        self._archive = self.house.books_path.with_name("archive.sqlite")
        self._whole_books = self.house.books_path.with_suffix(".whole")
        self._books_are_away = False
        self.moments: dict[str, Moment] = {}
        self._live()

    def end(self) -> None:
        for moment in self.moments.values():
            moment.archive.close()
        self.house.end()

    def case(self) -> Case:
        return min(self.house.cases(), key=lambda case: case.id)

    def access(self) -> Request:
        return next(request for request in self.case().requests if request.kind is RequestKind.ACCESS)

    def prove(self) -> None:
        """Sanne answers the challenge that she got last."""
        challenge = [sent for sent in self.house.postman.sent if sent.code is not None][-1]
        self.house.write(self.house.people.sanne.address, f"{challenge.code}\n\nSanne", answers=challenge)

    def back(self, state: str) -> None:
        moment = self.moments[state]
        with closing(sqlite3.connect(self._archive)) as archive:
            moment.archive.backup(archive)
        self.house.now = moment.now
        self.house.postman.sent[:] = moment.sent
        self._books_away(away=moment.books_away)

    def _books_away(self, *, away: bool) -> None:
        """While one table of the company cannot be read, what was collected stays uncollected; who asks is found."""
        if away is self._books_are_away:
            return
        books = self.house.books_path
        if away:
            copyfile(books, self._whole_books)
            with closing(sqlite3.connect(books)) as opened, opened:
                opened.execute("ALTER TABLE betalingen RENAME TO betalingen_weg")
        else:
            copyfile(self._whole_books, books)  # to the byte: what was changed in them would be seen
        self._books_are_away = away

    def _live(self) -> None:
        house = self.house
        house.write(house.people.sanne.address, ASKS)
        self._keep("awaiting_identity")
        self._books_away(away=True)
        self.prove()
        self._keep("collecting")
        self.back("awaiting_identity")
        self.prove()
        self._keep("awaiting_approval")
        house.rooms.handling.to_officer(self.case().ref, Actor("femke"), "moeilijk")
        house.work()
        self._keep("needs_person")
        self.back("awaiting_approval")
        assert house.approve(self.case(), "fatima")
        house.work()
        self._keep("approved")
        house.work(hours=2)
        self._keep("answered")
        self.back("awaiting_identity")
        for days in (3, 7, 10, 9):  # three reminders, and the reasoned letter after the target date
            house.work(days=days)
        assert house.approve(self.case(), "fatima")
        house.work(hours=2)
        self._keep("parked")

    def _keep(self, state: str) -> None:
        assert self.access().state == state
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self._archive)) as archive:
            archive.backup(kept)
        self.moments[state] = Moment(kept, self.house.now, tuple(self.house.postman.sent), self._books_are_away)
