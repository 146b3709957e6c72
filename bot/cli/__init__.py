"""The commands: thin, they call the corridor."""
