"""What a day sheet is asked for, and on whose sheet something is written."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import CENTRE_TIERS, Centre
from inventory.grant import Grant
from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.registers.log_section import LogSection
from inventory.role import HANDS_ON

_CORE = ("power", "problem", "solved", "backup", "transfer")  # Article 105 names these five
_ROOM = ("room", "review")  # Articles 106 and 117, where there is a machine room


def mandatory(session: Session, centre: Centre) -> tuple[str, ...]:
    """Sections of this centre's sheet that hold an entry, or 无, before it is submitted: by its
    tier, and as the centre itself has settled otherwise."""
    told = set(_CORE if centre.tier == "township" else (*_CORE, *_ROOM))
    query = select(LogSection).where(
        LogSection.centre_id == centre.id, LogSection.retired_at.is_(None)
    )
    for rule in session.scalars(query):
        (told.add if rule.mandatory else told.discard)(rule.section)
    return tuple(section for section in SECTIONS if section in told)


def house(session: Session, centre_id: str) -> str | None:
    """The id of the centre on whose sheet something at this unit is written: itself, or the nearest
    above; a township keeps a sheet of its own once somebody there holds one of the jobs. Read from
    the bare tables: a department may not see its centre's rows."""
    table: Any = Centre.__table__
    connection = session.connection()
    here = connection.execute(select(table.c.path).where(table.c.id == centre_id)).scalar()
    keys = [key for key in (here or "").split("/") if key]
    query = select(table.c.id, table.c.tier).where(table.c.id.in_(keys))
    tiers: dict[str, str] = {row.id: row.tier for row in connection.execute(query)}
    keeping = (key for key in reversed(keys) if tiers.get(key) in LOG_TIERS)
    kept = (key for key in keeping if tiers[key] in CENTRE_TIERS or _staffed(session, key))
    return next(kept, None)


def _staffed(session: Session, centre_id: str) -> bool:
    """Does anybody hold a job at the devices at exactly this unit?"""
    grant: Any = Grant.__table__
    query = select(grant.c.id).where(
        grant.c.centre_id == centre_id, grant.c.role.in_(HANDS_ON), grant.c.retired_at.is_(None),
        grant.c.agreed_at.is_not(None),
    )  # fmt: skip
    return session.connection().execute(query.limit(1)).first() is not None
