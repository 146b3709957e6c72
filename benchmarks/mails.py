"""Invented ordinary mail of 2 to 20 KB, the same for every benchmark: threads, HTML, logos below signatures."""

from __future__ import annotations

import base64
import html
import json
import random
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bot.triage.classify import classify  # noqa: E402 - found through the path above
from bot.triage.model import load_model  # noqa: E402 - found through the path above

SMALLEST, LARGEST = 2_000, 20_000  # bytes
OURS = "info@kleinboek.nl"
_SHAPES = ("thread", "thread", "thread", "both", "both", "both", "both", "html", "logo", "logo")
_STYLE = "margin:0cm;font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;color:#1F3864"


@lru_cache(maxsize=1)
def _said() -> tuple[tuple[str, str], ...]:
    """Subjects and texts of everyday mail. What a person is asked about is left out: here mail is left alone."""
    lines = (ROOT / "bot" / "triage" / "corpus" / "ordinary.jsonl").read_text(encoding="utf-8").splitlines()
    mails = [(mail["subject"] or "vraag", mail["text"]) for mail in map(json.loads, lines) if not mail["hard"]]
    return tuple((subject, text) for subject, text in mails if classify(load_model(), subject, text).ordinary)


def ordinary(count: int, *, first: int = 0) -> Iterator[bytes]:
    """So many different mails; the same numbers give the same bytes."""
    return (one(number) for number in range(first, first + count))


def one(number: int) -> bytes:
    """Mail `number`, its size anywhere between the bounds, small ones more often than large ones."""
    fate = random.Random(number)  # noqa: S311 - not a secret
    size = int(SMALLEST * (LARGEST / SMALLEST) ** fate.random())
    subject, text = fate.choice(_said())
    shape = fate.choice(_SHAPES)
    body = {"thread": _thread, "both": _both, "html": _html_only, "logo": _logo}[shape]
    head = _head(number, subject, reply=shape == "thread")
    return (head + body(fate, text, size - len(head))).encode().replace(b"\n", b"\r\n")


def _head(number: int, subject: str, *, reply: bool) -> str:
    """Header fields as three servers leave them behind."""
    who, mark = f"klant-{number % 900}@klant.example", base64.b64encode(random.Random(~number).randbytes(192)).decode()  # noqa: S311
    signature = "\n\t ".join(mark[start : start + 68] for start in range(0, len(mark), 68))
    hops = "".join(
        f"Received: from {sender} by {taker} with ESMTPS id 4W{number:08x}{hop};\n"
        f"\tThu, 26 Nov 2026 08:0{hop}:12 +0100\n"
        for hop, (sender, taker) in enumerate(
            (
                ("mx.kleinboek.nl", "store.kleinboek.nl"),
                ("out.klant.example", "mx.kleinboek.nl"),
                ("[10.0.0.7]", "out.klant.example"),
            )
        )
    )
    line, answered = " ".join(subject.split()), f"In-Reply-To: <{number:x}.w@webwinkel.example>\n"
    return (
        f"Return-Path: <{who}>\n{hops}"
        f"Authentication-Results: mx.kleinboek.nl; dkim=pass header.d=klant.example;\n"
        f"\tdmarc=pass header.from=klant.example\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=klant.example; s=s1;\n"
        f"\th=from:to:subject:date:message-id:mime-version;\n"
        f"\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\tb={signature}\n"
        f'From: "Klant {number % 900}" <{who}>\nTo: {OURS}\n'
        f"Subject: {'Re: ' * reply}{_word(line)}\nMessage-ID: <{number:x}.k@klant.example>\n{answered * reply}"
        f"Date: Thu, 26 Nov 2026 08:00:{number % 60:02d} +0100\nMIME-Version: 1.0\n"
    )


def _word(line: str) -> str:
    return line if line.isascii() else f"=?utf-8?b?{base64.b64encode(line.encode()).decode()}?="


def _plain(text: str) -> str:
    return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{text}\n'


def _thread(fate: random.Random, text: str, room: int) -> str:
    """An answer above what was said before."""
    whole, depth = text, 1
    while len(whole.encode()) < room - 200:
        whole += f"\n\nOp ma 23 nov. 2026 om 10:0{depth % 10} schreef Kleinboek <{OURS}>:\n"
        whole += "\n".join("> " * min(depth, 4) + line for line in fate.choice(_said())[1].splitlines())
        depth += 1
    return _plain(whole)


def _markup(text: str, room: int) -> str:
    """As an office program writes it: a sheet of styles, and a style at every line."""
    lines = "".join(
        f'<p class="MsoNormal" style="{_STYLE}">{html.escape(line) or "&nbsp;"}</p>\n' for line in text.splitlines()
    )
    rule = "p.Mso{0}, li.Mso{0} {{margin:0cm; font-size:11.0pt; font-family:Calibri; mso-style-priority:{0};}}\n"
    rules = (rule.format(number) for number in range(1, 10_000))
    sheet, left = "", room - len(lines.encode()) - 250
    while len(sheet) < left:
        sheet += next(rules)
    return f"<html><head><style><!--\n{sheet}--></style></head>\n<body lang=NL>\n<div>\n{lines}</div>\n</body></html>\n"


def _html_part(text: str, room: int) -> str:
    return f'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{_markup(text, room)}'


def _html_only(_fate: random.Random, text: str, room: int) -> str:
    return _html_part(text, room)


def _both(_fate: random.Random, text: str, room: int) -> str:
    parts = (_plain(text), _html_part(text, room - len(text.encode()) - 400))
    return _multipart("alternative", parts)


def _logo(fate: random.Random, text: str, room: int) -> str:
    picture = base64.encodebytes(
        b"\x89PNG\r\n\x1a\n" + fate.randbytes(max(300, (room - len(text.encode()) - 600) * 73 // 100))
    )
    logo = f'Content-Type: image/png; name="logo.png"\nContent-Transfer-Encoding: base64\n\n{picture.decode()}'
    return _multipart("mixed", (_plain(text), logo))


def _multipart(kind: str, parts: tuple[str, ...]) -> str:
    inside = "".join(f"--=_grens_7f3a\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="=_grens_7f3a"\n\n{inside}--=_grens_7f3a--\n'
