"""privacybot: takes a data subject's request from an ordinary mailbox to an approved answer."""
