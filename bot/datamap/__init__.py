"""What the company holds, where, why and for how long: model and validation, no I/O but the YAML file."""
