"""Consent's adapters: the only place for SQLAlchemy, alembic and keyring."""
