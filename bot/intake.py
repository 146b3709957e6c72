"""Raw mail to a decision: case opened, mail added, left alone, or a person asked."""
