"""What is kept of the matters due, and mended after each change, is what would be worked out."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, Scope, system
from inventory.care_record import CareRecord
from inventory.care_rule import CareRule
from inventory.caring import matters
from inventory.equipment import Equipment
from inventory.handover import Handover
from inventory.moving import move
from inventory.register import Rejected
from inventory.room import Room
from inventory.shanghai import today
from tests.web.county import County, selects
from web.demo_care import written_down
from web.queries.care import open_now, waiting

Change = Callable[[Session, Random, str], None]
CATEGORIES = ("switch", "ups", "extinguisher", "cabinet")


def _some(session: Session, chance: Random, cls: Any) -> Any:
    query = select(cls).where(cls.retired_at.is_(None)).order_by(cls.sort_key, cls.id)
    return chance.choice(session.scalars(query).all())


def _thing(session: Session, chance: Random, home: str) -> None:
    day = today() - timedelta(days=chance.randrange(3000))
    kept = chance.choice(("stock", "in_use", "idle"))
    with written_down(datetime.now(UTC) - timedelta(days=chance.randrange(300))):
        session.add(
            Equipment(
                name=f"甲{chance.random()}",
                category=chance.choice(CATEGORIES),
                centre_id=home,
                opening=kept,
                bought_on=day,
                warranty_to=day + timedelta(days=1000),
            )
        )
        session.flush()


def _room(session: Session, chance: Random, home: str) -> None:
    session.add(Room(name=f"机房{chance.random()}", kind="machine", centre_id=home))


def _altered(session: Session, chance: Random, home: str) -> None:
    thing = _some(session, chance, Equipment)
    name, value = chance.choice(
        (("powered", not thing.powered), ("category", chance.choice(CATEGORIES)),
         ("name", f"乙{chance.random()}"), ("battery_on", today() - timedelta(days=2000)),
         ("started_on", today() - timedelta(days=chance.randrange(3000))), ("rack", "一号柜"))
    )  # fmt: skip
    setattr(thing, name, value)


def _altered_room(session: Session, chance: Random, home: str) -> None:
    room = _some(session, chance, Room)
    room.kind = chance.choice(("machine", "power", "store"))


def _handed(session: Session, chance: Random, home: str) -> None:
    thing, to = _some(session, chance, Equipment), chance.choice(("stock", "in_use", "idle"))
    at = datetime.now(UTC) - timedelta(days=chance.randrange(100))
    move(session, thing, to, Handover(), at=at, keeping={"centre_id": home})


def _retired(session: Session, chance: Random, home: str) -> None:
    row = _some(session, chance, chance.choice((Equipment, Room, CareRecord)))
    row.retired_at = datetime.now(UTC)


def _noted(session: Session, chance: Random, home: str) -> None:
    about = chance.choice(matters(session))
    of_room, result = about.about == "Room", chance.choice(("normal", "not_done"))
    if about.due.kind == "life":
        result = "keep"
    later = None if result == "normal" else today() + timedelta(days=chance.randrange(1, 90))
    session.add(
        CareRecord(
            centre_id=about.centre_id,
            kind=about.due.kind,
            result=result,
            note="说明",
            done_on=today(),
            due_on=about.due.due_on,
            value=1.0 if of_room else None,
            until=None if about.due.kind == "power_on" else later,
            **{"room_id" if of_room else "equipment_id": about.id},
        )
    )


def _ruled(session: Session, chance: Random, home: str) -> None:
    days = chance.randrange(30, 400)
    session.add(CareRule(centre_id=home, category="any", clean_days=days, reason="试验"))


USUAL: tuple[Change, ...] = (
    _thing, _altered, _altered, _handed, _noted, _noted, _noted, _retired, _room, _altered_room,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_would_be_worked_out(county: County, seed: int) -> None:
    chance, done = Random(seed), 0
    homes = [county.centres[name] for name in ("county", "town", "other")]
    scopes = (EVERYTHING, *(Scope((home.path,)) for home in homes))
    changes = [_thing, _room] * 6 + [
        *chance.choices(USUAL, k=30),
        _ruled,
        *chance.choices(USUAL, k=4),
    ]
    for change in changes:
        with suppress(Rejected), county.database.transaction(system("试验")) as session:
            change(session, chance, chance.choice(homes).id)
            session.flush()
            done += 1
        for scope in chance.sample(scopes, k=2):
            _same(county, scope)
    assert done > len(changes) // 2


def _same(county: County, scope: Scope) -> None:
    with county.database.view(scope) as session:
        fresh = matters(session, today(), soon=False)
        assert list(open_now(session, today())) == fresh
        assert waiting(session, "jf") == [one for one in fresh if "机房" in one.label]


def test_only_what_was_touched_is_looked_at(county: County) -> None:
    chance, home = Random(1), county.centres["county"].id
    with county.database.transaction(system("建账")) as session:
        for _ in range(5):
            _thing(session, chance, home)
    with county.database.view(EVERYTHING) as session:
        kept = open_now(session, today())
    with county.database.transaction(system("试验")) as session:
        _altered(session, chance, home)
    with county.database.view(EVERYTHING) as session, selects(county.database) as sent:
        open_now(session, today())
    lives = [one for one in sent if "FROM equipment_event" in one]
    assert kept and lives and all("equipment_id IN" in one for one in lives)
