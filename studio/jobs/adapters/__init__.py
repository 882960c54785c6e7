"""The only place in studio for SQLAlchemy."""
