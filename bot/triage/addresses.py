"""The address that a mail says is new: street, postcode, town in plain wordings, and the town behind a marked one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.triage.house_numbers import number_alone
from bot.triage.numbers import postcodes, without_ibans
from bot.triage.places import CONTEXT, places, stays
from bot.triage.verdict import StatedCorrection

_STREET = re.compile(
    r"\b(?!(?i:kvk|btw|iban|klant\w*|factuur\w*|artikel|per|sinds|vanaf|op|postbus|account|nummer|nr|nl|tel"
    r"|mobiel|januari|februari|maart|april"
    r"|mei|juni|juli|augustus|september|oktober|november|december|adres|nieuw|oud|moved|invoice|customer|is|alleen"
    r"|versie|version|tip|article|art|punt|stap|bijlage|vraag|paragraaf|hoofdstuk|lid|week|dag|fase|deel|optie|pagina"
    r"|regel|bestand|page|step|part|noteer|zet|gebruik)\b)"
    r"((?:[A-ZÀ-Ý][\w'’.-]{1,30} (?:(?:van|de|den|der|het|naar de|op de|aan de|ter) ){0,2}){0,3}[A-ZÀ-Ý][\w'’.-]{2,30})"
    r" (\d{1,5}(?: ?-? ?(?:[IVX]{1,4}|[a-zA-Z])\b| ?[-/] ?\d{1,3}\b)?)(?![\w€%])"
)
_SENTENCE_END = re.compile(
    r"(?<=[a-zà-ÿ]{3})(?<!\b[Bb]urg)(?<!\b[Pp]rof)(?<!\b[Mm]gr)(?<!\b[Gg]en)(?<!\b[Pp]res)(?<!\b[Kk]on)(?<!\b[Pp]ast)"
    r"(?<!\b[Gg]ebr)(?<!\b[Ww]ed)(?<!\b[Ii]ng)(?<!\b[Dd]rs)(?<!\b[Jj]hr)(?<!\b[Kk]ap)(?<!\b[Aa]dm)[.] "
)
_INSTEAD = re.compile(r"\b(?:(?i:niet|in plaats van|i\.?p\.?v\.?|not|instead of|in place of|statt|was)|oude?)\W{1,3}$")
_CITY_NAME = (
    r"((?:'s-|'t |Den |De |Het |St\. )?[A-ZÀ-Ý][\w'’-]{1,24}(?: (?:aan|den|de|op|bij"
    r"|a/d)(?: [a-z]{2,3})? [A-ZÀ-Ý][\w-]{1,20})?)"
)
_CITY = re.compile(r"^,? ?(?:te |in )?" + _CITY_NAME)
_TOWN_BEHIND = re.compile(r"[ ](?:(?:te|in) )?" + _CITY_NAME + r"(?=[.,;!)\n]| (?:en|graag|svp|aub|was)\b|$)")
_TOWN_SAID = re.compile(r",? (?:te|in) " + _CITY_NAME + r"(?=[.,;!)\n]| (?:en|graag|svp|aub|was)\b|$)")
_NO_TOWN = re.compile(
    r"(?i)(?:groet\w*|mvg|gr|hoogachtend|dank\w*|bedankt|vriendelijk\w*|telefoon|tel|mail|nederland|belgië"
    r"|duitsland|dhr|mevr|mw"
    r"|\w+dag|(?:boven|beneden)\w+|kvk|btw|iban|email|postbus|klant\w*|alvast|met|graag|nummer|sorry"
    r"|januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|het|de|dat|wij|ik)(?:\W|$)"
)
"""What people write behind an address that is no town."""
_CITY_ALONE = re.compile(
    r"\b(?i:(?:nieuwe |juiste |new |correct )?(?:woonplaats|vestigingsplaats|plaatsnaam|plaats|town|city)"
    r"(?: moet zijn| moet worden| wordt| is nu| is voortaan| must be| should be| is now)|(?:nieuwe|juiste|new|correct)"
    r" (?:woonplaats|vestigingsplaats|plaats|town|city) is):? " + _CITY_NAME + r"(?![\w'’])"
)
_NEW_ADDRESS = re.compile(
    r"\b(?:nieuw\w? (?:\w{1,10} )?(?:adres|woonadres|vestigingsadres|postadres)|verhuis\w{0,2}|adres\w{0,8}"
    r"|new address|moved to|address is|(?:my|our|correct|correspondence) address|woon (?:ik )?nu"
    r"|(?:wonen|zitten|woon|zit) (?:we |wij |ik )?(?:nu|sinds|voortaan)|umgezogen|veranderen in|wijzigen (?:in"
    r"|naar)|moet zijn|nieuw:)",
    re.IGNORECASE,
)
_ANNOUNCING = ("nieuw", "new", "verhuis", "moved", "adres", "woon", "my", "our", "corr")  # enough without a postcode


def new_city(text: str) -> list[StatedCorrection]:
    """A place that changes without a street: "De plaats moet zijn Assen"."""
    match = _CITY_ALONE.search(text)
    return [StatedCorrection("city", None, match.group(1))] if match else []


def new_address(text: str) -> list[StatedCorrection]:
    """Street, postcode and city of the new address, and of the old one if both are given."""
    said = _NEW_ADDRESS.search(text)
    if said is None:
        return []
    text = without_ibans(text)
    places = [_place_of(match) for match in _STREET.finditer(text)]
    codes = list(dict.fromkeys(postcodes(text)))
    new = _new_place(text, places, said.end())
    if new is None or not (codes or said.group().lower().startswith(_ANNOUNCING)):
        return []
    old = next((street for _, street, _ in places if street != new[1]), None)
    return [StatedCorrection("street", old, new[1]), *_code_and_city(text, new[2])]


def _place_of(match: re.Match[str]) -> tuple[int, str, int]:
    """Where a street begins, street and number, where they end; of "Assen. Lindelaan 4" only what the sentence says."""
    begin = max((end.end() for end in _SENTENCE_END.finditer(match.group(1))), default=0)
    return match.start() + begin, f"{match.group(1)[begin:].strip()} {match.group(2).strip()}", match.end()


def _new_place(text: str, places: list[tuple[int, str, int]], after: int) -> tuple[int, str, int] | None:
    """The street that is said to be new: beside such a word, else the last announced that is not said to be old."""
    before = {place: text[max(0, place[0] - CONTEXT) : place[0]] for place in places}
    for place in places:
        if re.search(r"(?i)\b(?:nieuw\w?|naar|to|new|wordt|nu)\b[^\n]{0,20}$", before[place]):
            return place
    later = [place for place in places if place[0] >= after]
    return next((place for place in reversed(later) if not _INSTEAD.search(before[place])), None)


def _code_and_city(text: str, start: int) -> Iterator[StatedCorrection]:
    rest = text[start : start + 70]
    code = re.match(r"[^\w\n]{0,4}\n?([1-9]\d{3} ?[A-Za-z]{2})\b", rest)
    city_from = code.end() if code else 0
    if code:
        written = code.group(1).replace(" ", "").upper()
        yield StatedCorrection("postcode", None, f"{written[:4]} {written[4:]}")
    city = _CITY.match(rest[city_from:].lstrip(","))
    if city and (code or re.match(r",? ?(?:te |in |, )", rest)):
        yield StatedCorrection("city", None, city.group(1))


def town_behind(found: Sequence[StatedCorrection], text: str) -> Iterator[StatedCorrection]:
    """The town right behind a whole new address, where it stands once and was not said to stay."""
    new = {one.field: one.new for one in found if one.new}
    if "street" not in new or "city" in new or not any(letter.isdigit() for letter in new["street"]):
        return
    place = next(places(text, new.get("postcode") or new["street"]), None)
    behind = _TOWN_BEHIND if "postcode" in new else _TOWN_SAID
    town = behind.match(text, place[1]) if place and not number_alone(new["street"]) else None
    if town is None or _NO_TOWN.match(town[1]):
        return
    if text.count(town[1]) == 1 and not stays(text, town[1], corrected=False):
        yield StatedCorrection("city", None, town[1])
