import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.errors import VaultError
from bot.store.vault import Vault, new_key, vault_from

KEY, OTHER, INDEX = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))


@given(plain=st.binary(max_size=200), place=st.text(max_size=30))
def test_what_was_sealed_opens_in_its_own_place(plain: bytes, place: str) -> None:
    vault = vault_from(KEY, INDEX)

    assert vault.open(vault.seal(plain, place), place) == plain


@given(place=st.integers(min_value=0), byte=st.integers(min_value=1, max_value=255))
def test_a_sealed_cell_with_one_changed_byte_does_not_open(place: int, byte: int) -> None:
    vault = vault_from(KEY, INDEX)
    sealed = bytearray(vault.seal(b"Sanne de Vries", "users.sealed|1"))
    sealed[place % len(sealed)] ^= byte

    with pytest.raises(VaultError):
        vault.open(bytes(sealed), "users.sealed|1")


@given(length=st.integers(min_value=0, max_value=36))
def test_a_sealed_cell_that_was_cut_short_does_not_open(length: int) -> None:
    vault = vault_from(KEY, INDEX)

    with pytest.raises(VaultError, match=r"users\.sealed\|1"):
        vault.open(vault.seal(b"Sanne", "users.sealed|1")[:length], "users.sealed|1")


def test_a_sealed_cell_that_was_moved_to_another_row_does_not_open() -> None:
    vault = vault_from(KEY, INDEX)
    sealed = vault.seal(b"Sanne", "users.sealed|1")

    with pytest.raises(VaultError, match="changed or moved"):
        vault.open(sealed, "users.sealed|2")


def test_the_same_words_are_never_sealed_to_the_same_bytes_twice() -> None:
    vault = vault_from(KEY, INDEX)

    assert vault.seal(b"Sanne", "a|1") != vault.seal(b"Sanne", "a|1")


def test_a_wrong_key_is_refused_and_the_message_says_what_to_do() -> None:
    sealed = vault_from(KEY, INDEX).seal(b"Sanne", "a|1")

    with pytest.raises(VaultError, match="give the right key file"):
        vault_from(OTHER, INDEX).open(sealed, "a|1")


def test_after_a_rotation_old_cells_open_and_new_ones_use_the_new_key() -> None:
    old = vault_from(f"k1:{KEY}", INDEX)
    rotated = vault_from(f"k2:{OTHER}\nk1:{KEY}\n", INDEX)

    sealed = old.seal(b"Sanne", "a|1")

    assert rotated.open(sealed, "a|1") == b"Sanne"
    assert rotated.key_of(rotated.seal(b"Sanne", "a|1")) == "k2"


def test_a_cell_sealed_with_a_key_that_is_not_given_names_that_key() -> None:
    sealed = vault_from(f"k2:{OTHER}", INDEX).seal(b"Sanne", "a|1")

    with pytest.raises(VaultError, match=r"'k2'.*add it to the key file"):
        vault_from(f"k1:{KEY}", INDEX).open(sealed, "a|1")


def test_an_address_is_found_again_whatever_its_letter_case_and_outer_blanks() -> None:
    vault = vault_from(KEY, INDEX)

    assert vault.index(" Sanne@Klant.Example ") == vault.index("sanne@klant.example")


def test_two_addresses_have_two_hashes_that_show_neither() -> None:
    vault = vault_from(KEY, INDEX)

    assert vault.index("sanne@klant.example") != vault.index("joris@klant.example")
    assert "sanne" not in vault.index("sanne@klant.example")


def test_rotating_the_data_key_does_not_blind_look_ups() -> None:
    before, after = vault_from(f"k1:{KEY}", INDEX), vault_from(f"k2:{OTHER}\nk1:{KEY}", INDEX)

    assert before.index("sanne@klant.example") == after.index("sanne@klant.example")


def test_another_index_key_or_version_gives_other_hashes() -> None:
    hashes = {vault_from(KEY, index).index("sanne") for index in (INDEX, OTHER, f"2:{INDEX}")}

    assert len(hashes) == 3


def test_hostile_text_can_be_looked_up_too() -> None:
    assert vault_from(KEY, INDEX).index("\udc80\0").startswith("1:")


@pytest.mark.parametrize(
    ("keys", "index", "says"),
    [
        ("", INDEX, "empty"),
        ("not base64!", INDEX, "not base64"),
        ("c2hvcnQ=", INDEX, "has 5 bytes"),
        (f"{KEY}\n{OTHER}", INDEX, "needs an id"),
        (f"a:{KEY}\na:{OTHER}", INDEX, "same id"),
        (f"é:{KEY}", INDEX, "ASCII"),
        (KEY, "x:" + INDEX, "number before the colon"),
        (KEY, "", "has 0 bytes"),
    ],
)
def test_unusable_key_material_is_named_without_showing_it(keys: str, index: str, says: str) -> None:
    with pytest.raises(VaultError, match=says) as refused:
        vault_from(keys, index)

    assert KEY not in str(refused.value)
    assert INDEX not in str(refused.value)


def test_a_vault_needs_its_current_key_and_keys_of_full_length() -> None:
    with pytest.raises(VaultError, match="current key"):
        Vault({"a": bytes(32)}, "b", bytes(32))
    with pytest.raises(VaultError, match="32 bytes"):
        Vault({"a": bytes(16)}, "a", bytes(32))


def test_new_keys_are_usable_and_never_the_same() -> None:
    assert new_key() != new_key()
    assert vault_from(new_key(), new_key()).index("x")
