"""Outbox to sent, and the case answered; bounces reopen it."""
