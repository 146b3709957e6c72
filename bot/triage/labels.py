"""The closed sets of what a mail can be: request kinds, role of the writer, intent of a follow-up, language.

Imports nothing heavy: every room above may use these words. All values are stored: add, never rename.
"""

from __future__ import annotations

from enum import StrEnum


class RequestKind(StrEnum):
    """What the data subject asks of us (GDPR chapter III, and a complaint)."""

    ACCESS = "access"  # Art. 15, inzage
    CORRECTION = "correction"  # Art. 16, rectificatie
    PORTABILITY = "portability"  # Art. 20, overdraagbaarheid
    ERASURE = "erasure"  # Art. 17, wissing
    COMPLAINT = "complaint"  # klacht; may go on to the AP (Art. 77)
    RESTRICTION = "restriction"  # Art. 18, beperking
    OBJECTION = "objection"  # Art. 21, bezwaar
    CONSENT_WITHDRAWAL = "consent_withdrawal"  # Art. 7(3), intrekken van toestemming


OTHER_PRIVACY = "other_privacy"
"""The label of a question about privacy that is no request: a case for staff without a statutory clock."""


class Role(StrEnum):
    """In which role the company holds the data that a case is about (GDPR Art. 4(7), 4(8))."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    MIXED = "mixed"
    NONE = "none"


class Writer(StrEnum):
    """Who holds the pen, as far as the mail says so. A hint for staff, never proof of anything."""

    SUBJECT = "subject"  # about himself
    THIRD_PARTY = "third_party"  # appears only in a customer's bookkeeping
    AGENT = "agent"  # says to act for somebody: lawyer, agency, accountant
    HEIR = "heir"
    CONTROLLER_CUSTOMER = "controller_customer"  # a customer about the people in his own books
    STAFF = "staff"
    AUTHORITY = "authority"  # the AP, a court, the police


class Intent(StrEnum):
    """What a mail in a running case does."""

    CHALLENGE_ANSWER = "challenge_answer"
    NOT_ME = "not_me"
    REMINDER = "reminder"
    NEW_REQUEST = "new_request"
    CHANGE_SCOPE = "change_scope"
    CLARIFICATION = "clarification"
    AGREES = "agrees"
    WITHDRAWAL = "withdrawal"
    CANCELS_ERASURE = "cancels_erasure"
    DISPUTES = "disputes"
    COMPLAINT_AP = "complaint_ap"
    DELIVERY_PREFERENCE = "delivery_preference"
    CANNOT_OPEN = "cannot_open"
    REFUSES_IDENTIFICATION = "refuses_identification"
    SENDS_ID_COPY = "sends_id_copy"
    WRONG_RECIPIENT = "wrong_recipient"
    THANKS = "thanks"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    UNRELATED = "unrelated"


class Look(StrEnum):
    """Why a person must look at the mail itself, beside any doubt about its words."""

    ENCRYPTED = "encrypted"
    UNREAD_TEXT = "unread_text"  # of so large a mail that not even its words were all taken
    CLOSED_ATTACHMENT = "closed_attachment"  # the mail points at a document that cannot be read
    ATTACHMENT_ASKS = "attachment_asks"  # only an attached document asks this


class Language(StrEnum):
    """The languages we recognise. Letters exist in Dutch and English."""

    DUTCH = "nl"
    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    OTHER = "other"
