"""The staff's own rows: users, and tasks only a person can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.cases.people import StaffRole, User
from bot.store.bench import Bench, short
from bot.store.errors import ConflictError
from bot.store.records import Task
from bot.store.tables import tasks, users


@dataclass(frozen=True, slots=True)
class SealedUser:
    address: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedTask:
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Users:
    bench: Bench

    def add(self, name: str, role: StaffRole, address: str | None = None) -> User:
        """A new user, enabled. ConflictError if the name is taken."""
        if self.by_name(name) is not None:
            raise ConflictError(f"there is a user '{name}' already")
        self.bench.add(users, SealedUser(address), name=name, role=role, enabled=True)
        added = self.by_name(name)
        assert added is not None
        return added

    def by_name(self, name: str) -> User | None:
        found = self._where(users.c.name == short(name))
        return found[0] if found else None

    def all(self) -> tuple[User, ...]:
        return self._where()

    def set_enabled(self, name: str, enabled: bool) -> bool:
        """False if there is no such user."""
        return self.bench.changed(update(users).where(users.c.name == name).values(enabled=enabled))

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[User, ...]:
        return tuple(self._user(row) for row in self.bench.all(select(users).where(*conditions).order_by(users.c.id)))

    def _user(self, row: Row[Any]) -> User:
        content = self.bench.content(SealedUser, users, row)
        return User(row.id, row.name, row.role, row.enabled, None if content is None else content.address)


@dataclass(frozen=True, slots=True)
class Tasks:
    bench: Bench

    def add(self, case_id: int | None, kind: str, text: str, due_at: datetime | None = None) -> int:
        """Something a person must do, in words that tell how; `case_id` None is for the service as a whole."""
        return self.bench.add(
            tasks, SealedTask(text), case_id=case_id, kind=str(kind), made_at=self.bench.now(), due_at=due_at
        )

    def open(self, case_id: int | None = None) -> tuple[Task, ...]:
        """What is still to be done, in this case or everywhere."""
        undone = tasks.c.done_at.is_(None)
        return self._where(undone if case_id is None else undone & (tasks.c.case_id == case_id))

    def open_of_kind(self, kind: str) -> tuple[Task, ...]:
        return self._where(tasks.c.done_at.is_(None) & (tasks.c.kind == kind))

    def of_case(self, case_id: int | None) -> tuple[Task, ...]:
        """Done or not; `case_id` None is for the service as a whole."""
        return self._where(tasks.c.case_id.is_(None) if case_id is None else tasks.c.case_id == case_id)

    def get(self, task_id: int) -> Task:
        return self._task(self.bench.one(tasks, task_id))

    def move(self, task_id: int, due_at: datetime) -> None:
        """The term of it changed."""
        self.bench.run(update(tasks).where(tasks.c.id == task_id).values(due_at=due_at))

    def done(self, task_id: int, by: str, at: datetime) -> bool:
        """Tick it; True for the one caller who did it first."""
        mine = (tasks.c.id == task_id) & tasks.c.done_at.is_(None)
        return self.bench.changed(update(tasks).where(mine).values(done_by=by, done_at=at))

    def forget(self, case_id: int, but_kind: str, by: str) -> None:
        """Tick off what is open and delete the words, except of tasks of this kind."""
        mine = (tasks.c.case_id == case_id) & (tasks.c.kind != but_kind)
        standing = mine & tasks.c.done_at.is_(None)
        self.bench.run(update(tasks).where(standing).values(done_by=by, done_at=self.bench.now()))
        self.bench.run(update(tasks).where(mine).values(sealed=None))

    def _where(self, condition: ColumnElement[bool]) -> tuple[Task, ...]:
        return tuple(self._task(row) for row in self.bench.all(select(tasks).where(condition).order_by(tasks.c.id)))

    def _task(self, row: Row[Any]) -> Task:
        content = self.bench.content(SealedTask, tasks, row)
        return Task(
            id=row.id,
            case_id=row.case_id,
            kind=row.kind,
            text="" if content is None else content.text,
            due_at=row.due_at,
            done_at=row.done_at,
            done_by=row.done_by,
            made_at=row.made_at,
        )
