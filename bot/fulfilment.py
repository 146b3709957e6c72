"""Data collected, export built, changes planned, draft ready."""
