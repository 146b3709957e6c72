"""Which change a writer asks for: field, old value, new value. Rather none than a wrong one; a person fills the gap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bot.triage.addresses import new_address, new_city, town_behind
from bot.triage.citizen_number import without_bsn
from bot.triage.completing import CHECKED, OTHER, tidied
from bot.triage.house_numbers import (
    number_alone,
    on_the_street_of,
    street_alone,
    street_is_renamed,
    street_of,
    street_stays,
)
from bot.triage.kin import is_anothers
from bot.triage.numbers import BIRTHDATE, btws, emails, ibans, kvk_numbers, phones
from bot.triage.places import CONTEXT, places, stays
from bot.triage.principals import acts_for_another, principal_of
from bot.triage.remarks import remark
from bot.triage.renames import renames
from bot.triage.values import FIELDS, Spoken
from bot.triage.verdict import StatedCorrection

_MAX = 8000  # characters looked at

_OLD = re.compile(
    r"\b(?:(?:oud\w{0,2}|old)(?: \w{1,14})?|was|niet|van|old|former|previous|instead of|in plaats van|not|from"
    r"|voorheen|eerst"
    r"|verlopen|bestaat|vervalt|eraf|alt\w{0,2}|i\.?p\.?v\.?|waar nu"
    r"|instead|er staat|staat nu|geregistreerd|bekend\w?|opgenomen|vastgelegd)\W{1,3}$",
    re.IGNORECASE,
)
_COLLECTED = re.compile(
    r"(?i)\b(?:incass\w{1,6}|(?:af)?schrij(?:f|ft|ven)|afboek\w{0,3}|af(?:boeken|halen)|innen|take|taken|collect\w{0,3}|debit\w{0,3}"
    r"|run|come|komen|lopen|gaan|abbuchen|einziehen)"
    r" (?:(?!(?:niet|not|nicht|over|nu|nog|altijd|always|still|liep|ging|went)\b)[\w.]{1,12} ){0,5}"
    r"(?:van|from|von)\W{1,3}$"
)
"""Behind these "van" says where money is to be fetched, not what was."""
_COLLECTED_BEHIND = re.compile(
    r"(?i)^\W{0,2}(?:(?:zou|zouden|mag|moet|gaan|gaat|te) )?"
    r"(?:komen|af|afgaan|lopen|afschrijven|incasseren|(?:afgeschreven|geïncasseerd) worden"
    r"|worden (?:afgeschreven|geïncasseerd))\b"
)
"""What follows the number of an account that money is to be fetched from."""
_NEW = re.compile(
    r"(?:\b(?:nieuw\w{0,2}(?: \w{1,14})?|wordt|naar|moet zijn|moet|worden|new|to|should be|is nu|voortaan|now"
    r"|maar|juiste"
    r"|goede|correct\w?"
    r"|(?:voortaan|tegenwoordig|vanaf nu|from now on|now) (?:op|van|via|vanaf|from|on|to)"
    r"|goed(?=:)|right(?=:)|richtig(?=:)"
    r"|neu\w{0,2}|erop|zijn|is|dus|veranderen in|wijzigen in|vervangen door|in)\W{1,3}|(?:->|=>|→)\W{0,2})$",
    re.IGNORECASE,
)
_SURELY_OLD = re.compile(
    r"(?i)\b(?:oude?|vorige|eerdere|verlopen|opgeheven|old|former|previous|alte[rsn]?|ancien(?:ne)?)\s(?:\w{1,20}\s){1,2}"
    r"(?:is|was|luidt|luidde|war|est|était)\W{1,3}$|(?:^|\n)\W{0,3}(?:oud|fout|verkeerd|old|wrong|alt|falsch): ?$"
    r"|\b(?:liever|beter|rather|prefer)\b[^.!?\n]{0,40} (?:dan|than) $"
    r"|\b(?:niet (?:meer|langer)|no longer)(?: (?:op|van|via|naar|from|to|on))? $"
    r"|\b(?:niet (?:meer|langer)|no longer)(?: [\w ]{1,20})?: ?$"
    r"|\b(?:verwijder|wis|schrap|delete|remove|(?:verwijderen|wissen|schrappen):) $"
    r"|\bwat ik (?:\w{1,10} ){0,2}(?:schreef|opgaf|doorgaf|stuurde)\W{1,3}$"
)
_SURELY_NEW = re.compile(
    r"(?:\b(?:nieuwe?(?: (?:e-?mail|mail|mailadres|e-mailadres|adres))?(?: is)?|wordt|moet zijn|worden|new"
    r"|should be|is nu|voortaan|bedoeld (?:was|is)|bedoelde"
    r"|veranderen in|wijzigen in|vervangen door|(?:wijzig|verander|omzet"
    r"|aanpass)\w{0,4} (?:\w{1,15} ){0,4}naar)\W{1,3}|(?:->|=>|→)\W{0,2})$",
    re.IGNORECASE,
)
_AFTER_NEW = re.compile(
    r"^ {0,2}= {0,2}(?:nieuw|goed|new|right)\b"
    r"|^\W{0,3}(?:moet het zijn|is (?:het )?(?:goed\w?|juist\w?|nieuwe?)|van maken|worden|maken|(?:en )?niet\b"
    r"|not\b|in plaats van|i\.?p\.?v\b|waar nu|instead of"
    r"|from now on|statt)",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"(?i)\b(?:bel(?:t|len)|mail(?:t|en)|stuurt|sturen|gaa[nt]|gingen)\b"
    r"(?:(?!\b(?:voortaan|vanaf|nu)\b)[^.!?,\n]){0,25}\b(?:steeds|altijd) naar\W{1,3}$"
)
"""To a number or an address that is called or written to until now."""
_NOT_OF_ANOTHER = (
    r"(?!(?: (?!wel\b|maar\b|but\b)[a-z]{1,10}){0,3}"
    r" \(?(?:[a-z]{2}\d\d|\+\d|0[1-9]\d(?!\d?[/.])|06(?!-\d\d-)|[\w.-]{1,40}@))"
)
"""Behind "niet meer" no other value follows: of "nu A, niet meer op B" only B is old."""
_PLEASE = r"(?:s\.?v\.?p\.?|a\.?u\.?b\.?|graag|gaarne|bitte|please)"
_CALLED_OLD = re.compile(
    r"^ {0,2}= {0,2}(?:oud|fout|old|wrong)\b"
    r"|^\W{0,3}(?:(?:die|deze|dat) )?(?:is|bestaat|klopt|vervalt|wordt|doet|straks|gebruik)\W{1,3}"
    r"(?:(?!(?:en|maar|and|but)\b|(?:nu|voortaan|now)\W{1,3}(?!(?:\w+\W{1,3})?(?:niet|oud|fout|verkeerd|verlopen|opge\w+|geen)\b))"
    r"[^\W\d]{1,12}[^\w.,;:!?\n]{1,3}){0,4}"
    r"(?:niet|oud\w?|fout|verkeerd|opgeheven|verlopen|geen|opgezegd)\b",
    re.IGNORECASE,
)
"""Behind a value: "is oud", "klopt al jaren niet", "= fout"."""
_NO_LONGER = re.compile(
    rf"^[ ,:(–-]{{1,3}}niet (?:meer|langer)\b{_NOT_OF_ANOTHER}"
    r"|^ (?:kan|kunt|kun|kunnen|can) (?:(?!en\b|maar\b|and\b)[a-z]{1,8} ){0,3}"
    rf"(?:niet (?:meer|langer)|no longer){_NOT_OF_ANOTHER}\b"
    r"|^\W{0,3}(?:vervalt|(?:mag|kan|moet|gaat) (?:nu |dus )?"
    r"(?:weg|eraf|eruit|er ?uit))\b"
    rf"|^[ ,(-]{{1,3}}(?:{_PLEASE} ){{0,2}}(?:verwijderen|schrappen|wissen|weghalen|blokkeren|löschen"
    r"|uit (?:het|uw|de|mijn|jullie) \w{2,14} (?:halen|verwijderen))\b"
    rf"{_NOT_OF_ANOTHER}(?!\s*:)",
    re.IGNORECASE,
)
"""Behind a value that is to go: "niet meer", "kunt u niet langer gebruiken", "mag eruit", "graag verwijderen"."""
_ENDED = re.compile(
    r"^ (?:heb|hebben) (?:ik|we|wij) (?:[a-z]{1,10} ){0,2}(?:opgezegd|opgeheven|gesloten|afgesloten|laten sluiten)\b"
    r"|^ (?:laten sluiten|opgezegd|opgeheven)\b"
    r"|^(?:(?!\boude?\b)[^.!?,;\n(]){0,45}\b(?:is|wordt|werd) (?:inmiddels |nu )?"
    r"(?:opgezegd|opgeheven|gesloten|beëindigd)\b",
    re.IGNORECASE,
)
"""Behind a value that the writer or somebody else ended: "heb ik opgezegd", "is inmiddels gesloten"."""
_BANK_CHANGES = re.compile(
    r"(?i)\b(?:nieuwe? (?:bank|rekening\w{0,8}|iban)|rekening\w{0,8} (?:\w{1,10} ){0,4}(?:veranderd|gewijzigd"
    r"|wijzigen|aanpassen|fout)"
    r"|(?:ander|andere|veranderd van|overgestapt naar een andere) (?:bank|rekening\w{0,8})|(?:iban"
    r"|rekening\w{0,8}) (?:\w{1,10} ){0,4}"
    r"(?:aanpassen|wijzigen|veranderen|klopt niet)|change my (?:iban|bank account))\b"
)

_OWNERSHIP = re.compile(
    r"(?i)\b(?:nieuwe eigena(?:ar|resse)|new owner|neuer? inhaber(?:in)?|nouveau propriétaire|nouvelle propriétaire"
    r"|(?:account|administratie|abonnement|licentie|alles|zet (?:het|hem|dit)) (?:\w{1,12} ){0,4}op (?:mijn|onze) naam)"
    r"\b"
)
"""Words by which an account would get another owner: a name beside them is no spelling that is put right."""
_DATE = re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b")
_BIRTH_WORDS = re.compile(r"\b(?:geboorte\w{0,6}|geboren|date of birth|birth ?date)\b", re.IGNORECASE)
_KVK_WORDS = re.compile(r"\b(?:kvk|k\.v\.k|handelsregister|chamber of commerce)", re.IGNORECASE)


_FIELD_NAMES = {"birth_date": "birthdate"}
_ORDER = tuple(_FIELD_NAMES.get(name, name) for name in FIELDS)
_LATER = re.compile(r"(?i)\b(?:volgt|volgen|later|binnenkort|stuur ik|geef ik|nog door)\b")
"""The new value is still to come."""
_COPIED = re.compile(
    r"(?i)\b(?:c\.?c\.?|kopie|afschrift|copy)(?: (?:van|of)(?: \w{1,15}){1,3})?(?: (?:aan|naar|to))?\W{1,3}$"
)
_FOR_NOW = re.compile(
    r"(?i)\b(?:vandaag|vanmiddag|deze week|tijdelijk|zolang)\b[^.!?\n]{0,40}$"
    r"|\b(?:terug ?bellen|terugbelt|bereikbaar|te bereiken|bel(?:t u)? (?:me|mij|ons)(?: \w+){0,3}?)"
    r"(?: \w+){0,2} op\W{1,3}$"
    r"|\bbezorg(?:er|ing)\W{1,3}$"
)
"""Ahead of a telephone number: where somebody can be called this once."""
_FROM_NOW = re.compile(r"(?i)\b(?:vanaf|voortaan|nieuwe?|gewijzigd|veranderd|doorgegeven)\b")
_BECOMES = re.compile(
    r"^\W{0,3}(?:maar|in|naar|gaat over (?:op|naar)|wordt|worden|werd|vervangt (?:u|je|jullie) (?:graag )?door"
    r"|moet (?:zijn|worden)|door|to|but|into|should be|sondern|zu|mais"
    r"|->|=>|→)\W{1,3}$",
    re.IGNORECASE,
)
"""What stands between an old value and the new one that follows it."""
_REPLACES = re.compile(
    r"^\W{0,3}(?:(?:vervangt|replaces|komt in de plaats van)(?: het oude)?|i\.?p\.?v\.?|in plaats van|<-|←)\W{1,3}$",
    re.IGNORECASE,
)
"""What stands between a new value and the old one that follows it."""
_MISSPOKE = re.compile(
    r"(?i)(?!.{0,120}\b(?:old|oude?|alte[rsn]?|vorige)\b)"
    r"[^\n]{0,60}?\b(?:o+h?,? nee|nee,? wacht|wacht,? nee|wacht even|oeps|foutje|pardon|ik bedoel"
    r"|nee,? sorry|sorry,? nee|of nee|even verkeerd|vergis\w{0,3}"
    r"|no,? wait|i mean|scratch that|ich meine|nein,? warte|je veux dire)\b[^\n]{0,60}$"
)
"""What stands between a value and the one that was meant."""
_LEAST = dict.fromkeys(CHECKED, 0.0) | {OTHER: 0.55}
"""Chance that a new value must have: none where it is checked, more where it has no field of its own."""
_LEAST_CHANCE = 0.45  # of the others
_OWNED = frozenset({"street", "postcode", "city", "phone", "email", "iban", "kvk", "btw"})
_IN_SIGNATURES = frozenset({"street", "postcode", "city", "name"})
_MOST = 12  # values of one field that are compared with each other


def corrections_in(text: str, told: Sequence[Spoken] | None = None) -> tuple[StatedCorrection, ...]:
    """The changes stated in the new words of a mail: what the encoder marked (None: it did not read the mail), and what
    the plain wordings add. An address or a name in which it saw no change is no change: it stands in signatures too.

    Whom an account belongs to is changed by people: then no name is told.
    """
    marked = tuple(_marked(without_bsn(text[:_MAX]), told or ()))
    fields = {one.field for one in marked}
    worded = _by_wording(text) if told is None else tuple(_outspoken(_by_wording(text)))
    streets = {one.words for one in told or () if one.field == "street"}
    found = marked + tuple(one for one in worded if one.field not in fields and one.new not in streets)
    found = tuple(_with_whole_street(found, text[:_MAX]))
    found += tuple(town_behind(found, text[:_MAX])) if told else ()
    if _OWNERSHIP.search(text[:_MAX]):
        found = tuple(one for one in found if one.field != "name")
    elif OTHER not in {one.field for one in found}:
        elsewhere = [StatedCorrection(one.field, None, one.words) for one in told or () if one.field != OTHER]
        found += tuple(remark(without_bsn(text[:_MAX]), (*found, *elsewhere)))
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.field)))


def _with_whole_street(found: Sequence[StatedCorrection], text: str) -> Iterator[StatedCorrection]:
    """A house number alone belongs to the street that was told with the old one, else to the one on file.

    It is left to a person where more of the address changes, or where a street is spoken of. A street alone keeps the
    number on file, so it must stand beside the old street, in a mail that says how the street is called.
    """
    more = bool({one.field for one in found} & {"postcode", "city"}) or not street_stays(text)
    for one in found:
        if one.field != "street" or not one.new:
            yield one
        elif street_alone(one.new):
            renamed = one.old and street_of(one.old) and street_is_renamed(text, one.new)
            yield from [one] if renamed and not {each.field for each in found} & {"postcode", "city"} else []
        elif not number_alone(one.new):
            yield one
        elif one.old and not number_alone(one.old):
            whole = on_the_street_of(one.old, one.new)
            yield from [replace(one, new=whole)] if whole else []
        elif not more:
            yield one


def touches_another(text: str, told: Sequence[Spoken]) -> bool:
    """Whether a value that seems new is said to be somebody else's: then a person says whose record changes."""
    return any(_of_another(text[:_MAX], one.field, tidied(one, text)) for one in told[:_MOST] if one.new)


def _of_another(text: str, field: str, value: str | None) -> bool:
    """A number or an address that stands nowhere but where it is a relative's, of whom the writer is no agent."""
    found = list(places(text, value)) if value and field in _OWNED else []
    if not found or acts_for_another(text) or principal_of(text) is not None:
        return False
    return all(is_anothers(text, begin, end) for begin, end in found)


def _first_of_another(text: str, field: str, old: str) -> bool:
    """Whether an old value is a relative's where it first stands: by it no record of the writer's is found."""
    found = next(places(text, old), None) if field in _OWNED else None
    if found is None or acts_for_another(text) or principal_of(text) is not None:
        return False
    return is_anothers(text, *found)


def _outspoken(worded: Sequence[StatedCorrection]) -> Iterator[StatedCorrection]:
    """Of what wordings find, an address or a name only where they tell the old one too, or a town by itself."""
    told_both = {one.field for one in worded if one.old}
    streets = {one.field for one in worded} & {"street"}
    for one in worded:
        beside = one.field in ("postcode", "city") and (not streets or "street" in told_both)
        if one.field not in _IN_SIGNATURES or one.old or beside:
            yield one


def _marked(text: str, told: Sequence[Spoken]) -> Iterator[StatedCorrection]:
    """One correction per field: its likeliest new value, and an old one if one was told.

    Of two values that both seem new, one that the words around it call old is old.
    """
    for name in dict.fromkeys(one.field for one in told):
        tidy = ((value, one) for one in told if one.field == name and (value := tidied(one, text)))
        mine = list(islice(tidy, _MOST))
        mine = [(value, one) for value, one in mine if not _of_another(text, name, value)]
        mine = [(value, one) for value, one in mine if not _this_once(name, text, value)]
        mine = _without_slips(name, text, mine)
        mine = _with_numbers(mine) if name == "street" else mine
        olds = [value for value, one in mine if _is_old(name, text, value, one)]
        olds += [value for value, _ in mine if any(_between(_BECOMES, text, value, other) for other, _ in mine)]
        olds += [value for value, _ in mine if any(_between(_REPLACES, text, other, value) for other, _ in mine)]
        least = _LEAST.get(name, _LEAST_CHANCE)
        news = [(one.chance, value) for value, one in mine if value not in olds and one.new and one.chance >= least]
        news = [(chance, value) for chance, value in news if not _kept(name, text, value, olds)]
        if name == "iban" and not olds and _LATER.search(text):
            continue  # the account that is told is the one that stops
        if news:
            best = max(news)[1]
            olds += [value for _, value in news if value != best and name in CHECKED]
            gone = (old for old in olds if old != best and not stays(text, old, corrected=True))
            gone = (old for old in gone if not _first_of_another(text, name, old))
            yield StatedCorrection(_FIELD_NAMES.get(name, name), next(gone, None), best)


def _this_once(name: str, text: str, value: str) -> bool:
    """An address that gets a copy, a telephone for today: neither the new value nor the old one, unless called new."""
    before = _COPIED if name == "email" else _FOR_NOW if name == "phone" else None
    place = _place(text, value) if before else None
    if before is None or place is None or _said(name, text, value) == "new":
        return False
    ahead = text[max(0, place[0] - CONTEXT) : place[0]]
    return before.search(ahead) is not None and _FROM_NOW.search(ahead) is None


def _without_slips(name: str, text: str, mine: Sequence[tuple[str, Spoken]]) -> list[tuple[str, Spoken]]:
    """Without what was corrected in the same breath; what is said instead is new, whatever it was marked."""
    slips = [value for value, one in mine if _misspoken(name, text, (value, one), mine)]
    meant = {value for value, _ in mine if any(_between(_MISSPOKE, text, slip, value) for slip in slips)}
    return [(value, replace(one, new=one.new or value in meant)) for value, one in mine if value not in slips]


def _misspoken(name: str, text: str, said: tuple[str, Spoken], mine: Sequence[tuple[str, Spoken]]) -> bool:
    """A new value that is corrected in the same breath: "... 420. O nee wacht, het is ... 402"."""
    value, one = said
    if not one.new or _said(name, text, value) == "old":
        return False
    later = (other for other, _ in mine if other != value and _said(name, text, other) != "old")
    return any(_between(_MISSPOKE, text, value, other) for other in later)


def _with_numbers(streets: list[tuple[str, Spoken]]) -> list[tuple[str, Spoken]]:
    """Beside a new street with its number one without it is a town or a part."""
    whole = any(one.new and not street_alone(value) for value, one in streets)
    return [(value, one) for value, one in streets if not (whole and one.new and street_alone(value))]


def _kept(name: str, text: str, value: str, olds: Sequence[str | None]) -> bool:
    """Whether the words say that this value stays as it is, and do not call it new."""
    return _said(name, text, value) != "new" and stays(text, value, corrected=any(olds))


def _is_old(name: str, text: str, value: str, one: Spoken) -> bool:
    """What the words around a value say goes before what the encoder makes of it."""
    said = _said(name, text, value)
    return said == "old" or (not one.new and said != "new")


def _between(words: re.Pattern[str], text: str, value: str, other: str) -> bool:
    """Whether these words alone stand between two values: "van A naar B", "niet A maar B", "A vervangt B"."""
    first, second = _place(text, value), _place(text, other)
    return first is not None and second is not None and words.match(text[first[1] : second[0]]) is not None


def _by_wording(text: str) -> tuple[StatedCorrection, ...]:
    """The changes that a few plain wordings state."""
    text = without_bsn(text[:_MAX])
    found = [
        *_values("iban", text, ibans),
        *_values("email", text, emails),
        *_values("phone", text, phones),
        *_values("btw", text, btws),
        *_kvk(text),
        *_birthdate(text),
        *(new_address(text) or new_city(text)),
        *renames(text),
    ]
    own = [one for one in found if not _of_another(text, one.field, one.new)]
    own = [replace(one, old=None) if _of_another(text, one.field, one.old) else one for one in own]
    return tuple(one for one in own if not (one.new and _kept(one.field, text, one.new, [one.old])))


def _values(field: str, text: str, finder: Callable[[str], Iterator[str]]) -> Iterator[StatedCorrection]:
    """A value that is said to be new, and one that is said to be old. Of two values, what is not old is new."""
    values = list(dict.fromkeys(finder(text)))
    said = {value: _said(field, text, value) for value in values}
    old = next((value for value in values if said[value] == "old"), None)
    new = next((value for value in values if said[value] == "new"), None)
    if new is None and old is not None and len(values) == 2:
        new = next(value for value in values if value != old)
    alone = field == "iban" and len(values) == 1 and old is None and not _LATER.search(text)
    if new is None and alone and _BANK_CHANGES.search(text):
        new = values[0]
    if new is not None:
        yield StatedCorrection(field, old, new)


def _said(field: str, text: str, value: str) -> str:
    """What the words around a value make of it: "old", "new" or nothing."""
    place = _place(text, value)
    if place is None:
        return ""
    before, after = text[max(0, place[0] - CONTEXT) : place[0]], text[place[1] : place[1] + CONTEXT]
    if (
        any(old.search(after) for old in (_CALLED_OLD, _NO_LONGER, _ENDED))
        or _SURELY_OLD.search(before)
        or (field in ("phone", "email") and _STILL.search(before))
    ):
        return "old"
    if (_SURELY_NEW if field == "email" else _NEW).search(before) or _AFTER_NEW.search(after):
        return "new"
    fetched = field == "iban" and (_COLLECTED.search(before) or _COLLECTED_BEHIND.search(after))
    return "old" if _OLD.search(before) and not fetched else ""


def _place(text: str, value: str) -> tuple[int, int] | None:
    return next(places(text, value), None)


def _kvk(text: str) -> Iterator[StatedCorrection]:
    if not _KVK_WORDS.search(text):
        return
    yield from _values("kvk", text, kvk_numbers)


def _birthdate(text: str) -> Iterator[StatedCorrection]:
    if not _BIRTH_WORDS.search(text):
        return
    yield from _values("birthdate", text, lambda whole: (match.group() for match in _DATE.finditer(whole)))
    if not _DATE.search(text) and (match := BIRTHDATE.search(text)):
        yield StatedCorrection("birthdate", None, match.group(1))
