"""The dossier for a matter before the authority: a whole case, masked, the same each time, sent to nobody."""

from __future__ import annotations

import hashlib
import io
import re
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader
from servers.office import Office, body, code_in, header
from servers.smtp_sink import SmtpSink

from bot.cases.model import CaseRef
from bot.rooms import Rooms

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen? Mijn BSN is 111222333."


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def answered(office: Office) -> tuple[str, str, str]:
    """Sanne got her overview; the reference of her case, her code, and the passphrase."""
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    code = code_in(challenge) or ""
    office.reply(challenge, sanne, code)
    await office.step(minutes=5)
    office.cli("note", case["ref"], "--as", "fatima", "--text", "belde boos op")
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    return str(case["ref"]), code, _passphrase(body(challenge))


def _passphrase(text: str) -> str:
    [line] = [line.strip() for line in text.splitlines() if line.count("-") >= 3 and " " not in line.strip()][:1]
    return line


def opened(office: Office, ref: str, *more: str) -> dict[str, bytes]:
    out = office.home / "dossier.zip"
    office.cli("dossier", ref, "--as", "femke", "--out", str(out), *more)
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.requirement("KLA-05")
async def test_the_dossier_holds_the_whole_case_and_no_secret_and_goes_to_nobody(office: Office) -> None:
    ref, code, passphrase = await answered(office)
    sent = len(office.sink.mails)
    files = opened(office, ref)
    await office.step()

    index = files["INHOUD.txt"].decode()
    assert all(name in index for name in files if name not in {"INHOUD.txt", "SHA256SUMS.txt"})
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS.txt"].decode().split("\r\n") if line)
    assert sums == {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items() if name != "SHA256SUMS.txt"}
    hashes = [event["hash"] for event in _events(office, ref)]
    assert all(one in files["2-tijdlijn/tijdlijn.csv"].decode() for one in hashes[:-1])
    assert "wat jullie over mij hebben" in files["3-berichten/0001-in.txt"].decode()
    assert "bijlagen: 0" in files["3-berichten/0001-in.txt"].decode()
    ours = " ".join(" ".join(raw.decode() for name, raw in files.items() if name.endswith("-uit.txt")).split())
    assert f"Uw nummer is {ref}" in ours  # the receipt
    assert "Beantwoord dan dit bericht vanaf dit e-mailadres" in ours  # the control message
    assert "fatima" in files["4-besluiten/besluiten.txt"].decode()
    assert "de keten is heel" in files["10-controle/controle.txt"].decode()
    everything = b"\n".join(files.values()).decode("utf-8", "replace")
    for secret in (code, passphrase, "111222333"):
        assert secret not in everything
    told = [name for name, raw in files.items() if b"belde boos op" in raw]
    assert told == ["alleen-intern/1-notities/notities.txt"]
    assert len(office.sink.mails) == sent
    assert office.case(ref)["events"][-1]["kind"] == "dossier_made"


@pytest.mark.requirement("KLA-05")
async def test_an_answered_complaint_is_not_told_as_if_all_that_was_asked_was_done(office: Office) -> None:
    office.write("joris@klant.example", "Ik dien een klacht in: ik krijg nog steeds jullie reclame. Schandalig!")
    await office.step()
    [case] = office.cases()
    office.cli("finding", case["ref"], "--as", "femke", "--finding", "Er ging niets mis.", "--measures", "Geen.")
    office.cli("approve", case["ref"], "--as", "femke")
    await office.step(minutes=1)

    told = opened(office, case["ref"])["1-verzoeken/verzoeken.txt"].decode()

    assert "klacht beantwoord" in told
    assert "gedaan wat gevraagd is" not in told


@pytest.mark.requirement("KLA-05")
async def test_a_breach_whose_risk_was_lowered_or_that_was_none_is_told_with_the_reason(office: Office) -> None:
    ref, _, _ = await answered(office)
    decide = ("breach", "decide", "1", "--as", "femke", "--risk")
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    office.cli(*decide, "risk", "--risk-because", "de bestanden waren versleuteld")
    lowered = opened(office, ref)["9-datalekken/datalekken.txt"].decode()
    office.cli("breach", "dismiss", "1", "--as", "femke", "--reason", "de ontvanger is haar boekhouder")

    told = opened(office, ref)["9-datalekken/datalekken.txt"].decode()

    assert "Waarom het risico lager is: de bestanden waren versleuteld" in " ".join(lowered.split())
    assert "Waarom het geen datalek is: de ontvanger is haar boekhouder" in " ".join(told.split())
    assert "Waarom het geen datalek is: de ontvanger is haar boekhouder" in office.cli("breach", "show", "1")


async def test_its_page_can_be_read_by_everybody_and_names_what_happened_in_dutch(office: Office) -> None:
    ref, _, _ = await answered(office)

    page = PdfReader(io.BytesIO(opened(office, ref)["dossier.pdf"]))

    text = " ".join(" ".join(one.extract_text() for one in page.pages).split())
    assert "controlevraag goed beantwoord" in text
    assert "Wie vroeg het" in text
    assert "/StructTreeRoot" in page.root_object
    assert page.root_object["/Lang"] == "nl-NL"


async def test_the_same_case_at_the_same_instant_gives_the_same_bytes(office: Office) -> None:
    ref, _, _ = await answered(office)
    places = [office.home / "een.zip", office.home / "twee.zip"]
    rooms = Rooms(office.settings(), office._env_now())
    stopped = rooms.dossiers
    stopped._archive.clock = lambda: office.now
    try:
        for place in places:
            stopped.build(CaseRef(ref), place)
    finally:
        rooms.close_now()

    assert places[0].read_bytes() == places[1].read_bytes()


async def test_only_the_officer_makes_one_and_originals_lie_in_the_inner_part(office: Office) -> None:
    ref, _, _ = await answered(office)
    raw = next(iter(office.home.glob("mail.eml"))).read_bytes()
    out = office.home / "x.zip"

    assert "role may not" in office.cli("dossier", ref, "--as", "fatima", "--out", str(out), fails=True)
    assert not out.exists()
    files = opened(office, ref, "--originals")

    assert raw in files.values()
    assert all(name.startswith("alleen-intern/") for name, content in files.items() if content == raw)


async def test_a_forgotten_case_and_one_without_requests_say_what_is_gone_and_when(office: Office) -> None:
    office.deliver(
        b"From: kapot\r\nSubject: =?utf-8?b?/////w==?=\r\nContent-Type: multipart/mixed\r\n\r\n\xff\xfe geen grens"
    )
    office.write(office.people.joris.address, ASKS)
    await office.step()
    ref = next(case["ref"] for case in office.cases() if "access" in case["kinds"])
    odd = [case["ref"] for case in office.cases() if case["ref"] != ref]
    office.cli("label", ref, "--as", "fatima", "--ordinary")
    await office.step(minutes=1)

    files = opened(office, ref)

    assert "verwijderd op" in files["3-berichten/0001-in.txt"].decode()
    assert "wat er stond is niet meer te lezen" in files["2-tijdlijn/tijdlijn.txt"].decode()
    assert ASKS.encode() not in b"".join(files.values())
    for one in odd:
        assert "geen verzoek herkend" in opened(office, one)["1-verzoeken/verzoeken.txt"].decode()


async def test_the_words_of_automatic_letters_are_kept_as_they_left_without_what_opens_anything(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    code, passphrase = code_in(challenge) or "", _passphrase(body(challenge))
    await office.step(days=4)

    kept = {one["label"]: one for one in office.case(case["ref"])["messages"] if one["direction"] == "out"}
    assert set(kept) == {"receipt", "challenge", "challenge_reminder"}
    assert kept["challenge"]["subject"] == header(challenge, "Subject")
    assert _without(body(challenge), code, passphrase) == kept["challenge"]["text"].strip()
    [receipt] = [mail for mail in office.letters(sanne) if "ontvangen" in header(mail, "Subject")]
    assert body(receipt).strip() == kept["receipt"]["text"].strip()
    shown = " ".join(office.cli("case", case["ref"]).split())
    assert "Er is een verzoek gedaan over uw persoonsgegevens" in shown
    assert code not in shown
    assert passphrase not in shown


async def test_of_a_known_and_an_unknown_writer_the_same_words_are_kept(office: Office) -> None:
    for writer in (office.people.sanne.address, "nooit.klant@elders.example"):
        office.write(writer, ASKS)
    await office.step()

    kept = [
        one["text"].replace(case["ref"], "KB")
        for case in office.cases()
        for one in office.case(case["ref"])["messages"]
        if one["label"] == "receipt"
    ]

    assert len(kept) == 2
    assert kept[0] == kept[1]


async def test_the_words_of_automatic_letters_go_with_the_case_and_stay_under_a_legal_hold(office: Office) -> None:
    office.write(office.people.joris.address, ASKS)
    office.write("nooit.klant@elders.example", ASKS)
    await office.step()
    held, gone = (case["ref"] for case in office.cases())
    office.cli("escalate", held, "--as", "femke", "--to", "ap", "--reason", "de AP vroeg ernaar", "--ap-ref", "z2026-1")

    office.cli("label", gone, "--as", "fatima", "--ordinary")
    office.cli("label", held, "--as", "fatima", "--ordinary", fails=True)
    await office.step(minutes=1)

    assert _texts(office, gone) == {""}
    assert any(f"Uw nummer is {held}" in text for text in _texts(office, held))
    assert "" not in _texts(office, held)


def _texts(office: Office, ref: str) -> set[str]:
    return {one["text"] for one in office.case(ref)["messages"] if one["direction"] == "out"}


def _without(text: str, *secrets: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "•••••")
    return re.sub(r"(/bevestig/)\S+", r"\g<1>•••••", text).strip()


def _events(office: Office, ref: str) -> list[dict[str, str]]:
    rooms = Rooms(office.settings(), office._env_now())
    try:
        with rooms.archive.reading() as tx:
            return [{"hash": event.hash} for event in tx.events.of(tx.cases.get(ref).id)]
    finally:
        rooms.close_now()


async def test_a_huge_mail_passes_through_in_pieces_and_not_as_a_whole(office: Office) -> None:
    ref, _, _ = await answered(office)
    huge = b"From: sanne@klant.example\r\n\r\n" + b"a" * (24 * 1024 * 1024)
    rooms = Rooms(office.settings(), office._env_now())
    try:
        with rooms.archive.transaction() as tx:
            case = tx.cases.get(ref)
            tx.mails.replace_content(tx.mails.of_case(case.id)[0].id, huge)
        tracemalloc.start()
        rooms.dossiers.build(CaseRef(ref), office.home / "huge.zip", originals=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        rooms.close_now()

    assert peak < 12 * 1024 * 1024
    with zipfile.ZipFile(office.home / "huge.zip") as package:
        assert package.getinfo("alleen-intern/origineel/0001.eml").file_size == len(huge)


async def test_whatever_staff_read_of_a_case_is_in_dutch_and_in_the_time_of_the_company(office: Office) -> None:
    ref, _, _ = await answered(office)
    office.env["COLUMNS"] = "500"
    office.env["TZ"] = "America/New_York"

    shown = office.cli("case", ref) + office.cli("draft", ref) + office.cli("tasks")
    told = b"\n".join(raw for name, raw in opened(office, ref).items() if name.endswith((".txt", ".csv"))).decode()

    for text in (shown, told):
        assert "do 26 november 2026 09.00" in text
        assert not re.search(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text)
        for word in ("awaiting_identity", "letter receipt", "draft 1", "controller", "challenge_reminder"):
            assert word not in text
    assert "brief ontvangstbevestiging" in shown
    assert "(onze eigen gegevens, Nederlands, bestand)" in shown
    assert office.case(ref)["role"] == "controller"
