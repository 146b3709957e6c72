"""Builds and runs the rooms."""
