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
_TRADES = (
    r"(?:(?i:auto|garage|bouw|kinder|tand(?:arts)?|huisarts(?:en)?|fysio|dieren|basis|sport|muziek|kraam|schoon|boek|bloem\w{0,3})?"
    r"(?i:bedrijf|garage|praktijk|school|winkel|makelaar(?:dij)?|salon|kwekerij|bakkerij|slagerij|drogisterij|apotheek"
    r"|opvang|bibliotheek|ziekenhuis|kliniek|hotel|restaurant|camping|notaris\w{0,7}|advocaten|uitgeverij|verhuur|stichting"
    r"|vereniging|woningcorporatie|webshop|zorg))"
)
GREETS = (
    r"(?:hallo|hoi|hee|heej|hé|hey|hi|dag|beste|geachte|aan|t\.?a\.?v\.?|dear|hello|to|an"
    r"|liebe[sr]?|sehr geehrte\w{0,2}|bonjour|cher|chère|goedemorgen|goedemiddag)"
)
_CITY = r"(?i:de )?[Gg]emeente [A-Z]\w+"
_ELSEWHERE = re.compile(
    rf"^\W{{0,6}}(?:(?:(?i:{GREETS})\b[^\n.,;:!?]{{0,40}}?(?: ?:)?[ :])"
    rf"(?:{_FIRMS}|{_CITY}|{_TRADES} (?i:de |het |van |'t )?[A-Z]\w+)(?![\w-])"
    rf"|(?:{_FIRMS}),? (?i:jullie|u|you|ihr|sie)\b)"
)
_HEADED_ELSEWHERE = re.compile(
    r"(?i:^\W{0,3}(?:(?:vraag|bericht|brief|mail|verzoek|t\.?a\.?v\.?)\b[^\n]{0,20}?\b(?:aan|voor)|aan|t\.?a\.?v\.?)"
    r" (?:de |het )?)"
    rf"(?:(?i:{_FIRMS})|{_CITY}|{_TRADES} (?i:de |het |'t )?[A-Z]\w+)(?![\w-])"
)
_HEAD = 160  # characters from the top in which somebody is greeted


def greets_another(text: str, brand: str, subject: str = "") -> bool:
    """Whether another organisation is greeted, by a well-known name or by its trade, and our own name stands nowhere.

    Names as they are written: "Beste Fatima" or "Geachte heer Visser" may be one of us.
    """
    greeted = _ELSEWHERE.search(text[:_HEAD].lstrip()) or _HEADED_ELSEWHERE.search(subject[:_HEAD])
    return greeted is not None and brand.casefold() not in f"{subject} {text}".casefold()
