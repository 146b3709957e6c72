"""What several proofs are worth together, and which signed calls are believed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cases_builders import NOW
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.factors import Factor, level_of, second_factor_used
from bot.cases.logins import MOST_BYTES, BadCallError, LoginCall, genuine_call
from bot.cases.model import Level

KEY = "k" * 32
CALL = LoginCall(int(NOW.timestamp()), "n0nce-n0nce-n0nce", "KB-2026-0042", "gebruiker/7")


@pytest.mark.requirement("ID-09")
@pytest.mark.parametrize(
    ("proofs", "level"),
    [
        ((), Level.L0),
        ((Factor.DECISION,), Level.L0),
        ((Factor.CHALLENGE,), Level.L2),
        ((Factor.LOGIN,), Level.L2),
        ((Factor.PHONE,), Level.L2),
        ((Factor.LETTER,), Level.L2),
        ((Factor.CHALLENGE, Factor.LOGIN), Level.L3),
        ((Factor.CHALLENGE, Factor.PHONE), Level.L3),
        ((Factor.PHONE, Factor.LETTER), Level.L3),
        ((Factor.CHALLENGE, Factor.DECISION), Level.L3),
    ],
)
def test_one_proof_is_l2_and_two_that_differ_are_l3(proofs: tuple[Factor, ...], level: Level) -> None:
    assert level_of(frozenset(proofs)) == level


@given(st.frozensets(st.sampled_from(Factor)))
def test_a_decision_never_stands_in_for_the_first_proof_nor_counts_as_a_factor(proofs: frozenset[Factor]) -> None:
    fixed_before = proofs - {Factor.DECISION}

    assert (level_of(proofs) is Level.L0) == (not fixed_before)
    assert second_factor_used(proofs) == (len(fixed_before) > 1)


def signed(call: LoginCall = CALL, key: str = KEY) -> tuple[bytes, str]:
    body = {"timestamp": call.timestamp, "nonce": call.nonce, "case": call.case, "subject": call.subject}
    return json.dumps(body).encode(), hmac.new(key.encode(), call.signed_text(), hashlib.sha256).hexdigest()


def test_a_call_that_the_application_signed_just_now_is_believed() -> None:
    assert genuine_call(*signed(), KEY, NOW + timedelta(minutes=4)) == CALL


@pytest.mark.parametrize("name", ["timestamp", "nonce", "case", "subject"])
def test_each_value_of_a_call_is_bound_by_its_signature(name: str) -> None:
    body, signature = signed()
    spoiled = json.loads(body)
    spoiled[name] = spoiled[name] + (1 if name == "timestamp" else "1")

    with pytest.raises(BadCallError, match="signature"):
        genuine_call(json.dumps(spoiled).encode(), signature, KEY, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_call_of_another_moment_is_not_believed(minutes: int) -> None:
    with pytest.raises(BadCallError, match="moment"):
        genuine_call(*signed(), KEY, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 3000,
        b"\xff\xfe",
        b" " * (MOST_BYTES + 1),
        json.dumps({"timestamp": True, "nonce": "n" * 20, "case": "a", "subject": "b"}).encode(),
        json.dumps({"timestamp": 1, "nonce": "short", "case": "a", "subject": "b"}).encode(),
        json.dumps({"timestamp": 1, "nonce": "n" * 20, "case": "a\nb", "subject": "b"}).encode(),
        json.dumps({"timestamp": 1, "nonce": "n" * 20, "case": "a", "subject": "b", "level": "L3"}).encode(),
    ],
)
def test_whatever_is_no_call_is_refused(body: bytes) -> None:
    with pytest.raises(BadCallError):
        genuine_call(body, "0" * 64, KEY, NOW)


@given(st.text(max_size=80))
def test_no_other_signature_passes(signature: str) -> None:
    body, right = signed()
    odd: Any = signature
    if odd.strip().lower() != right:
        with pytest.raises(BadCallError):
            genuine_call(body, odd, KEY, NOW)
