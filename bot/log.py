"""Logging: a fixed sentence and allowed keys, nothing personal."""
