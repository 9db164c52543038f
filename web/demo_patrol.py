"""The demo county's rounds: a week's patrol with one finding, a month's just begun, and the records
of the last days looked through."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.db import Database
from inventory.grant import standing
from inventory.log_review import LogReview
from inventory.log_review_days import sources
from inventory.login import prove
from inventory.patrol import Patrol
from inventory.patrol_item import adopt
from inventory.patrolling import checklist, put, start
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import digest
from inventory.role import Standing
from inventory.room import Room
from inventory.shanghai import today
from inventory.stepping import Taken, take

_ODD = "设备连接线缆牢固完好"
_SEEN = "二号机柜第 3 口网线松动"
_DAYS = (3, 1)  # days ago


def write_patrols(database: Database, passwords: Mapping[str, str]) -> None:
    """By the network administrator's own hand, signed as in a real county."""
    with database.view(EVERYTHING) as session:
        net = standing(session, session.scalars(select(Person).where(Person.login == "net")).one())
    act = partial(net.act, "准备演示巡检", "demo")
    with database.transaction(act()) as session:
        proof = prove(session, net.id, passwords["net"])
    with database.transaction(act()) as session:
        centre = session.get_one(Centre, net.centre_id)
        adopt(session, centre)
        halls = select(Room).where(Room.kind == "machine", Room.centre_id == centre.id)
        hall = session.scalars(halls.order_by(Room.sort_key)).first()
        if hall is not None:
            _walk(session, hall, net, proof)
        _read(session, centre, net, proof)


def _walk(session: Session, hall: Room, net: Standing, proof: Proof) -> None:
    walk = start(session, hall, "weekly", net)
    answers = {
        one.id: ("abnormal", _SEEN) if one.name == _ODD else ("ok", "")
        for one in checklist(session, walk)
    }
    put(session, walk, answers, net)
    take(session, walk, "finish", Taken(net, {}, proof, digest(walk)))
    _begun(session, start(session, hall, "monthly", net), net)


def _begun(session: Session, walk: Patrol, net: Standing) -> None:
    """A few lines answered, the rest still to come."""
    first = checklist(session, walk)[:4]
    put(session, walk, {one.id: ("ok", "") for one in first}, net)


def _read(session: Session, centre: Centre, net: Standing, proof: Proof) -> None:
    names = [one.name for one in sources(session, centre)] or ["应用服务器", "防火墙"]
    for ago in _DAYS:
        day = today() - timedelta(days=ago)
        review = LogReview(
            centre_id=centre.id, from_day=day, to_day=day, sources="\n".join(names),
            method="local", result="normal",
        )  # fmt: skip
        session.add(review)
        session.flush()
        take(session, review, "sign", Taken(net, {}, proof, digest(review)))
