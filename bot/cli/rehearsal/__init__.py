"""The rehearsal: a report on mail of the past, which changes nothing."""
