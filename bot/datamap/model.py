"""The data map: systems, tables and columns that hold personal data, and how a person is found in them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from bot.datamap.retention import EndDate
from bot.datamap.validators import Validator
from bot.datamap.words import Fact, Words
from bot.settings import Piece as SettingsPiece


class Piece(SettingsPiece):
    """A closed, frozen part of the map."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _listed(given: Any) -> Any:
    """One name or several: a key may consist of more than one column."""
    return (given,) if isinstance(given, str | dict) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


class TableRole(StrEnum):
    """In which role the company holds a table (GDPR Art. 4(7), 4(8))."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"  # the tenant's own administration
    BOTH = "both"  # the tenant's own administration, about the tenant himself

    @property
    def tenants_own(self) -> bool:
        return self is not TableRole.CONTROLLER


class LegalBasis(StrEnum):
    """GDPR Art. 6(1); a processor has no basis of its own there."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTEREST = "vital_interest"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"
    INSTRUCTION = "instruction"  # as processor, for the controller (Art. 28)


BASIS_IN_WORDS: dict[LegalBasis, Words] = {
    LegalBasis.CONSENT: Words(nl="toestemming (artikel 6 lid 1 onder a AVG)", en="consent (Article 6(1)(a) GDPR)"),
    LegalBasis.CONTRACT: Words(
        nl="uitvoering van de overeenkomst (artikel 6 lid 1 onder b AVG)",
        en="performance of the contract (Article 6(1)(b) GDPR)",
    ),
    LegalBasis.LEGAL_OBLIGATION: Words(
        nl="wettelijke verplichting (artikel 6 lid 1 onder c AVG)", en="legal obligation (Article 6(1)(c) GDPR)"
    ),
    LegalBasis.VITAL_INTEREST: Words(
        nl="vitaal belang (artikel 6 lid 1 onder d AVG)", en="vital interest (Article 6(1)(d) GDPR)"
    ),
    LegalBasis.PUBLIC_TASK: Words(
        nl="taak van algemeen belang (artikel 6 lid 1 onder e AVG)", en="public task (Article 6(1)(e) GDPR)"
    ),
    LegalBasis.LEGITIMATE_INTEREST: Words(
        nl="gerechtvaardigd belang (artikel 6 lid 1 onder f AVG)", en="legitimate interest (Article 6(1)(f) GDPR)"
    ),
    LegalBasis.INSTRUCTION: Words(
        nl="in opdracht van de verwerkingsverantwoordelijke, dat bent u zelf",
        en="on the instructions of the controller, which is you",
    ),
}


class Anchor(StrEnum):
    """What a row's column can equal to be about a person. `key` and `tenant` mean something in one system only."""

    KEY = "key"  # the key of his identity record
    TENANT = "tenant"  # the account he owns
    ADDRESS = "address"  # his e-mail address of record
    CUSTOMER_NUMBER = "customer_number"


class Via(Piece):
    """A step along a key: my `column` equals `to` of `table`; `to` is that table's key unless said otherwise."""

    table: str
    column: Names
    to: tuple[str, ...] = Field(default=())

    @model_validator(mode="before")
    @classmethod
    def _list_to(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("to"), str):
            return {**given, "to": (given["to"],)}
        return given


class Link(Piece):
    """How rows hang on a person or tenant: by a column of their own, or through another table that does."""

    column: Names | None = None
    via: Via | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.via is None):
            raise ValueError("give either 'column' or 'via'")
        return self


class PersonLink(Link):
    """`is` says what the column equals; `identity` which identity record's key, the system's first by default."""

    is_: Anchor = Field(default=Anchor.KEY, alias="is")
    identity: str | None = None


class Correctable(Piece):
    """The person may have this column corrected. `field` is the word that recognition uses for it."""

    field: Literal[
        "name", "street", "postcode", "city", "email", "phone", "iban", "company", "kvk", "btw", "birthdate", "other"
    ]
    validator: Validator = Validator.TEXT
    max_length: int = Field(default=200, ge=1)
    high_risk: bool = False  # contact and payment data always are


class ColumnErasure(Piece):
    """What happens to one column of a row that stays."""

    action: Literal["null", "pseudonymise", "keep"]
    value: str | None = None  # the pseudonym
    reason: Words | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.action == "pseudonymise") != (self.value is not None):
            raise ValueError("'value' belongs to 'pseudonymise', and is needed there")
        return self


class TableErasure(Piece):
    """What happens to the person's rows when he asks for erasure.

    `keep` without `until` is kept until a person decides; with `until` it is erased once that day is past.
    """

    action: Literal["delete", "keep", "return", "by_hand"]
    reason: Words | None = None
    until: EndDate | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.action == "keep" and self.reason is None:
            raise ValueError("'keep' needs a 'reason' (Art. 17(3) GDPR)")
        if self.action != "keep" and self.until is not None:
            raise ValueError("'until' belongs to 'keep'")
        return self


class Column(Piece):
    """One column, as the person will read it. Columns that the map does not name are never read."""

    label: Words
    portable: bool = False  # provided by the person, on consent or contract (Art. 20)
    correctable: Correctable | None = None
    on_erasure: ColumnErasure | None = None
    secret: bool = False  # never selected
    third_party: bool = False  # somebody else's data (Art. 15(4))


class Table(Piece):
    """One table. `name` is how the map speaks of it; `table` its name in the database where that differs."""

    name: str
    table: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    key: Names
    label: Words
    role: TableRole
    person: PersonLink | None = None
    tenant: Link | None = None
    category: Words
    purpose: Words
    legal_basis: LegalBasis
    recipients: tuple[str, ...] = ()  # keys of the map's `recipients`
    source: Words
    retention: Fact
    on_erasure: TableErasure
    account: bool = False  # erasing a row here ends somebody's account
    bookkeeping: bool = False  # part of an administration that tax law looks at
    columns: Mapping[str, Column] = Field(min_length=1)

    @property
    def real_name(self) -> str:
        return self.table or self.name


class System(Piece):
    """One database. `url` is an SQLAlchemy URL, normally a reference such as ${NAME_DB_URL}."""

    name: str
    driver: Literal["sql"] = "sql"
    url: str = Field(repr=False)
    tables: tuple[Table, ...] = Field(min_length=1)

    def table(self, name: str) -> Table:
        """Raises KeyError: the loader has checked every name that the map itself uses."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class FieldRef(Piece):
    """A value of an identity record: a column of its own table, or of a table reached along keys."""

    column: str
    via: Annotated[tuple[Via, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given


Fields = Annotated[tuple[FieldRef, ...], BeforeValidator(_listed)]


class OwnerRule(Piece):
    """Who owns the tenant: the value of `column` is one of `values`, or (without them) is the record's key."""

    column: str
    via: Annotated[tuple[Via, ...], BeforeValidator(_listed)] = ()
    values: tuple[str, ...] = ()

    @property
    def ref(self) -> FieldRef:
        return FieldRef(column=self.column, via=self.via)


class RunningRule(Piece):
    """An account runs while a row of `table` that hangs on the person has an empty or future `column`."""

    table: str
    column: str


class FindBy(StrEnum):
    """What finds a record beside a sender who writes from its address of record."""

    CUSTOMER_NUMBER = "customer_number"
    OTHER_ADDRESSES = "other_addresses"  # of the sender, or stated in the mail
    STATED_ADDRESS = "stated_address"  # an address of record that the mail names
    KVK = "kvk"  # stands on every invoice: whoever gets one can quote it


class Identity(Piece):
    """One kind of record that a person can be. Identities are tried in order; the first that knows somebody wins."""

    name: str
    system: str
    table: str
    address_of_record: FieldRef
    tenant: Fields = ()
    name_of_person: Fields = Field(default=(), alias="person_name")
    customer_number: FieldRef | None = None
    customer_number_pattern: str | None = None  # a regular expression; without it, digits decide
    kvk: FieldRef | None = None
    company: FieldRef | None = None  # its exact name finds the customer to whom a request is forwarded
    iban: FieldRef | None = None
    phone_of_record: FieldRef | None = None
    postal_of_record: Fields = ()
    other_addresses: Fields = ()  # earlier addresses too: they find a record and prove nothing
    find_by: tuple[FindBy, ...] = (FindBy.CUSTOMER_NUMBER, FindBy.OTHER_ADDRESSES, FindBy.STATED_ADDRESS)
    owner: OwnerRule | None = None
    running: RunningRule | None = None
    address_changed_at: FieldRef | Literal["unknown"] = "unknown"
    phone_changed_at: FieldRef | None = None
    postal_changed_at: FieldRef | None = None

    @model_validator(mode="before")
    @classmethod
    def _changed_at_column(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(changed := given.get("address_changed_at"), str):
            return {**given, "address_changed_at": changed if changed == "unknown" else {"column": changed}}
        return given


class OpenFact(Piece):
    """A question to the owner: where in the file, and the example that stands there now."""

    path: str
    value: Words


class DataMap(Piece):
    """Everything that config/datamap.yaml says."""

    recipients: Mapping[str, Fact] = Field(default_factory=dict)
    identity: tuple[Identity, ...] = Field(min_length=1)
    systems: tuple[System, ...] = Field(min_length=1)

    @property
    def urls(self) -> dict[str, str]:
        """System name to SQLAlchemy URL, references resolved."""
        return {system.name: system.url for system in self.systems}

    def system(self, name: str) -> System:
        for system in self.systems:
            if system.name == name:
                return system
        raise KeyError(name)

    def identity_named(self, name: str) -> Identity:
        for identity in self.identity:
            if identity.name == name:
                return identity
        raise KeyError(name)

    def identity_of(self, link: PersonLink, system: str) -> Identity | None:
        """Whose key a link means: the identity it names, or the first of that system."""
        if link.identity is not None:
            return self.identity_named(link.identity)
        return next((identity for identity in self.identity if identity.system == system), None)

    def recipients_of(self, table: Table, language: str) -> tuple[str, ...]:
        return tuple(self.recipients[key].value.told_in(language) for key in table.recipients)

    def unconfirmed(self) -> tuple[OpenFact, ...]:
        """Facts that are still examples. `path` is where in the file the owner puts the answer."""
        facts = [(f"recipients.{key}", fact) for key, fact in self.recipients.items()]
        for s, system in enumerate(self.systems):
            facts += [(f"systems[{s}].tables[{t}].retention", table.retention) for t, table in enumerate(system.tables)]
        return tuple(OpenFact(path=path, value=fact.value) for path, fact in facts if not fact.confirmed)
