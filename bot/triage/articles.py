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
    "82": RequestKind.COMPLAINT,  # who claims damages says that his data were handled wrongly
}
_LAW = r"(?:u?avg|gdpr|dsgvo|ds-gvo|rgpd|verordening \(eu\) (?:nr\.? ?)?2016/679|2016/679)"
_PART = r"(?:[ ]?(?:lid|abs\.?|par\.?|sub|onder|\.)[ ]?[1-6a-f]){0,2}"
_ONE = rf"(?:7[ ]?(?:lid[ ]|\.|abs\.?[ ])3|(?:15|16|17|18|20|21|77|82)(?!\d){_PART})"
_MANY = rf"{_ONE}(?:[ ]?(?:,|en|and|und|et|\+|&|/)[ ]?(?:art(?:ikel|icle)?\.?[ ]?)?{_ONE}){{0,4}}"
_CITED = re.compile(
    rf"(?<![\w.-])({_MANY})[\s,]{{0,3}}(?:van de |of the |der )?{_LAW}\b"
    rf"|\b{_LAW}[\W_]{{0,4}}(?:ex |art(?:ikel|icle)?\.?[ ]?){{0,2}}({_MANY})"
    r"(?![\w%:-]|[.,]\d|,-| (?:punten|uur|dagen|mensen|stuks|tips|euro|vragen"
    r"|jan|feb|maa?rt|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)(?:7(?=[ ]?(?:lid|\.|abs))|15|16|17|18|20|21|77|82)(?!\d)")
_OPEN = re.compile(
    r"(?i)\b(?:klant|debiteur|client|cli[eë]nt|customer|relatie|huurder|pati[eë]nt|werknemer|medewerker|leverancier"
    r"|lid(?! \d)|leden|employee|tenant|kregen|ontvingen|cursus|training|webinar|workshop|scriptie|paper|onderzoek"
    r"|whitepaper|checklist|opleiding|tentamen|verslag|bijlage|boete|verwerkersovereenkomst|niet|geen|nee|no|not|kein|haha|typo|trek|intrek\w*"
    r"|ingetrokken|dank|bedankt|afgehandeld|afhandeling|uitgevoerd)\b|\?"
    r"|\d (?:t/m|tot en met|of|or|bis|through) (?:art\w{0,5}\.? )?\d"
)
"""Beside these a citation may be another's, a lesson, denied, settled, a question or a choice: a person reads it."""

_APPEAL = re.compile(
    r"(?i)\b(?:beroep|beroepen|inroepen|beroepe|berufe|invoke|invoking"
    r"|(?:eis|vorder|claim|verlang) ik|ik (?:eis|vorder|claim|verlang))\b"
)


def cited(text: str) -> frozenset[RequestKind]:
    """The rights whose articles of the GDPR are named beside it."""
    found = (first or second for first, second in _CITED.findall(text))
    return frozenset(_RIGHTS[number] for one in found for number in _NUMBER.findall(one))


def invoked(text: str) -> frozenset[RequestKind]:
    """The rights cited where no word near them leaves open whose they are, or whether they are asked for."""
    return frozenset() if _OPEN.search(text) else cited(text)


def appealed(text: str) -> bool:
    """Whether the writer calls upon a cited article for himself, if only in a question."""
    return _APPEAL.search(text) is not None and bool(invoked(text.replace("?", ".")))


def names_article(sentence: str, kind: RequestKind) -> bool:
    """Whether the number of the article that gives this right stands in a sentence; the law may stand in another."""
    return any(_RIGHTS[number] is kind for number in _NUMBER.findall(sentence))
