"""The case file: model, life cycle, deadlines, matching, levels. Pure: no I/O, no clock."""
