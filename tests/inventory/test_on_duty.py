"""The roster: on which days who must sign."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inventory.act import EVERYTHING, Scope, system
from inventory.db import Database
from inventory.duty_roster import DutyRoster
from inventory.grant import Grant
from inventory.on_duty import away_days, on_duty, on_duty_days
from inventory.person import Person
from inventory.register import Rejected
from inventory.shanghai import SHANGHAI
from inventory.workdays import span
from tests.inventory.conftest import Tree
from tests.inventory.test_workdays import noted

FRIDAY, SATURDAY, MONDAY = date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 12)
LONG_AGO = datetime(2026, 1, 4, 3, tzinfo=UTC)


class Desk:
    """兰考's people and their roster."""

    def __init__(self, database: Database, tree: Tree) -> None:
        self.database, self.tree = database, tree

    def person(self, name: str, role: str = "technician", at: Any = None, **facts: Any) -> str:
        centre = at or self.tree.lankao
        # The account may belong to the city: what counts is what the grant names.
        person = Person(centre_id=self.tree.kaifeng.id, login=name, name=name)
        told = {"agreed_at": LONG_AGO} | facts
        with self.database.transaction(system("建人")) as session:
            session.add(person)
            session.add(Grant(centre_id=centre.id, person_id=person.id, role=role, **told))
        return person.id

    def roster(self, person: str, kind: str, first: date, last: date, shift: str = "day") -> str:
        row = DutyRoster(centre_id=self.tree.lankao.id, person_id=person, kind=kind, shift=shift,
                         starts=first, ends=last)  # fmt: skip
        with self.database.transaction(self.tree.act(self.tree.lankao)) as session:
            session.add(row)
        return row.id

    def on(self, day: date, shift: str = "day", at: Any = None) -> list[str]:
        with self.database.view(Scope((self.tree.lankao.path,))) as session:
            return list(on_duty(session, (at or self.tree.lankao).id, day, shift).values())


@pytest.fixture
def desk(database: Database, tree: Tree) -> Desk:
    return Desk(database, tree)


def test_everybody_on_a_working_day(desk: Desk) -> None:
    desk.person("甲")
    desk.person("乙", "network_admin")
    desk.person("局长", "leader")
    desk.person("市里", "network_admin", desk.tree.kaifeng)  # reaches down here, sits up there
    friday = datetime(2026, 10, 9, 10, tzinfo=UTC)
    desk.person("应急", "network_admin", agreed_at=friday, lapses_at=friday + timedelta(hours=8))
    desk.person("未复核", agreed_at=None)
    assert desk.on(FRIDAY) == ["甲", "乙"]
    assert desk.on(SATURDAY) == [] and desk.on(FRIDAY, "night") == []
    assert desk.on(FRIDAY, at=desk.tree.kaifeng) == ["市里"]
    noted(desk.database, desk.tree, SATURDAY, "makeup")
    noted(desk.database, desk.tree, MONDAY, "holiday")
    assert desk.on(SATURDAY) == ["甲", "乙"] and desk.on(MONDAY) == []


def _leaves(database: Database, person: str, at: datetime, *lines: str) -> None:
    """The account and what it was given are put away together, and these rows of the roster."""
    with database.transaction(system("注销")) as session:
        for key in lines:
            session.get_one(DutyRoster, key).retired_at = at
        for row in session.query(Grant).where(Grant.person_id == person):
            row.retired_at = at
        session.get_one(Person, person).retired_at = at


def test_whoever_held_it_on_that_day(desk: Desk) -> None:
    """A past day stays as it was: grants with their dates, those that ended early, accounts gone.
    A day ends at midnight in Shanghai, sixteen hours into the day of UTC."""
    database = desk.database
    desk.person("常在")
    desk.person("后来", starts=MONDAY)
    desk.person("先走", ends=date(2026, 10, 8))
    before, after = datetime(2026, 10, 9, 15, 59, tzinfo=UTC), datetime(2026, 10, 9, 16, tzinfo=UTC)
    desk.person("当天复核", agreed_at=before)
    desk.person("次日复核", agreed_at=after)
    for name, at in (("当天收回", before), ("次日收回", after)):
        person = desk.person(name)
        with database.transaction(system("收回")) as session:
            row = session.query(Grant).where(Grant.person_id == person).one()
            row.retired_at = at
    gone = desk.person("已注销")
    desk.roster(gone, "on", date(2026, 9, 5), date(2026, 9, 5))  # history keeps no account
    coming = desk.roster(gone, "off", MONDAY, datetime.now(SHANGHAI).date())
    with pytest.raises(Rejected, match="还有值班安排以它为“人员”"):
        _leaves(database, gone, after)
    _leaves(database, gone, after, coming)
    assert sorted(desk.on(date(2026, 10, 8))) == sorted(
        ["先走", "常在", "当天收回", "次日收回", "已注销"]
    )
    assert sorted(desk.on(FRIDAY)) == sorted(["常在", "当天复核", "次日收回", "已注销"])
    assert sorted(desk.on(MONDAY)) == sorted(["后来", "常在", "当天复核", "次日复核"])


def test_the_roster_says_otherwise(desk: Desk) -> None:
    first, second = desk.person("甲"), desk.person("乙", "network_admin")
    desk.roster(first, "off", FRIDAY, SATURDAY)
    assert desk.on(FRIDAY) == ["乙"]
    desk.roster(second, "on", SATURDAY, SATURDAY)
    desk.roster(second, "on", FRIDAY, FRIDAY, "night")
    assert desk.on(SATURDAY) == ["乙"] and desk.on(FRIDAY, "night") == ["乙"]
    assert desk.on(SATURDAY, "night") == [] and desk.on(FRIDAY) == ["乙"]
    month = (date(2026, 10, 1), date(2026, 10, 31))
    with desk.database.view(EVERYTHING) as session:
        for shift in ("day", "night"):
            days = on_duty_days(session, desk.tree.lankao.id, *month, shift)
            assert days == {
                day: on_duty(session, desk.tree.lankao.id, day, shift) for day in span(*month)
            }
        away = away_days(session, desk.tree.lankao.id, *month)
    assert [day for day, people in away.items() if people] == [FRIDAY, SATURDAY]
    assert away[FRIDAY] == {first: "甲"}
    alone = desk.roster(first, "on", MONDAY, MONDAY)
    assert desk.on(MONDAY) == ["甲"]
    with desk.database.transaction(desk.tree.act(desk.tree.lankao)) as session:
        session.get_one(DutyRoster, alone).turn(gone=True)
    assert desk.on(MONDAY) == ["甲", "乙"]


def test_a_roster_that_contradicts_itself_is_refused(desk: Desk) -> None:
    first = desk.person("甲")
    away = desk.roster(first, "off", FRIDAY, MONDAY)
    for kind_shift in ("day", "night"):
        with pytest.raises(Rejected, match="与“休假、外出 2026-10-09～2026-10-12”矛盾"):
            desk.roster(first, "on", MONDAY, MONDAY, kind_shift)
    with pytest.raises(Rejected, match="早于起始日期"):
        desk.roster(first, "off", MONDAY, FRIDAY)
    centre, second = desk.tree.lankao.id, desk.person("乙")
    both = [DutyRoster(centre_id=centre, person_id=second, kind=kind, starts=FRIDAY,
                       ends=FRIDAY) for kind in ("on", "off")]  # fmt: skip
    act = desk.tree.act(desk.tree.lankao)
    with pytest.raises(Rejected, match="矛盾"), desk.database.transaction(act) as session:
        session.add_all(both)
    with desk.database.transaction(desk.tree.act(desk.tree.lankao)) as session:
        session.get_one(DutyRoster, away).turn(gone=True)
    desk.roster(first, "on", MONDAY, MONDAY)


def test_who_could_not_sign_is_not_put_down(desk: Desk) -> None:
    """A deputy from the city above can; a leader of this place cannot, nor who comes later."""
    soon = datetime.now(SHANGHAI).date() + timedelta(days=3)
    desk.roster(desk.person("市里", "network_admin", desk.tree.kaifeng), "on", soon, soon)
    assert desk.on(soon) == ["市里"]
    late = desk.person("后来", starts=soon + timedelta(days=1))
    for person in (desk.person("局长", "leader"), late):
        with pytest.raises(Rejected, match="请先授权，再排班"):
            desk.roster(person, "on", soon, soon)
    desk.roster(late, "on", soon + timedelta(days=1), soon + timedelta(days=1))
