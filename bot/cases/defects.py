"""What staff read of what is odd about a mail: one Dutch sentence for each thing the post room names in a few words."""

from __future__ import annotations

import re

from bot.cases.attachments import trouble_in_words

_WORDS = {
    # The writer
    "no From header": "er staat geen afzender in",
    "more than one From header": "er staan meer afzenders in",
    "From: header too long": "de regel met de afzender is te lang",
    "From: not exactly one plain address": "de afzender is niet precies één gewoon adres",
    "From: read differently by another parser": "mailprogramma's lezen de afzender verschillend",
    "From: unbalanced angle brackets": "de haakjes om het adres van de afzender kloppen niet",
    "From: encoded word in the address": "het adres van de afzender is in code geschreven",
    "From: address outside ASCII": "het adres van de afzender bevat letters uit een ander schrift",
    "From: not a valid address": "het adres van de afzender kan niet bestaan",
    "From: address needs repair": "het adres van de afzender is niet goed geschreven",
    "display name shows another address": "de naam van de afzender toont een ander adres dan het zijne",
    "Reply-To is not the sender": "antwoorden moeten naar een ander adres dan dat van de afzender",
    "Sender names another address": "het bericht is door een ander adres verstuurd dan dat van de afzender",
    "Resent-From names another address": "het bericht is door een ander adres doorgestuurd",
    # The header
    "NUL in the header block": "de kopregels bevatten een verborgen teken",
    "line ends of bare CR": "de regels eindigen op een manier die mailprogramma's verschillend lezen",
    "bare CR in the header block": "de kopregels bevatten een half regeleinde",
    "first header line is a continuation": "de eerste kopregel is een half stuk",
    "envelope line in the header block": "tussen de kopregels staat een regel van een postprogramma",
    "header line without a colon": "tussen de kopregels staat tekst die er niet hoort",
    "space between header name and colon": "een kopregel is verkeerd geschreven (spatie voor de dubbele punt)",
    "header name with odd characters": "een kopregel heeft een vreemde naam",
    "header cut": "een kopregel is te lang en maar gedeeltelijk gelezen",
    "no Date": "er staat geen datum in",
    "broken Date": "de datum is onleesbaar",
    "no Message-Id": "er staat geen berichtnummer in",
    "broken Message-Id": "het berichtnummer is onleesbaar",
    # The text
    "text cut": "de tekst is te lang: alleen het begin is gelezen",
    "html cut": "de opgemaakte tekst is te lang: alleen het begin is gelezen",
    "html without text": "de opgemaakte tekst bevat geen leesbare woorden",
    "text and html differ": "de gewone en de opgemaakte tekst zeggen niet hetzelfde",
    "characters that turn the reading direction": "tekens keren de leesrichting om: er staat iets anders dan u ziet",
    "unknown charset": "de tekencodering is onbekend: letters kunnen verkeerd staan",
    "broken charset": "de tekencodering klopt niet: letters kunnen verkeerd staan",
    "broken transfer encoding": "een deel is beschadigd overgekomen",
    # Its parts
    "encrypted": "een deel is versleuteld",
    "attached mail could not be read": "een aangehecht bericht kon niet worden gelezen",
    "start boundary not found": "de delen van het bericht zijn niet goed gescheiden",
    "close boundary not found": "het einde van het bericht ontbreekt",
    "no boundary in multipart": "de delen van het bericht zijn niet gescheiden",
    "multipart invariant violation": "het bericht zegt delen te hebben en heeft ze niet",
    "invalid multipart content transfer encoding": "het bericht is in zijn geheel verkeerd gecodeerd",
    "first header line is continuation": "de eerste kopregel van een deel is een half stuk",
    "misplaced envelope header": "tussen de kopregels van een deel staat een regel van een postprogramma",
    "missing header body separator": "bij een deel ontbreekt de lege regel onder de kopregels",
    "malformed header": "een kopregel van een deel is misvormd",
    "invalid base64 characters": "een deel is beschadigd overgekomen",
    "invalid base64 length": "een deel is beschadigd overgekomen",
    "invalid base64 padding": "een deel is beschadigd overgekomen",
    "undecodable bytes": "een kopregel bevat onleesbare tekens",
}

_PATTERNS = (
    (re.compile(r"more than one (\S+)"), r"de kopregel \1 staat er meer dan eens in"),
    (
        re.compile(r"letters of another alphabet in the address: (.*)"),
        r"letters uit een ander schrift in het adres: \1",
    ),
    (re.compile(r"the domain (\S+) is shown as (\S+): (.*)"), r"het domein \1 ziet eruit als \2: \3"),
    (
        re.compile(r"the domain (\S+) \((\S+)\) looks like ours, (\S+)"),
        r"het domein \1 (\2) lijkt op het onze, \3, en is het niet",
    ),
)
_ATTACHED = ("attachment: ", "signature not checked")


def oddities_in_words(told: str) -> tuple[str, ...]:
    """From the words kept with a message, parted by "; ". What nobody has a sentence for stays as it is."""
    return tuple(dict.fromkeys(_in_words(one) for one in told.split("; ") if one))


def _in_words(defect: str) -> str:
    if defect.startswith(_ATTACHED):
        return f"bijlage: {trouble_in_words(defect.removeprefix('attachment: '))}"
    for pattern, words in _PATTERNS:
        if defect not in _WORDS and (found := pattern.fullmatch(defect)):
            return found.expand(words)
    return _WORDS.get(defect, defect)
