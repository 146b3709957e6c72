"""The way of an access request, from plain Dutch to a closed case."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
import pyzipper
from servers.office import Office, body, code_in, files, passphrase_in
from servers.smtp_sink import SmtpSink


@pytest.mark.requirement("INT-01", "INT-13", "INT-14")
async def test_sanne_asks_in_plain_dutch_and_gets_her_data_and_nobody_elses(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne

    office.write(
        sanne.address, "Hoi, kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?\n\nSanne"
    )
    await office.step()

    [case] = office.cases()
    assert case["state"] == "awaiting_identity"
    challenge = office.challenge_to(sanne.address)
    office.reply(challenge, sanne.address, code_in(challenge) or "")
    await office.step(minutes=5)
    assert office.states(case["ref"]) == {"access": "awaiting_approval"}

    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)

    answer = office.letters(sanne.address)[-1]
    attached = files(answer)
    secret = passphrase_in(challenge)
    assert secret not in body(answer)
    assert "Ook uw eigen boekhouding zit erbij." in " ".join(body(answer).split())
    [overview] = [data for name, data in attached.items() if name.endswith(".pdf")]
    with pikepdf.open(io.BytesIO(overview), password=secret) as pdf:
        assert len(pdf.pages) >= 1
    [package] = [data for name, data in attached.items() if name.endswith(".zip")]
    with pyzipper.AESZipFile(io.BytesIO(package)) as opened:
        opened.setpassword(secret.encode())
        text = "\n".join(opened.read(name).decode("utf-8-sig") for name in opened.namelist())
    assert all(fact in text for facts in sanne.facts.values() for fact in facts)
    own = {sanne.address, office.people.debtor.address}  # the debtor stands in her own books
    assert not [person for person in office.people.everyone if person.address not in own and person.address in text]
    await office.step(days=10)
    assert office.states(case["ref"]) == {"access": "closed"}
