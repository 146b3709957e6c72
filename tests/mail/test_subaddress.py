import pytest

from bot.mail.subaddress import untagged


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Sanne+Nieuws@Klant.example", "sanne@klant.example"),
        ("sanne+a+b@klant.example", "sanne@klant.example"),
        ("s.anne@klant.example", "s.anne@klant.example"),
        ("S.an.ne+x@gmail.com", "sanne@gmail.com"),
        ("sanne@googlemail.com", "sanne@gmail.com"),
        ("+sanne@klant.example", "+sanne@klant.example"),
        ("...@gmail.com", "...@gmail.com"),
        ("sanne@klant+1.example", "sanne@klant+1.example"),
        ("", ""),
    ],
)
def test_an_address_is_counted_without_its_tag_and_at_gmail_without_dots(address: str, mailbox: str) -> None:
    assert untagged(address) == mailbox
