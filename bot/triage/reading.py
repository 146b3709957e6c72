"""Raw mail read in one go, in a child process: taken apart by the post room and judged by triage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot.mail.message import ParsedMail, Unreadable
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings, Settings
from bot.triage.brand import TAUGHT
from bot.triage.classify import classify_both, classify_mail
from bot.triage.installed import live
from bot.triage.model import Model, load_model
from bot.triage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Reading:
    """What a child hands back: the mail and its verdict, or why it could not be taken apart.

    `as_reply` is the verdict if the mail belongs to a running case; only a mail that refers to another one has it.
    """

    mail: ParsedMail | Unreadable
    verdict: Verdict | None
    as_reply: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads raw mail. Picklable: it travels to a child process once, and loads the model there.

    Where no `model_file` is fixed, another model that is promoted in the folder `models` judges from the next mail on.
    """

    limits: ParsingSettings
    own_domain: str
    model_file: str = ""  # empty is the model that judges in this installation
    models: str = (
        ""  # the folder of its models; empty, or nothing promoted in it: the model that ships with the package
    )
    brand: str = TAUGHT  # how customers call the company that reads
    documents: bool = True  # whether PDF, Word and their kin are opened

    @classmethod
    def of(cls, settings: Settings) -> Reader:
        """What reads and judges raw mail with these settings."""
        about, triage = settings.organisation, settings.triage
        domain = about.address.rpartition("@")[2]
        return cls(settings.parsing, domain, triage.model_file, str(settings.models), about.brand)

    def __call__(self, raw: bytes) -> Reading:
        """The mail and what it is; whether it belongs to a running case only the archive can say."""
        mail = parsed(raw, self.limits, self.own_domain, documents=self.documents)
        if isinstance(mail, Unreadable):
            return Reading(mail, None)
        model = self.model()
        if mail.references or mail.quoted_text:
            alone, in_case = classify_both(model, mail)
            return Reading(mail, _signed(alone, model), _signed(in_case, model))
        return Reading(mail, _signed(classify_mail(model, mail, in_case=False), model))

    def careful(self) -> Reader:
        """One that leaves documents closed: for a mail on which this one came to grief."""
        return replace(self, documents=False)

    def model(self) -> Model:
        """The model that judges now, read from disk once per process."""
        return replace(self._model(), brand=self.brand)

    def _model(self) -> Model:
        if self.model_file or not self.models:
            return load_model(Path(self.model_file) if self.model_file else None)
        return live(Path(self.models)).model

    def warm(self) -> None:
        """Load the model before the first mail, so that no mail pays for it within its time limit."""
        self.model()


def _signed(verdict: Verdict, model: Model) -> Verdict:
    """With the version of the model, so that a case tells which one judged it."""
    return replace(verdict, model=model.version)
