"""Approved corrections and erasures carried out, verified, ledger written."""
