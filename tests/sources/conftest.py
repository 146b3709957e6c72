"""The demo database on both engines: one that is only read, and a fresh one for tests that change it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cases.subject import DataSubject
from bot.datamap.loading import load_datamap
from bot.datamap.model import DataMap
from bot.sources.demo import DemoPeople, DemoPerson, make_demo_database
from bot.sources.facade import Sources

MAP_FILE = Path(__file__).parents[2] / "config" / "datamap.yaml"
ENGINES = ["sqlite", "postgresql"]
ON_BOTH = pytest.mark.parametrize("fresh", ENGINES, indirect=True)


@dataclass(frozen=True)
class Kleinboek:
    """A filled demo database, its map and the door to it."""

    url: str
    people: DemoPeople
    datamap: DataMap
    sources: Sources

    def subject(self, person: DemoPerson) -> DataSubject:
        [found] = self.sources.find(person.address, {})
        return found

    def ask(self, statement: str, **values: object) -> list[Any]:
        """Look into the database past our own code."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            return list(connection.execute(sa.text(statement), values).scalars())

    def tell(self, statement: str, **values: object) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text(statement), values)


def new_url(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'demo.sqlite'}"
    return str(request.getfixturevalue("postgres").new_database())


def opened(url: str, people: DemoPeople) -> Kleinboek:
    datamap = load_datamap(MAP_FILE, {"KLEINBOEK_DB_URL": url})
    return Kleinboek(url, people, datamap, Sources(datamap, datamap.urls))


@pytest.fixture(scope="session", params=ENGINES)
def kleinboek(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kleinboek]:
    """For reading only: shared by every test."""
    url = new_url(request.param, request, tmp_path_factory.mktemp("demo"))
    room = opened(url, make_demo_database(url))
    yield room
    room.sources.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoPeople]:
    """A filled SQLite file, to be copied: quicker than filling a new one."""
    file = tmp_path_factory.mktemp("template") / "demo.sqlite"
    return file, make_demo_database(f"sqlite:///{file}")


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path, template: tuple[Path, DemoPeople]) -> Iterator[Kleinboek]:
    """For tests that change it: SQLite, or what the test asks for with ON_BOTH."""
    engine = getattr(request, "param", "sqlite")
    url, (file, people) = new_url(engine, request, tmp_path), template
    if engine == "sqlite":
        shutil.copyfile(file, tmp_path / "demo.sqlite")
    else:
        people = make_demo_database(url)
    room = opened(url, people)
    yield room
    room.sources.close()
