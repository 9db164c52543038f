"""The schema's history. Batch mode from the first revision, so that SQLite can follow."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, select

_TURN = 4_100_003  # PostgreSQL advisory lock
_HERE = Path(__file__).parent


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision` in one transaction; nothing to do is fine.

    Several at once take turns: web and worker may start together on a new home.
    """
    config = alembic_config()
    with engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
