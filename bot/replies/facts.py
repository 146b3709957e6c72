"""What a letter may speak of: plain values, gathered by the corridor, never a template's own look-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from bot.cases.changes import PlannedChange
from bot.triage.labels import Language, RequestKind


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file that goes with the letter: the overview is a PDF, the others are zips with JSON and CSV.

    `package` holds everything, `transfer` what Art. 20 covers; a portability letter without a `transfer` names the last
    `package`.
    """

    name: str
    size: int  # bytes
    kind: Literal["overview", "package", "transfer"]


@dataclass(frozen=True, slots=True)
class HoldingFact:
    """One table that we hold about the person, as the data map explains it, in the language of the letter."""

    label: str
    category: str
    purpose: str
    legal_basis: str
    recipients: tuple[str, ...]  # by name (C-154/21)
    origin: str
    retention: str
    rows: int | None = None  # None: not counted; a table with 0 rows is not mentioned, unless they are
    withheld: bool = False  # there, and not given, as `left_out` says
    left_out: tuple[str, ...] = ()  # what is not given, with the reason in words
    role: Literal["controller", "processor"] = "controller"


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter can say about one case. Which fields a letter needs shows from its template.

    A needed value that is None stops the rendering with the name of the template; it never leaves a hole.
    """

    ref: str
    language: Language
    today: date
    received_on: date
    due_on: date  # the safe target, never the legal date
    name: str | None = field(default=None, repr=False)
    kinds: tuple[RequestKind, ...] = ()  # what the person asked; empty is "what this letter answers"
    fields: tuple[str, ...] = ()  # what a correction would change, as words of triage.identifiers.FIELDS; never values
    from_this_address: bool | None = None  # whether all of it came from the address the letter goes to; None: not said
    later: tuple[RequestKind, ...] = ()  # also asked, and answered in a letter of its own
    postal: str | None = field(default=None, repr=False)  # the postal address of record, for a letter on paper
    code: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    code_until: date | None = None
    confirm_link: str | None = field(default=None, repr=False)  # the page where the code may be typed in
    link_hours: int | None = None  # how long that page opens
    download_link: str | None = field(default=None, repr=False)  # the page where the files may be fetched
    link_days: int | None = None  # how long, and
    downloads: int | None = None  # how often
    challenged_on: date | None = None  # day of the challenge mail that carries the passphrase
    files: tuple[FileFact, ...] = field(default=(), repr=False)
    holdings: tuple[HoldingFact, ...] = field(default=(), repr=False)
    collected_on: date | None = None  # day of the data in the export; None is today
    not_portable: tuple[str, ...] = field(default=(), repr=False)  # categories that Art. 20 does not cover
    portable_transfer: bool = False  # the person asked us to send the data to another company (Art. 20(2))
    terms: tuple[tuple[str, str], ...] = ()  # codes and technical words in the files, with their meaning
    changes: tuple[PlannedChange, ...] = field(default=(), repr=False)
    pending: tuple[PlannedChange, ...] = field(default=(), repr=False)  # corrections not yet made at collection
    not_done: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (what was asked, why it is not done)
    by_hand: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (what, when or how): open tasks of a person
    recipients_told: tuple[str, ...] = field(default=(), repr=False)  # Art. 19, by name
    done_on: date | None = None  # the day on which the changes are made, as the letter states it
    hold_until: date | None = None
    id_copy_removed_on: date | None = None  # an identity document that nobody asked for; set once it is gone
    address: str | None = field(default=None, repr=False)  # the one address that the letter speaks of
    reason: str | None = field(default=None, repr=False)  # staff's own words, a code of the catalogue, or "code: facts"
    measures: str | None = field(default=None, repr=False)  # complaint: what we do about it
    consequences: str | None = field(default=None, repr=False)  # breach: what may come of it
    new_due_on: date | None = None
    complaint_about: str | None = field(default=None, repr=False)
    right_used: bool = True  # a right of Art. 15-22, so that six weeks for the court follow (UAVG Art. 35)
    earlier_answer_on: date | None = None  # complaint: when we answered, in time, what was asked before it
    late: bool = False  # the legal date has passed: the letter says sorry, and no six weeks run
    company: str | None = field(default=None, repr=False)  # forwarded: the company that the person named
    own_answer: bool = False  # forwarded: what we ourselves hold of the person gets an answer of its own
    marketing: bool = False  # objection against direct marketing: absolute (Art. 21(3))
    fee: Decimal | None = None  # euro: what the request would cost if the person agreed
    ap_ref: str | None = field(default=None, repr=False)  # the authority's own number, if there is one
    minor_age: int = 16  # from that age people ask for themselves
    custody: bool = False  # there is doubt about who has custody
    asker: str | None = field(default=None, repr=False)  # whose request is passed on
    asker_words: str | None = field(default=None, repr=False)  # and what he wrote
