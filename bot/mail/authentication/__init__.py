"""Whether a mail really comes from the domain in its From: a verdict with reasons, never proof of who somebody is."""
