"""A name or a company as it stands in the text, whole: what was found may be a part of it, or more than it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.triage.firms import firm_written, is_trade
from bot.triage.person_names import INITIALS, PARTICLE, UPPER, WORD, ends_of, may_be_name, says_more
from bot.triage.signature_words import LEGAL_FORMS, NO_NAME

_SURNAME = rf"(?:[ ](?:(?:{PARTICLE}|Bij|bij|tot|freiherr|Freiherr)[ ]){{0,3}}(?:[dlDL]['’])?(?:{INITIALS}|{WORD}))"
_CALLED = rf"(?:[ ]\({WORD}\))"
_BY_SURNAME = re.compile(rf"{_CALLED}?{_SURNAME}(?:[ ]tot[ ]{WORD})?(?!['’\w]|[ ]{UPPER})")
_INSIDE = re.compile(r"\w")
_OF = re.compile(r"[ ,]{1,2}(?:(?:van|bij|namens|uit|from|of|@|[-–—])(?:[ ]de)?|[/|(])$")
_BETWEEN = re.compile(
    r"[\n,|/•·()\[\];:!?\"“”„«»=]|[ ][-–—][ ]|(?<!\b[A-Z]\.)(?<!\bGebr\.)(?<!\bFa\.)(?<=\.)(?=[ \n]|$)"
)
_FORM = re.compile(rf"(?i:{'|'.join(LEGAL_FORMS)}|BV|NV|VOF)")
_AND_CO = rf"{UPPER}[\w'’-]{{0,30}}(?:[ ](?:{UPPER}[\w'’-]{{0,30}}|van|de|en|&)){{0,4}}[ ]&[ ](?:Co|Zn)[.]"
_FORM_BEHIND = re.compile(rf"[ ](?:{_FORM.pattern})(?!\w)")
_GLUE = re.compile(rf"(?!te|in|op|aan|al)(?:{PARTICLE}|&|\+|d['’]n)")
_AND_SONS = re.compile(r"(?:Zo|Zoons?|Zonen|Zn|Dochters?|Co|Ko)\.?")
"""What stands behind "&" in the name of a company, whatever else it may mean."""
_WORD = re.compile(rf"(?:{UPPER}|\d)[\w'’.&-]{{0,30}}")
_FIRST = re.compile(rf"{UPPER}[\w'’.&-]{{1,30}}")
_ROLE_WORDS = """
receptie team directie administratie secretariaat firma bedrijf planning kerkenraad zaakvoerder afdeling inkoop verkoop
crediteurenadministratie debiteurenadministratie cliënt kerkrentmeester groepspraktijk eenmanszaak wij ik
niet gewoon onze zo voor van bij namens kvk k.v.k. btw iban bsn tel klantnr please heet is en verwijder
"""
_ROLES = frozenset(_ROLE_WORDS.split())
"""Words that stand beside the name of a company and are none of it."""
_PARTICLES = re.compile(r"V(?:an|AN)\b|van[ ](?:der?|den|het|'t)[ ]")
_SHORTENED = re.compile(r"(?:^|[ ])(?:Gebr|Fa|[Aa]fd|Coöp|St|Stg|Kon|Chr|Zn)$")
_OF_HIS_OWN = re.compile(r"(?i)^(.{2,40}?\b([\w'’-]{2,25}))[ ](?:van|bij|@)[ ]\2$")
"""A name with the first word of the firm behind it: "Ulrike Schaap van Schaap" (& Wol)."""
_TWICE = re.compile(r"^(\S.{1,40}? ([\w'’-]{3,25}))[ ](?:(?:de|den|der|van)[ ]){0,2}\2(?!\w).*$")
"""A name with the firm of that name behind it: "Roelf Oosting Oosting Oldtimers"."""
_SEATED = re.compile(
    r"^((?:Stichting|Vereniging|VvE|Coöperatie)[ ].{2,40})[ ](?:te|TE)[ ](?:Den |Sint |'s-)?[A-Z][\w-]+$"
)
"""A club with the town where it has its seat: "Stichting De Boei te Den Helder"."""
_LONGEST = 60  # characters
_MOST_BEFORE, _MOST_BEHIND = 3, 4  # words
_COUNTRIES = frozenset({"nederland", "belgië", "deutschland"})
_WIDE = 100  # characters around a company in which its piece is looked for


def whole_name(name: str, text: str, company: str = "") -> str:
    """The name without the company behind it; of a first name alone the whole, where the text has it."""
    name = _without(company, _before_the_firm(_OF_HIS_OWN.sub(r"\1", name)))
    return name if " " in name or name.islower() else _without(company, _fuller(name, text))


def _before_the_firm(name: str) -> str:
    """Of "Roelf Oosting Oosting Oldtimers" who it is; "Juan López López" is called so."""
    twice = _TWICE.match(name)
    return twice[1] if twice and len(name[twice.end(1) :].split()) > 1 else name


def _without(company: str, name: str) -> str:
    """Of "Bernadette van De Kikkerpoel" who it is; "Kees van Vos" of the company Vos may be called so."""
    before, _, behind = name.partition(f" {company}") if " " in company else (name, "", "")
    of = _OF.search(before) if before != name and not _INSIDE.match(behind) else None
    return name[: of.start()] if of else name


def _fuller(name: str, text: str) -> str:
    """With the one surname behind it; what goes on in capitals may be a company."""
    surnames = (_BY_SURNAME.match(text, end) for end in ends_of(name, text))
    whole = (name + surname[0] for surname in surnames if surname is not None)
    return next((one for one in whole if may_be_name(one.replace(" Bij ", " ")) and firm_written(one) is None), name)


def whole_company(company: str, text: str, name: str = "") -> str:
    """The company with all its words: those beside it in its piece of a signature or a sentence that are written so.

    Without what it is called by its people ("Receptie De Graaf Koeltechniek").
    """
    company = _named(company)
    at = text.find(company) if company else -1
    if at < 0:
        return company
    if _SHORTENED.search(company) and text.startswith(".", at + len(company)):
        company += "."
    begin, end = _piece(text, at, at + len(company))
    if text[begin:end].strip().islower() and len(text[begin:end].split()) <= 3:
        return text[begin:end].strip(" .")
    before = _own_before(text[begin:at].split(), name, joined=company.startswith("&"))
    others = "" if is_trade(company) else name  # "Kapsalon" is called by whose it is: "Kapsalon Kim"
    rest = text[at + len(company) : end].split(" ")
    behind = () if _FORM.fullmatch(company.split()[-1]) else _own_behind(rest, others)
    whole = " ".join((*before, company, *behind))
    whole = _SEATED.sub(r"\1", whole)
    return _closed(whole, text) if len(whole) <= _LONGEST else company


def is_form(words: str) -> bool:
    """Whether it is nothing but a legal form: "KG", "B.V."."""
    return _FORM.fullmatch(words) is not None or words in ("KG", "Co.", "& Co. KG")


def with_form(company: str, text: str) -> str:
    """The company with the legal form right behind it, and nothing more; of a form alone what ends before it.

    A sentence seems to end in "Mol & Co. B.V."; a form that nothing goes before is no company.
    """
    if is_form(company):
        before = re.search(rf"{_AND_CO}[ ]{re.escape(company)}", text)
        return before.group() if before else ""
    if re.search(r"&[ ](?:Co|Zn)$", company) and f"{company}." in text:
        company += "."
    at = text.find(company)
    form = _FORM_BEHIND.match(text, at + len(company)) if at >= 0 else None
    return company + form.group() if form else company


def _named(company: str) -> str:
    """Without a role ahead of it, and what closes a sentence behind it."""
    words = company.strip(' "“”').split()
    while len(words) > 1 and words[0].lower() in _ROLES and not _PARTICLES.match(" ".join(words)):
        words = words[1:]
    return " ".join(words)


def _piece(text: str, begin: int, end: int) -> tuple[int, int]:
    """Where the piece between commas, bars, full stops and line ends begins and ends."""
    before = [mark.end() for mark in _BETWEEN.finditer(text, max(0, begin - _WIDE), begin)]
    behind = _BETWEEN.search(text, end, end + _WIDE)
    return max(before, default=max(0, begin - _WIDE)), behind.start() if behind else min(len(text), end + _WIDE)


def _own_before(words: Sequence[str], name: str, *, joined: bool) -> Sequence[str]:
    """The words written with a capital right before the company; none if they are all of a sentence or a person."""
    begin = len(words) - (bool(words) and joined and _FIRST.fullmatch(words[-1]) is not None)
    while begin and _FIRST.fullmatch(words[begin - 1]) and not _strange(words[begin - 1], name):
        begin -= 1
    return words[begin:] if len(words) - begin <= _MOST_BEFORE else ()


def _own_behind(words: Sequence[str], name: str) -> Sequence[str]:
    """The words that go on with it: in capitals, a particle between them, up to its legal form."""
    kept = 0
    for number, word in enumerate(words[1 : 1 + _MOST_BEHIND], 1):
        joined = words[number - 1] == "&" and _AND_SONS.fullmatch(word)
        if words[0] or not (_GLUE.fullmatch(word) or _WORD.fullmatch(word)) or (not joined and _strange(word, name)):
            break
        if _FORM.fullmatch(word):
            return words[1 : number + 1]
        kept = kept if _GLUE.fullmatch(word) else number
    return [word.rstrip(".") if number == kept else word for number, word in enumerate(words[1 : kept + 1], 1)]


def _strange(word: str, name: str) -> bool:
    """Whether a word is none of the company's: of a sentence, of a person, or what somebody is there."""
    bare = word.strip(".,").lower()
    of_others = bare in _ROLES or bare in NO_NAME - _COUNTRIES or bare in name.lower().split()
    return of_others or word == "De" or says_more(word)


def _closed(words: str, text: str) -> str:
    """With the quotation mark that closes what was opened, and without one that opens or closes nothing."""
    if words[-1] in "'’" and not re.search(r"[ ]['‘]", words) and re.search(rf"['‘]{re.escape(words)}", text):
        return words[:-1]
    opened = re.search(r"[ ]['‘](?!s\b|t\b|n\b)", words)
    return words + "'" if opened and words.count("'") == 1 and f"{words}'" in text else words
