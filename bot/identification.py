"""Who is asking: match, challenge, evidence."""
