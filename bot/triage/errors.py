"""What triage can refuse. The messages name the mend and hold no personal data."""

from __future__ import annotations

from pathlib import Path


class TriageError(Exception):
    """Triage cannot do its work; the message says what to do about it."""


class ModelUnusableError(TriageError):
    """The model file is missing, damaged or of another version."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the model file {path} {why}: run `privacybot train`, or leave [triage] model_file empty")
        self.path = path


class CorpusUnusableError(TriageError):
    """The labelled mails cannot be read or lack what training needs."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the labelled mails in {path} {why}: give a folder or file of JSON Lines, one mail a line")
        self.path = path


class TrainingUnavailableError(TriageError):
    """Training needs a library that running does not."""

    def __init__(self) -> None:
        super().__init__("training needs scikit-learn: pip install 'privacybot[train]'")


class NoOpinionError(TriageError):
    """The second reader gave no opinion. `again`: that is the server's state just now, not this mail or its answer."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


class ModelUnwritableError(TriageError):
    """A model could not be written; what was there before is untouched."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be written ({why}): make room or give the right to write there, and try again")
        self.path = path


class TrainingBusyError(TriageError):
    """One training at a time."""

    def __init__(self) -> None:
        super().__init__("another `privacybot train` is at work on this installation: wait until it has ended")


class NoEarlierModelError(TriageError):
    """There is nothing to return to."""

    def __init__(self) -> None:
        super().__init__("no model judged here before this one that could judge now: nothing was changed")
