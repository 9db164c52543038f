"""Database files that tests copy instead of making their own."""

from inventory.db import Database


def shrink(database: Database) -> None:
    """Close it with everything in the one file: a copy of that file is the whole of it."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
