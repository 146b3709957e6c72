"""A fictional Kleinboek with some thirty fictional people, for the demo and the tests. The same seed, the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa
from stdnum import iban
from stdnum.iso7064 import mod_97_10
from stdnum.nl import bsn

from bot.sources import demo_schema as schema

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person, as the database knows him. `facts` are texts that stand in his rows and in nobody else's."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    klant_id: int | None = None
    gebruiker_id: int | None = None
    customer_number: str | None = field(default=None, repr=False)
    company: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    iban: str | None = field(default=None, repr=False)
    kvk: str | None = field(default=None, repr=False)
    owner: bool = True
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)  # per table


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """The people that a demo or a test speaks of, by the part they play."""

    sanne: DemoPerson  # asks
    joris: DemoPerson  # a customer too; pretends to be Sanne
    owner_with_second_user: DemoPerson
    second_user: DemoPerson  # works for the former; owns nothing
    newsletter_only: DemoPerson
    former_customer: DemoPerson  # the licence ended so long ago that nothing need be kept
    recent_leaver: DemoPerson  # the licence ended last year: tax law still keeps the payments
    english_customer: DemoPerson
    case_twins: tuple[DemoPerson, DemoPerson]  # two people whose addresses differ in letter case only
    debtor: DemoPerson  # stands in a customer's books and nowhere else
    everyone: tuple[DemoPerson, ...]  # all of the above and the rest; the debtor is the only one without a record


@dataclass(frozen=True, slots=True)
class _Account:
    """A tenant of the demo: who owns it, and when it began and ended, in years before today."""

    owner: str
    mailbox: str
    company: str
    legal_form: str
    street: str
    postcode: str
    town: str
    began: int
    ended: int | None
    second: str | None  # another user of the same account
    books: bool  # keeps debtors, invoices and sales with us
    newsletter: bool
    moved_mailbox: bool

    @property
    def address(self) -> str:
        return f"{self.mailbox}@{DOMAIN}"

    @classmethod
    def from_line(cls, line: str) -> _Account:
        owner, mailbox, company, form, street, postcode, town, began, *special = map(str.strip, line.split("|"))
        named = dict(cell.split("=") for cell in special if "=" in cell)
        return cls(
            owner=owner,
            mailbox=mailbox,
            company=company,
            legal_form=form,
            street=street,
            postcode=postcode,
            town=town,
            began=int(began),
            ended=int(named["ended"]) if "ended" in named else None,
            second=named.get("second"),
            books="no books" not in special,
            newsletter="newsletter" in special,
            moved_mailbox="moved mailbox" in special,
        )


DOMAIN = "klant.example"
_ACCOUNTS = """
Sanne de Vries | sanne | Atelier De Vries | eenmanszaak | Lindelaan 12 | 9999 AB | Voorbeeldstad | 4 | newsletter
Joris Bakker | joris | Bakker Klussen | eenmanszaak | Molenweg 3 | 9999 AC | Voorbeeldstad | 3
Marijke van den Berg | marijke | Berg & Zoon | vof | Dorpsweg 88 | 9998 BA | Testdorp | 5 | second=Daan van den Berg
Wim Hoekstra | wim | Hoekstra Tuinen | eenmanszaak | Kerkpad 1 | 9998 BB | Testdorp | 12 | ended=10 | no books
Anouk Smit | anouk | Smit Fotografie | eenmanszaak | Havenkade 45 | 9997 CA | Proefhaven | 4 | ended=1 | no books
Emily Carter | emily | Carter Translations | eenmanszaak | Stationsplein 9 | 9997 CB | Proefhaven | 2 | newsletter
Pieter Mulder | Pieter | Mulder Advies | eenmanszaak | Esdoornlaan 21 | 9996 DA | Voorbeeldrecht | 3 | newsletter
Pieternel Mulder | pieter | Mulder Muziekles | eenmanszaak | Esdoornlaan 23 | 9996 DA | Voorbeeldrecht | 2
Fenna Dijkstra | fenna | Dijkstra Dieren | eenmanszaak | Weidepad 7 | 9995 EA | Oefenbroek | 6 | moved mailbox
Hasan Yilmaz | hasan | Yilmaz Installatie | eenmanszaak | Industrieweg 14 | 9995 EB | Oefenbroek | 3
Lotte Visser | lotte | Vissers Bloemen | eenmanszaak | Markt 2 | 9994 FA | Leesdam | 1 | newsletter
Kees van Dam | kees | Van Dam Transport B.V. | bv | Ringdijk 101 | 9994 FB | Leesdam | 7
Nadia El Amrani | nadia | Amrani Coaching | eenmanszaak | Plantsoen 30 | 9993 GA | Testveen | 2
Bram Postma | bram | Postma Hout | eenmanszaak | Zagerij 5 | 9993 GB | Testveen | 4
Iris Kuiper | iris | Kuiper Design | eenmanszaak | Kanaal 17 | 9992 HA | Schetsburg | 3 | newsletter
Sjoerd Wiersma | sjoerd | Wiersma Zeilen | eenmanszaak | Sluisweg 6 | 9992 HB | Schetsburg | 2
Yara Pinas | yara | Pinas Catering | vof | Tuinstraat 52 | 9991 JA | Proefdal | 1 | second=Ruben Pinas
Thijs Brouwer | thijs | Brouwer Software | eenmanszaak | Parklaan 8 | 9991 JB | Proefdal | 5
Olga Jansen-de Boer | olga | Praktijk De Boer | eenmanszaak | Hofje 4 | 9990 KA | Voorbeeldoord | 3
Mees O'Connor | mees | O'Connor Geluid | eenmanszaak | Poortstraat 11 | 9990 KB | Voorbeeldoord | 2
"""
"""Owner | mailbox | company | legal form | street | postcode | town | began so many years ago | what is special."""

_SUBSCRIBERS = (
    ("Tess", "tess@klant.example"),
    ("Gerrit", "gerrit@klant.example"),
    ("Mila", "mila@klant.example"),
)
_DEBTOR_NAMES = ("Roos Timmerman", "Lars Verhoeven", "Gemeente Testdorp", "Nora de Wit", "Stichting Proef", "Sem Vos")
_SUBJECTS = (
    "Factuur verwijderen lukt niet",
    "Vraag over de btw-aangifte",
    "Koppeling met mijn webwinkel",
    "Wachtwoord kwijt",
)
_STAFF = ("Medewerker Een", "Medewerker Twee")
DEBTOR_NAME, DEBTOR_ADDRESS = "Bas Debiteur", "bas.debiteur@klant.example"


def demo_iban(number: int) -> str:
    """A valid IBAN of a bank that does not exist."""
    account = f"{number:010d}"
    return f"NL{iban.calc_check_digits(f'NL00TEST{account}')}TEST{account}"


def demo_vat(number: int) -> str:
    """A valid VAT number of the form that sole traders have had since 2020: it contains no citizen service number."""
    digits = next(f"{one:09d}" for one in range(number * 10, number * 10 + 10) if not bsn.is_valid(f"{one:09d}"))
    return next(vat for check in range(2, 99) if _passes(vat := f"NL{digits}B{check:02d}"))


def _passes(vat: str) -> bool:
    return bool(mod_97_10.is_valid("".join(str(int(sign, 36)) for sign in vat)))


def make_demo_database(url: str, seed: int = 1, today: date = date(2026, 11, 2)) -> DemoPeople:
    """Make and fill the tables of an empty database. Licences run or have ended as seen from `today`."""
    fiction = _Fiction(Random(seed), today)  # noqa: S311 - fiction, not secrets
    people = fiction.people()
    engine = sa.create_engine(url, hide_parameters=True, poolclass=sa.NullPool)
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        for table in schema.metadata.sorted_tables:
            if fiction.rows[table.name]:
                connection.execute(table.insert(), fiction.rows[table.name])
    engine.dispose()
    return people


class _Fiction:
    """Invents rows in memory, table by table, and keeps what each person may recognise as his."""

    def __init__(self, random: Random, today: date) -> None:
        self.rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._random = random
        self._today = today

    def people(self) -> DemoPeople:
        accounts = [_Account.from_line(line) for line in _ACCOUNTS.strip().splitlines()]
        everyone = [
            person for number, account in enumerate(accounts, start=1) for person in self._account(number, account)
        ]
        everyone += [self._subscriber(name, address) for name, address in _SUBSCRIBERS]
        debtor = self._known_debtor(everyone[0].klant_id or 1)
        known = {person.address: person for person in everyone}
        return DemoPeople(
            sanne=known["sanne@klant.example"],
            joris=known["joris@klant.example"],
            owner_with_second_user=known["marijke@klant.example"],
            second_user=known["daan@klant.example"],
            newsletter_only=known["tess@klant.example"],
            former_customer=known["wim@klant.example"],
            recent_leaver=known["anouk@klant.example"],
            english_customer=known["emily@klant.example"],
            case_twins=(known["Pieter@klant.example"], known["pieter@klant.example"]),
            debtor=debtor,
            everyone=(*everyone, debtor),
        )

    def _add(self, table: sa.Table, key: str, **values: object) -> int:
        number = len(self.rows[table.name]) + 1
        self.rows[table.name].append({key: number, **values})
        return number

    def _moment(self, years: int, day: int = 0) -> datetime:
        return datetime.combine(self._day(years, day), time(9 + day % 8, self._random.randrange(60)))

    def _day(self, years: int, day: int = 0) -> date:
        """So many years ago, and a few days later."""
        return date(self._today.year - years, self._today.month, min(self._today.day, 28)) + timedelta(days=day)

    def _account(self, number: int, account: _Account) -> Iterator[DemoPerson]:
        """One tenant with all that hangs on it: first the owner, then the second user."""
        bank = demo_iban(4_000 + number)
        facts: dict[str, tuple[str, ...]] = {
            "klanten": (f"KB{100_000 + number}", account.company),
            **self._licence(number, account, bank),
            **(self._books(number) if account.books else {}),
        }
        self._add(
            schema.klanten,
            "klant_id",
            klantnummer=f"KB{100_000 + number}",
            bedrijfsnaam=account.company,
            rechtsvorm=account.legal_form,
            kvk_nummer=f"{number:08d}",
            btw_nummer=demo_vat(700 + number),
            straat=account.street,
            postcode=account.postcode,
            plaats=account.town,
            telefoon=f"06-000{number:05d}",
            iban=bank,
            klant_sinds=self._day(account.began),
        )
        yield self._user(number, account, account.owner, account.address, "eigenaar", facts)
        if account.second:
            address = f"{account.second.split()[0].lower()}@{DOMAIN}"
            yield self._user(number, account, account.second, address, "medewerker", {})

    def _user(
        self, number: int, account: _Account, name: str, address: str, role: str, facts: Mapping[str, tuple[str, ...]]
    ) -> DemoPerson:
        owner = role == "eigenaar"
        user = self._add(
            schema.gebruikers,
            "gebruiker_id",
            klant_id=number,
            naam=name,
            email=address,
            vorige_email=f"{account.mailbox}.oud@{DOMAIN}" if owner and account.moved_mailbox else None,
            email_gewijzigd_op=self._moment(1) if owner and account.moved_mailbox else None,
            wachtwoord_hash=f"$argon2id$geheim-wachtwoord-{name}",
            rol=role,
            mobiel=f"06-000{number:04d}{0 if owner else 1}",
            aangemaakt_op=self._moment(account.began),
        )
        return DemoPerson(
            name=name,
            address=address,
            klant_id=number,
            gebruiker_id=user,
            customer_number=f"KB{100_000 + number}",
            company=account.company,
            phone=f"06-000{number:04d}{0 if owner else 1}",
            iban=demo_iban(4_000 + number) if owner else None,
            kvk=f"{number:08d}",
            owner=owner,
            facts={**facts, "gebruikers": (address,), **self._use(user, name, account, owner=owner)},
        )

    def _use(self, user: int, name: str, account: _Account, *, owner: bool) -> dict[str, tuple[str, ...]]:
        """What somebody leaves behind by using the programme."""
        first = name.split()[0]
        last_year = account.ended or 0
        self._add(
            schema.api_sleutels,
            "sleutel_id",
            gebruiker_id=user,
            omschrijving=f"Sleutel van {name}",
            sleutel_hash=f"geheim-sleutel-{name}",
            aangemaakt_op=self._moment(account.began, 3),
            laatst_gebruikt_op=None,
        )
        for visit in range(self._random.randint(2, 5)):
            self._add(
                schema.aanmeldingen,
                "aanmelding_id",
                gebruiker_id=user,
                tijdstip=self._moment(last_year, -10 * visit - 1),
                ip_adres=f"192.0.2.{user}",
                gelukt=visit != 1,
            )
        subject, text = f"{self._random.choice(_SUBJECTS)} ({name})", f"Kunt u mij helpen? Groet, {name}"
        ticket = self._add(
            schema.tickets,
            "ticket_id",
            gebruiker_id=user,
            onderwerp=subject,
            status="gesloten",
            behandelaar=self._random.choice(_STAFF),
            geopend_op=self._moment(last_year, -40),
        )
        for number, words in enumerate((text, f"Beste {first}, dat hebben wij voor u opgelost.")):
            moment = self._moment(last_year, number - 40)
            self._add(
                schema.ticket_berichten,
                "bericht_id",
                ticket_id=ticket,
                van_klant=not number,
                tekst=words,
                geplaatst_op=moment,
            )
        facts: dict[str, tuple[str, ...]] = {
            "api_sleutels": (f"Sleutel van {name}",),
            "aanmeldingen": (f"192.0.2.{user}",),
            "tickets": (subject,),
            "ticket_berichten": (text,),
        }
        return {**facts, **self._newsletter(name, account.address)} if owner and account.newsletter else facts

    def _newsletter(self, name: str, address: str) -> dict[str, tuple[str, ...]]:
        source = f"aanmeldformulier van {name}"
        self._add(
            schema.nieuwsbrief,
            "inschrijving_id",
            email=address,
            voornaam=name.split()[0],
            ingeschreven_op=self._moment(1, len(self.rows["nieuwsbrief"])),
            bron=source,
        )
        return {"nieuwsbrief": (source,)}

    def _subscriber(self, name: str, address: str) -> DemoPerson:
        return DemoPerson(name=name, address=address, facts=self._newsletter(name, address))

    def _licence(self, number: int, account: _Account, bank: str) -> dict[str, tuple[str, ...]]:
        """A licence a year, paid by iDEAL."""
        package, marks = f"Compleet {number:03d}", []
        for years in range(account.began, account.ended or 0, -1):
            licence = self._add(
                schema.licenties,
                "licentie_id",
                klant_id=number,
                pakket=package,
                ingegaan_op=self._day(years),
                geldig_tot=self._day(years - 1, 60 if years == 1 else 0),
            )
            marks.append(f"IDEAL-{number:03d}-{licence:04d}")
            self._add(
                schema.betalingen,
                "betaling_id",
                licentie_id=licence,
                factuurnummer=f"F{self._day(years).year}-{licence:04d}",
                bedrag_cent=12_000 + self._random.randrange(20) * 100,
                betaald_op=self._day(years),
                ideal_kenmerk=marks[-1],
                rekeninghouder=account.owner,
                van_iban=bank,
            )
        return {"licenties": (package,), "betalingen": tuple(marks)}

    def _books(self, number: int) -> dict[str, tuple[str, ...]]:
        """The tenant's own administration: other people's data, held for him."""
        names = self._random.sample(_DEBTOR_NAMES, 2)
        debtors = [f"{name} (relatie {number:03d}-{place})" for place, name in enumerate(names)]
        invoices = [self._debtor(number, name, place) for place, name in enumerate(debtors)]
        orders = [f"ORDER-{number:03d}-{place}" for place in range(self._random.randint(2, 4))]
        for place, order in enumerate(orders):
            self._add(
                schema.api_verkopen,
                "verkoop_id",
                klant_id=number,
                ordernummer=order,
                afnemer=self._random.choice(_DEBTOR_NAMES),
                afnemer_email=f"afnemer{number}.{place}@afnemer.example",
                bedrag_cent=self._random.randrange(1_000, 90_000),
                verkocht_op=self._day(0, -place - 1),
            )
        return {"debiteuren": tuple(debtors), "verkoopfacturen": tuple(invoices), "api_verkopen": tuple(orders)}

    def _debtor(self, number: int, name: str, place: int, address: str | None = None) -> str:
        """A debtor with one invoice; returns the invoice's number."""
        debtor = self._add(
            schema.debiteuren,
            "debiteur_id",
            klant_id=number,
            naam=name,
            email=address or f"debiteur{number}.{place}@afnemer.example",
            adres=f"Zijstraat {number}, 9989 ZZ Verzonnen",
            iban=demo_iban(800_000 + 10 * number + place),
        )
        invoice = f"VF{number:03d}-{debtor:04d}"
        self._add(
            schema.verkoopfacturen,
            "factuur_id",
            debiteur_id=debtor,
            nummer=invoice,
            omschrijving=f"Geleverd aan {name}",
            bedrag_cent=self._random.randrange(5_000, 200_000),
            factuurdatum=self._day(0, -30 - place),
        )
        return invoice

    def _known_debtor(self, number: int) -> DemoPerson:
        invoice = self._debtor(number, DEBTOR_NAME, 9, DEBTOR_ADDRESS)
        return DemoPerson(name=DEBTOR_NAME, address=DEBTOR_ADDRESS, owner=False, facts={"verkoopfacturen": (invoice,)})
