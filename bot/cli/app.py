"""The commands by name. Nothing heavy is imported before a command runs, so that `--help` answers at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cases.complaints import Lane
from bot.cases.findings import Upheld
from bot.cases.model import RequestState
from bot.cases.people import StaffRole
from bot.cli.agenda_app import agenda_app
from bot.cli.breach_app import breach_app
from bot.cli.fee_app import fee_app
from bot.cli.options import MOMENTS, As, DraftId, Given, Json, Kinds, Reason, Ref, case_act, do
from bot.cli.people_app import people_app
from bot.triage.labels import Role

app = typer.Typer(
    name="privacybot",
    help="Takes a data subject's request from an ordinary mailbox to an approved answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
user_app = typer.Typer(help="Staff in our own table.", no_args_is_help=True)
task_app = typer.Typer(help="Tasks that only a person can do.", no_args_is_help=True)
pause_app = typer.Typer(help="Stop something.", no_args_is_help=True)
resume_app = typer.Typer(help="Let it go on.", no_args_is_help=True)
app.add_typer(user_app, name="user")
app.add_typer(breach_app, name="breach")
app.add_typer(people_app)
app.add_typer(agenda_app)
app.add_typer(fee_app)
app.add_typer(task_app, name="task")
app.add_typer(pause_app, name="pause")
app.add_typer(resume_app, name="resume")


class Method(StrEnum):
    PHONE = "phone"
    LETTER = "letter"
    DECISION = "decision"


class HandChannel(StrEnum):
    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"


class Higher(StrEnum):
    OFFICER = "officer"
    AP = "ap"


@app.callback()
def _global(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="DIR", help="The configuration to use instead of config/.")
    ] = None,
) -> None:
    Given.config = config


# Start and check


@app.command()
def demo(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Keep running until Ctrl-C.")] = True,
) -> None:
    """Show the whole way of eight mails, with fictional people, on this machine only."""
    do("demo", "demo", wait=wait)


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Run every role in this process."""
    do("running", "run", Given.config, ("watch", "receive", "work", "desk"), once=once)


@app.command()
def watch() -> None:
    """Only read the mailbox."""
    do("running", "run", Given.config, ("watch",), once=False)


@app.command()
def receive() -> None:
    """Only take in mail over SMTP or LMTP."""
    do("running", "run", Given.config, ("receive",), once=False)


@app.command()
def work() -> None:
    """Only do the work: recognise, collect, draft, send."""
    do("running", "run", Given.config, ("work",), once=False)


@app.command()
def desk() -> None:
    """Only serve the web pages (now: /healthz and /readyz)."""
    do("running", "run", Given.config, ("desk",), once=False)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    do("running", "migrate", Given.config)


@app.command("check-config")
def check_config(
    live: Annotated[bool, typer.Option("--live", help="Also compare the data map with the databases.")] = False,
    as_json: Json = False,
) -> None:
    """Check config/ and templates/, and list what the owner must confirm."""
    do("running", "check_config", Given.config, live=live, as_json=as_json)


@app.command()
def letters(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pages are written.")],
) -> None:
    """Write every letter with invented facts, in every language, for a jurist to read."""
    do("letters", "letters", out)


@app.command()
def write(
    ref: Ref,
    user: As,
    letter: Annotated[str, typer.Option("--letter", help="opening_help, restriction_lifted or wrong_recipient")],
    words: Annotated[str | None, typer.Option("--text", help="Your own words in the letter.")] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="From which day, if any.")] = None,
    as_json: Json = False,
) -> None:
    """Draft a letter beside the answer: help with a file, a word before data are used again, thanks for a tip."""
    day = None if on is None else on.date()
    do("correspondence", "write", Given.config, ref, user, letter=letter, words=words, on=day, as_json=as_json)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything the service needs, and name the mend of what does not work. Changes nothing."""
    do("doctor", "doctor", Given.config, as_json=as_json)


@app.command("testmail")
def send_testmail(
    to: Annotated[str | None, typer.Option("--to", metavar="ADDR", help="Where to; else our own address.")] = None,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", help="How long it may take to arrive.")] = 60.0,
    as_json: Json = False,
) -> None:
    """Send one mail of our own the configured way, and see it arrive."""
    do("testmail", "testmail", Given.config, to, wait, as_json=as_json)


@app.command("verify-log")
def verify_log(
    anchor: Annotated[
        list[Path] | None, typer.Option("--anchor", metavar="FILE", help="An anchor that was kept elsewhere.")
    ] = None,
    link: Annotated[
        list[str] | None, typer.Option("--hash", metavar="HASH", help="The hash of an anchor, from a mail or an alarm.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the chain of events of every case, and all chains against their daily anchors."""
    do("verifying", "verify_log", Given.config, tuple(anchor or ()), tuple(link or ()), as_json=as_json)


@app.command()
def reconcile(
    repair: Annotated[bool, typer.Option("--repair", help="Take in what is missing.")] = False,
    as_json: Json = False,
) -> None:
    """Account for every mail in the watched folders: it is in the ledger, or it is missing."""
    do("reconciling", "reconcile", Given.config, repair=repair, as_json=as_json)


@pause_app.command("sending")
def pause_sending() -> None:
    """No mail leaves until it is resumed; intake goes on."""
    do("running", "sending", Given.config, paused=True)


@resume_app.command("sending")
def resume_sending() -> None:
    """Letters leave again."""
    do("running", "sending", Given.config, paused=False)


# Mails and the model


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Mails; - is standard input.")],
    received: Annotated[
        datetime | None, typer.Option("--received", formats=MOMENTS, help="When it reached us, with time zone.")
    ] = None,
) -> None:
    """Take in mails from files."""
    do("mails", "ingest", Given.config, files, received)


@app.command()
def classify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Mails or plain text; - is standard input.")],
    as_json: Json = False,
) -> None:
    """Say what mails ask, without keeping anything."""
    do("mails", "classify", Given.config, files, as_json=as_json)


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mail; - is standard input.")], as_json: Json = False
) -> None:
    """Show a mail as the bot sees it."""
    do("parse", "parse", Given.config, file, as_json=as_json)


@app.command()
def rehearse(
    place: Annotated[Path, typer.Argument(metavar="PATH", help="A folder of mails, one .eml, an mbox or a Maildir.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write the report as a page.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what would have come of past mail, and why. Changes nothing."""
    do("rehearsal.rehearsing", "rehearse", Given.config, place, html, as_document=as_json)


@app.command(hidden=True)
def corpora(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Mails: .eml, mbox, Maildir or raw, by any name.")],
    as_json: Json = False,
) -> None:
    """For development: read every mail in a folder, and count what came of it."""
    do("corpora", "corpora", Given.config, folder, as_json=as_json)


@app.command()
def train(
    check: Annotated[bool, typer.Option("--check", help="Only measure; the new model is thrown away.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Return to the model before this one.")] = False,
    corpus: Annotated[Path | None, typer.Option("--corpus", metavar="DIR", help="Other labelled mails.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Only build a model from labelled mails, here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn what staff corrected; the new model judges if it is no worse."""
    if sum((check, back, out is not None)) > 1 or (back and corpus is not None):
        raise typer.BadParameter("--check, --back and --out each stand alone")
    if out is not None:
        do("learning", "build", corpus, out)
    elif back:
        do("learning", "back", Given.config, as_json=as_json)
    else:
        do("learning", "train", Given.config, corpus, check=check, as_json=as_json)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled mails.")],
    confused: Annotated[bool, typer.Option("--confusion", help="Also which label is taken for which.")] = False,
    errors: Annotated[int, typer.Option("--errors", min=0, metavar="N", help="Also the N worst errors.")] = 0,
    as_json: Json = False,
) -> None:
    """Measure how well labelled mails are recognised."""
    do("measuring", "evaluate", Given.config, file, confused=confused, errors=errors, as_json=as_json)


# Looking


@app.command()
def cases(
    state: Annotated[RequestState | None, typer.Option("--state", help="Only cases in this state.")] = None,
    held: Annotated[bool, typer.Option("--held", help="Only cases whose automatic letters wait.")] = False,
    lane: Annotated[Lane | None, typer.Option("--lane", help="Only complaints, or what is before the AP.")] = None,
    as_json: Json = False,
) -> None:
    """List the cases, the most urgent first."""
    do("showing", "cases", Given.config, state, held=held, lane=lane, as_json=as_json)


@app.command()
def case(ref: Ref, as_json: Json = False) -> None:
    """Show everything about one case."""
    do("casepage", "case", Given.config, ref, as_json=as_json)


@app.command()
def draft(
    ref: Ref,
    draft_id: DraftId = None,
    eml: Annotated[bool, typer.Option("--eml", help="The exact mail, Date as a placeholder.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The letter in blocks, to edit.")] = False,
    as_json: Json = False,
) -> None:
    """Show the draft that waits."""
    do("drafts", "draft", Given.config, ref, draft_id, eml=eml, text=text, as_json=as_json)


@app.command()
def stats(
    since: Annotated[
        datetime | None, typer.Option("--since", formats=MOMENTS, help="Only what was received since then.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count how requests were answered: in time, how fast, how often extended."""
    do("figures", "stats", Given.config, since, as_json=as_json)


@app.command()
def tasks(as_json: Json = False) -> None:
    """List what waits for a person, in all cases."""
    do("showing", "tasks", Given.config, as_json=as_json)


@app.command()
def jobs(
    unpark: Annotated[int | None, typer.Option("--unpark", help="Try this parked job again.")] = None,
    as_json: Json = False,
) -> None:
    """Show work that failed too often."""
    if unpark is None:
        do("showing", "jobs", Given.config, as_json=as_json)
    else:
        do("showing", "unpark", Given.config, unpark)


# Acts


@app.command()
def approve(
    ref: Ref,
    user: As,
    draft_id: DraftId = None,
    seen_hash: Annotated[
        str | None, typer.Option("--hash", help="Of the draft you read; another one is refused.")
    ] = None,
    typed: Annotated[str | None, typer.Option("--ref", help="Type the reference: one person in place of two.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why one person is enough.")] = None,
    as_json: Json = False,
) -> None:
    """Approve a draft: after the undo time it is carried out and sent."""
    case_act(
        "approve",
        ref,
        user,
        draft_id=draft_id,
        seen_hash=seen_hash,
        typed_reference=typed,
        reason=reason,
        as_json=as_json,
    )


@app.command()
def reject(ref: Ref, user: As, reason: Reason, draft_id: DraftId = None, as_json: Json = False) -> None:
    """Send a draft back to be made again; the customer gets nothing."""
    case_act("reject", ref, user, reason, draft_id, as_json=as_json)


@app.command()
def edit(
    ref: Ref,
    user: As,
    file: Annotated[Path, typer.Option("--file", help="The letter in blocks, from `draft REF --text`.")],
    draft_id: DraftId = None,
    as_json: Json = False,
) -> None:
    """Replace the text of a draft."""
    case_act("edit", ref, user, file, draft_id, as_json=as_json)


@app.command()
def label(
    ref: Ref,
    user: As,
    kinds: Annotated[str | None, typer.Option("--set", help="What it asks, such as access,erasure.")] = None,
    more: Annotated[str | None, typer.Option("--add", help="What it asks as well; the rest stays as it is.")] = None,
    role: Annotated[Role | None, typer.Option("--role", help="In which role we hold the data.")] = None,
    ordinary: Annotated[bool, typer.Option("--ordinary", help="No request: close and forget the content.")] = False,
    as_json: Json = False,
) -> None:
    """Say what a case asks."""
    case_act("label", ref, user, kinds, role, more=more, ordinary=ordinary, as_json=as_json)


@app.command("open")
def open_case(
    user: As,
    channel: Annotated[HandChannel, typer.Option("--channel", help="How it came.")],
    received: Annotated[datetime, typer.Option("--received", formats=MOMENTS, help="When it reached us.")],
    file: Annotated[Path, typer.Option("--file", help="What was asked, in words.")],
    sender: Annotated[str | None, typer.Option("--from", help="The e-mail address of the person.")] = None,
    as_json: Json = False,
) -> None:
    """Open a case for a request that did not come by mail."""
    case_act("open_case", user, channel, received, sender, file, as_json=as_json)


@app.command()
def verify(
    ref: Ref,
    user: As,
    method: Annotated[Method, typer.Option("--method", help="Decision is the privacy officer's.")],
    note: Annotated[str, typer.Option("--note", help="What was checked, when and how.")] = "",
    begin: Annotated[bool, typer.Option("--begin", help="Make a letter with a code, for you to post.")] = False,
    code: Annotated[str | None, typer.Option("--code", help="The code that the person read from the letter.")] = None,
    as_json: Json = False,
) -> None:
    """Write down a second proof of identity, fixed before the case."""
    do("proving", "verify", Given.config, ref, user, method, note, begin=begin, code=code, as_json=as_json)


@app.command()
def notify(ref: Ref, user: As, as_json: Json = False) -> None:
    """Draft a letter to each other user of a shared account that would end or be frozen."""
    do("proving", "notify", Given.config, ref, user, as_json=as_json)


@app.command()
def choose(
    ref: Ref,
    user: Annotated[str | None, typer.Option("--as", metavar="USER", help="Who you are.")] = None,
    key: Annotated[
        str | None, typer.Option("--record", help="The record; without it the fitting ones are shown.")
    ] = None,
    note_text: Annotated[str, typer.Option("--note", help="Why it is this record.")] = "",
    as_json: Json = False,
) -> None:
    """Say which record a case is about, where more than one fits."""
    if (key is None) != (user is None):
        raise typer.BadParameter("give --record and --as together, or neither")
    case_act("choose", ref, user, key, note_text, as_json=as_json)


@app.command()
def refuse(ref: Ref, user: As, reason: Reason, kinds: Kinds = None, as_json: Json = False) -> None:
    """Draft a refusal; it needs a second reader."""
    case_act("refuse", ref, user, reason, kinds, as_json=as_json)


@app.command()
def ask(
    ref: Ref,
    user: As,
    question: Annotated[str, typer.Option("--question", help="What we need to know, in words for the person.")],
    as_json: Json = False,
) -> None:
    """Draft a question to the person."""
    case_act("ask", ref, user, question, as_json=as_json)


@app.command()
def extend(ref: Ref, user: As, reason: Reason, as_json: Json = False) -> None:
    """Draft the notice that the answer takes longer (Art. 12(3))."""
    case_act("extend", ref, user, reason, as_json=as_json)


@app.command()
def passphrase(ref: Ref, user: As, as_json: Json = False) -> None:
    """Draft the letter that repeats the passphrase of the export."""
    case_act("passphrase", ref, user, as_json=as_json)


@app.command()
def finding(
    ref: Ref,
    user: As,
    text: Annotated[str, typer.Option("--finding", help="What you found, in words for the person.")],
    measures: Annotated[str, typer.Option("--measures", help="What you do about it, in words for the person.")],
    upheld: Annotated[Upheld | None, typer.Option("--upheld", help="Whether the complaint was right.")] = None,
    as_json: Json = False,
) -> None:
    """Write down what was found about a complaint; its answer says so, and cannot leave without."""
    do("complaining", "finding", Given.config, ref, user, text, measures, upheld, as_json=as_json)


@app.command()
def withdraw(ref: Ref, user: As, reason: Reason, kinds: Kinds = None, as_json: Json = False) -> None:
    """The person wants it no longer."""
    case_act("withdraw", ref, user, kinds, reason, as_json=as_json)


@app.command()
def escalate(
    ref: Ref,
    user: As,
    to: Annotated[Higher, typer.Option("--to", help="The privacy officer, or the AP lane.")],
    reason: Reason,
    ap_ref: Annotated[str | None, typer.Option("--ap-ref", help="The AP's own reference.")] = None,
    dossier_file: Annotated[
        Path | None, typer.Option("--dossier", metavar="FILE.zip", help="For the AP lane: leave that of now here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand the case to the privacy officer, or put it in the AP lane."""
    if dossier_file is not None and to is not Higher.AP:
        raise typer.BadParameter("--dossier goes with --to ap")
    case_act("escalate", ref, user, to, reason, ap_ref, dossier_file, as_json=as_json)


@app.command()
def dossier(
    ref: Ref,
    user: As,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help="Where to.")],
    originals: Annotated[
        bool, typer.Option("--originals", help="Also mails as they came, with everything in them; for inside only.")
    ] = False,
    kept: Annotated[bool, typer.Option("--kept", help="The one kept after the case went to the AP lane.")] = False,
    as_json: Json = False,
) -> None:
    """Everything of a case in one zip, for the privacy officer; it is sent to nobody."""
    if kept and originals:
        raise typer.BadParameter("--originals does not go with --kept: what is kept is masked")
    do("complaining", "dossier", Given.config, ref, user, out, originals=originals, kept=kept, as_json=as_json)


@app.command()
def incident(
    ref: Ref,
    user: As,
    reason: Annotated[str, typer.Option("--reason", help="What happened, without names.")],
    aware: Annotated[
        datetime | None, typer.Option("--aware", formats=MOMENTS, help="When we knew; else now. ISO, with time zone.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Data went to the wrong person: stop everything of the case and count 72 hours."""
    do("breaches", "incident", Given.config, ref, user, reason, aware, as_json=as_json)


@app.command()
def revoke(ref: Ref, user: As, as_json: Json = False) -> None:
    """Close the links of this case: to the page that confirms and to the page with files."""
    do("revoking", "revoke", Given.config, ref, user, as_json=as_json)


@app.command()
def release(
    user: As,
    refs: Annotated[list[str] | None, typer.Argument(metavar="REF…")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every case whose letters are held.")] = False,
    as_json: Json = False,
) -> None:
    """Let the automatic letters of held cases go."""
    if bool(refs) == everything:
        raise typer.BadParameter("name cases, or give --all")
    case_act("release", refs or [], user, everything=everything, as_json=as_json)


@app.command()
def undo(ref: Ref, user: As, as_json: Json = False) -> None:
    """Take an approval back while that is still possible."""
    case_act("undo", ref, user, as_json=as_json)


@app.command("lift-hold")
def lift_hold(ref: Ref, user: As, reason: Reason, as_json: Json = False) -> None:
    """The matter before the AP or a court is over: the case may be tidied away again."""
    case_act("lift_hold", ref, user, reason, as_json=as_json)


@app.command()
def note(
    ref: Ref, user: As, text: Annotated[str, typer.Option("--text", help="The note.")], as_json: Json = False
) -> None:
    """Write a note in the case file, for colleagues only."""
    case_act("note", ref, user, text, as_json=as_json)


@app.command()
def assign(ref: Ref, user: As, to: Annotated[str, typer.Option("--to", help="A user.")], as_json: Json = False) -> None:
    """Give the case to a colleague."""
    case_act("assign", ref, user, to, as_json=as_json)


@app.command()
def reopen(ref: Ref, user: As, reason: Reason, as_json: Json = False) -> None:
    """Bring a finished case back."""
    case_act("reopen", ref, user, reason, as_json=as_json)


@app.command("answered-elsewhere")
def answered_elsewhere(
    ref: Ref, user: As, text: Annotated[str, typer.Option("--note", help="How and when.")], as_json: Json = False
) -> None:
    """The answer was given outside this system."""
    case_act("answered_elsewhere", ref, user, text, as_json=as_json)


@app.command()
def sent(ref: Ref, user: As) -> None:
    """A letter with unknown outcome did arrive."""
    case_act("sent", ref, user)


@app.command("send-again")
def send_again(ref: Ref, user: As) -> None:
    """A letter with unknown outcome did not arrive: send the same bytes again."""
    case_act("send_again", ref, user)


@task_app.command("done")
def task_done(task_id: Annotated[int, typer.Argument(metavar="TASK")], user: As) -> None:
    """You did what the task asked."""
    case_act("task_done", task_id, user)


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[StaffRole, typer.Option("--role", help="What this person may do.")],
    address: Annotated[str | None, typer.Option("--address", help="For alarms and reviews.")] = None,
) -> None:
    """Add a member of staff."""
    case_act("user_add", name, role, address)


@user_app.command("list")
def user_list(as_json: Json = False) -> None:
    """List the staff."""
    case_act("user_list", as_json=as_json)


@user_app.command("disable")
def user_disable(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """This person may do nothing any more."""
    case_act("user_enable", name, enabled=False)


@user_app.command("enable")
def user_enable(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """This person may act again."""
    case_act("user_enable", name, enabled=True)
