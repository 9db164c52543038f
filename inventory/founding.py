"""Founding a home: the Henan tree, whose centre it is, and the first administrator."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.calendar_seed import plant_calendar
from inventory.centre import Centre
from inventory.db import Database
from inventory.grant import Grant
from inventory.home import HomeFact, home_fact
from inventory.password import first_password
from inventory.person import Person
from inventory.register import FieldError, Rejected
from inventory.shanghai import today
from inventory.undertaking import publish_standard
from inventory.yaml_text import load as load_yaml

_SEED = Path(__file__).parent / "seed" / "henan.yaml"


def founded(database: Database) -> str:
    """ "demo", "real", or "" while nobody has founded this home."""
    with database.view(EVERYTHING) as session:
        return home_fact(session, "kind")


def found(database: Database, centre_code: str, login: str, name: str) -> str:
    """Found a real centre; returns the first administrator's password, which is kept nowhere.

    Raises Rejected when the home is founded already or the code is not in the seed.
    """
    password = first_password()
    with database.transaction(system("启用本中心", "cli")) as session:
        if home_fact(session, "kind"):
            raise _refused("code", "这个数据目录已经启用过，不能再次初始化")
        plant(session, seed_units())
        centre = session.scalars(select(Centre).where(Centre.code == centre_code)).first()
        if centre is None:
            raise _refused("code", f"种子里没有代码 {centre_code}；应为河南省内的行政区划代码")
        settle(session, "real", centre)
        add_person(session, centre, login, name, "founder", password, must_change=True)
    return password


def reopen(database: Database) -> None:
    """A home of the first release never separated its administrators: they may finish the set-up,
    which does. Does nothing in every other home, however often it is called."""
    with database.view(EVERYTHING) as session:
        separated = select(Grant.id).where(Grant.role.in_(("founder", "security_admin")))
        if home_fact(session, "kind") != "real" or session.scalar(separated.limit(1)):
            return
        living = select(Grant).where(Grant.role == "system_admin", Grant.retired_at.is_(None))
        alone = session.scalars(living).all()
    now = datetime.now(UTC)
    with database.transaction(system("升级后补做启用设置", "upgrade")) as session:
        for one in alone:
            given = {"centre_id": one.centre_id, "person_id": one.person_id, "agreed_at": now}
            session.add(Grant(role="founder", **given))


def settle(session: Session, kind: str, centre: Centre) -> None:
    """Say what this home is and whose; the texts everybody accepts and the official days of
    the working calendar come with it."""
    session.add(HomeFact(name="kind", value=kind))
    session.add(HomeFact(name="centre", value=centre.id))
    publish_standard(session, centre)
    plant_calendar(session, centre.id, today())


def plant(session: Session, units: Iterable[Mapping[str, Any]]) -> None:
    """Record units (code, name, tier, parent_id as a code, head_count), parents first."""
    known = {c.code: c for c in session.scalars(select(Centre))}
    for unit in units:
        if unit["code"] in known:
            continue
        parent = known.get(unit.get("parent_id") or "")
        centre = Centre(
            code=unit["code"],
            name=unit["name"],
            tier=unit["tier"],
            parent_id=parent.id if parent else None,
            head_count=unit.get("head_count"),
        )
        session.add(centre)
        known[centre.code] = centre


def seed_units() -> Iterator[Mapping[str, Any]]:
    """Henan: the province, its 18 cities, their counties (GB/T 2260)."""
    seed = _seed()
    wording, top = seed["centre_name"], seed["province"]
    yield {"code": top["code"], "name": wording.format(unit=top["name"]), "tier": "province"}
    for city in seed["cities"]:
        yield _unit(wording, city["code"], city["name"], "city", top["code"])
        for code, name in (city.get("counties") or {}).items():
            yield _unit(wording, code, name, "county", city["code"])


def add_person(  # noqa: PLR0913  (a person is these six facts)
    session: Session, centre: Centre, login: str, name: str, role: str, password: str,
    *, must_change: bool,
) -> None:  # fmt: skip
    """One person with one role over `centre` and below."""
    person = Person(centre_id=centre.id, login=login, name=name)
    person.set_password(password, must_change=must_change)
    session.add(person)
    session.add(
        Grant(centre_id=centre.id, person_id=person.id, role=role, agreed_at=datetime.now(UTC))
    )


def _unit(wording: str, code: str, name: str, tier: str, parent: str) -> dict[str, Any]:
    return {"code": code, "name": wording.format(unit=name), "tier": tier, "parent_id": parent}


@cache
def _seed() -> dict[str, Any]:
    seed: dict[str, Any] = load_yaml(_SEED)
    return seed


def _refused(field: str, cause: str) -> Rejected:
    return Rejected((FieldError(field, "启用本中心", cause),))
