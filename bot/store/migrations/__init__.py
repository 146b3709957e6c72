"""The steps from one schema to the next: named by date and purpose, forward only, never edited once released."""
