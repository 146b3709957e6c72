"""Rights cited by their article and nothing else: "15 en 17 avg svp", "art. 20 AVG", "ex 7 lid 3 AVG"."""

from __future__ import annotations

import re

from bot.triage.labels import RequestKind

_RIGHTS = {
    "7": RequestKind.CONSENT_WITHDRAWAL,  # Art. 7(3) GDPR
    "15": RequestKind.ACCESS,
    "16": RequestKind.CORRECTION,
    "17": RequestKind.ERASURE,
    "18": RequestKind.RESTRICTION,
    "20": RequestKind.PORTABILITY,
    "21": RequestKind.OBJECTION,
    "77": RequestKind.COMPLAINT,
}
_LAW = r"(?:u?avg|gdpr|dsgvo|ds-gvo|rgpd|verordening \(eu\) (?:nr\.? ?)?2016/679|2016/679)"
_PART = r"(?:[ ]?(?:lid|abs\.?|par\.?|sub|onder|\.)[ ]?[1-6a-f]){0,2}"
_ONE = rf"(?:7[ ]?(?:lid[ ]|\.|abs\.?[ ])3|(?:15|16|17|18|20|21|77)(?!\d){_PART})"
_MANY = rf"{_ONE}(?:[ ]?(?:,|en|and|und|et|\+|&|/)[ ]?(?:art(?:ikel|icle)?\.?[ ]?)?{_ONE}){{0,4}}"
_CITED = re.compile(
    rf"(?<![\w.-])({_MANY})[\s,]{{0,3}}(?:van de |of the |der )?{_LAW}\b"
    rf"|\b{_LAW}[\W_]{{0,4}}(?:ex |art(?:ikel|icle)?\.?[ ]?){{0,2}}({_MANY})"
    r"(?![\w%-]| (?:punten|uur|dagen|mensen|stuks))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)(?:7(?=[ ]?(?:lid|\.|abs))|15|16|17|18|20|21|77)(?!\d)")
_SOMEBODY_ELSES = re.compile(
    r"(?i)\b(?:mijn|onze|een|m'n|my|our|a) (?:\w{1,15} )?(?:klant|debiteur|client|customer|relatie|huurder|pati[eë]nt)"
    r"|\b(?:cursus|training|webinar|workshop|scriptie|opleiding|tentamen|boete|niet|geen|nee|no|not|kein|haha|typo)\b|\?"
)
"""Words beside which a citation is no request: others' requests, lessons, denials, questions about the law."""


def cited(text: str) -> frozenset[RequestKind]:
    """The rights whose articles of the GDPR are named beside it."""
    found = (first or second for first, second in _CITED.findall(text))
    return frozenset(_RIGHTS[number] for one in found for number in _NUMBER.findall(one))


def invoked(text: str) -> frozenset[RequestKind]:
    """The rights cited by a writer who says nothing that takes it back or asks what the article means."""
    return frozenset() if _SOMEBODY_ELSES.search(text) else cited(text)


def has_number(sentence: str) -> bool:
    """Whether the number of such an article stands in a sentence: the law itself may be named in another."""
    return _NUMBER.search(sentence) is not None
