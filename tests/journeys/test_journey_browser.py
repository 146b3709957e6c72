"""The public pages in a real browser: by keyboard, without scripts, on a small phone, and with axe beside them."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from servers.browser import chromium, faults_on, overflows
from servers.desk import Visitor, desk, link_in, office_with_pages
from servers.office import Office, code_in, passphrase_in
from servers.smtp_sink import SmtpSink

PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 800}
PICTURES = os.environ.get("PICTURES_OF_PAGES")
"""A folder: the pages are photographed there, for people to look at."""


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return office_with_pages(tmp_path, smtp_sink)


async def looked_at(page: Page, name: str) -> None:
    """Everybody can use it: on a small phone, at twice the size, and as axe sees it."""
    for width, size in (("phone", PHONE), ("zoom", {"width": 640, "height": 400}), ("desktop", DESKTOP)):
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert not await overflows(page), f"{name} at {size}"
        if PICTURES:
            await page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert await faults_on(page) == [], name


async def own_page(browser: Browser, visitor: Visitor) -> tuple[Page, list[str]]:
    """A page without scripts of its own, and everything it asked for elsewhere or complained about."""
    context = await browser.new_context(java_script_enabled=True, bypass_csp=False, accept_downloads=True)
    page = await context.new_page()
    strange: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(visitor.origin) else strange.append(asked.url))
    page.on("console", lambda line: strange.append(line.text) if "Content Security" in line.text else None)
    return page, strange


async def test_a_customer_confirms_and_fetches_his_files_by_keyboard(office: Office, tmp_path: Path) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    async with chromium() as browser:
        async with desk(office) as visitor:
            page, strange = await own_page(browser, visitor)
            await page.goto(visitor.origin + link_in(challenge, "bevestig"))
            await looked_at(page, "confirm")
            await page.focus("#code")
            await page.keyboard.type("7KDA-X9MT")
            await page.keyboard.press("Enter")
            await page.wait_for_selector("[role=alert]")
            await looked_at(page, "confirm-wrong")
            assert (await page.title()).startswith("Fout: ")
            await page.keyboard.press("Tab")  # the switch of languages comes first, then the way to what is wrong
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await page.focus("#code")
            await page.keyboard.type(code_in(challenge) or "")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/bevestig/gedaan?taal=nl")
            await looked_at(page, "confirmed")
            await page.click("text=English")
            assert await page.inner_text("h1") == "Thank you, we have your answer"
            await page.goto(visitor.origin + link_in(challenge, "bevestig"))
            await looked_at(page, "gone")
            assert strange == []
        await office.step(minutes=5)
        office.cli("approve", case["ref"], "--as", "fatima")
        await office.step(minutes=1)
        async with desk(office) as visitor:
            page, strange = await own_page(browser, visitor)
            await page.goto(visitor.origin + link_in(office.letters(sanne)[-1], "afhalen"))
            await looked_at(page, "download")
            await page.fill("#wachtwoord", "verkeerd")
            await page.click("button")
            await page.wait_for_selector("[role=alert]")
            await looked_at(page, "download-wrong")
            await page.fill("#wachtwoord", passphrase_in(challenge))
            await page.click("button")
            await page.wait_for_selector("table")
            await looked_at(page, "files")
            async with page.expect_download() as waiting:
                await page.click("button")
            download = await waiting.value
            await download.save_as(tmp_path / "fetched.zip")
            assert strange == []

    assert download.suggested_filename == f"{case['ref']}.zip"
    assert zipfile.ZipFile(tmp_path / "fetched.zip").testzip() is None
    assert office.states(case["ref"]) == {"access": "answered"}


async def test_a_customer_without_scripts_says_that_it_was_not_him(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, "Please send me a copy of all the personal data you hold about me.")
    await office.step()
    [case] = office.cases()
    async with chromium() as browser, desk(office) as visitor:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(visitor.origin + link_in(office.challenge_to(sanne), "bevestig"))
        await page.click("text=No, this was not me")
        await page.wait_for_url("**/bevestig/gemeld?taal=en")

    assert office.states(case["ref"]) == {"access": "needs_person"}
