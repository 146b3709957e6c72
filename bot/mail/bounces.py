"""What a mail system reports about a mail of ours: failed, delayed, delivered or read (RFC 3464, RFC 8098).

Half of all mail systems report a failure in plain words instead of the standard's form: those are read too. A report is
a claim of whoever sent it. Which letter it is about, and whether it is believed, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.mail.automatic import DAEMON
from bot.mail.headers import HeaderBlock, message_ids
from bot.mail.message import AutomaticSigns, Cause, Fate, Report

MAX_RECIPIENTS = 50
_READ = 20_000  # characters of a report that are read
_TOP = 6_000  # characters of a report in plain words: behind them comes the mail that is returned


# The form of the standard

_ACTIONS = {
    "failed": Fate.FAILED,
    "failure": Fate.FAILED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.DELIVERED,
    "relayed": Fate.DELIVERED,
    "expanded": Fate.DELIVERED,
}
_WORST_FIRST = (Fate.FAILED, Fate.DELAYED, Fate.DELIVERED, Fate.READ)
_FIELD = re.compile(r"^(?P<name>[A-Za-z-]{3,40}):[ \t]*(?P<value>[^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*)", re.MULTILINE)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def report_of(
    headers: HeaderBlock,
    signs: AutomaticSigns,
    statuses: Sequence[str],
    receipts: Sequence[str],
    returned_ids: Sequence[str],
    text: str,
) -> Report | None:
    """The report in this mail, if it is one.

    `statuses` and `receipts` are the machine-readable parts (message/delivery-status, message/disposition-notification)
    and `text` all words of the mail. Other multipart/reports, such as a complaint about spam, are none.
    """
    if signs.read_receipt or receipts:
        ids = (*returned_ids, *_ids_in(receipts))
        return Report(Fate.READ, message_ids=tuple(dict.fromkeys(ids)))
    if statuses:
        return _by_the_standard(headers, signs, statuses, returned_ids, text)
    if signs.report and "delivery-status" not in headers.text("content-type").lower():
        return None
    return _in_words(headers, signs, returned_ids, text)


def _by_the_standard(
    headers: HeaderBlock, signs: AutomaticSigns, statuses: Sequence[str], returned_ids: Sequence[str], text: str
) -> Report | None:
    fields = [(name, value) for status in statuses for name, value in _fields(status)]
    fates = {_fate_of(value) for name, value in fields if name == "action"} - {None}
    fate = next((fate for fate in _WORST_FIRST if fate in fates), None)
    codes = [code for name, value in fields if name == "status" for code in _STATUS.findall(value)]
    diagnostic = "\n".join(value for name, value in fields if name == "diagnostic-code")
    status = _telling(codes, _STATUS.findall(diagnostic))
    if fate is None:
        fate = _fate_of_status(status)
    if fate is None:
        return _in_words(headers, signs, returned_ids, text)
    named = [value for name, value in fields if name in ("final-recipient", "original-recipient", "x-actual-recipient")]
    return Report(
        fate,
        _cause(status, f"{diagnostic}\n{text[:_TOP]}"),
        status,
        _addresses((*named, headers.text("x-failed-recipients"))),
        tuple(dict.fromkeys((*returned_ids, *_ids_in(statuses)))),
        next((value for name, value in fields if name == "original-envelope-id" and value), None),
        from_mail_system=_of_mail_system(headers, signs),
    )


def _of_mail_system(headers: HeaderBlock, signs: AutomaticSigns) -> bool:
    """A bounce has the null sender (RFC 3464 section 2). Some mailboxes do not show it and some systems put their
    daemon there; then a daemon must have written it too. A second Return-Path says what its sender likes."""
    told = [one.lower() for value in headers.texts("return-path") for one in _ADDRESS.findall(value)]
    if any(not DAEMON.match(one.partition("@")[0]) for one in told):
        return False
    return signs.null_return_path or signs.mail_system


def _fields(status: str) -> Iterator[tuple[str, str]]:
    for match in _FIELD.finditer(status[:_READ]):
        yield match["name"].lower(), " ".join(match["value"].split())[:1000]


def _fate_of(action: str) -> Fate | None:
    word = re.match(r"[a-z]*", action.strip().lower())
    return _ACTIONS.get(word[0] if word else "")


def _fate_of_status(status: str | None) -> Fate | None:
    return None if status is None else {"5": Fate.FAILED, "4": Fate.DELAYED, "2": Fate.DELIVERED}[status[0]]


def _telling(codes: Sequence[str], spoken: Sequence[str]) -> str | None:
    """The most telling code: a failure's over any other, and one with a subject over 5.0.0."""
    candidates = [*codes, *spoken]
    return min(candidates, key=lambda code: (code[0] != "5", code.endswith(".0.0")), default=None)


def _ids_in(texts: Iterable[str]) -> tuple[str, ...]:
    named = [
        value
        for text in texts
        for name, value in _fields(text)
        if name in ("original-message-id", "x-original-message-id", "message-id")
    ]
    return tuple(one for value in named for one in message_ids(value))


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(one.lower().strip(".") for text in texts for one in _ADDRESS.findall(text))
    return tuple(found)[:MAX_RECIPIENTS]


# The same in words

_DELAYED = re.compile(
    r"(?:delivery|message|mail|e-?mail)[^.\n]{0,60}\b(?:has been |is |was )?(?:delayed|deferred)\b"
    r"|\b(?:not|n't) yet been (?:delivered|sent)|\bwill (?:keep|continue) (?:on )?trying|\bdelay(?:ed)? \d+ hours?"
    r"|\b(?:this|it) is (?:only )?a warning|\bwarning message only|\byou do not need to (?:resend|re-send)"
    r"|\bdelivery attempts will continue|\bno action is required on your part"
    r"|\bis vertraagd|\bnog niet (?:bezorgd|afgeleverd)|\bwordt (?:later )?opnieuw geprobeerd|\bbezorging vertraagd"
    r"|\bverz[öo]ger(?:t|ung)|\bnoch nicht zugestellt|\bweitere (?:zustell)?versuche"
    r"|\bretard[ée]e?\b|\bpas encore (?:[ée]t[ée] )?(?:remis|distribu[ée]|livr[ée])",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"\b(?:could|can|would)(?: ?not|n't) be (?:delivered|sent|reached)|\b(?:was|were|been) (?:not |un)delivered"
    r"|\b(?:was|is) not delivered|\bunable to deliver|\bundeliverable|\bdelivery (?:has )?(?:permanently )?failed"
    r"|\bfailed (?:permanently|to deliver)|\bpermanent (?:fatal )?error|\bfatal errors|\bi(?:'| a)m (?:afraid|sorry)"
    r"|\bgiving up|\breturned to sender|\bdid not reach|\bdidn't reach|\bwasn't (?:able to be )?delivered"
    r"|\b(?:user|recipient|mailbox|account|address|addressee|domain|host) (?:is )?(?:unknown|not found"
    r"|unavailable|disabled)"
    r"|\b(?:no such|unknown|invalid|bad) (?:user|recipient|mailbox|address|account|local|host|domain)"
    r"|\b(?:rejected|refused|blocked|bounced) (?:by|for|your)|\bover (?:its )?quota|\bquota exceeded"
    r"|\bmailbox (?:is )?full"
    r"|\b(?:kan|kon|konden|kunnen)(?: \w+){0,6} niet (?:worden )?(?:bezorgd|afgeleverd|verzonden|besteld)"
    r"|\bniet (?:worden )?(?:bezorgd|afgeleverd|aangekomen|besteld)|\bonbestelbaar|\b(?:af)?levering (?:is )?mislukt"
    r"|\bbezorg(?:ing|en) (?:is )?mislukt|\bbestaat niet|\bpostvak (?:is )?vol|\bonbekende? (?:gebruiker"
    r"|ontvanger|adres)"
    r"|\bkonnten?(?: \w+){0,8} nicht (?:zugestellt|ausgeliefert|[üu]bermittelt)|\bunzustellbar|\bnicht zustellbar"
    r"|\bzustellung (?:ist )?(?:endg[üu]ltig )?(?:fehlgeschlagen|gescheitert)|\bunbekannt(?:er)? (?:empf[äa]nger"
    r"|benutzer)"
    r"|\bexistiert nicht|\bn(?:'a|ont)(?: \w+)? ?(?:pas|pu) (?:pu )?(?:[êe]tre )?(?:[ée]t[ée] )?(?:remis"
    r"|distribu[ée]|d[ée]livr[ée]|livr[ée])"
    r"|\bnon[- ]?(?:remis|distribu[ée])|\b[ée]chec (?:de|d[ée]finitif)|\badresse (?:\w+ )?(?:inconnue|erron[ée]e"
    r"|inexistante)",
    re.IGNORECASE,
)
_CAUSES: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    (
        Cause.MAILBOX_FULL,
        re.compile(
            r"mailbox (?:is )?(?:full|over)|over ?quota|quota (?:exceeded|full)|exceed\w* (?:\w+ )?(?:quota|storage)"
            r"|postvak (?:is )?vol|postfach (?:ist )?(?:voll|[üu]berf[üu]llt)|bo[îi]te (?:\w+ )?pleine"
            r"|insufficient (?:system )?storage",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.TOO_LARGE,
        re.compile(
            r"(?:message|mail|size|bericht|nachricht)[^.\n]{0,30}(?:too (?:large|big)|exceeds?|te groot|zu gro[ßs])"
            r"|message file too big|too large",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.NO_SUCH_DOMAIN,
        re.compile(
            r"(?:host|domain)(?: name)?(?: \S+)? (?:not found|unknown|does not exist|lookup)|no such (?:host|domain)"
            r"|unrouteable|name or service not known|unable to (?:find|lookup|route)|nxdomain|no mx"
            r"|domein bestaat niet",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.REFUSED,
        re.compile(
            r"spam|blocked|blacklist|block ?list|denied by policy|policy (?:reason|violation)|spf|dkim|dmarc"
            r"|reputation"
            r"|not (?:allowed|authorized|permitted)|access denied|relay(?:ing)? denied|geweigerd door|virus",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.NO_SUCH_ADDRESS,
        re.compile(
            r"(?:user|recipient|mailbox|account|address|addressee)\S* (?:\S+ ){0,4}(?:unknown|not found"
            r"|does(?: not|n't) exist"
            r"|is invalid|not exist)|(?:no such|unknown|invalid|bad) (?:user|recipient|mailbox|address|account|local)"
            r"|no mailbox (?:here )?by that name|not a (?:valid|known) (?:user|mailbox)|doesn't have (?:a"
            r"|an) .{0,40}account"
            r"|(?:adres|gebruiker|ontvanger|mailbox|postvak)\S* (?:\S+ ){0,5}(?:bestaat niet|niet gevonden"
            r"|onbekend)|onbekende? "
            r"(?:gebruiker|ontvanger|adres)|existiert nicht|unbekannter? (?:empf[äa]nger|benutzer)|inconnu"
            r"|inexistant",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.MAILBOX_CLOSED,
        re.compile(
            r"(?:account|mailbox|user|address)\S* (?:\S+ ){0,3}(?:disabled|inactive|suspended|closed|deactivated"
            r"|unavailable)"
            r"|geblokkeerd|opgeheven|gesperrt|d[ée]sactiv[ée]",
            re.IGNORECASE,
        ),
    ),
    (
        Cause.LOOP,
        re.compile(r"too many hops|mail loop|hop count|loops? back|routing loop", re.IGNORECASE),
    ),
    (
        Cause.UNREACHABLE,
        re.compile(
            r"timed? ?out|connection refused|no route to host|network (?:is )?unreachable|retry time|too long"
            r"|not respond|niet bereikbaar|nicht erreichbar",
            re.IGNORECASE,
        ),
    ),
)
_BY_STATUS = {
    "1.2": Cause.NO_SUCH_DOMAIN,
    "1": Cause.NO_SUCH_ADDRESS,
    "2.1": Cause.MAILBOX_CLOSED,
    "2.2": Cause.MAILBOX_FULL,
    "2.3": Cause.TOO_LARGE,
    "3.4": Cause.TOO_LARGE,
    "4.4": Cause.NO_SUCH_DOMAIN,
    "4.6": Cause.LOOP,
    "4": Cause.UNREACHABLE,
    "7": Cause.REFUSED,
}
_BEGIN_OF_RETURNED = re.compile(
    r"^[-=*_ \t>]{0,30}(?:-{2,}[ \t]*)?(?:the )?(?:below (?:this line )?is a copy|(?:original|returned"
    r"|undelivered|unsent) message"
    r"|this is a copy of (?:the|your) message|message headers? follows?|oorspronkelijk bericht"
    r"|urspr[üu]ngliche nachricht"
    r"|(?:a )?copy of (?:the|your) (?:original )?message|message d'origine|return-path:|received:)",
    re.IGNORECASE | re.MULTILINE,
)


def _in_words(headers: HeaderBlock, signs: AutomaticSigns, returned_ids: Sequence[str], text: str) -> Report | None:
    """A report that only people were meant to read; only a mail system's own mail can be one."""
    failed = headers.text("x-failed-recipients")
    if not (failed or signs.mail_system or signs.returned_subject):
        return None
    said = _before_the_returned(text)
    spoken = f"{headers.text('subject')[:200]}\n{said}"
    codes = _STATUS.findall(said)
    status = _telling(codes, ())
    fate = _fate_in_words(spoken, status, failed=bool(failed))
    if fate is None and not signs.returned_subject:
        return None
    return Report(
        fate or Fate.FAILED,
        _cause(status, said),
        status,
        _addresses((failed, said)),
        tuple(returned_ids),
        from_mail_system=_of_mail_system(headers, signs),
    )


def _before_the_returned(text: str) -> str:
    top = text[:_TOP]
    begin = _BEGIN_OF_RETURNED.search(top)
    return top[: begin.start()] if begin and begin.start() > 40 else top


def _fate_in_words(spoken: str, status: str | None, *, failed: bool) -> Fate | None:
    """Delay is believed before failure: a warning tells what will happen if it does not get through."""
    final = (status or "").startswith("5") or spoken.lower().startswith("returned mail")
    if _DELAYED.search(spoken) and not final:
        return Fate.DELAYED
    if failed or _GIVEN_UP.search(spoken):
        return Fate.FAILED
    if status is not None:
        return _fate_of_status(status)
    reply = _REPLY.search(spoken)
    if reply is None:
        return None
    return Fate.FAILED if reply[1].startswith("5") else Fate.DELAYED


def _cause(status: str | None, words: str) -> Cause:
    """The code where it tells anything, else the words: many servers give 5.0.0, or 5.7.1 for everything."""
    spoken = next((cause for cause, pattern in _CAUSES if pattern.search(words)), None)
    _, _, detail = (status or "").partition(".")
    coded = _BY_STATUS.get(detail) or _BY_STATUS.get(detail.partition(".")[0])
    return coded or spoken or Cause.OTHER
