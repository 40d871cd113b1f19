"""Schema migrations (Alembic). One idea each; each safe for the release before it."""
