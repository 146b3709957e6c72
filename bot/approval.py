"""Staff decided: reply queued, draft back, refused, escalated."""
