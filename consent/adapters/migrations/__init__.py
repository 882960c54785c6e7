"""Migrations of `app.db`, run by `Database.migrate`."""
