"""The archive: SQLAlchemy, migrations, vault, jobs, outbox, event chain. No session leaves this room."""
