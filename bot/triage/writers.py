"""Who holds the pen, in which role the company then holds the data, and whom only a person may answer."""

from __future__ import annotations

import re

import numpy as np

from bot.triage.labels import Intent, Role, Writer
from bot.triage.reply_words import PLAIN
from bot.triage.weights import WRITERS, Row
from bot.triage.wording import sentences

_AUTHORITY = re.compile(
    r"\b(?:namens de autoriteit persoonsgegevens|(?:wij zijn|als) (?:de )?(?:autoriteit persoonsgegevens"
    r"|toezichthouder)|onze toezichthoudende taak"
    r"|klachtonderzoek|de autoriteit persoonsgegevens (?:heeft een|verzoekt|onderzoekt|vraagt u)|ons kenmerk z20\d\d"
    r"|officier van justitie|(?:ik ben|als) (?:\w{1,15} )?rechercheur|sociale recherche|politie (?:eenheid|nederland)"
    r"|griffie|rechtbank \w{3,20} (?:roept|verzoekt|deelt)|vordering (?:tot|ex|verstrekking)"
    r"|artikel 126n\w{0,2}|opsporingsambtenaar|fiod"
    r"|pursuant to our supervisory)\b",
    re.IGNORECASE,
)
_AUTHORITY_ADDRESS = re.compile(
    r"@(?:[\w-]{1,40}\.){0,3}(?:autoriteitpersoonsgegevens\.nl|politie\.nl|rechtspraak\.nl|om\.nl|fiod\.nl"
    r"|belastingdienst\.nl|justis\.nl|acm\.nl)$"
)
_LAWYER = re.compile(
    r"\b(?:advoca(?:at|ten|tenkantoor)|lawyers?|attorneys?|solicitors?|rechtsanw[aä]lt\w{0,4}"
    r"|gerechtsdeurwaarder|deurwaarder|(?:mijn|onze) cli[eë]nte?"
    r"|tot mij wendde zich|our client|unser mandant\w{0,2}|rechtsbijstand|in rechte|sommeer|sommatie|dagvaarding)\b",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\b(?:namens (?:mijn|onze|mevrouw|mevr\.?|mw\.?|de heer|dhr\.?|betrokkene|cli[eë]nt)|machtiging"
    r"|gemachtigde?n?|volmacht|on behalf of"
    r"|authori[sz]ed agent|power of attorney|letter of authority|im auftrag (?:von|meine\w)|vollmacht"
    r"|bewindvoer(?:der|ing)|curator|mentorschap)\b",
    re.IGNORECASE,
)
_FOR_A_NAME = re.compile(r"\b[Nn]amens (?=[A-ZÀ-Ý])")
"""Ahead of a person's or a firm's name."""
_HEIR = re.compile(
    r"\b(?:(?:is|was|zijn|onlangs|plotseling|op \d{1,2} \w{3,10}) (?:\w{1,12} ){0,4}overleden|overlijden van"
    r"|nalatenschap|erfgena(?:am|men)|executeur"
    r"|verklaring van erfrecht|passed away|(?:late|deceased) (?:husband|wife|father|mother|partner|brother"
    r"|sister)|has died|died on|verstorben|nachlass"
    r"|erbschein|wijlen|als weduwe|als weduwnaar)\b",
    re.IGNORECASE,
)
_BEREAVED = re.compile(
    r"\b(?:mijn|m'n|onze?|my|our|meine?|unsere?) (?:\w{1,12} ){0,2}"
    r"(?:man|vrouw|echtgeno(?:ot|te)|partner|vriend(?:in)?|vader|moeder|pa|ma|ouders|zoon|dochter|kind|broer|zus(?:ter)?"
    r"|oom|tante|opa|oma|husband|wife|father|mother|dad|mum|mom|parents|son|daughter|child|brother|sister|uncle|aunt"
    r"|mann|frau|vater|mutter|sohn|tochter|bruder|schwester)\b[^.!?\n]{0,80}"
    r"\b(?:overleden|overleed|gestorven|stierf|passed away|died|deceased|verstorben|gestorben)\b",
    re.IGNORECASE,
)
"""A relative died, in plain words: then it is about that relative, until a person says otherwise."""

_GUARDED = re.compile(
    r"\b(?:onder curatele|curatele|mijn (?:minderjarige )?(?:zoon|dochter|kind) (?:\w{1,12} ){0,4}(?:is"
    r"|van) (?:\d|1[0-5])\b|minderjarig\w?"
    r"|ik ben (?:nog )?(?:maar )?(?:1[0-5]|[89])(?: jaar\b|(?= en\b|[,.]))"
    r"|i am (?:1[0-5]|[89]) years old|under guardianship"
    r"|ouderlijk gezag|bewindvoer(?:der|ing)|mentorschap)\b",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:collega's|kun jij (?:hier|dit|die)|ter info voor het team\w{0,8}|notulen|teamoverleg|weekenddienst"
    r"|concept (?:staat|antwoord))\b",
    re.IGNORECASE,
)
_SURE = 0.75  # probability from which the model's guess beats "about himself"

_ROUTED = frozenset({Writer.THIRD_PARTY, Writer.CONTROLLER_CUSTOMER})
_AGAINST = 1.0  # log-odds that these two must be likelier: they change the letter, the others bring a person

_ROLES = {
    Writer.SUBJECT: Role.CONTROLLER,
    Writer.AGENT: Role.CONTROLLER,
    Writer.HEIR: Role.CONTROLLER,
    Writer.AUTHORITY: Role.CONTROLLER,
    Writer.THIRD_PARTY: Role.PROCESSOR,
    Writer.CONTROLLER_CUSTOMER: Role.NONE,
    Writer.STAFF: Role.NONE,
}


def role_of(writer: Writer) -> Role:
    """In which role the company holds the data that this writer asks about."""
    return _ROLES[writer]


def writer_of(text: str, counted: Row, read: Row | None = None) -> Writer:
    """Who writes, by plain words first, else what counting the words and reading them come to together.

    `counted` are log-odds per role, `read` logarithms of chances; without them (a plainly ordinary mail) counting must
    be sure.
    """
    if _AUTHORITY.search(text):
        return Writer.AUTHORITY
    guess = _counted(text, counted) if read is None else _together(counted, read)
    if _BEREAVED.search(text):
        return Writer.HEIR
    if _HEIR.search(text) and (
        guess is Writer.HEIR or re.search(r"(?i)erf|executeur|nalatenschap|account|administratie", text)
    ):
        return Writer.HEIR
    return Writer.AGENT if _AGENT.search(text) or _FOR_A_NAME.search(text) else guess


def _together(counted: Row, read: Row) -> Writer:
    likely = read - np.logaddexp(0, -counted) - _AGAINST * np.array([one in _ROUTED for one in WRITERS])
    return Writer(WRITERS[int(np.argmax(likely))])


def _counted(text: str, counted: Row) -> Writer:
    best = int(np.argmax(counted))
    sure = 1 / (1 + np.exp(-counted[best])) >= _SURE
    guess = Writer(WRITERS[best]) if sure else Writer.SUBJECT
    unlikely = guess is Writer.AUTHORITY or (guess is Writer.STAFF and not _STAFF.search(text))
    return Writer.SUBJECT if unlikely else guess


_TO_THE_AUTHORITY = PLAIN[Intent.COMPLAINT_AP]
_MADE = re.compile(
    r"(?i)\b(?:klacht|melding|complaint)\b.{0,90}\b(?:ingediend|gedaan|neergelegd|ingestuurd|filed|lodged|submitted)\b"
    r"|\b(?:filed|lodged|submitted) a complaint\b|\bgemeld bij\b"
)
_NOT_MADE = re.compile(r"(?i)\b(?:niet|geen|nog geen|als|indien|zou|not|if|will|worden)\b")


def only_a_person_may_answer(writer: Writer, text: str) -> bool:
    """An authority, a lawyer or agent, an heir, a minor, somebody under guardianship, or who went to the authority.

    And whoever seems to ask about his own customers: that is no request of his, or it was misread.
    """
    return writer in (Writer.AUTHORITY, Writer.AGENT, Writer.HEIR, Writer.CONTROLLER_CUSTOMER) or bool(
        _LAWYER.search(text) or _GUARDED.search(text) or went_to_the_authority(text)
    )


def went_to_the_authority(text: str) -> bool:
    """Whether a sentence says that a complaint was made to the supervisory authority, not that it may be."""
    return any(
        _TO_THE_AUTHORITY.search(sentence) and _MADE.search(sentence) and not _NOT_MADE.search(sentence)
        for sentence in sentences(text)
    )


def speaks_as_lawyer(text: str) -> bool:
    """A lawyer or bailiff writes, or is said to."""
    return _LAWYER.search(text) is not None


def authority_address(address: str | None) -> bool:
    """Mail from a supervisory authority, court, police or tax office, by its domain."""
    return address is not None and _AUTHORITY_ADDRESS.search(address) is not None
