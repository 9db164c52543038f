"""What lies on the desk of the demo county: one thing in repair, one scrapping that waits for the
leader, written by the same steps that a real county takes."""

import io
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.attachment import attach
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.grant import standing
from inventory.person import Person
from inventory.repair import Repair
from inventory.revision import digest
from inventory.role import Standing
from inventory.scrapping import Scrapping, put_on
from inventory.staff import Staff
from inventory.stepping import Taken, take
from inventory.store import Store
from web.demo_visits import letter

_OLD = (
    {
        "name": "台式计算机", "category": "desktop", "opening": "idle", "vendor": "联想",
        "model": "启天 M4300", "serial": "SS07731920", "bought_on": date(2013, 5, 20),
        "cost": 4300.0, "fixed_asset": True, "finance_no": "TY2013000217", "has_storage": True,
    },
    {
        "name": "激光打印机", "category": "printer", "opening": "idle", "vendor": "惠普",
        "model": "P1007", "serial": "VNFP613420", "bought_on": date(2011, 9, 2), "cost": 1150.0,
        "fixed_asset": True, "finance_no": "TY2011000096",
    },
)  # fmt: skip


def write_papers(database: Database, store: Store) -> None:
    """A server whose fan has failed, a computer and a printer too old to keep."""
    tech = _tech(database)
    with database.transaction(tech.act("办理单据", "demo")) as session:
        _mend(session, tech)
        _scrap(session, tech, store)


def _tech(database: Database) -> Standing:
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Person).where(Person.login == "tech")).one()
        return standing(session, found)


def _mend(session: Session, tech: Standing) -> None:
    server = Equipment(
        centre_id=tech.centre_id, name="人口库备份服务器", category="server", opening="in_use",
        vendor="浪潮", model="NF5270M4", serial="217384920", bought_on=date(2018, 3, 12),
        cost=38600.0, fixed_asset=True, has_storage=True,
    )  # fmt: skip
    session.add(server)
    session.flush()
    session.add(
        Repair(
            centre_id=tech.centre_id, equipment_id=server.id, reporter_id=_staff(session, tech),
            fault="2 号电源模块告警，风扇异响", reported_at=datetime.now(UTC) - timedelta(days=3),
        )
    )  # fmt: skip


def _scrap(session: Session, tech: Standing, store: Store) -> None:
    paper = Scrapping(centre_id=tech.centre_id, reason="超过使用年限，配件停产，无法修复")
    session.add(paper)
    session.flush()
    for facts in _OLD:
        thing = Equipment(centre_id=tech.centre_id, **facts)
        session.add(thing)
        session.flush()
        put_on(session, paper, thing)
    photo = io.BytesIO(letter(b"DEMO PHOTO: PC and printer"))
    attach(session, paper, store.keep(photo, "实物照片（演示）.pdf"), "photo")
    take(session, paper, "ask", Taken(tech, seen=digest(paper)))


def _staff(session: Session, tech: Standing) -> str:
    """The technician among the staff, written down if nobody has yet."""
    known = session.scalars(select(Staff).where(Staff.person_id == tech.id)).first()
    if known is None:
        known = Staff(
            centre_id=tech.centre_id, name=tech.name[:40], job="technician", person_id=tech.id
        )
        session.add(known)
        session.flush()
    return known.id
