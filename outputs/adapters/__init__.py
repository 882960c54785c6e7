"""The only place in `outputs` that knows SQLAlchemy."""
