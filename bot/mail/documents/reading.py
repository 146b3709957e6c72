"""One document to text, by its real type, within its bounds. Whatever goes wrong is a few words, never an exception."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

from bot.mail.charsets import tidy
from bot.mail.content import DOCX, MACROS, OLE, PDF, RTF, TEXT_ODF
from bot.mail.documents import docx, odt, pdf, rtf, tnef
from bot.mail.documents.bounds import (
    HIDDEN,
    LEAST_SECONDS,
    MAX_CHARACTERS,
    MAX_DOCUMENT,
    MAX_DOCUMENTS,
    SCAN,
    ClosedDocumentError,
    within,
)

T = TypeVar("T")

_LIBRARIES: dict[str, ModuleType] = {PDF: pdf, DOCX: docx, TEXT_ODF: odt, RTF: rtf}
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")  # how Office hides a document behind a password


@dataclass(frozen=True, slots=True)
class Document:
    """Its text, or why there is none: `defect` is for staff, without personal data."""

    text: str | None = field(default=None, repr=False)
    defect: str | None = None


@dataclass(slots=True)
class Budget:
    """What the documents of one mail may cost together."""

    seconds: float  # of processor time
    documents: int = MAX_DOCUMENTS

    def spend(self, seconds: float) -> None:
        self.seconds -= seconds


def document(content: bytes, kind: str, budget: Budget) -> Document:
    """The words of a document of this real type; no text and no defect where it is none that we read."""
    if kind == MACROS:
        return Document(defect="holds macros")
    if kind == OLE:
        return Document(defect="encrypted" if _ENCRYPTED_OFFICE in content else "old Office format")
    library = _LIBRARIES.get(kind)
    if library is None:
        return Document()
    found, defect = bounded(library.text, library.load, content, budget)
    if found is None:
        return Document(defect=defect)
    if not found.strip():
        return Document(defect="holds no text")
    if len(found) > MAX_CHARACTERS:
        return Document(tidy(found[:MAX_CHARACTERS]), "text cut")
    return Document(tidy(found), _concealed(found))


def _concealed(found: str) -> str | None:
    if HIDDEN in found:
        return "holds hidden text"
    return "text behind a scan" if found.startswith(SCAN) else None


def envelope(content: bytes, budget: Budget) -> tuple[tnef.Envelope | None, str | None]:
    """What lies in a winmail.dat, or the defect."""
    return bounded(tnef.opened, tnef.load, content, budget, tnef.MAX_TNEF)


def bounded(
    read: Callable[[bytes], T],
    load: Callable[[], None],
    content: bytes,
    budget: Budget,
    most: int = MAX_DOCUMENT,
) -> tuple[T | None, str | None]:
    """What `read` makes of the content, or why nothing. The budget pays."""
    if len(content) > most:
        return None, "too large"
    if budget.documents < 1 or budget.seconds < LEAST_SECONDS:
        return None, "not opened: the documents before it cost too much"
    budget.documents -= 1
    load()
    started = time.process_time()
    try:
        with warnings.catch_warnings(), within(budget.seconds):
            warnings.simplefilter("ignore")
            return read(content), None
    except ClosedDocumentError as closed:
        return None, str(closed)
    except MemoryError:
        return None, "too large in memory"
    except Exception:  # libraries fail in as many ways as documents are broken
        return None, "broken"
    finally:
        budget.spend(time.process_time() - started)
