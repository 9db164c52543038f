"""The book of faults: what a major one asks for, who closes it, and that it then stands still."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.fault import OPEN, Fault, overdue, unreported
from inventory.fault_findings import incomplete
from inventory.fault_limit import FaultLimit, upper
from inventory.fault_step import FaultMember, FaultStep, told
from inventory.guard import Refused
from inventory.log_draft import LogDraft
from inventory.notice import Notice, NoticeReceipt
from inventory.register import Rejected
from inventory.repair import Repair
from inventory.revision import correct
from inventory.run import Event
from inventory.seals import verify
from inventory.shanghai import SHANGHAI
from inventory.signature import signatures
from inventory.state import DeviceState
from inventory.stepping import steps_of as offered_of
from playbooks.faults import remind_in
from tests.inventory.papers import House, house

# Not long ago: what is older than a month is not drafted into the log any more.
FOUND = (
    (datetime.now(SHANGHAI) - timedelta(days=2))
    .replace(hour=14, minute=0, second=0, microsecond=0)
    .astimezone(UTC)
)
TOLD = f"{FOUND.astimezone(SHANGHAI):%Y-%m-%d} 14:00"
ENDING: dict[str, Any] = {
    "cause_kind": "line", "cause": "城关镇光缆被施工挖断", "result": "熔接光缆，业务恢复",
    "restored_at": FOUND + timedelta(hours=3),
}  # fmt: skip
GIVEN: dict[str, dict[str, Any]] = {
    "escalate": {"escalated_to": "兰考县", "upper_way": "phone", "asked": "请派人测光缆"},
    "answer": {"answer": "已派人", "answered_by": "net某"},
    "submit": ENDING, "close": ENDING, "cancel": {"cancel_reason": "误报"},
}  # fmt: skip
ON_TIME, LATE = FOUND + timedelta(hours=1), FOUND + timedelta(hours=1, minutes=1)


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


@pytest.fixture
def lite(sqlite_database: Database, tmp_path: Path) -> House:
    return house(sqlite_database, tmp_path)


def _fault(home: House, severity: str = "major", who: str = "tech", **facts: Any) -> str:
    plain = {"centre_id": home.centre.id, "phenomenon": "城关镇专线中断", "found_at": FOUND,
             "began_at": FOUND - timedelta(minutes=20)}  # fmt: skip
    return home.add(Fault(severity=severity, **{**plain, **facts}), who)


def _step(home: House, fault: str, words: str, who: str = "tech", **facts: Any) -> str:
    row = FaultStep(centre_id=home.centre.id, fault_id=fault, text=words, at=FOUND, **facts)
    return home.add(row, who)


def _refusal(home: House, who: str, key: str, name: str, **given: Any) -> set[str]:
    with pytest.raises(Rejected) as refused:
        home.do(who, Fault, key, name, **given)
    return {one.field for one in refused.value.errors}


def _ready(home: House, severity: str = "major") -> str:
    """A fault in hand: two steps by one, another took part."""
    key = _fault(home, severity)
    _step(home, key, "测试光功率，无光")
    _step(home, key, "现场熔接")
    home.add(FaultMember(centre_id=home.centre.id, fault_id=key, staff_id=home.staff["net"]))
    return key


def test_a_major_fault_goes_nowhere_while_something_is_missing(home: House) -> None:
    key = _fault(home)
    assert home.one(Fault, key).number == f"GZ-{datetime.now(SHANGHAI):%Y}-0001"
    home.do("tech", Fault, key, "start")
    assert _refusal(home, "tech", key, "submit") == {"cause_kind", "cause", "result", "process"}
    key = _ready(home)
    for name in ("cause_kind", "cause", "result"):
        assert _refusal(home, "tech", key, "submit", **{**ENDING, name: None}) == {name}
    assert _refusal(home, "tech", key, "close", **ENDING) == {"state"}  # not by a technician
    assert home.one(Fault, key).cause is None  # refused, nothing of it stays


def test_a_leader_closes_it(home: House) -> None:
    key = _ready(home)
    home.do("tech", Fault, key, "submit", **ENDING)
    asked = home.one(Fault, key)
    assert (asked.state, asked.minutes) == ("confirm", 200)
    assert asked.participants == "tech某、net某"
    assert asked.process.splitlines()[0] == f"{TOLD} tech某：测试光功率，无光"
    with pytest.raises(Rejected):
        _step(home, key, "后来补的")
    for stranger in ("tech", "net"):
        with pytest.raises(Rejected):
            home.decide(stranger, Fault, key)
    home.decide("lead", Fault, key, yes=False)
    assert home.one(Fault, key).state == "handling"
    assert _refusal(home, "tech", key, "cancel", cancel_reason="误报") == {"state"}
    _step(home, key, "补测误码")
    home.do("tech", Fault, key, "submit", **ENDING)
    home.decide("lead", Fault, key)
    done = home.one(Fault, key)
    assert (done.state, "补测误码" in done.process) == ("closed", True)
    with home.database.view(EVERYTHING) as session:
        assert {one.meaning for one in signatures(session, done)} == {"fill", "approve"}
        assert verify(session) == []


def test_what_was_signed_stands_still(home: House) -> None:
    key = _fault(home, "minor")
    step = _step(home, key, "重启交换机")
    assert _refusal(home, "tech", key, "submit", **ENDING) == {"severity"}
    home.do("tech", Fault, key, "close", result="重启后恢复")
    assert home.one(Fault, key).state == "closed"
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(Fault, key).result = "没有这回事"
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(FaultStep, step).text = "什么也没做"
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(Fault, key).state = "handling"
    grave = _fault(home, "puzzling")
    _step(home, grave, "查看日志")
    for statement in (
        f"UPDATE fault SET result = '改' WHERE id = '{key}'",
        f"UPDATE fault SET state = 'handling' WHERE id = '{key}'",
        f"UPDATE fault_step SET text = '改' WHERE id = '{step}'",
        f"DELETE FROM fault_step WHERE id = '{step}'",
        f"UPDATE fault SET state = 'closed' WHERE id = '{grave}'",
    ):
        with pytest.raises(DBAPIError), home.database.engine.begin() as connection:
            connection.execute(text(statement))

    with home.database.transaction(home.act("tech")) as session:
        correct(session, session.get_one(Fault, key), {"severity": "major"}, "级别记错")
    again = home.one(Fault, key)
    assert again.state == "handling"  # whoever was to agree is asked anew
    assert _refusal(home, "tech", key, "close", **ENDING) == {"state"}
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        correct(session, session.get_one(Fault, key), {"severity": "minor"}, "改回来")
    home.do("tech", Fault, key, "submit", **ENDING)
    home.decide("lead", Fault, key)
    with home.database.view(EVERYTHING) as session:
        assert session.get_one(Fault, key).state == "closed"
        assert verify(session) == []


def _town(home: House) -> str:
    """A township below the county, where major faults are told above within an hour."""
    with home.database.transaction(system("建乡镇")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=home.centre.id)
        session.add(town)
        session.flush()
        session.add(FaultLimit(centre_id=home.centre.id, hours=1, days=3))
    return town.id


def test_what_is_late_is_told_once(home: House) -> None:
    town = _town(home)
    key = _fault(home, centre_id=town)
    with home.database.transaction(system("改期限")) as session:
        session.scalars(select(FaultLimit)).one().hours = 5  # no earlier fault is judged by it
        assert upper(session, town) == (home.centre.id, "兰考县")
        assert upper(session, home.centre.id) == ("", "市中心")  # kept elsewhere
    fault = home.one(Fault, key)
    assert unreported(fault, ON_TIME) == ""
    assert "1 小时内应上报兰考县" in unreported(fault, LATE)
    assert overdue(fault, FOUND + timedelta(days=3)) == ""
    assert overdue(fault, FOUND + timedelta(days=4)) == "发现 4 天，还没有关闭"
    for moment, rights in ((ON_TIME, set()), (LATE, {"edit", "approve"}), (LATE, None)):
        with home.database.observe() as session:
            remind_in(session, moment)
        found = home.rows(select(Notice).where(Notice.key.like(f"fault-%{key}")))
        assert rights is None or {one.right for one in found} == rights
    assert len(found) == 2
    home.do("tech", Fault, key, "escalate", **GIVEN["escalate"])
    assert not home.rows(select(NoticeReceipt).where(
        NoticeReceipt.notice_id.in_([one.id for one in found]), NoticeReceipt.read_at.is_(None)
    ))  # fmt: skip


def test_told_above_and_answered(home: House) -> None:
    key, given = _fault(home, centre_id=_town(home)), GIVEN["escalate"]
    assert _refusal(home, "tech", key, "escalate", **{**given, "asked": ""}) == {"asked"}
    early = {**given, "escalated_at": FOUND - timedelta(hours=1)}
    assert _refusal(home, "tech", key, "escalate", **early) == {"escalated_at"}
    home.do("tech", Fault, key, "escalate", **given, escalated_at=LATE)
    home.do("tech", Fault, key, "escalate", **given)  # asked again: the first time counts
    fault = home.one(Fault, key)
    assert (fault.state, fault.escalated_at) == ("escalated", LATE)
    assert unreported(fault, LATE + timedelta(hours=1)) == ""
    home.do("tech", Fault, key, "answer", **GIVEN["answer"])
    assert home.one(Fault, key).state == "handling"
    with home.database.view(EVERYTHING) as session:
        process, people = told(session, key)
        assert process.count("上报兰考县（电话）：请派人测光缆") == 2
        assert "net某答复：已派人" in process
        assert people == ""  # to report is not to mend
        (found,) = incomplete(session, LATE + timedelta(hours=1))
        assert found.causes == ("缺原因、处理结果、处理过程、参加人员", "上报迟了 1 分钟")
        assert incomplete(session, LATE, session.get_one(Centre, home.far.id)) == []


def test_nothing_is_typed_twice(home: House) -> None:
    """Diagnosis, repair and the drafts of the log come from what is there."""
    with home.database.transaction(system("设备")) as session:
        device = Device(centre_id=home.centre.id, name="核心交换机", kind="switch",
                        address="10.1.1.1")  # fmt: skip
        session.add(device)
        session.flush()
    with home.database.observe() as session:
        session.add(DeviceState(device_id=device.id, centre_id=home.centre.id, state="down",
                                since=FOUND, why="没有应答"))  # fmt: skip
        session.add(Event(centre_id=home.centre.id, device_id=device.id, kind="state", at=FOUND,
                          text="核心交换机 正常 → 中断"))  # fmt: skip
    thing = home.thing()
    key = _fault(home, "minor", device_id=device.id, equipment_id=thing)
    home.do("tech", Fault, key, "diagnose")
    once = home.one(Fault, key).diagnosis
    assert f"状态：中断，自 {TOLD}:00" in once
    assert f"{TOLD}:00 核心交换机 正常 → 中断" in once
    home.do("tech", Fault, key, "repair")
    repair = home.one(Repair, home.one(Fault, key).repair_id)
    assert (repair.equipment_id, repair.fault) == (
        thing,
        f"{home.one(Fault, key).number} 城关镇专线中断",
    )
    home.do("tech", Fault, key, "close", result="更换电源", restored_at=FOUND)
    drafts = home.rows(select(LogDraft).where(LogDraft.thing_id == key).order_by(LogDraft.key))
    assert [(one.section, one.device_id) for one in drafts] == [
        ("problem", device.id), ("solved", device.id),
    ]  # fmt: skip
    assert drafts[1].text.endswith("城关镇专线中断，已恢复：更换电源")
    mistaken = _fault(home, "minor")
    home.do("tech", Fault, mistaken, "cancel", cancel_reason="看错了")
    (draft,) = home.rows(select(LogDraft).where(LogDraft.thing_id == mistaken))
    assert draft.text.endswith("（误报，已撤销：看错了）")


@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)  # fmt: skip
@given(seed=st.integers(0, 2**32))
def test_states_move_along_the_flow_only(lite: House, seed: int) -> None:
    home, dice = lite, Random(seed)
    key = _fault(home, dice.choice(("minor", "major", "puzzling")))
    for _ in range(12):
        was = home.one(Fault, key)
        try:
            _try(home, dice, key)
        except (Rejected, Refused, NoResultFound, IndexError):
            assert home.one(Fault, key).revision == was.revision  # all or nothing
        now = home.one(Fault, key)
        assert now.state in (was.state, *Fault.flow.get(was.state, ()))
        if now.state == "closed":
            _closed_rightly(home, now)


def _try(home: House, dice: Random, key: str) -> None:
    who = dice.choice(("tech", "tech", "net", "lead", "chief", "far"))
    step = dice.choice(offered_of(Fault)).name
    dice.choice((
        *[lambda: home.do(who, Fault, key, step, **GIVEN.get(step, {}))] * 5,
        *[lambda: _step(home, key, "处理", who)] * 2,
        *[lambda: home.decide(dice.choice(("lead", who)), Fault, key, dice.random() < 0.7)] * 2,
        lambda: home.withdraw(who, Fault, key),
        lambda: _set(home, key, dice.choice(("closed", "handling", "confirm")), who),
    ))()  # fmt: skip


def _set(home: House, key: str, state: str, who: str) -> None:
    with home.database.transaction(home.act(who)) as session:
        session.get_one(Fault, key).state = state


def _closed_rightly(home: House, fault: Fault) -> None:
    with home.database.view(EVERYTHING) as session:
        wanted = "approve" if fault.grave else "fill"
        last = [one for one in signatures(session, fault) if one.number == fault.revised]
        assert wanted in {one.meaning for one in last}
        open_asked = select(Approval).where(
            Approval.thing_id == fault.id, Approval.state == "asked"
        )
        assert session.scalars(open_asked).all() == []
    assert fault.state not in OPEN
