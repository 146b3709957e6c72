"""When is a corrected value well formed, and how is it written? Pure: a validator returns the value or raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum

import email_validator
from stdnum import iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.nl import postcode


class Validator(StrEnum):
    """The checks that a column of the map can name."""

    TEXT = "text"
    EMAIL = "email"
    IBAN = "iban"
    POSTCODE = "postcode"  # Dutch: 1234 AB
    PHONE = "phone"
    KVK = "kvk"  # Chamber of Commerce, eight digits without a check digit
    BTW = "btw"  # VAT number of any member state
    DATE = "date"  # stored as ISO 8601


class InvalidValueError(ValueError):
    """The stated value is not well formed; carries no value."""


_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{6,22}")
_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")


def well_formed(validator: Validator, value: str, max_length: int) -> str:
    """The value as it should be stored. Raises InvalidValueError."""
    stated = value.strip()
    if not stated or _CONTROL.search(stated):
        raise InvalidValueError
    try:
        written = _CHECKS[validator](stated)
    except (ValidationError, email_validator.EmailNotValidError) as wrong:
        raise InvalidValueError from wrong
    if len(written) > max_length:
        raise InvalidValueError
    return written


def spaced_like(old: str | None, new: str, validator: Validator) -> str:
    """The new value grouped as the old one was: a company that writes `1234AB` keeps writing it so."""
    if old is None or validator not in {Validator.IBAN, Validator.POSTCODE}:
        return new
    compact = new.replace(" ", "")
    if " " not in old:
        return compact
    return iban.format(compact) if validator is Validator.IBAN else new


def same_value(validator: Validator, one: str | None, other: str) -> bool:
    """Equal but for spacing, and for letter case where it means nothing."""
    if one is None:
        return False
    if validator in {Validator.IBAN, Validator.POSTCODE, Validator.BTW, Validator.PHONE}:
        return re.sub(r"[\s()-]", "", one).upper() == re.sub(r"[\s()-]", "", other).upper()
    return one.strip() == other


def _email(stated: str) -> str:
    """ASCII addresses only: what we could not match later must not become the address of record."""
    checked = email_validator.validate_email(stated, check_deliverability=False, allow_smtputf8=False)
    return checked.ascii_email or checked.normalized


def _phone(stated: str) -> str:
    if not _PHONE.fullmatch(stated) or not 8 <= sum(sign.isdigit() for sign in stated) <= 15:
        raise InvalidValueError
    return stated


def _kvk(stated: str) -> str:
    compact = stated.replace(" ", "").replace(".", "")
    if not re.fullmatch(r"[0-9]{8}", compact):
        raise InvalidValueError
    return compact


def _date(stated: str) -> str:
    """ISO 8601, or day-month-year as people write it in the Netherlands."""
    written = _DATE.fullmatch(stated)
    try:
        if written is None:
            return date.fromisoformat(stated).isoformat()
        return date(int(written[3]), int(written[2]), int(written[1])).isoformat()
    except ValueError as wrong:
        raise InvalidValueError from wrong


_CHECKS: dict[Validator, Callable[[str], str]] = {
    Validator.TEXT: lambda stated: stated,
    Validator.EMAIL: _email,
    Validator.IBAN: lambda stated: str(iban.validate(stated)),
    Validator.POSTCODE: lambda stated: str(postcode.validate(stated)),
    Validator.PHONE: _phone,
    Validator.KVK: _kvk,
    Validator.BTW: lambda stated: str(vat.validate(stated)),
    Validator.DATE: _date,
}
