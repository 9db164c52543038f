"""What changes hands in the demo county: a laptop issued, a projector that waits for its borrower,
and a stock-take that has begun."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.grant import standing
from inventory.handing_lines import add
from inventory.handover import Handover
from inventory.login import prove
from inventory.person import Person
from inventory.revision import digest
from inventory.role import Standing
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.stepping import Taken, take
from inventory.stock_scanning import scan
from inventory.stocktake import StockTake

_SEEN = 5


def write_handovers(database: Database, passwords: Mapping[str, str]) -> None:
    """By the steps that a real county takes, each in an act of whoever takes it."""
    tech, net = (_who(database, login) for login in ("tech", "net"))
    with database.transaction(tech.act("办理交接", "demo")) as session:
        facts = {"name": "便携式计算机", "category": "laptop", "vendor": "联想"}
        laptop = _paper(session, tech, "issue", "下乡巡检", {**facts, "model": "ThinkPad E14"})
        facts = {"name": "投影仪", "category": "projector", "vendor": "爱普生", "model": "CB-X06"}
        beamer = _paper(session, tech, "lend", "乡镇卫生院培训", facts)
        for paper in (laptop, beamer):
            _sign(session, paper, "give", tech, passwords["tech"])
    with database.transaction(net.act("办理交接", "demo")) as session:
        _sign(session, session.get_one(Handover, laptop.id), "take", net, passwords["net"])
    with database.transaction(tech.act("盘点", "demo")) as session:
        _count(session, tech)


def _who(database: Database, login: str) -> Standing:
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Person).where(Person.login == login)).one()
        return standing(session, found)


def _paper(
    session: Session, tech: Standing, kind: str, purpose: str, facts: Mapping[str, str]
) -> Handover:
    net = session.scalars(select(Staff).join(Person).where(Person.login == "net")).first()
    thing = Equipment(centre_id=tech.centre_id, no_serial="演示", **facts)
    paper = Handover(
        centre_id=tech.centre_id, kind=kind, purpose=purpose, taker_id=net.id if net else None,
        due_on=today() if kind == "lend" else None,
    )  # fmt: skip
    session.add_all([thing, paper])
    session.flush()
    add(session, paper, [thing], tech)
    return paper


def _sign(session: Session, paper: Handover, step: str, who: Standing, password: str) -> None:
    proof = prove(session, who.id, password)
    take(session, paper, step, Taken(who, {}, proof, digest(paper)))


def _count(session: Session, tech: Standing) -> None:
    """A few of the things have been seen, one code is nobody's."""
    begun = StockTake(centre_id=tech.centre_id, name=f"{today().year} 年度盘点", with_units=False)
    session.add(begun)
    session.flush()
    take(session, begun, "begin", Taken(tech))
    own = select(Equipment.tag).where(Equipment.centre_id == tech.centre_id)
    tags = session.scalars(own.order_by(Equipment.tag).limit(_SEEN)).all()
    scan(session, begun, [*tags, "LK-000"], tech)
