"""For whom somebody writes: the client, the pupil, the mother or the dead whose data it is about."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.triage.firms import firm_beside, firm_traded_as, firm_written
from bot.triage.person_names import NAME, may_be_name, without_title

_REMEMBERED = 2  # texts whose answer is kept: each is asked about several times
_HEAD = 6_000  # characters in which a mail says for whom it is written
_MEN = r"(?:(?:mijn|onze|ons|my|our|meine?[nrm]?|unsere?[nrms]{0,2}|m[oa]n|ma|meu|minha|mem|heit|the|the late|late)[ ])"
_KIN = (
    r"(?:vader|moeder|papa|mama|pa|ma|man|vrouw|echtgenoot|echtgenote|partner|zoon|dochter|kind|kleinkind|kleinzoon"
    r"|kleindochter|broer|zus|zuster|oom|tante|opa|oma|grootmoeder|grootvader|neef|nicht|schoonvader|schoonmoeder|pupil"
    r"|father|mother|dad|mum|mom|husband|wife|son|daughter|brother|sister|aunt|uncle|grandmother|grandfather"
    r"|vater|mutter|mann|frau|sohn|tochter|bruder|schwester|tante|onkel|oma|opa|papa|maman|père|mère|mari|marido|annem"
    r"|babam|mem|heit)\b"
)
_CLIENT = (
    r"(?:cli[eë]nte?|opdrachtge(?:ver|efster)|gebruiker|lid|klant|client|member|user|customer|mandant(?:in|en)?"
    r"|collega|oud-bestuurslid)"
)
_FIRST = r"(?:,|:|[ ]\(|)[ ]?"
_SIR = r"(?:(?i:de heer|dhr\.?|meneer|mevrouw|mevr\.?|mw\.?|mr\.?|mrs\.?|ms\.?|mme|herrn?|frau)[ ])"
_NAMED = rf"{_SIR}?({NAME})"
_KINSMAN = re.compile(rf"\b(?i:{_MEN}(?:\w{{3,12}}[ ])?{_KIN}){_FIRST}{_NAMED}")
_HE_IS_CALLED = re.compile(
    rf"\b(?i:(?:zijn|haar) naam(?: is|:)|(?:hij|zij|ze) heet(?:te)?|(?:his|her) name is)[ ]{_SIR}?({NAME})"
)
_NO_PRINCIPAL = re.compile(r"(?i)\b(?:boekhoud|advoca|accountant|medewerk|collega|machtig|notaris|adviseur)")
_BEFORE = 90  # characters before "zijn naam is" in which it is said who that is
_OF_CLIENT = re.compile(rf"(?<!\w)(?i:(?:{_MEN}|van[ ]|namens[ ])?{_CLIENT}){_FIRST}{_NAMED}")
_ON_BEHALF = re.compile(
    rf"\b(?i:namens|on behalf of:?|authori[sz]ed agent of|im auftrag von|executeur van|acting for|(?:we|i) represent"
    rf"|treedt? op voor|bewindvoerder (?:van|over)(?: de goederen van)?|curator van|mentor van|gemachtigde van"
    rf"|nalatenschap van|(?:machtiging|volmacht) van|boekhouder van|over de goederen van|belangen van|faillissement van"
    rf"|wendde zich|vertegenwoordigen|begeleid(?:en)? ik|begeleiden|conseil de|interests of|estate of"
    rf"|(?:vader|moeder) van|staat)[ ]{_NAMED}"
)
_SIRS = re.compile(rf"\b(?i:de heer|dhr\.?|meneer|mevrouw|mevr\.?|mw\.?|mme|herrn|frau)[ ]({NAME})")
_CLEARLY = (
    r"(?<!mijn )bewindvoer(?:der|ing)\b|(?<!mijn )\bcurator\b|executeur|executele"
    r"|erfrecht|erfgena(?:am|men)|mentorschap|tot mij wendde|treedt? op voor|(?:namens|onze|mijn) cli[eë]nte?\b"
    r"|namens (?:de heer|mevr|mw|dhr|mijn)|als (?:haar|zijn) (?:moeder|vader|dochter|zoon)\b"
    r"|ik ben de (?:moeder|vader|dochter|zoon) van"
    r"|executor|authori[sz]ed agent|power of attorney"
    r"|on behalf of|(?:we|i) represent\b|guardian of|erbschein|vollmacht|mandant|procuration|pełnomocnictw|upoważnien"
)
"""Words by which the writer surely acts for somebody: whoever signs then is not who the record is about."""

_PERHAPS = (
    r"\bcli[eë]nte?\b|nalatenschap|machtig|volmacht|overle(?:den|ed)\b|overlijden|gestorven|vefat|vertegenwoordig"
    r"|schuldhulpverlen|sociaal raad|begeleid|staat de heer|opdrachtgever|advocaat\b|namens |deceased|passed away"
    r"|died\b|\b(?:my|our) client\b|inheritance|debt counsel|verstorben|d[ée]c[èe]s|d[ée]c[ée]d[ée]|faleceu|zmar[łl]"
    r""
    r"|ik schrijf (?:dit )?(?:voor|namens) (?:mijn|m'?n)"
    r"|voor mijn (?:vader|moeder|oma|opa|tante|oom)|i help my|boekhouder van"
)
"""Words that are a reason to look for whom the mail is written."""

_HELPED = re.compile(
    r"(?i)\bik (?:typ|schrijf|mail|vraag) dit (?:even )?voor\b|\bvia mij\b|\bniet meer\. (?:hij|zij) heette\b"
)
"""Words by which somebody else is spoken for; who that is follows in "zij heet X" only."""

_SURELY = re.compile(rf"(?i:{_CLEARLY})|(?<=\n)mr\. [A-Z]\.")
_MAYBE = re.compile(rf"(?i:{_PERHAPS})")
_CHILD = re.compile(
    r"\b(?i:(?:mijn|onze|my|our) (?:minderjarige )?(?:zoon|dochter|kind|kleinkind|kleinzoon|kleindochter|son|daughter))"
    r"\b[^.!?\n]{0,30}\b(?:1[0-7]|[3-9])\b(?!-)"
)
_TOGETHER = re.compile(r"(?i)[ ](?:en ik|and i|und ich|et moi)\b")
_WRITER = re.compile(r"(?i)\b(?:ik ben|mijn naam is|i am|i'm|ich bin|je suis)[ ]{1,2}$")


@lru_cache(maxsize=_REMEMBERED)
def acts_for_another(text: str) -> bool:
    """Whether the words say that the writer acts for somebody else: then the name that signs is not the record's."""
    return _SURELY.search(text[:_HEAD]) is not None


@lru_cache(maxsize=_REMEMBERED)
def principal_of(text: str) -> str | None:
    """The name of the person for whom the writer acts; None if he acts for himself, or nobody is surely named."""
    head = text[:_HEAD]
    found = (_named(head, match) for pattern in _patterns(head) for match in pattern.finditer(head))
    return next((name for name in found if name is not None), None)


def firm_of_principal(text: str) -> str | None:
    """The company of him for whom the writer acts, where it stands behind his name: as trade name or in brackets."""
    name = principal_of(text)
    match = (
        re.search(rf"{re.escape(name)}(?:,? ([^()\n]{{3,80}})| ?\(([^()\n]{{3,50}}))", text[:_HEAD]) if name else None
    )
    if match is None:
        return None
    return firm_traded_as(match[1], first=True) if match[1] else firm_written(match[2]) or firm_beside(match[2])


def _patterns(head: str) -> tuple[re.Pattern[str], ...]:
    if _SURELY.search(head):
        return _ON_BEHALF, _OF_CLIENT, _KINSMAN, _HE_IS_CALLED, _SIRS
    if _MAYBE.search(head):
        return _ON_BEHALF, _OF_CLIENT, _KINSMAN, _HE_IS_CALLED
    if _CHILD.search(head):
        return (_KINSMAN,)
    return (_HE_IS_CALLED,) if _HELPED.search(head) else ()


def _named(text: str, match: re.Match[str]) -> str | None:
    name = without_title(match[1])
    introduced = _WRITER.search(text[max(0, match.start() - 20) : match.start()])
    together = _TOGETHER.match(text, match.end())
    if match.re is _HE_IS_CALLED and (" " not in name or _is_of_a_helper(text, match)):
        return None
    return name if may_be_name(name) and not introduced and not together and firm_written(name) is None else None


def _is_of_a_helper(text: str, match: re.Match[str]) -> bool:
    """Whether "zijn naam is" is said of a bookkeeper or of staff."""
    return _NO_PRINCIPAL.search(text[max(0, match.start() - _BEFORE) : match.start()]) is not None
