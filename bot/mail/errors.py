"""What the post room refuses, and which faults of mail servers it tells apart.

MailRoomError
├── MailboxError             the mailbox cannot be read now; `permanent` says that only a person can mend it
│   ├── MailboxRefusedError      the server refuses the login
│   ├── UntrustedServerError     the certificate does not prove that this is the server we mean
│   ├── MailboxFolderError       none of the configured folders exists
│   ├── MailboxLostError         no connection, or it ended; trying again makes sense
│   │   ├── ServerSaidNoError        the server is there and refused one command
│   │   └── ServerBusyError          the server asks us to come back later
│   └── MailNotKeptError         the mail was there, but our own store could not keep it
├── TokenError               no token to log in with could be had; `permanent` as above
│   └── TokenRefusedError        the token server refuses us, or what we would ask it with is wrong
└── OutgoingMailError        the letter cannot be made into a mail
    ├── HeaderInjectionError     the mail would carry header fields that nobody set
    ├── AddressError             not one plain address
    └── FileNameError            a file name outside our own alphabet
"""

from __future__ import annotations


class MailRoomError(Exception):
    """Superclass; every message is one line for whoever must act, without personal data."""


class MailboxError(MailRoomError):
    """The mailbox cannot be read now. With `permanent` set, trying again will not help until a person acted."""

    permanent = False

    def __init__(self, words: str, *, wait_seconds: float = 0.0) -> None:
        """`wait_seconds`: the server asked us not to come back sooner."""
        super().__init__(words)
        self.wait_seconds = wait_seconds


class MailboxRefusedError(MailboxError):
    """The server answered, and does not let us in."""

    permanent = True


class UntrustedServerError(MailboxError):
    """The server's certificate is not valid for it. There is no way round: we never go on without proof."""

    permanent = True


class MailboxFolderError(MailboxError):
    """No folder that is to be read exists in this mailbox, or one that was read is gone."""

    permanent = True


class MailboxLostError(MailboxError):
    """There is no connection, or it ended in the middle of something."""


class ServerSaidNoError(MailboxLostError):
    """The server refused one command but is still there."""


class ServerBusyError(MailboxLostError):
    """The server asks for patience: nothing is wrong with what was asked, and `wait_seconds` is at least this."""


class MailNotKeptError(MailboxError):
    """Our own store could not keep mail (disk full, database down); it stays unread by us and comes again."""


class TokenError(MailRoomError):
    """No token could be had. With `permanent` set, trying again will not help until a person acted."""

    permanent = False

    def __init__(self, words: str, *, wait_seconds: float = 0.0) -> None:
        """`wait_seconds`: the token server asked us not to come back sooner."""
        super().__init__(words)
        self.wait_seconds = wait_seconds


class TokenRefusedError(TokenError):
    """The token server does not know us, or we hold no secret that it could know us by."""

    permanent = True


class OutgoingMailError(MailRoomError):
    """A letter cannot be made into a mail."""


class HeaderInjectionError(OutgoingMailError):
    """The finished mail reads differently from what was set: nothing may be sent."""


class AddressError(OutgoingMailError):
    """This is not exactly one plain address (RFC 5321 Mailbox with a dot-string and a domain name)."""


class FileNameError(OutgoingMailError):
    """The name or type of an attachment is outside our own alphabet."""
