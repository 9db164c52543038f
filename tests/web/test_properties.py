"""Whatever people do through pages, API and ORM, in whatever order: the trail tells it exactly."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.asked import STEPS as DECISIONS
from inventory.audit import AuditRow, verify
from inventory.columns import Secret
from inventory.db import Base, Database, Recorded
from inventory.device import Device
from inventory.grant import Grant
from inventory.guard import Refused
from inventory.person import Person
from inventory.register import Rejected
from inventory.revision import Revision
from inventory.seals import verify as seals
from inventory.shanghai import SHANGHAI
from inventory.signature import Signature
from inventory.visit import STEPS as VISITS
from inventory.visit import Visit
from tests.web.county import PASSWORD, Browser, County, found_county
from web import create_app
from web.settings import Settings

PEOPLE = ("net", "tech", "far", "town", "boss", "sec", "leader", "chief")
WATCHED = ("far", "net", "town")  # whose reach stays as it was founded: nobody grants them more
UNTOLD = {"revision", "search", "sort_key"}  # bookkeeping, derived from the rest
ACTS = 45
HIDDEN = "（保密）"
Rows = Mapping[tuple[str, str], dict[str, Any]]  # (class, id) → values of every decided row


@dataclass
class World:
    """A county, its people at their browsers, and what was seen so far."""

    county: County
    dice: random.Random
    browsers: Mapping[str, Browser]
    tech: str  # who lets visitors in
    watched: frozenset[str]  # ids of WATCHED
    upto: int = 0  # the audit row looked at last
    live: Rows = field(default_factory=dict)  # what the database held then
    signed: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def any(self, cls: type[Any]) -> str:
        """Some row, mostly the newest, whoever may see it: ids are guessed, too."""
        known = self.county.rows(select(cls.id).order_by(cls.id)) or ["0" * 26]
        return str(known[-1] if self.dice.random() < 0.7 else self.dice.choice(known))

    def somewhere(self) -> str:
        """Mostly in the county."""
        places = self.county.centres
        return places[self.dice.choice(["county"] * 5 + sorted(places))].id

    def send(self, who: str, url: str, form: Mapping[str, Any]) -> int:
        answer = self.browsers[who].post(url, form)
        assert answer.status_code < 500, (who, url, answer.text[:2000])
        return answer.status_code


def visit_form(world: World) -> dict[str, str]:
    at = datetime.now(SHANGHAI).replace(microsecond=0, tzinfo=None)
    at += timedelta(hours=world.dice.choice([-1, 0, 3]))
    return {
        "visitor": f"来访 {world.dice.randrange(99)}", "employer": "某公司", "purpose": "检修",
        "kind": world.dice.choice(["visit", "work", "work", "work"]), "people": "1",
        "escort_id": world.tech,
        "planned_from": at.isoformat(), "planned_to": (at + timedelta(hours=2)).isoformat(),
        "centre_id": world.somewhere(),
    }  # fmt: skip


def device_form(world: World) -> dict[str, str]:
    return {
        "name": f"设备 {world.dice.randrange(99)}", "address": f"10.9.0.{world.dice.randrange(9)}",
        "kind": "switch", "centre_id": world.somewhere(),
    }  # fmt: skip


def new_device(world: World, who: str) -> None:
    world.send(who, "/r/devices/new", device_form(world))


def edit_device(world: World, who: str) -> None:
    row = world.any(Device)
    world.send(who, f"/r/devices/{row}/edit", device_form(world) | {"revision": "1"})


def api_device(world: World, who: str) -> None:
    browser, body = world.browsers[who], {"note": "改", "revision": world.dice.randrange(1, 3)}
    answer = browser.client.patch(
        f"/api/v1/devices/{world.any(Device)}", json=body, headers={"X-CSRFToken": browser.token}
    )
    assert answer.status_code < 500, answer.text


def turn(world: World, who: str) -> None:
    books = {"devices": Device, "visits": Visit, "grants": Grant}
    slug = world.dice.choice(["devices", "devices", *books])
    way, row = world.dice.choice(["retire", "restore"]), world.any(books[slug])
    theirs = select(Grant.id).where(Grant.person_id.in_(world.watched))
    if row not in world.county.rows(theirs):
        world.send(who, f"/r/{slug}/{row}/{way}", {})


def new_visit(world: World, who: str) -> None:
    world.send(who, "/r/visits/new", visit_form(world))


def forge_visit(world: World, who: str) -> None:
    """A form with more in it than was shown, on a visit that may be signed already."""
    forged = visit_form(world) | {"state": world.dice.choice([*VISITS, "left"]), "revised": "0",
                                  "revision": str(world.dice.randrange(1, 5))}  # fmt: skip
    world.send(who, f"/r/visits/{world.any(Visit)}/edit", forged)


def step_visit(world: World, who: str) -> None:
    row = world.any(Visit)
    known = {one.id: one.state for one in world.county.rows(select(Visit))}
    fitting = {"draft": "ask", "refused": "ask", "approved": "enter", "inside": "leave"}
    step = world.dice.choice(["urgent", "enter", "leave", "cancel", "ask"])
    if world.dice.random() < 0.7:
        step = fitting.get(known.get(row, ""), step)
    form = {"reason": "急", "done": "修好了", "proof_password": PASSWORD}
    world.send(who, f"/visits/{row}/{step}", form)


def decide(world: World, who: str) -> None:
    row = world.any(Approval)
    found = [one for one in world.county.rows(select(Approval)) if one.id == row]
    seen = found[0].digest if found and world.dice.random() < 0.8 else "0" * 64
    form = {"decision": world.dice.choice(["yes", "yes", "no"]), "seen": seen, "remark": "看过",
            "proof_password": world.dice.choice([PASSWORD] * 4 + ["wrong"])}  # fmt: skip
    way = world.dice.choice(["decide", "decide", "review", "withdraw"])
    world.browsers[who].get(f"/approvals/{row}")
    world.send(who, f"/approvals/{row}/{way}", form)


def grant(world: World, who: str) -> None:
    person = world.any(Person)
    if person in world.watched:
        return
    form = {"person_id": person, "role": world.dice.choice(["leader", "technician"]),
            "centre_id": world.somewhere()}  # fmt: skip
    world.send(who, "/r/grants/new", form)


def by_orm(world: World, who: str) -> None:
    """Past all pages: the rules of the session are the last ones."""
    named = world.county.rows(select(Person).where(Person.login == who))[0]
    try:
        with world.county.database.transaction(system(f"ORM {named.name}")) as session:
            world.dice.choice((_spoil_visit, _spoil_state, _erase))(world, session)
    except (Rejected, Refused, IntegrityError):
        pass


def _spoil_visit(world: World, session: Session) -> None:
    row = session.get(Visit, world.any(Visit))
    if row is not None:
        row.purpose = f"另一事由 {world.dice.randrange(9)}"


def _spoil_state(world: World, session: Session) -> None:
    row = session.get(Approval, world.any(Approval))
    if row is not None:
        row.state = world.dice.choice(["approved", "asked", "reviewed"])


def _erase(world: World, session: Session) -> None:
    cls = world.dice.choice([Visit, Signature, Revision, Grant])
    row = session.get(cls, world.any(cls))
    if row is not None:
        session.delete(row)


Deed = Callable[[World, str], None]
DEEDS: Mapping[Deed, str] = {  # and who does such things as a rule
    new_device: "net", edit_device: "net", api_device: "net", turn: "net", new_visit: "tech",
    forge_visit: "tech", step_visit: "tech", decide: "leader", grant: "sec", by_orm: "boss",
}  # fmt: skip
OFTEN = (*DEEDS, new_visit, step_visit, step_visit, step_visit, decide, decide, decide)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_acts_of_anybody(settings: Settings, database: Database, seed: int) -> None:
    app = create_app(settings, database)
    county = found_county(app, database, settings)
    dice = random.Random(seed)  # the same acts in every run
    tech = county.rows(select(Person.id).where(Person.login == "tech"))[0]
    watched = frozenset(county.rows(select(Person.id).where(Person.login.in_(WATCHED))))
    world = World(county, dice, {who: county.login(who) for who in PEOPLE}, tech, watched)
    world.upto = county.rows(select(AuditRow.seq).order_by(AuditRow.seq))[-1]
    world.live = _live(county.database)
    _decide_one(world)
    for _ in range(ACTS):
        deed = dice.choice(OFTEN)
        who = DEEDS[deed] if dice.random() < 0.7 else dice.choice(PEOPLE)
        world.done.append(f"{who}: {deed.__name__}")
        deed(world, who)
        _told_once(world)
        _stands(world)
    _whole(world)
    _in_scope(world)


def _decide_one(world: World) -> None:
    """A visit asked for and decided as it should be, so that there is something signed to spoil
    whatever the dice say: ids are no part of them."""
    form = visit_form(world) | {"kind": "work", "centre_id": world.county.centres["county"].id}
    world.send("tech", "/r/visits/new", form)
    visit = world.county.rows(select(Visit))[0]
    world.send("tech", f"/visits/{visit.id}/ask", {"proof_password": PASSWORD})
    _stands(world)
    asked = world.county.rows(select(Approval))[0]
    world.browsers["leader"].get(f"/approvals/{asked.id}")
    yes = {"decision": "yes", "seen": asked.digest, "proof_password": PASSWORD}
    world.send("leader", f"/approvals/{asked.id}/decide", yes)
    _told_once(world)
    _stands(world)
    assert world.signed, "a leader's decision is signed"


def _live(database: Database) -> Rows:
    """Every decided row there is."""
    found = {}
    with database.view(EVERYTHING) as session:
        for mapper in Base.registry.mappers:
            if issubclass(mapper.class_, Recorded):
                for row in session.scalars(select(mapper.class_)):
                    found[mapper.class_.__name__, row.id] = _plain(row)
    return found


def _plain(row: Any) -> dict[str, Any]:
    columns = row.__table__.columns
    hidden = {c.key for c in columns if c.info.get("masked") or isinstance(c.type, Secret)}
    values = {c.key: getattr(row, c.key) for c in columns if c.key not in UNTOLD | hidden}
    return {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in values.items()}


def _told_once(world: World) -> None:
    """What changed since the last act is what its audit rows tell, played over what was; no row is
    told twice in one state, and none tells of a change that is not there."""
    after = _live(world.county.database)
    played, world.live = {key: dict(row) for key, row in world.live.items()}, after
    fresh = world.county.rows(
        select(AuditRow).where(AuditRow.seq > world.upto).order_by(AuditRow.seq)
    )
    world.upto = fresh[-1].seq if fresh else world.upto
    for one in (one for one in fresh if one.change != "event"):
        key, told = (one.thing, one.thing_id), json.loads(one.after)
        if one.change == "delete":
            del played[key]
            continue
        assert (one.change == "insert") == (key not in played), (world.done[-3:], key)
        was = played.setdefault(key, {})
        assert one.change == "insert" or told != {n: was.get(n) for n in told}, (key, told)
        was.update({n: v for n, v in told.items() if n not in after.get(key, {}) or v != HIDDEN})
    seen = {key: {n: row.get(n) for n in after.get(key, row)} for key, row in played.items()}
    assert seen == after, [world.done[-3:], [k for k in seen if seen[k] != after.get(k)]]


def _stands(world: World) -> None:
    """Signed content reads as it read; no state is reached but by a listed step."""
    with world.county.database.view(EVERYTHING) as session:
        signed = select(Signature.id, Revision.content).join(Revision)
        now = {one.id: one.content for one in session.execute(signed)}
        assert {key: now.get(key) for key in world.signed} == world.signed, world.done
        world.signed |= now
        known: tuple[tuple[type[Any], Mapping[str, tuple[str, ...]], str], ...] = (
            (Visit, VISITS, "draft"),
            (Approval, DECISIONS, ""),
        )
        for cls, steps, first in known:
            for row in session.scalars(select(cls)):
                was = world.states.get(row.id, first)
                legal = row.state == was or row.state in _reach(steps, was)
                assert legal, (world.done, was, row.state)
                world.states[row.id] = row.state


def _reach(steps: Mapping[str, tuple[str, ...]], was: str) -> set[str]:
    """What one act may make of it: a correction lets a visit be a draft anew."""
    return {*steps.get(was, ()), *({"draft"} if steps is VISITS else set())}


def _whole(world: World) -> None:
    with world.county.database.view(EVERYTHING) as session:
        assert verify(session) is None, world.done
        assert seals(session) == [], world.done


def _in_scope(world: World) -> None:
    """Each list shows a person the rows of their own subtree, all of them and no other."""
    county = world.county
    for who, place in (("far", "other"), ("net", "county"), ("town", "town")):
        path = county.centres[place].path
        inside = {c.id for c in county.centres.values() if c.path.startswith(path)}
        for slug, cls in (("devices", Device), ("visits", Visit)):
            told = world.browsers[who].get(f"/api/v1/registers/{slug}?per_page=200").json
            rows = county.rows(select(cls).where(cls.retired_at.is_(None)))
            assert told is not None and {one["id"] for one in told["items"]} == {
                row.id for row in rows if row.centre_id in inside
            }, (who, slug)
