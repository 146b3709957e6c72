"""What the data subject receives as files."""
