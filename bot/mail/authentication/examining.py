"""The examination of one mail's sender, as the child process does it: no network, answers of the DNS come along.

A first look says which answers it needs; it is asked again with them until it can say what it found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.mail.authentication.alignment import Policy, aligned, policy_of
from bot.mail.authentication.order import Order
from bot.mail.authentication.origins import origin
from bot.mail.authentication.questions import Lookup, TroubleError, UnansweredError, Wanted
from bot.mail.authentication.results import by_exchange, by_own_server
from bot.mail.authentication.signatures import Signature, SignedMail, Standing, claimed_marks, domains, signature
from bot.mail.authentication.verdict import Connection, SealMark, SenderCheck, SenderVerdict
from bot.mail.headers import HeaderBlock, dated_at, header_block, in_two
from bot.mail.sender import sender

OLD = timedelta(days=3)
"""A signature older than this when the mail came may belong to a mail that is sent once more."""


def examined(raw: bytes, order: Order) -> SenderCheck | Wanted:
    """The verdict about this mail, or the questions that must be answered first."""
    raw = re.sub(rb"(?<!\r)\n", b"\r\n", raw)
    block = header_block(in_two(raw)[0])
    who = sender(block)
    if who.address is None:
        return SenderCheck(SenderVerdict.NONE, ("de afzender is niet eenduidig, dus valt er niets na te gaan",))
    domain = who.address.rpartition("@")[2]
    match order.mode:
        case "results":
            return _marked(by_own_server(block, domain, order.authserv_id, order.mx_host), block, domain, order)
        case "exchange":
            return _marked(by_exchange(block, domain), block, domain, order)
        case _:
            return _by_ourselves(raw, block, domain, order)


def _marked(check: SenderCheck, block: HeaderBlock, domain: str, order: Order) -> SenderCheck:
    """Another server verified the signatures; they are noted here, so that a copy of the mail is known again."""
    if check.verdict is not SenderVerdict.PASS:
        return check
    signers = enumerate(domains(block))
    marks = claimed_marks(block, [number for number, signer in signers if aligned(signer, domain, strict=False)])
    return replace(check, marks=marks, flags=_age_flags(marks, block, order.received_at))


# Our own examination


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for the domain in From; `sent_from` is the SPF result of a domain aligned with it, or None."""

    policy: Policy | None
    seals: tuple[Signature, ...]
    sent_from: str | None
    connected: bool  # the sending server is known, so that silence of SPF means something


def _by_ourselves(raw: bytes, block: HeaderBlock, domain: str, order: Order) -> SenderCheck | Wanted:
    lookup = Lookup(order.answers)
    numbers = [number for number, signer in enumerate(domains(block)) if aligned(signer, domain, strict=False)]
    if not numbers and order.connection is None:
        return SenderCheck(SenderVerdict.NONE, (f"het bericht is niet ondertekend door {domain}",))
    found, mail = _Gathering(lookup), SignedMail(raw)
    policy = found.policy(domain)
    seals = tuple(
        seal for number in numbers if (seal := found.seal(mail, block, number, order.received_at)) is not None
    )
    sent_from = found.origin(order.connection, domain, policy)
    if lookup.wanted:
        return Wanted(tuple(lookup.wanted))
    if found.trouble and not any(_speaks(seal, domain, policy) for seal in seals) and sent_from != "pass":
        return SenderCheck(SenderVerdict.TEMPORARY, (f"de naamservers van {domain} antwoordden niet",))
    evidence = _Evidence(policy, seals, sent_from, order.connection is not None)
    marks = tuple(seal.mark for seal in seals if seal.mark is not None)
    return _weighed(evidence, domain, _age_flags(marks, block, order.received_at))


class _Gathering:
    """Asks for everything at once: a question without an answer stops only what hangs on it."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.trouble = False

    def policy(self, domain: str) -> Policy | None:
        try:
            return policy_of(domain, self._lookup)
        except UnansweredError:
            return None
        except TroubleError:
            self.trouble = True
            return None

    def seal(self, mail: SignedMail, block: HeaderBlock, number: int, received_at: datetime) -> Signature | None:
        try:
            seal = signature(mail, block, number, self._lookup, received_at)
        except UnansweredError:
            return None
        self.trouble |= seal.standing is Standing.TROUBLE
        return seal

    def origin(self, connection: Connection | None, domain: str, policy: Policy | None) -> str | None:
        """The SPF result, if it is about a domain that may speak for the one in From."""
        if connection is None:
            return None
        try:
            checked, result = origin(connection, self._lookup)
        except UnansweredError:
            return None
        if not aligned(checked, domain, strict=policy is None or policy.strict_spf):
            return None
        self.trouble |= result == "temperror"
        return result


def _speaks(seal: Signature, domain: str, policy: Policy | None) -> bool:
    """Without a DMARC record only the very domain speaks for itself."""
    strict = policy is None or policy.strict_dkim
    return seal.standing is Standing.HOLDS and aligned(seal.domain, domain, strict=strict)


def _weighed(evidence: _Evidence, domain: str, flags: tuple[str, ...]) -> SenderCheck:
    speaking = [seal for seal in evidence.seals if _speaks(seal, domain, evidence.policy)]
    marks = tuple(seal.mark for seal in speaking if seal.mark is not None)
    without = () if evidence.policy else (f"{domain} heeft geen DMARC-regels",)
    if speaking:
        words = f"de handtekening (DKIM) van {speaking[0].domain} klopt"
        return SenderCheck(SenderVerdict.PASS, (words, *without), flags, marks)
    if evidence.sent_from == "pass":
        return SenderCheck(SenderVerdict.PASS, (f"verstuurd door een server van {domain} (SPF)", *without), flags)
    why = tuple(dict.fromkeys(f"DKIM van {seal.domain}: {seal.why}" for seal in evidence.seals if seal.why))
    why = why or (f"geen handtekening (DKIM) die voor {domain} geldt",)
    if evidence.connected:
        why = (*why, f"niet verstuurd door een server van {domain} (SPF)")
    else:
        why = (*why, "de versturende server is hier niet bekend, dus SPF is niet nagegaan")
    failed = evidence.connected and evidence.policy is not None
    wish = (f"{domain} vraagt om zulke berichten te weren",) if failed and _unwanted(evidence.policy) else ()
    return SenderCheck(SenderVerdict.FAIL if failed else SenderVerdict.NONE, (*why, *without, *wish), flags)


def _unwanted(policy: Policy | None) -> bool:
    return policy is not None and policy.wish != "none"


def _age_flags(marks: tuple[SealMark, ...], block: HeaderBlock, received_at: datetime) -> tuple[str, ...]:
    """A genuine mail can be sent again by whoever has a copy: an old signature is worth a look."""
    made = [mark.made_at or dated_at(block.text("date")) for mark in marks]
    oldest = min((moment for moment in made if moment is not None), default=None)
    if oldest is None or received_at - oldest <= OLD:
        return ()
    return (f"de handtekening is van {oldest:%Y-%m-%d}: mogelijk een oud bericht dat opnieuw is verstuurd",)
