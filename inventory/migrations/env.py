"""Run by Alembic with the connection that `migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy.types import TypeDecorator

from inventory import indexing, triggers
from inventory.schema import metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what the database stores: a migration must outlive the code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def moving(here: MigrationContext) -> bool:
    """Whether this run changes the schema; writing a draft of a migration does not."""
    wanted = here.opts.get("destination_rev", ())
    return wanted != () and context.script.as_revision_number(wanted) != here.get_current_revision()


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_object=indexing.mapped,
)
with context.begin_transaction():
    migration = context.get_context()
    moves = moving(migration)
    if moves:
        triggers.drop(connection)
        indexing.drop(connection)
    context.run_migrations()
    if moves and migration.get_current_revision() == context.script.get_current_head():
        indexing.install(connection)
        triggers.install(connection)
