"""Debian's Chromium without a screen, driven by playwright, with axe to look whether everybody can use a page."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Browser, Page, async_playwright

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser for one test; it never asks for anything but our own pages."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None, "there is no Chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        try:
            yield browser
        finally:
            await browser.close()


async def faults_on(page: Page) -> list[str]:
    """What axe finds wrong with this page (WCAG 2.2 A and AA, and good practice), one line each.

    Its own script runs beside the page and is let through for that: the page's policy forbids every script.
    """
    await page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES
    )
    assert found["passes"], json.dumps(found)[:500]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


async def overflows(page: Page) -> bool:
    """Whether somebody must scroll sideways to read it (WCAG 1.4.10)."""
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return bool(wide)
