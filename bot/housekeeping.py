"""Deadlines, reminders, holds, retention of our own files, mailbox reconciliation."""
