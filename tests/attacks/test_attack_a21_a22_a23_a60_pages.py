"""A21, A22, A23 and A60 on the public pages: guessing, using for another end, scanners of mail, and links that leak."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from servers.desk import Page, Visitor, desk, link_in, office_with_pages
from servers.office import Office, body, code_in, header, passphrase_in
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink, SunkMail

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
ERASES = "Verwijder alstublieft al mijn persoonsgegevens en mijn account."
GUESSES = [f"3KDA-{left}7M{right}" for left in "ACDE" for right in "TQR"]
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return office_with_pages(tmp_path, smtp_sink, LOG__LEVEL="debug")


@pytest.fixture(autouse=True)
def discreet(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever was tried, no line of log knows a token, an address or a name."""
    told: list[str] = []
    request.node.stash[_TOLD] = told
    yield
    said = "".join(capfd.readouterr())
    assert told
    for secret in told:
        assert secret not in said


_TOLD = pytest.StashKey[list[str]]()


async def challenged(office: Office, address: str, text: str = ASKS) -> tuple[str, SunkMail]:
    """The reference of a new case of this person, and the challenge she got."""
    before = {case["ref"] for case in office.cases()}
    office.write(address, text)
    await office.step()
    [ref] = {case["ref"] for case in office.cases()} - before
    return ref, office.challenge_to(address)


async def answered(office: Office, ref: str, challenge: SunkMail, address: str) -> str:
    """She answered by mail and got her files; the path of their link."""
    office.reply(challenge, address, code_in(challenge) or "")
    await office.step(minutes=5)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    return link_in(office.letters(address)[-1], "afhalen")


def kept_secret(request: pytest.FixtureRequest, office: Office, *paths: str) -> None:
    request.node.stash[_TOLD] += [path.rpartition("/")[2] for path in paths]
    request.node.stash[_TOLD] += [office.people.sanne.address, office.people.sanne.name]


async def all_at_once(visitor: Visitor, tries: list[tuple[str, dict[str, str]]]) -> list[Page]:
    """Every try from a thread of its own."""
    with ThreadPoolExecutor(max_workers=16) as threads:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(threads, visitor.send, *each) for each in tries))


def events(office: Office, ref: str, kind: str) -> list[dict[str, object]]:
    return [event for event in office.case(ref)["events"] if event["kind"] == kind]


def levels(office: Office, ref: str) -> dict[str, str]:
    return {request["kind"]: request["level_reached"] for request in office.case(ref)["requests"]}


# A21


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_a21_guesses_from_many_threads_at_many_cases_get_five_tries_each(
    store: str, tmp_path: Path, smtp_sink: SmtpSink, request: pytest.FixtureRequest
) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if store == "postgresql" else None
    url = None if server is None else server.new_database()
    office = office_with_pages(tmp_path, smtp_sink, url, PAGES__PER_CLIENT="100000", PAGES__IN_ALL="100000")
    people = [office.people.sanne, office.people.joris]
    asked = [await challenged(office, person.address) for person in people]
    paths = [link_in(challenge, "bevestig") for _, challenge in asked]
    kept_secret(request, office, *paths)

    async with desk(office) as visitor:
        tries = [(path, {"antwoord": "ja", "code": guess}) for guess in GUESSES for path in paths]
        got = await all_at_once(visitor, tries)
        right = [
            await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})
            for path, (_, challenge) in zip(paths, asked, strict=True)
        ]

    assert {page.status for page in got} <= {422, 404}
    assert [page.status for page in got].count(422) <= 4 * len(asked)  # a page may close while it is being written
    assert [page.status for page in right] == [404, 404]
    for ref, _ in asked:
        assert [event["values"]["tries"] for event in events(office, ref, "wrong_code")] == [1, 2, 3, 4, 5]
        assert levels(office, ref) == {"access": "L0"}
        assert [task["kind"] for task in office.case(ref)["tasks"]].count("look") == 1


async def test_a21_wrong_codes_by_mail_and_on_the_page_are_counted_together(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne.address
    ref, challenge = await challenged(office, sanne)
    path = link_in(challenge, "bevestig")
    kept_secret(request, office, path)
    for guess in GUESSES[:3]:
        office.reply(challenge, sanne, guess)
    await office.step(minutes=1)

    async with desk(office) as visitor:
        got = [(await visitor.post(path, {"antwoord": "ja", "code": guess})).status for guess in GUESSES[3:6]]

    assert got == [422, 404, 404]
    assert len(events(office, ref, "wrong_code")) == 5


async def test_a21_guessed_passwords_close_the_link_after_five_and_tell_staff(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne.address
    ref, challenge = await challenged(office, sanne)
    path = await answered(office, ref, challenge, sanne)
    kept_secret(request, office, path)

    async with desk(office) as visitor:
        got = await all_at_once(visitor, [(path, {"wachtwoord": f"k7dm-{number:04}"}) for number in range(12)])
        right = await visitor.post(path, {"wachtwoord": passphrase_in(challenge)})

    assert {page.status for page in got} <= {422, 404}
    assert [page.status for page in got].count(422) <= 4  # a page may close while it is being written
    assert right.status == 404
    assert len(events(office, ref, "wrong_password")) == 5
    assert "bel de klant" in json.dumps(office.case(ref)["tasks"]).lower()
    assert office.json("breach", "list")["breaches"] == []  # nothing was disclosed: it is no breach
    assert events(office, ref, "export_fetched") == []


async def test_a21_one_client_is_slowed_down_before_it_has_guessed_much(
    tmp_path: Path, smtp_sink: SmtpSink, request: pytest.FixtureRequest
) -> None:
    office = office_with_pages(tmp_path, smtp_sink, PAGES__PER_CLIENT="5")
    kept_secret(request, office)
    async with desk(office) as visitor:
        got = [await visitor.get(f"/bevestig/{number:032x}") for number in range(7)]
        elsewhere = await visitor.get(f"/bevestig/{1:032x}", headers={"X-Forwarded-For": "198.51.100.7"})

    assert [page.status for page in got] == [404] * 5 + [429] * 2
    assert got[-1].headers["retry-after"] == "60"
    assert elsewhere.status == 404


async def test_a21_three_downloads_are_three_however_many_ask_at_once(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne.address
    ref, challenge = await challenged(office, sanne)
    path = await answered(office, ref, challenge, sanne)
    kept_secret(request, office, path)

    async with desk(office) as visitor:
        listed = await visitor.post(path, {"wachtwoord": passphrase_in(challenge)})
        got = await all_at_once(visitor, [(path, {"bewijs": listed.field("bewijs")})] * 8)

    assert sorted(page.status for page in got) == [200] * 3 + [404] * 5
    assert [event["values"]["download"] for event in events(office, ref, "export_fetched")] == [1, 2, 3]


# A22


async def test_a22_a_link_opens_its_own_case_and_its_own_page_only(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne, joris = office.people.sanne.address, office.people.joris.address
    hers, her_challenge = await challenged(office, sanne)
    his, his_challenge = await challenged(office, joris)
    files = await answered(office, his, his_challenge, joris)
    confirm = link_in(her_challenge, "bevestig")
    kept_secret(request, office, files, confirm)
    token_of_files, token_of_confirm = files.rpartition("/")[2], confirm.rpartition("/")[2]

    async with desk(office) as visitor:
        swapped = [
            await visitor.get(f"/bevestig/{token_of_files}"),
            await visitor.get(f"/afhalen/{token_of_confirm}"),
            await visitor.post(f"/bevestig/{token_of_files}", {"antwoord": "ja", "code": code_in(her_challenge) or ""}),
            await visitor.post(f"/afhalen/{token_of_confirm}", {"wachtwoord": passphrase_in(her_challenge)}),
        ]
        his_code = await visitor.post(confirm, {"antwoord": "ja", "code": code_in(his_challenge) or ""})
        her_password = await visitor.post(files, {"wachtwoord": passphrase_in(her_challenge)})
        ticket = (await visitor.post(files, {"wachtwoord": passphrase_in(his_challenge)})).field("bewijs")
        ticket_elsewhere = await visitor.post(confirm.replace("bevestig", "afhalen"), {"bewijs": ticket})

    assert [page.status for page in swapped] == [404] * 4
    assert (his_code.status, her_password.status, ticket_elsewhere.status) == (422, 422, 404)
    assert levels(office, hers) == {"access": "L0"}
    assert events(office, hers, "challenge_answered") == []
    assert events(office, his, "export_fetched") == []


async def test_a22_a_yes_to_access_is_no_yes_to_an_erasure_that_came_after(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne.address
    ref, challenge = await challenged(office, sanne)
    path = link_in(challenge, "bevestig")
    kept_secret(request, office, path)
    office.write(sanne, f"{ASKS}\n\n{ERASES}")
    await office.step(minutes=5)
    assert set(levels(office, ref)) == {"access", "erasure"}

    async with desk(office) as visitor:
        shown = await visitor.get(path)
        said = await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})

    assert "inzage in uw gegevens" in shown.text
    assert "wissen" not in shown.text
    assert said.status == 303
    assert levels(office, ref) == {"access": "L2", "erasure": "L0"}


async def test_a22_a_used_link_is_as_unknown_as_one_that_never_was(
    office: Office, request: pytest.FixtureRequest
) -> None:
    ref, challenge = await challenged(office, office.people.sanne.address)
    path = link_in(challenge, "bevestig")
    kept_secret(request, office, path)

    async with desk(office) as visitor:
        await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})
        used = await visitor.get(path)
        never = [await visitor.get(f"/{page}/{token}") for page in ("bevestig", "afhalen") for token in (32 * "a", "x")]

    assert {(page.status, page.content) for page in (used, *never)} == {(404, used.content)}
    assert {tuple(sorted(_constant(page))) for page in (used, *never)} == {tuple(sorted(_constant(used)))}
    assert len(events(office, ref, "challenge_answered")) == 1


def _constant(page: Page) -> list[tuple[str, str]]:
    return [(name, value) for name, value in page.headers.items() if name != "date"]


# A23


async def test_a23_a_scanner_that_opens_every_link_changes_nothing(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne, joris = office.people.sanne.address, office.people.joris.address
    hers, her_challenge = await challenged(office, sanne)
    his, his_challenge = await challenged(office, joris)
    files = await answered(office, his, his_challenge, joris)
    confirm = link_in(her_challenge, "bevestig")
    kept_secret(request, office, files, confirm)
    before = everything_in(office)

    async with desk(office) as visitor:
        guesses = ("", "?antwoord=ja", f"?antwoord=ja&code={code_in(her_challenge)}", "?antwoord=nee")
        more = ("", f"?wachtwoord={passphrase_in(his_challenge)}")
        for address in [*(confirm + one for one in guesses), *(files + one for one in more)]:
            for method in ("GET", "GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
                await visitor.get(address, method=method, headers=SCANNER)

    assert everything_in(office) == before
    assert levels(office, hers) == {"access": "L0"}


async def test_a23_a_scanner_that_presses_buttons_without_a_code_confirms_nothing_and_costs_no_try(
    office: Office, request: pytest.FixtureRequest
) -> None:
    ref, challenge = await challenged(office, office.people.sanne.address)
    path = link_in(challenge, "bevestig")
    kept_secret(request, office, path)

    async with desk(office) as visitor:
        pressed = [await visitor.post(path, {"antwoord": "ja", "code": code}) for code in ("", "  ") * 5]
        foreign = [
            await visitor.post(path, {"antwoord": "nee"}, headers=headers)
            for headers in (
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": None},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Sec-Fetch-Site": "none"},
            )
        ]
        meant = await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})

    assert {page.status for page in pressed} == {422}
    assert [page.status for page in foreign] == [403] * 6
    assert meant.status == 303
    assert levels(office, ref) == {"access": "L2"}


def everything_in(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the archive, but for those that the role itself writes at its start."""
    path = office.home / "archive.sqlite"
    with sqlite3.connect(path) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: list(database.execute(f'SELECT * FROM "{name}"')) for name in tables}


# A60


async def test_a60_a_leaked_link_tells_and_gives_nothing_without_the_password(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne
    ref, challenge = await challenged(office, sanne.address)
    path = await answered(office, ref, challenge, sanne.address)
    kept_secret(request, office, path, link_in(challenge, "bevestig"))

    async with desk(office) as visitor:
        shown = await visitor.get(path)
        unopened = await visitor.post(path, {"bewijs": 32 * "a"})

    assert unopened.status == 404
    for secret in (sanne.name, sanne.address, "overzicht", "gegevens.zip", passphrase_in(challenge)):
        assert secret not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    assert "noindex" in shown.headers["x-robots-tag"]
    assert '<meta name="robots" content="noindex' in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy + shown.text
    assert "set-cookie" not in shown.headers
    assert passphrase_in(challenge) not in body(office.letters(sanne.address)[-1])  # never with the link
    assert header(office.letters(sanne.address)[-1], "Subject").find(path.rpartition("/")[2]) == -1


async def test_a60_the_archive_keeps_no_token_and_an_error_page_tells_none(
    office: Office, request: pytest.FixtureRequest
) -> None:
    sanne = office.people.sanne.address
    ref, challenge = await challenged(office, sanne)
    path = await answered(office, ref, challenge, sanne)
    confirm = link_in(challenge, "bevestig")
    kept_secret(request, office, path, confirm)
    kept = b"".join(file.read_bytes() for file in office.home.glob("archive.sqlite*"))

    with sqlite3.connect(office.home / "archive.sqlite") as database:
        database.execute("ALTER TABLE links RENAME TO gone")
    async with desk(office) as visitor:
        failed = [await visitor.get(path), await visitor.post(confirm, {"antwoord": "nee"})]

    assert [page.status for page in failed] == [500, 500]
    for token in (path.rpartition("/")[2], confirm.rpartition("/")[2]):
        assert token.encode() not in kept
        assert not [page for page in failed if token in page.text or token in str(page.headers)]
