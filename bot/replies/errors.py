"""What the letter room refuses.

ReplyError
├── TemplateError      a template is missing or broken; the message names file and line
├── MissingFactError   the facts cannot fill this letter
└── AuthorityError     the letter would go to the supervisory authority
"""

from __future__ import annotations


class ReplyError(Exception):
    """Superclass; the message is one line for whoever keeps the templates, without personal data."""


class TemplateError(ReplyError):
    """A template is missing or broken. `line` is 0 where the file as a whole is the trouble."""

    def __init__(self, file: str, line: int, trouble: str) -> None:
        super().__init__(f"{file}:{line}: {trouble}" if line else f"{file}: {trouble}")
        self.file = file
        self.line = line


class MissingFactError(ReplyError):
    """The facts cannot fill this letter, or the organisation's facts cannot be read."""


class AuthorityError(ReplyError):
    """We write to people, never to the supervisory authority: that is a person's own act."""

    def __init__(self) -> None:
        super().__init__("this would go to the supervisory authority: nothing is ever sent there; write to it yourself")
