"""What the case file refuses.

CaseError
├── IllegalMoveError      a state has no such move
├── UnknownCaseError      no case has this reference
├── LevelTooLowError      identity is not proved far enough
├── StaleDraftError       the draft changed since it was read
├── NotAllowedError       this user may not do this
└── RefusedActError       the act does not fit the case as it stands; the message names the mend
"""

from __future__ import annotations


class CaseError(Exception):
    """Superclass of what the case file refuses; the message is one line for whoever must act, without personal data."""


class IllegalMoveError(CaseError):
    """The life cycle has no such move."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"a request that is {state} cannot get '{event}'")
        self.state = state
        self.event = event


class UnknownCaseError(CaseError):
    """No case has this reference."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"no case {ref}; list them with: privacybot cases")
        self.ref = ref


class LevelTooLowError(CaseError):
    """Identity is not proved far enough for what was asked."""


class StaleDraftError(CaseError):
    """The draft changed since it was read: read the new one and approve that."""


class NotAllowedError(CaseError):
    """This user may not do this."""


class RefusedActError(CaseError):
    """The act does not fit the case as it stands."""
