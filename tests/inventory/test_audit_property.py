"""Whatever is done in whatever order: one audit row for each change, none for no change, and the
chain holds, to the head that left it earlier."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow, head, note, verify
from inventory.centre import Centre
from inventory.chain import Head
from inventory.db import Database
from inventory.device import Device
from inventory.register import Rejected

# No two devices of a unit share a name: the second of such a pair is refused, which is an end, too.
NAMES = st.sampled_from(["核心", "接入", "汇聚", "UPS", "'; DROP TABLE audit; --", "网\n关\t%_\\"])
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
ACTS = st.one_of(
    st.tuples(st.just("add"), NAMES),
    st.tuples(st.just("name"), NAMES),
    st.tuples(st.just("note"), WORDS),
    st.tuples(st.just("same"), st.just("")),
    st.tuples(st.just("retire"), st.booleans()),
    st.tuples(st.just("fail"), NAMES),
    st.tuples(st.just("savepoint"), NAMES),
    st.tuples(st.just("event"), WORDS),
)


class Halfway(Exception):
    """Something goes wrong after a change was written and before it was agreed to."""


def told(database: Database) -> dict[str, dict[str, Any]]:
    """Every device as its columns stand, but for what is derived from the rest."""
    untold = {"revision", "search", "sort_key"}
    names = [c.key for c in inspect(Device).column_attrs if c.key not in untold]
    with database.view(EVERYTHING) as session:
        rows = session.scalars(select(Device)).all()
        return {row.id: {name: getattr(row, name) for name in names} for row in rows}


def newest(database: Database) -> Head:
    with database.view(EVERYTHING) as session:
        return Head(*head(session))


def do(database: Database, what: str, value: Any) -> None:
    act = system(f"{what} {value}"[:120], reason=str(value))
    with database.transaction(act) as session:
        device = session.scalars(select(Device).order_by(Device.id)).first()
        if what == "add" or device is None:
            centre = session.scalars(select(Centre)).first() or Centre(
                code="410225", name="兰考县", tier="county"
            )
            session.add(centre)
            made = Device(centre_id=centre.id, name=str(value), address="10.1.1.1", kind="other")
            session.add(made)
        elif what in ("name", "note"):
            setattr(device, what, value)
        elif what == "same":
            device.name = str(device.name)
        elif what == "retire":
            device.turn(gone=bool(value))
        elif what == "fail":
            device.name = str(value)
            session.flush()
            raise Halfway
        elif what == "savepoint":
            trial = session.begin_nested()
            device.name = f"{value}?"
            session.flush()
            trial.rollback()
        elif what == "event":
            note(session, act, "Person", "p", None, {"说": value})


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=1, max_size=12))
def test_each_change_has_its_row_and_the_chain_holds(
    sqlite_database: Database, acts: list[tuple[str, Any]]
) -> None:
    database = sqlite_database
    heads = [newest(database)]
    for what, value in acts:
        before, centres = told(database), heads[-1].seq == 0
        try:
            do(database, what, value)
        except (Halfway, Rejected):
            assert (told(database), newest(database)) == (before, heads[-1])
            continue
        after = told(database)
        changed = [key for key in after if after[key] != before.get(key)]
        heads.append(newest(database))
        with database.view(EVERYTHING) as session:
            since = AuditRow.seq > heads[-2].seq
            new = session.scalars(select(AuditRow).where(since).order_by(AuditRow.seq)).all()
        things = [row.thing_id for row in new if row.thing == "Device"]
        assert sorted(things) == sorted(changed)
        events = [row for row in new if row.change == "event"]
        assert len(new) - len(things) - len(events) == centres
        assert len(events) == (what == "event" and bool(before))
    with database.view(EVERYTHING) as session:
        assert verify(session, witnesses=[one for one in heads if one.seq]) is None


@pytest.mark.parametrize("text", ["网\u2028关", "\U0001f4bb", 'quo"te', "\\u0000", "é́", "\x7f"])
def test_any_letter_verifies(database: Database, text: str) -> None:
    """What the database gives back must hash as what went in, on both of them."""
    act = system(f"做 {text}", reason=text)
    with database.transaction(act) as session:
        note(session, act, "Person", "p", None, {text: [text, {"深": text}]})
    with database.view(EVERYTHING) as session:
        assert verify(session) is None
