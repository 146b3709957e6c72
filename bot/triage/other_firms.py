"""Letters that greet another organisation: a person sees whether they are for us before a case of ours runs."""

from __future__ import annotations

import re

_FIRMS = (
    # banks and insurers
    r"ING|Rabo(?:bank)?|ABN(?:[ -]?AMRO)?|ASN|Knab|Bunq|Triodos|Regiobank|SNS|DKB|Sparkasse|KBC|Belfius|Univé|"
    r"Interpolis|Centraal Beheer"
    r"|Nationale[ -]Nederlanden|Aegon|Achmea|Zilveren Kruis|VGZ|CZ|Menzis|ONVZ|FBTO|Ohra|Allianz|Ditzo|Tikkie|"
    r"Klarna|PayPal|Riverty|Afterpay"
    # energy, water, telecom
    r"|Eneco|Essent|Vattenfall|Greenchoice|Budget Energie|Oxxio|Vitens|Evides|Brabant Water|Waternet|Enexis|"
    r"Liander|Stedin"
    r"|KPN|Ziggo|Odido|T-Mobile|Vodafone|Tele2|Youfone|Simyo|Lebara|Telekom|Orange|Proximus|XS4ALL|Delta"
    # shops, platforms, travel
    r"|Bol(?:\.com)?|Coolblue|MediaMarkt|Amazon|Zalando|Wehkamp|Ikea|Hema|Albert Heijn|AH|Jumbo|Lidl|Aldi|"
    r"Kruidvat|Etos|Gamma|Praxis"
    r"|Marktplaats|Vinted|Ebay|Facebook|Meta|Instagram|Google|Apple|Microsoft|LinkedIn|TikTok|Spotify|Netflix|"
    r"Airbnb|Booking(?:\.com)?"
    r"|KLM|Transavia|NS|Arriva|Ryanair|TUI|Corendon|Uber|Thuisbezorgd|PostNL|DHL|DPD|UPS|GLS"
    # clubs, authorities, other bookkeeping programs
    r"|ANWB|Basic[ -]?Fit|Consumentenbond|Belastingdienst|DUO|UWV|SVB|CAK|CJIB|RDW|CBR|IND|KvK|"
    r"Kamer van Koophandel|BKR|GGD|CIZ|Finanzamt|Jobcenter"
    r"|Moneybird|Exact|Snelstart|e-?Boekhouden|Twinfield|Jortt|Visma|Tellow|Rompslomp|Informer|Basecone|Yuki"
)
_GREETS = (
    r"(?:hallo|hoi|hey|hi|dag|beste|geachte|aan|t\.?a\.?v\.?|dear|hello|to|an|liebe[sr]?|sehr geehrte\w{0,2}"
    r"|bonjour|cher|chère|goedemorgen|goedemiddag)"
)
_ELSEWHERE = re.compile(
    rf"^\W{{0,6}}(?:(?i:{_GREETS})\b[^\n.,;:!?]{{0,40}}?[ :])(?:{_FIRMS}|(?i:de )?[Gg]emeente [A-Z]\w+)(?![\w-])"
)
_HEAD = 160  # characters from the top in which somebody is greeted


def greets_another(text: str, brand: str) -> bool:
    """Whether a well-known organisation is greeted, and our own name stands nowhere.

    Only a handful of names, as they are written: "Beste Fatima" or "Geachte heer Visser" may be one of us.
    """
    greeted = _ELSEWHERE.search(text[:_HEAD].lstrip()) is not None
    return greeted and brand.casefold() not in text.casefold()
