"""The letters: which letter, with which values, rendered as named blocks."""
