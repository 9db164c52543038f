"""Lists a person comes back to: a name for what the address of a list says."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.register import FieldError, Register, Rejected, field_of
from inventory.saved import SavedFilter
from web.access import origin, person
from web.current import database
from web.registers.book import home_centre

_LONGEST = 500  # of SavedFilter.query


def saved(session: Session, cls: type[Register]) -> Sequence[SavedFilter]:
    """This person's own, by name."""
    return session.scalars(_own(cls).order_by(SavedFilter.name)).all()


def arguments(one: SavedFilter) -> dict[str, str]:
    """What the address of that list says."""
    return dict(parse_qsl(one.query))


def save(cls: type[Register], name: str, wanted: Mapping[str, str]) -> None:
    """Keep the list under a name; the same name again replaces it. Raises Rejected."""
    text = urlencode(wanted)
    label = field_of(SavedFilter, "name").label
    name = " ".join(name.split())
    if not 1 <= len(name) <= field_of(SavedFilter, "name").entry.longest:
        raise Rejected((FieldError("name", label, "必须填写，最多 40 个字"),))
    if len(text) > _LONGEST:
        raise Rejected((FieldError("query", label, "筛选条件太长，请减少几个条件"),))
    with database().transaction(person().act("保存常用筛选", origin())) as session:
        row = session.scalars(_own(cls).where(SavedFilter.name == name)).first()
        if row is None:
            row = SavedFilter(
                name=name, register=cls.slug, person_id=person().id, centre_id=home_centre()
            )
            session.add(row)
        row.query = text


def forget(cls: type[Register], filter_id: str) -> None:
    """Retire one of the person's own; somebody else's is not there."""
    with database().transaction(person().act("删除常用筛选", origin())) as session:
        for row in session.scalars(_own(cls).where(SavedFilter.id == filter_id)):
            row.turn(gone=True)


def _own(cls: type[Register]):  # type: ignore[no-untyped-def]
    return select(SavedFilter).where(
        SavedFilter.register == cls.slug,
        SavedFilter.person_id == person().id,
        SavedFilter.retired_at.is_(None),
    )
