"""Several people try everything on the papers of two things, in any order: no state but by its
transitions, no transition without its record and its signatures, and a refusal leaves no trace."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.approval import Approval
from inventory.audit import verify
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.guard import Refused
from inventory.lifecycle import allowed
from inventory.loss import Loss
from inventory.moving import events, move
from inventory.paper_line import PaperLine
from inventory.register import Rejected, register_named
from inventory.repair import HELD, Repair
from inventory.revision import Revision
from inventory.sanitisation import Sanitisation
from inventory.scrapping import Scrapping
from inventory.signature import Signature, signatures
from inventory.stepping import steps_of
from tests.inventory.papers import House, house

PEOPLE = ("tech", "tech", "net", "lead", "chief", "far")
GIVEN: dict[str, Callable[[House, Random], dict[str, Any]]] = {
    "send": lambda home, _d: {"vendor": "维修站", "carrier_id": home.staff["tech"]},
    "finish": lambda home, dice: {
        "result": dice.choice(("fixed", "beyond")), "done": "修", "decision": "赔",
        "cause": dice.choice(("wear", "human")), "responsible_id": home.staff["net"],
        "back_to": dice.choice(("was", "idle", "scrap")),
    },
    "rejudge": lambda home, dice: {"cause": dice.choice(("human", "wear")), "decision": "全赔"},
    "hand": lambda home, dice: {
        "receiver_unit": "机关事务", "receiver": "赵",
        "taker_id": home.people[dice.choice(("chief", "net"))].id,
    },
    "receipt": lambda home, _d: {"receiver": "赵", "document_no": "1 号"},
    "found": lambda home, _d: {"found_how": "找到"},
}  # fmt: skip
SETTLED = {
    Repair: (("state", "closed"), ("state", "out"), ("number", "WX-1"), ("came_from", "stock")),
    Scrapping: (("state", "approved"), ("state", "done"), ("listing", ""), ("reason", "别的")),
    Loss: (("state", "lost"), ("decision", "免"), ("found_how", "假")),
    Equipment: (("state", "idle"), ("steps", 9), ("secret", False), ("has_storage", False)),
}  # fmt: skip


@pytest.fixture
def home(sqlite_database: Database, tmp_path: Path) -> House:
    return house(sqlite_database, tmp_path)


@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # acts are slow: shrinking takes minutes
)  # fmt: skip
@given(seed=st.integers(0, 2**32))
def test_no_state_but_by_its_paper(home: House, seed: int) -> None:
    dice = Random(seed)  # evenly spread, so that papers get far
    things = [home.thing(secret=dice.random() < 0.3, has_storage=dice.random() < 0.6)
              for _ in range(2)]  # fmt: skip
    _far(home, dice, things[0])
    for _ in range(14):
        before = _all(home, things)
        try:
            _act(home, dice, things)
        except (Rejected, Refused, NoResultFound, IntegrityError, LookupError):
            assert _all(home, things) == before  # all or nothing
        with home.database.view(EVERYTHING) as session:
            for key in things:
                _sound(session, session.get_one(Equipment, key))
    with home.database.view(EVERYTHING) as session:
        assert verify(session) is None


def _far(home: House, dice: Random, thing: str) -> None:
    """Begin where it took many steps to get: nowhere, asked, agreed to, handed over, in repair."""
    far = dice.choice((0, 1, 2, 3, 4))
    if far == 4:
        home.repair(thing)
    elif far:
        key = home.scrapping(thing)
        home.do("tech", Scrapping, key, "ask")
    if far in (2, 3):
        home.decide("lead", Scrapping, key)
    if far == 3:
        paper = home.one(Scrapping, key)
        home.witness("net", home.wipe(paper, thing, witness_id=home.staff["net"]))
        home.do("tech", Scrapping, key, "hand", **GIVEN["hand"](home, dice))


def _all(home: House, things: Sequence[str]) -> list[tuple[Any, ...]]:
    """Every state of every paper and thing, and how often each was written."""
    with home.database.view(EVERYTHING) as session:
        papers = [one for cls in SETTLED for one in session.scalars(select(cls).order_by(cls.id))]
        return [(one.id, one.state, one.revision) for one in papers]


def _act(home: House, dice: Random, things: Sequence[str]) -> None:
    """Something that somebody might try, mostly sensible."""
    who, thing = dice.choice(PEOPLE), things[dice.random() < 0.2]
    papers = _papers(home, thing)
    if not papers or dice.random() < 0.08:
        _begin(home, dice, thing)
        return
    paper = dice.choice(papers[:3])
    tries: Sequence[Callable[[], None]] = (
        *[lambda: _step(home, dice, paper, who)] * 8,
        *[lambda: home.decide(dice.choice(("lead", "chief", who)), type(paper), paper.id,
                              dice.random() < 0.8)] * 3,
        lambda: home.withdraw("tech", type(paper), paper.id),
        *[lambda: _wipe(home, dice, paper, thing)] * 2,
        lambda: _witness(home, dice),
        lambda: home.hang(paper, "receipt"),
        lambda: _set(home, dice, paper, thing, who),
        lambda: _shove(home, dice, paper, thing, who),
    )  # fmt: skip
    dice.choice(tries)()


def _begin(home: House, dice: Random, thing: str) -> None:
    kind = dice.choice(("repair", "scrapping", "scrapping", "loss"))
    if kind == "repair":
        home.repair(thing)
    elif kind == "scrapping":
        home.scrapping(thing)
    else:
        home.add(Loss(centre_id=home.centre.id, equipment_id=thing, report_no="1", how="丢",
                      lost_at=datetime.now(UTC), decision="赔"))  # fmt: skip


def _papers(home: House, thing: str) -> list[Any]:
    """Those that name the thing, the newest first."""
    lines = select(PaperLine.paper_id).where(PaperLine.equipment_id == thing)
    found = [
        *home.rows(select(Repair).where(Repair.equipment_id == thing)),
        *home.rows(select(Scrapping).where(Scrapping.id.in_(lines))),
        *home.rows(select(Loss).where(Loss.equipment_id == thing)),
    ]
    return sorted(found, key=lambda one: str(one.id), reverse=True)


def _step(home: House, dice: Random, paper: Any, who: str) -> None:
    every = steps_of(type(paper))
    fitting = [one for one in every if paper.state in one.states and one.name != "cancel"]
    step = dice.choice(fitting if fitting and dice.random() < 0.85 else every)
    if step.name == "take" and dice.random() < 0.8:
        who = next((w for w, one in home.people.items() if one.id == paper.taker_id), who)
    given = GIVEN.get(step.name, lambda _h, _d: {})(home, dice)
    home.do(who, type(paper), paper.id, step.name, **given)


def _wipe(home: House, dice: Random, paper: Any, thing: str) -> None:
    witness = dice.choice((home.staff["net"], home.staff["tech"], None))
    if isinstance(paper, Repair | Scrapping):
        home.wipe(paper, thing, witness_id=witness)


def _witness(home: House, dice: Random) -> None:
    waiting = home.rows(select(Sanitisation).order_by(Sanitisation.id.desc()).limit(2))
    if waiting:
        home.witness(dice.choice(("net", "net", "tech")), dice.choice(waiting).id)


def _set(home: House, dice: Random, paper: Any, thing: str, who: str) -> None:
    """Straight at the row, past every step."""
    cls, key = dice.choice(((type(paper), paper.id), (Equipment, thing)))
    with home.database.transaction(home.act(who)) as session:
        setattr(session.get_one(cls, key), *dice.choice(SETTLED[cls]))


def _shove(home: House, dice: Random, paper: Any, thing: str, who: str) -> None:
    """Straight at the thing, with a paper of a class that may not do it so."""
    to = dice.choice(("in_use", "scrapped", "lost", "approved"))
    with home.database.transaction(home.act(who)) as session:
        row = session.get_one(Equipment, thing)
        if not allowed(row.state, to, type(paper).__name__):
            move(session, row, to, session.get_one(type(paper), paper.id))


def _sound(session: Session, thing: Equipment) -> None:
    """Looked up afresh: the life of the thing, and the paper that holds it now."""
    told = events(session, thing)
    assert [one.number for one in told] == list(range(1, thing.steps + 1))
    assert told[-1].to_state == thing.state
    for last, one in pairwise(told):
        assert one.from_state == last.to_state
        assert allowed(one.from_state, one.to_state, one.paper)
        paper: Any = session.get_one(register_named(one.paper), one.paper_id)
        assert paper.number == one.paper_no
    repairs = session.scalars(select(Repair).where(Repair.equipment_id == thing.id)).all()
    held = [one for one in repairs if one.state in HELD and not one.retired_at]
    assert len(held) == (thing.state == "repair")
    for one in repairs:
        _repaired(session, one, thing)
    _scrapped(session, thing)
    if thing.state == "lost":
        losses = select(Loss).where(Loss.equipment_id == thing.id, Loss.state == "lost")
        _agreed(session, session.scalars(losses).one())


def _repaired(session: Session, one: Repair, thing: Equipment) -> None:
    if one.sent_at and (thing.has_storage or thing.secret):
        _wiped(session, thing, Sanitisation.repair_id == one.id)
    if one.state == "closed" and one.cause == "human":
        _agreed(session, one)


def _scrapped(session: Session, thing: Equipment) -> None:
    lines = select(PaperLine.paper_id).where(PaperLine.equipment_id == thing.id)
    papers = session.scalars(select(Scrapping).where(Scrapping.id.in_(lines))).all()
    by = {state: [one for one in papers if one.state == state] for state in
          ("asked", "approved", "handed", "done")}  # fmt: skip
    if thing.state != "lost" and not any(e.to_state == "lost" for e in events(session, thing)):
        assert len(by["asked"]) == (thing.state == "scrapping")
        assert len(by["approved"] + by["handed"]) == (thing.state == "approved")
    if thing.state != "scrapped":
        return
    (paper,) = by["done"]
    _agreed(session, paper)
    if thing.has_storage or thing.secret:
        _wiped(session, thing, Sanitisation.scrapping_id == paper.id)
    hands = {one.meaning: one for one in signatures(session, paper) if not one.approval_id}
    assert hands["hand"].number <= paper.revised
    assert "take" not in hands or hands["take"].signer_id != hands["hand"].signer_id
    assert "take" in hands or paper.document_no


def _wiped(session: Session, thing: Equipment, on: Any) -> None:
    found = session.scalars(
        select(Sanitisation).where(on, Sanitisation.equipment_id == thing.id,
                                   Sanitisation.retired_at.is_(None))
    ).all()  # fmt: skip
    assert found
    if thing.secret:
        seen = select(Signature).where(Signature.thing_id.in_([one.id for one in found]))
        assert any(one.meaning == "accept" for one in session.scalars(seen))


def _agreed(session: Session, paper: Any) -> None:
    """A leader or manager said yes who had not written it."""
    query = select(Approval).where(Approval.thing_id == paper.id, Approval.state == "approved")
    one = session.scalars(query.order_by(Approval.asked_at.desc())).first()
    assert one is not None and one.decided_by != one.asked_by
    revision = session.get_one(Revision, one.revision_id)
    assert one.decided_by not in revision.writers
