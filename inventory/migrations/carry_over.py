"""What a home of the first release brings along into the second schema."""

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, column, table, update

from inventory.columns import UtcDateTime

_GRANT = table("grant", column("agreed_at"))


def grants(connection: Connection) -> None:
    """Grants of the first release were in force without a second person: they stay so.

    Runs inside the migration, before the triggers stand; `founding.reopen` does the rest.
    """
    now = bindparam("now", datetime.now(UTC), UtcDateTime())
    connection.execute(update(_GRANT).where(_GRANT.c.agreed_at.is_(None)).values(agreed_at=now))
