import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from store_builders import JORIS, NOON, SANNE, HandClock, make_case, make_new_case

from bot.cases.errors import IllegalMoveError, RefusedActError, UnknownCaseError
from bot.cases.lifecycle import Move
from bot.cases.model import Level, Outcome, RequestState, Suspension
from bot.cases.subject import DataSubject
from bot.store.archive import Archive
from bot.store.errors import MissingRowError
from bot.store.records import NewRequest
from bot.triage.labels import Language, RequestKind, Role
from bot.triage.verdict import StatedCorrection

ACCESS, ERASURE = RequestKind.ACCESS, RequestKind.ERASURE

RECORD = DataSubject(
    system="crm",
    key="17",
    tenant="4",
    address_of_record=SANNE,
    name="Sanne",
    other_addresses=("sanne.oud@klant.example",),
    address_changed_at=NOON,
)


def test_a_case_comes_back_as_it_was_opened(archive: Archive) -> None:
    correction = StatedCorrection("iban", None, "NL91ABNA0417164300")
    new = make_new_case(
        references=("<1@klant.example>",),
        message_id="<2@klant.example>",
        identifiers=(("customer_number", "1017"),),
        data_subject=RECORD,
        letters_held=True,
        requests=(NewRequest(RequestKind.CORRECTION, NOON, Level.L3, corrections=(correction,), needs="iban"),),
    )

    with archive.transaction() as tx:
        ref = tx.cases.open(new).ref

    with archive.reading() as tx:
        case = tx.cases.get(ref)
    (request,) = case.requests
    same = (
        "role",
        "writer",
        "language",
        "channel",
        "received_at",
        "sender",
        "subject_line",
        "message_id",
        "references",
        "identifiers",
        "letters_held",
        "other_privacy",
        "data_subject",
    )
    assert {name: getattr(case, name) for name in same} == {name: getattr(new, name) for name in same}
    assert (request.kind, request.required, request.reached) == (RequestKind.CORRECTION, Level.L3, Level.L0)
    assert (request.state, request.corrections, request.needs) == (RequestState.RECEIVED, (correction,), "iban")


def test_words_from_broken_mail_do_not_stop_a_case_from_being_opened(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, subject_line="caf\udce9 \0 ok", sender="sann\udce9@klant.example")

    assert case.subject_line == "caf? \0 ok"


def test_references_count_without_gaps_within_a_year(archive: Archive) -> None:
    with archive.transaction() as tx:
        refs = [make_case(tx).ref for _ in range(3)]

    assert refs == ["KB-2026-0001", "KB-2026-0002", "KB-2026-0003"]


def test_a_case_that_was_rolled_back_gives_its_number_to_the_next(archive: Archive) -> None:
    def fail() -> None:
        with archive.transaction() as tx:
            make_case(tx)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with archive.transaction() as tx:
        assert make_case(tx).ref == "KB-2026-0001"


def test_the_year_of_a_reference_is_the_local_year(archive: Archive, clock: HandClock) -> None:
    clock.moment = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
    with archive.transaction() as tx:
        before = make_case(tx).ref
    clock.moment += timedelta(minutes=1)
    with archive.transaction() as tx:
        after = make_case(tx).ref

    assert (before, after) == ("KB-2026-0001", "KB-2027-0001")


def test_references_stay_gapless_and_unique_when_many_open_cases_at_once(
    opened: Callable[..., Archive], url: str
) -> None:
    def open_some(archive: Archive) -> None:
        for _ in range(4):
            with archive.transaction() as tx:
                make_case(tx)

    threads = [threading.Thread(target=open_some, args=(opened(url),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with opened(url).reading() as tx:
        refs = sorted(case.ref for case in tx.cases.listed())
    assert refs == [f"KB-2026-{number:04d}" for number in range(1, 17)]


def test_an_unknown_reference_is_said_to_be_unknown(archive: Archive) -> None:
    with archive.reading() as tx, pytest.raises(UnknownCaseError, match="KB-2026-0404"):
        tx.cases.get("KB-2026-0404")


def test_a_reference_is_found_as_people_type_it(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)

        assert tx.cases.get(" kb-2026-0001 ") == case


def test_a_move_changes_the_state_and_writes_who_did_what(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        moved = tx.cases.move(case, case.requests[0].id, Move.IDENTITY_ASKED, "fatima", os_login="fvisser", challenge=3)
        (event,) = tx.events.of(case.id)

    assert moved.requests[0].state is RequestState.AWAITING_IDENTITY
    assert (event.kind, event.actor, event.os_login) == ("identity_asked", "fatima", "fvisser")
    assert event.values == {
        "request": case.requests[0].id,
        "right": "access",
        "from": "received",
        "to": "awaiting_identity",
        "challenge": 3,
    }


def test_an_illegal_move_changes_nothing_and_writes_nothing(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        with pytest.raises(IllegalMoveError):
            tx.cases.move(case, case.requests[0].id, Move.SENT, "bot")

        assert tx.cases.by_id(case.id) == case
        assert tx.events.of(case.id) == ()


def test_a_move_from_a_stale_view_is_refused(archive: Archive) -> None:
    with archive.transaction() as tx:
        stale = make_case(tx)
        request_id = stale.requests[0].id
        tx.cases.move(stale, request_id, Move.PERSON_NEEDED, "bot")
        with pytest.raises(RefusedActError, match="changed meanwhile"):
            tx.cases.move(stale, request_id, Move.IDENTITY_ASKED, "bot")

        assert tx.cases.by_id(stale.id).requests[0].state is RequestState.NEEDS_PERSON
        assert len(tx.events.of(stale.id)) == 1


def test_of_two_who_move_the_same_request_one_is_refused(opened: Callable[..., Archive], url: str) -> None:
    archives = opened(url), opened(url)
    with archives[0].transaction() as tx:
        case = make_case(tx)
    outcomes: list[str] = []

    def move(archive: Archive, start: threading.Barrier) -> None:
        start.wait()
        try:
            with archive.transaction() as tx:
                tx.cases.move(case, case.requests[0].id, Move.IDENTITY_ASKED, "bot")
            outcomes.append("moved")
        except RefusedActError:
            outcomes.append("refused")

    start = threading.Barrier(2)
    threads = [threading.Thread(target=move, args=(archive, start)) for archive in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved", "refused"]
    with archives[0].reading() as tx:
        assert len(tx.events.of(case.id)) == 1
        assert tx.events.broken_links(case.id) == ()


def test_a_request_of_another_case_is_not_moved(archive: Archive) -> None:
    with archive.transaction() as tx:
        mine, other = make_case(tx), make_case(tx)
        with pytest.raises(RefusedActError):
            tx.cases.move(mine, other.requests[0].id, Move.IDENTITY_ASKED, "bot")
        with pytest.raises(MissingRowError):
            tx.cases.change_request(mine.id, other.requests[0].id, needs="x")


def test_fields_of_a_request_change_but_never_its_state(archive: Archive) -> None:
    changes = {
        "required": Level.L3,
        "reached": Level.L2,
        "hold_until": NOON + timedelta(days=7),
        "suspensions": (Suspension(date(2026, 3, 3)), Suspension(date(2026, 3, 4), date(2026, 3, 9))),
        "extended_reason": "veel bestanden",
        "outcome": Outcome.PARTLY,
        "answered_at": NOON,
        "corrections": (StatedCorrection("street", "Laan 1", "Laan 2"),),
        "needs": "kijk",
    }
    with archive.transaction() as tx:
        case = make_case(tx)
        tx.cases.change_request(case.id, case.requests[0].id, **changes)

        assert tx.cases.by_id(case.id).requests == (replace(case.requests[0], **changes),)
        for field in ("state", "kind", "id", "received_at"):
            with pytest.raises(TypeError, match=field):
                tx.cases.change_request(case.id, case.requests[0].id, **{field: "closed"})


def test_changing_one_sealed_field_leaves_the_others(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, identifiers=(("kvk", "53991907"),))
        tx.cases.change(case.id, data_subject=RECORD, role=Role.MIXED, language=Language.ENGLISH)
        tx.cases.change(case.id, settled=Outcome.ORDINARY, assigned_to="fatima")

        assert tx.cases.by_id(case.id) == replace(
            case,
            data_subject=RECORD,
            role=Role.MIXED,
            language=Language.ENGLISH,
            settled=Outcome.ORDINARY,
            assigned_to="fatima",
        )
        with pytest.raises(TypeError, match="ref"):
            tx.cases.change(case.id, ref="KB-2026-9999")


def test_a_further_right_joins_the_case_with_its_own_date(archive: Archive) -> None:
    later = NOON + timedelta(days=3)
    with archive.transaction() as tx:
        case = make_case(tx)
        added = tx.cases.add_request(case.id, NewRequest(ERASURE, later, Level.L3))

        assert tx.cases.by_id(case.id).requests == (case.requests[0], added)
        assert added.received_at == later


def test_open_cases_of_a_sender_are_found_by_address_in_any_letter_case(archive: Archive) -> None:
    with archive.transaction() as tx:
        mine = make_case(tx)
        make_case(tx, sender=JORIS)
        make_case(tx, sender=None)

        assert tx.cases.open_of_sender("Sanne@KLANT.example") == (mine,)


def test_a_case_with_no_open_request_left_is_not_open(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, (ACCESS, ERASURE))
        case = tx.cases.move(case, case.requests[0].id, Move.WITHDRAWN, "fatima")
        assert tx.cases.open_of_sender(SANNE) == (case,)
        case = tx.cases.move(case, case.requests[1].id, Move.WITHDRAWN, "fatima")

        assert tx.cases.open_of_sender(SANNE) == ()
        assert tx.cases.of_sender(SANNE) == (case,)
        assert tx.cases.listed(open_only=True) == ()


def test_a_question_is_open_until_it_is_settled(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, (), other_privacy=True)
        assert tx.cases.open_of_sender(SANNE) == (case,)
        tx.cases.change(case.id, settled=Outcome.GRANTED)

        assert tx.cases.open_of_sender(SANNE) == ()


def test_cases_are_found_by_the_state_of_any_request(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = make_case(tx, (ACCESS, ERASURE)), make_case(tx)
        first = tx.cases.move(first, first.requests[1].id, Move.PERSON_NEEDED, "bot")

        assert tx.cases.listed(RequestState.NEEDS_PERSON) == (first,)
        assert tx.cases.listed(RequestState.RECEIVED) == (first, second)
        assert tx.cases.with_request_in(frozenset({RequestState.NEEDS_PERSON, RequestState.SENDING})) == (first,)
        assert tx.cases.with_request_in(frozenset()) == ()


def test_cases_about_the_same_record_are_found(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        make_case(tx, data_subject=replace(RECORD, key="18"))
        tx.cases.change(case.id, data_subject=RECORD)

        assert [found.id for found in tx.cases.of_subject(RECORD)] == [case.id]


def test_nothing_personal_shows_in_the_repr_of_a_new_case() -> None:
    shown = repr(make_new_case(identifiers=(("name", "Sanne"),), data_subject=RECORD))

    assert "sanne" not in shown.lower()
    assert "Wat weten" not in shown
