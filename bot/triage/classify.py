"""From words to a verdict: which rights a mail invokes, by which sentences, and when a person has to look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.mail.message import ParsedMail
from bot.triage.attached import Letter, closed, with_letters
from bot.triage.automatic import absent_by_subject, automatic_words, filled_in_form, reads_automatic
from bot.triage.corrections import corrections_in, touches_another
from bot.triage.evidence import parts_of, weigh
from bot.triage.features import buckets, merged
from bot.triage.identifiers import identifiers_in, of_the_record
from bot.triage.intents import calls_off_earlier, intents_in, keeps_consent, with_meaning, without_code
from bot.triage.kin import asks_about_kin
from bot.triage.labels import OTHER_PRIVACY, Intent, Language, RequestKind, Writer
from bot.triage.language import language_of
from bot.triage.naming import named
from bot.triage.opinion import Opinion, from_machine, opinion_of, within_case
from bot.triage.other_firms import greets_another
from bot.triage.unsettled import erases_a_value, unsettled
from bot.triage.verdict import Reason, StatedCorrection, Verdict
from bot.triage.weights import Model
from bot.triage.writers import authority_address, only_a_person_may_answer, role_of, writer_of

SCHEMA = 1
_MAY_CORRECT = 0.2  # chance
_MAX_TEXT = 40_000  # characters of one text that are read
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_BUILT_IN_TWO_WAYS = frozenset({"more than one Content-Type", "more than one content-type", "html cut"})
"""Defects that let people and programs read different texts in one mail."""


def classify(
    model: Model,
    subject: str,
    new_text: str,
    quoted_text: str = "",
    *,
    in_case: bool = False,
    automatic: bool = False,
    role_address: bool = False,
) -> Verdict:
    """What one mail is. Looks at its words only: no clock, no database, no network; never raises, whatever the text.

    `role_address`: nothing but an address such as no-reply@ makes it automatic. A website's form comes from there too.
    """
    seen = _seen(model, subject, new_text, quoted_text, automatic, role_address, closely=in_case)
    return _in_case(model, seen) if in_case else _verdict(seen, seen.opinion, frozenset())


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the words of one mail come to, before it matters whether they belong to a running case."""

    subject: str
    new_text: str
    machine: bool
    opinion: Opinion
    in_case: Opinion  # the same, as a reply in a case
    writer: Writer
    language: Language
    identifiers: dict[str, str]
    elsewhere: bool  # another organisation is greeted


def _seen(
    model: Model,
    subject: str,
    new_text: str,
    quoted_text: str,
    automatic: bool,
    role_address: bool,
    *,
    closely: bool = False,
) -> _Seen:
    subject, new_text, quoted_text = subject[:1000], new_text[:_MAX_TEXT], quoted_text[:_MAX_TEXT]
    surely = automatic_words(subject, new_text) or (automatic and not role_address)
    absent = absent_by_subject(subject, new_text)
    own_subject = "" if absent else subject  # an absence note repeats the subject it answers
    said = without_code(new_text)
    parts = parts_of(own_subject, said)
    weighed = weigh(model, parts, own_subject, quoted_text, closely=closely)
    opinion = opinion_of(model, weighed, said, quoted_text)
    differs = closely and weighed.asks_in_case is not None
    in_case = opinion_of(model, weighed.within_case(), said, quoted_text) if differs else opinion
    if surely:
        form = filled_in_form(subject, new_text)
        opinion, in_case = (from_machine(one, parts, absent=absent, form=form) for one in (opinion, in_case))
    whole = merged([part.buckets for part in parts])
    read = weighed.meaning.writers if weighed.meaning else None
    return _Seen(
        subject=subject,
        new_text=new_text,
        machine=automatic or surely or reads_automatic(new_text),
        opinion=opinion,
        in_case=in_case,
        writer=writer_of(f"{subject}\n{new_text}", model.writer.scores(whole, model.rarity), read),
        language=language_of(new_text if new_text.strip() else subject),
        identifiers=identifiers_in(new_text, subject),
        elsewhere=greets_another(new_text, model.brand, subject),
    )


def _in_case(model: Model, seen: _Seen) -> Verdict:
    """The verdict if the mail belongs to a running case."""
    intents = _intents(model, seen)
    return _verdict(seen, within_case(seen.in_case, intents), intents)


def _verdict(seen: _Seen, opinion: Opinion, intents: frozenset[Intent]) -> Verdict:
    kinds = frozenset(RequestKind(label) for label in opinion.decided if label != OTHER_PRIVACY)
    called_off = not intents and calls_off_earlier(seen.new_text)
    kept_consent = RequestKind.CONSENT_WITHDRAWAL in kinds and keeps_consent(seen.new_text)
    kinds -= {RequestKind.ERASURE} if called_off else frozenset()
    kinds -= {RequestKind.CONSENT_WITHDRAWAL} if kept_consent else frozenset()
    corrections = _corrections(seen) if RequestKind.CORRECTION in kinds or _may_correct(opinion) else ()
    return Verdict(
        kinds=kinds,
        other_privacy=OTHER_PRIVACY in opinion.decided,
        needs_person=_needs_person(opinion, seen.writer, f"{seen.subject}\n{seen.new_text}", machine=seen.machine)
        or called_off
        or kept_consent
        or (bool(kinds) and (seen.elsewhere or _of_somebody_else(seen, kinds))),
        language=seen.language,
        automatic=seen.machine,
        role=role_of(seen.writer),
        writer=seen.writer,
        scores=opinion.scores,
        reasons=opinion.reasons,
        identifiers=of_the_record(_identifiers(seen), [(one.field, one.old, one.new) for one in corrections]),
        corrections=corrections,
        intents=intents,
        perhaps=frozenset(map(RequestKind, opinion.perhaps)) - kinds if kinds else frozenset(),
    )


def _of_somebody_else(seen: _Seen, kinds: frozenset[RequestKind]) -> bool:
    """A relative's value that would change a record, a change in doubt, or a relative's data that are asked for."""
    told = seen.opinion.meaning.values if seen.opinion.meaning else ()
    correct = RequestKind.CORRECTION in kinds
    erased = [one.text for one in seen.opinion.reasons if one.label == RequestKind.ERASURE.value]
    replaced = correct and RequestKind.ERASURE in kinds and erases_a_value(erased)
    changes = replaced or (correct and (touches_another(seen.new_text, told) or unsettled(seen.new_text)))
    return changes or asks_about_kin(f"{seen.subject}\n{seen.new_text}")


def _may_correct(opinion: Opinion) -> bool:
    """Whether a doubtful mail is enough of a correction to show values beside it: ordinary mail is full of them."""
    doubtful = opinion.doubt or RequestKind.CORRECTION.value in opinion.perhaps
    return doubtful and opinion.scores[RequestKind.CORRECTION.value] >= _MAY_CORRECT


def _corrections(seen: _Seen) -> tuple[StatedCorrection, ...]:
    meaning = seen.opinion.meaning
    return corrections_in(seen.new_text, meaning.values if meaning else None)


def _identifiers(seen: _Seen) -> dict[str, str]:
    meaning = seen.opinion.meaning
    return named(seen.identifiers, meaning.who, seen.new_text) if meaning else seen.identifiers


def _intents(model: Model, seen: _Seen) -> frozenset[Intent]:
    counted = model.intent.scores(buckets(seen.new_text.strip() or seen.subject), model.rarity)
    meaning = seen.opinion.meaning
    if meaning is None:
        return intents_in(seen.subject, seen.new_text, counted)
    raw, alone = with_meaning(counted, meaning.intents), with_meaning(counted, meaning.intents_alone)
    return intents_in(seen.subject, seen.new_text, raw, alone)


def classify_mail(model: Model, mail: ParsedMail, *, in_case: bool) -> Verdict:
    """What a mail is, its headers and attachments included."""
    seen = _seen_mail(model, mail, closely=in_case)
    verdict = _in_case(model, seen) if in_case else _verdict(seen, seen.opinion, frozenset())
    verdict = with_letters(verdict, mail, _letters(model, mail), in_case=in_case)
    return _of_mail(mail, verdict, two_faced=_two_faced(model, mail))


def classify_both(model: Model, mail: ParsedMail) -> tuple[Verdict, Verdict]:
    """The verdict as a mail of its own, and as one that belongs to a running case; the words are weighed once."""
    seen, letters = _seen_mail(model, mail, closely=True), _letters(model, mail)
    alone = with_letters(_verdict(seen, seen.opinion, frozenset()), mail, letters, in_case=False)
    in_case = with_letters(_in_case(model, seen), mail, letters, in_case=True)
    two_faced = _two_faced(model, mail)
    return _of_mail(mail, alone, two_faced=two_faced), _of_mail(mail, in_case, two_faced=two_faced)


def _letters(model: Model, mail: ParsedMail) -> list[Letter]:
    """What each attached document would be as a mail."""
    read = [(part.name, part.text) for part in mail.attachments if part.text and not _machine_zone(part.text)]
    return [Letter(name, len(text), classify(model, "", text)) for name, text in read]


def _machine_zone(text: str) -> bool:
    """Nothing but the lines of an identity document that machines read: no letter."""
    return all("<<" in line for line in text.splitlines() if line.strip())


def _seen_mail(model: Model, mail: ParsedMail, *, closely: bool) -> _Seen:
    return _seen(
        model,
        mail.subject,
        mail.new_text,
        mail.quoted_text,
        mail.signs.automatic,
        not replace(mail.signs, role_sender=False).automatic,
        closely=closely,
    )


def _two_faced(model: Model, mail: ParsedMail) -> bool:
    """Programs that show the plain form and programs that show the HTML form show different requests."""
    if not mail.other_text:
        return False
    forms = (mail.new_text.removesuffix(mail.other_text), mail.other_text)
    plain, page = (classify(model, mail.subject, form, automatic=mail.signs.automatic) for form in forms)
    return (plain.kinds, plain.other_privacy, plain.corrections) != (page.kinds, page.other_privacy, page.corrections)


def _of_mail(mail: ParsedMail, verdict: Verdict, *, two_faced: bool) -> Verdict:
    if authority_address(mail.sender.address):
        return replace(verdict, needs_person=True, writer=Writer.AUTHORITY, role=role_of(Writer.AUTHORITY))
    if look := closed(mail):
        return replace(verdict, needs_person=True, look=look)
    ambiguous = mail.hidden_text or two_faced or not _BUILT_IN_TWO_WAYS.isdisjoint(mail.defects)
    if ambiguous and not verdict.ordinary:
        return replace(verdict, needs_person=True)
    return verdict


def as_json(file: str, verdict: Verdict) -> dict[str, Any]:
    """One verdict as the line that `classify --json` prints. `labels` in the order of the law, then other_privacy."""
    labels = [kind.value for kind in RequestKind if kind in verdict.kinds]
    return {
        "schema": SCHEMA,
        "file": file,
        "labels": labels + [OTHER_PRIVACY] * verdict.other_privacy,
        "scores": dict(verdict.scores),
        "language": verdict.language.value,
        "automatic": verdict.automatic,
        "needs_person": verdict.needs_person,
        "role": verdict.role.value,
        "writer": verdict.writer.value,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "identifiers": dict(verdict.identifiers),
        "corrections": [{"field": one.field, "old": one.old, "new": one.new} for one in verdict.corrections],
        "intents": sorted(intent.value for intent in verdict.intents),
        "perhaps": [kind.value for kind in RequestKind if kind in verdict.perhaps],
        **({"look": verdict.look.value} if verdict.look else {}),
    }


def _reason(reason: Reason) -> dict[str, str]:
    found = {"label": reason.label, "text": reason.text}
    return found | ({"attachment": reason.source} if reason.source else {})


def _needs_person(opinion: Opinion, writer: Writer, words: str, *, machine: bool) -> bool:
    """In doubt, or nobody but a person may answer, or a machine asks in somebody's name."""
    if _ENCRYPTED in words or (writer is Writer.AUTHORITY and not machine):
        return True
    if not (opinion.decided or opinion.doubt):
        return False
    return opinion.doubt or machine or only_a_person_may_answer(writer, words)
