"""What a template can print: everything worked out here and handed over under a plain name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.letters import LETTER_OF, LetterKind
from bot.replies.errors import MissingFactError
from bot.replies.facts import FileFact, HoldingFact, LetterFacts
from bot.replies.open_places import example, to_fill_in, unconfirmed_fact
from bot.replies.plain import greeting_name, line, masked, paragraphs
from bot.replies.reasons import in_words, is_catalogue_text
from bot.settings import Fact, Organisation
from bot.triage.identifiers import FIELDS
from bot.triage.labels import RequestKind

T = TypeVar("T")

LOCALES = {"nl": Locale("nl", "NL"), "en": Locale("en", "GB"), "de": Locale("de", "DE"), "fr": Locale("fr", "FR")}
"""Letter languages. British dates: "27 November 2026"."""

SECRET_LETTERS = frozenset(
    {LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER, LetterKind.PASSPHRASE, LetterKind.PAPER_CODE}
)
"""The only letters that are given a code or a passphrase; in any other, using one is a template error."""

_OF_ANOTHER = frozenset(
    {
        *(LetterKind.MANDATE_REQUEST, LetterKind.GUARDIAN_REQUEST, LetterKind.DECEASED),
        *(LetterKind.NO_DATA_SUBJECT, LetterKind.FORWARD_TO_CUSTOMER, LetterKind.ACCOUNT_NOTICE),
    }
)
"""Letters whose reader is not, or perhaps not, the person whose data they are about: none of them says "your data"."""

_ANSWER_IS = {
    LetterKind.QUESTION: "question",
    LetterKind.MASKED_COPY: "why_copy",
    LetterKind.RESTRICTION_LIFTED: "why_lifted",
    LetterKind.BREACH_NOTICE: "nature",
}
"""What the open place asks staff for, where that is no answer."""

Word = Callable[[str, str], str]
"""(group, key) -> the word in words.toml of the letter's language."""

_NONE = re.compile(r"(?:geen|nee|none|no)\b", re.IGNORECASE)
_BUT = re.compile(r"\b(?:behalve|tenzij|maar|uitgezonderd|except|unless|but|apart)\b", re.IGNORECASE)
_EXAMPLE_PREFIX = re.compile(r"^(?:voorbeeld|example)\s*:\s*", re.IGNORECASE)
_DAYS = re.compile(r"\d{1,4}")
_WORDS_PASSED_ON = 5_000  # characters of somebody's request in a letter to the customer whose books it concerns


@dataclass(frozen=True, slots=True)
class Pair:
    """A line such as "facturen: zeven jaar"."""

    what: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectedField:
    """One corrected field: the old value masked, None where there was none; the new one in full."""

    what: str
    old: str | None = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """What is kept for the same reason until the same day."""

    what: str
    why: str
    until: str | None


@dataclass(frozen=True, slots=True)
class WhereSaid:
    """Words that are looked up where a template prints them: files of a company without them stay usable."""

    look_up: Callable[[], str]

    def __str__(self) -> str:
        return self.look_up()


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact about the company. `mark` is empty, or says that nobody confirmed it; printing the fact prints both."""

    value: str
    mark: str
    none: bool  # the answer is "none"

    def __str__(self) -> str:
        return f"{self.value}{self.mark}"


@dataclass(frozen=True, slots=True)
class Marks:
    """How a fact that nobody confirmed looks in a letter: an example in the demo, an open place elsewhere."""

    example: bool
    language: str
    open_texts: Mapping[str, str]  # text of the data map that nobody confirmed -> where in the file it stands

    def of(self, key: str, confirmed: bool) -> str:
        if confirmed:
            return ""
        return f" {example(self.language) if self.example else unconfirmed_fact(key, self.language)}"

    def on(self, text: str) -> str:
        """A text of the data map with its mark, if it needs one."""
        key = self.open_texts.get(text)
        return line(text) if key is None else line(_bare(text)) + self.of(key, confirmed=False)


def letter_values(
    letter: LetterKind,
    letters: Sequence[LetterKind],
    facts: LetterFacts,
    organisation: Organisation,
    language: str,
    word: Word,
    marks: Marks,
    case_years: int,
) -> dict[str, object]:
    """All values for one letter. `letters` are those that travel together: they decide what was asked."""
    values = (
        _about_case(facts, letters, language, word)
        | _about_files(facts)
        | _about_organisation(facts, organisation, language, marks)
        | _about_holdings(facts, language, marks)
        | _about_changes(facts, language, word)
        | _in_words_of_staff(letter, facts, language, word)
        | {"case_years": case_years}
    )
    if letter in SECRET_LETTERS:
        values |= {"code": facts.code, "passphrase": facts.passphrase}
        values |= {"confirm_link": facts.confirm_link, "link_hours": facts.link_hours}
    return values


def day(moment: date | None, language: str) -> str | None:
    """A date in words: "27 november 2026"."""
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return None if moment is None else format_date(moment, format=pattern, locale=LOCALES[language])


def listed(items: Iterable[str], language: str) -> str:
    """ "a, b en c", each once."""
    return format_list(list(dict.fromkeys(items)), locale=LOCALES[language])


def _about_case(facts: LetterFacts, letters: Sequence[LetterKind], language: str, word: Word) -> dict[str, object]:
    kinds = facts.kinds or tuple(kind for kind, letter in LETTER_OF.items() if letter in letters)
    dates: dict[str, object] = {name: day(getattr(facts, name), language) for name in _DATES}
    return dates | {
        "ref": line(facts.ref, 30),
        "name": greeting_name(facts.name),
        "asked": _in_words(kinds, language, word, "asked_of_another" if _OF_ANOTHER & set(letters) else "asked"),
        "to_confirm": _to_confirm(facts, language, word),
        "from_this_address": facts.from_this_address is True,
        "from_another_address": facts.from_this_address is False,
        "later": _in_words(facts.later, language, word),
        "alone": len(letters) == 1,
        "address": None if facts.address is None else line(facts.address, 254),
        "postal": () if facts.postal is None else tuple(line(part, 120) for part in facts.postal.split(", ")),
        "company": None if facts.company is None else line(facts.company, 120),
        "own_answer": facts.own_answer,
        "ap_ref": None if facts.ap_ref is None else line(facts.ap_ref, 60),
        "marketing": facts.marketing,
        "fee": None if facts.fee is None else format_currency(facts.fee, "EUR", locale=LOCALES[language]),
        "minor_age": facts.minor_age,
        "custody": facts.custody,
        "asker": None if facts.asker is None else line(facts.asker, 254),
        "late": facts.late,
        "right_used": facts.right_used,
        "earlier_answer_on": day(facts.earlier_answer_on, language),
        "prevented": _prevented(kinds, language, word) if LetterKind.NOT_IDENTIFIED in letters else None,
        "court_until": None,  # templates of a company may still ask whether there is such a day
    }


def _to_confirm(facts: LetterFacts, language: str, word: Word) -> tuple[str, ...]:
    """Each right that a "yes" would confirm; a correction with its fields. In our words, none of the asker's."""
    fields = listed((word("field", name) for name in _known(facts.fields)), language)

    def told(kind: RequestKind) -> str:
        asked = word("asked", kind)
        return f"{asked}: {fields}" if kind is RequestKind.CORRECTION and fields else asked

    return tuple(told(kind) for kind in LETTER_OF if kind in facts.kinds)


def _known(fields: Iterable[str]) -> tuple[str, ...]:
    """The fields in the order of the closed list; a word outside it is "other"."""
    named = {field if field in FIELDS else "other" for field in fields}
    return tuple(field for field in FIELDS if field in named)


def _in_words(kinds: Iterable[RequestKind], language: str, word: Word, group: str = "asked") -> str | None:
    """ "inzage in uw gegevens en uw klacht", in the order of the sections."""
    ordered = sorted(kinds, key=list(LETTER_OF).index)
    return listed((word(group, kind) for kind in ordered), language) or None


def _prevented(kinds: Iterable[RequestKind], language: str, word: Word) -> WhereSaid | None:
    """ "uw gegevens krijgt of laat wissen": what somebody else must not do with what was asked."""
    ordered = sorted(kinds, key=list(LETTER_OF).index)

    def told() -> str:
        each = dict.fromkeys(word("prevented", kind) for kind in ordered)
        return format_list(list(each), style="or", locale=LOCALES[language])

    return WhereSaid(told) if ordered else None


_DATES = (
    "today",
    "received_on",
    "due_on",
    "code_until",
    "challenged_on",
    "done_on",
    "hold_until",
    "id_copy_removed_on",
    "new_due_on",
)


def _about_files(facts: LetterFacts) -> dict[str, object]:
    return {
        "files": tuple(line(file.name, 120) for file in facts.files),
        "overview": next(iter(_names(facts.files, "overview")), None),
        "packages": _names(facts.files, "package", "transfer"),
        "transfer": next(reversed(_names(facts.files, "transfer") or _names(facts.files, "package")), None),
        "download_link": facts.download_link,
        "link_days": facts.link_days,
        "downloads": facts.downloads,
    }


def _names(files: Iterable[FileFact], *kinds: str) -> tuple[str, ...]:
    return tuple(line(file.name, 120) for file in files if file.kind in kinds)


def _about_organisation(
    facts: LetterFacts, organisation: Organisation, language: str, marks: Marks
) -> dict[str, object]:
    plain = {name: getattr(organisation, name) for name in _ORGANISATION_TEXTS}
    stated = {name: _stated(name, getattr(organisation, name), marks) for name in _ORGANISATION_FACTS}
    stated |= {name: _in_english(name, getattr(organisation, name), stated[name], marks) for name in _SENTENCES}
    return {
        "organisation": plain,
        "authority": organisation.authority.model_dump(exclude={"verified_on"}),
        "privacy_statement_on": day(organisation.privacy_statement_on, language),
        **stated,
        "hosting_country": _country(stated["hosting_country"], language),
        "backups_until": _backups_until(facts, organisation.backup_days, language, marks),
        "mailbox_days": _days("mailbox_days", organisation.mailbox_days, marks),
    }


_ORGANISATION_TEXTS = (
    "name",
    "brand",
    "street",
    "postcode",
    "city",
    "address",
    "website",
    "kvk",
    "vat",
    "signature",
    "phone",
)
_SENTENCES = ("transfers", "automated_decisions")
_ORGANISATION_FACTS = ("privacy_contact", "hosting_country", "transfers", "automated_decisions", "mail_readers")


def _stated(name: str, fact: Fact, marks: Marks) -> StatedFact:
    value = _bare(fact.value)
    mark = marks.of(f"organisation.toml: {name}", fact.confirmed)
    return StatedFact(value, mark, bool(_NONE.match(value)) and not _BUT.search(value))


def _in_english(name: str, fact: Fact, stated: StatedFact, marks: Marks) -> StatedFact:
    """A fact that is a sentence of the owner: an English letter prints his English, or an open place for it."""
    if stated.none or marks.language != "en":
        return stated
    if fact.value_en.strip():
        return StatedFact(_bare(fact.value_en), stated.mark, none=False)
    return StatedFact(stated.value, marks.of(f"organisation.toml: {name}.value_en", confirmed=False), none=False)


def _bare(value: str) -> str:
    """The value without the "VOORBEELD:" that an unconfirmed fact may begin with: the mark says so already."""
    return _EXAMPLE_PREFIX.sub("", value.strip())


def _country(fact: StatedFact, language: str) -> StatedFact:
    """A country, as a code or by name, becomes its name in the letter's language; anything else stays as it is."""
    names = LOCALES[language].territories
    code = next((code for code, name in LOCALES["nl"].territories.items() if name == fact.value), fact.value)
    return StatedFact(names.get(code, fact.value), fact.mark, fact.none)


def _backups_until(facts: LetterFacts, backup_days: Fact, language: str, marks: Marks) -> str:
    """The last day on which a copy of erased data can exist (ERA-08): the day of erasure and the rotation."""
    stated = _days("backup_days", backup_days, marks)
    until = day((facts.done_on or facts.today) + timedelta(days=int(stated.value)), language)
    return f"{until}{stated.mark}"


def _days(name: str, fact: Fact, marks: Marks) -> StatedFact:
    """A fact that is a number of days. Raises MissingFactError if it holds none."""
    found = _DAYS.search(fact.value)
    if found is None:
        raise MissingFactError(f'organisation.toml: {name} must be a number of days, such as "30"')
    return StatedFact(found.group(), marks.of(f"organisation.toml: {name}", fact.confirmed), none=False)


def _about_holdings(facts: LetterFacts, language: str, marks: Marks) -> dict[str, object]:
    holdings = tuple(held for held in facts.holdings if held.rows != 0 or held.withheld)

    def by(text: Callable[[HoldingFact], str]) -> tuple[Pair, ...]:
        return _categories_by_text(holdings, text, language, marks)

    return {
        "holds_data": bool(holdings),
        "data_on": day(facts.collected_on or facts.today, language),
        "categories": _labels_by_category(holdings, language),
        "purposes": by(lambda held: held.purpose),
        "grounds": by(lambda held: held.legal_basis),
        "recipients": _categories_by_recipient(holdings, language, marks),
        "retentions": by(lambda held: held.retention),
        "origins": by(lambda held: held.origin),
        "left_out": _once(Pair(line(held.label), line(text)) for held in holdings for text in held.left_out),
        "own_bookkeeping": any(held.role == "processor" for held in holdings),
        "terms": tuple(Pair(line(term), line(meaning)) for term, meaning in facts.terms),
        "not_portable": _once(_in_parts(line(each)) for each in facts.not_portable),
        "portable_transfer": facts.portable_transfer,
    }


def _in_parts(told: str) -> Pair:
    """ "Klantgegevens: klantnummer, status" becomes the table and how many parts of it: a letter is no data model."""
    what, _, parts = told.partition(": ")
    return Pair(what, str(len(parts.split(", "))) if parts else "")


def _categories_by_text(
    holdings: Iterable[HoldingFact], text: Callable[[HoldingFact], str], language: str, marks: Marks
) -> tuple[Pair, ...]:
    """Each category once, those of which the same is true together: short lists, nothing left out.

    Where one category has several texts, each names the tables it is about: "van u (klanten) en van uw bank (iDEAL)".
    """
    told: dict[str, dict[str, list[str]]] = {}
    for held in holdings:
        if text(held).strip():
            of_category = told.setdefault(line(held.category), {})
            of_category.setdefault(marks.on(text(held)), []).append(line(held.label))
    return _together(((category, _all_told(texts, language)) for category, texts in told.items()), language)


def _all_told(texts: Mapping[str, Sequence[str]], language: str) -> str:
    """What is true of one category: the one text, or each text with its tables."""
    if len(texts) == 1:
        return next(iter(texts))
    return listed((f"{text} ({listed(labels, language)})" for text, labels in texts.items()), language)


def _categories_by_recipient(holdings: Iterable[HoldingFact], language: str, marks: Marks) -> tuple[Pair, ...]:
    named = ((line(held.category), marks.on(name)) for held in holdings for name in held.recipients if name.strip())
    return _together(named, language)


def _together(pairs: Iterable[tuple[str, str]], language: str) -> tuple[Pair, ...]:
    """Pairs of category and text: each text once, with all its categories."""
    about: dict[str, list[str]] = {}
    for category, text in pairs:
        about.setdefault(text, []).append(category)
    return tuple(Pair(listed(categories, language), text) for text, categories in about.items())


def _labels_by_category(holdings: Iterable[HoldingFact], language: str) -> tuple[Pair, ...]:
    labels: dict[str, list[str]] = {}
    for held in holdings:
        count = "" if held.rows is None or held.withheld else f" ({held.rows})"
        labels.setdefault(line(held.category), []).append(line(held.label) + count)
    return tuple(Pair(category, listed(found, language)) for category, found in labels.items())


def _about_changes(facts: LetterFacts, language: str, word: Word) -> dict[str, object]:
    def labels(*actions: ChangeAction) -> tuple[str, ...]:
        return _once(line(change.label) for change in facts.changes if change.action in actions)

    return {
        "corrected": _corrected(facts.changes),
        "pending": _corrected(facts.pending),
        "erased": labels(ChangeAction.ERASE),
        "anonymised": labels(ChangeAction.PSEUDONYMISE),
        "restricted": labels(ChangeAction.RESTRICT),
        "returned": labels(ChangeAction.RETURN),
        "kept": _kept(facts.changes, language, to_fill_in(word("open", "reason"), language)),
        "by_hand": _by_hand(facts),
        "not_done": tuple(Pair(line(what), line(why, 1000)) for what, why in facts.not_done),
        "recipients_told": _once(line(each) for each in facts.recipients_told),
    }


def _corrected(changes: Iterable[PlannedChange]) -> tuple[CorrectedField, ...]:
    return tuple(
        CorrectedField(line(change.label), masked(change.old) if change.old else None, line(change.new or ""))
        for change in changes
        if change.action is ChangeAction.CORRECT
    )


def _kept(changes: Iterable[PlannedChange], language: str, open_reason: str) -> tuple[KeptGroup, ...]:
    groups: dict[tuple[str, date | None], list[str]] = {}
    for change in changes:
        if change.action is ChangeAction.KEEP:
            groups.setdefault((line(change.reason or ""), change.keep_until), []).append(line(change.label))
    return tuple(
        KeptGroup(listed(labels, language), why.rstrip(".") or open_reason, day(until, language))
        for (why, until), labels in groups.items()
    )


def _by_hand(facts: LetterFacts) -> tuple[Pair, ...]:
    planned = (
        Pair(line(change.label), line(change.reason or ""))
        for change in facts.changes
        if change.action is ChangeAction.ERASE_BY_HAND
    )
    return _once([*(Pair(line(what), line(how)) for what, how in facts.by_hand), *planned])


def _in_words_of_staff(letter: LetterKind, facts: LetterFacts, language: str, word: Word) -> dict[str, object]:
    """Texts that a person writes; where nobody has, an open place that keeps the letter from being approved."""

    def to_write(what: str) -> str:
        return to_fill_in(word("open", what), language)

    reason = None if facts.reason is None else paragraphs(in_words(facts.reason, language, facts.kinds)) or None
    about = None if facts.complaint_about is None else line(facts.complaint_about, 500)
    return {
        "reason": reason,
        "open_facts": to_write("facts") if reason and is_catalogue_text(reason) else None,
        "finding": reason or to_write("finding"),
        "measures": paragraphs(facts.measures) if facts.measures else to_write("measures"),
        "consequences": paragraphs(facts.consequences) if facts.consequences else to_write("consequences"),
        "answer": reason or to_write(_ANSWER_IS.get(letter, "answer")),
        "open_reason": to_write("reason"),
        "complaint_about": about,
        "asker_words": _passed_on(letter, facts, to_write),
    }


def _passed_on(letter: LetterKind, facts: LetterFacts, to_write: Callable[[str], str]) -> str | None:
    """What the customer reads of the asker's mail; without words, staff write down what concerns that customer."""
    if letter is not LetterKind.FORWARD_TO_CUSTOMER:
        return None
    return to_write("passed_on") if facts.asker_words is None else paragraphs(facts.asker_words, _WORDS_PASSED_ON)


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
