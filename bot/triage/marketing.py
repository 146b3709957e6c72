"""Whether an objection is against direct marketing only: then it is absolute and needs no proof (Art. 21(2)-(3))."""

from __future__ import annotations

import re

_MARKETING = re.compile(
    r"\b(?:reclame\w*|nieuwsbrie\w*|mailing\w*|aanbieding\w*|marketing\w*|promotie\w*|newsletter\w*|advert\w*"
    r"|promotional|mailing\s+list|commerci[eë]le\s+(?:mail|e-mail|berichten)\w*|uitschrijven|afmelden|unsubscribe"
    r"|opt[\s-]?out|werbung\w*|publicit\w*)\b",
    re.IGNORECASE,
)


def speaks_of_marketing(text: str) -> bool:
    """Words of advertising, newsletters or unsubscribing; reads at most 20,000 characters."""
    return _MARKETING.search(text[:20_000]) is not None
