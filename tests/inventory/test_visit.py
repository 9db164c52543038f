"""The visitors' book: each kind gets what it needs before the door opens, and nothing slips by."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inventory import approval as approving
from inventory.act import EVERYTHING, Scope
from inventory.approval import Approval, approvals
from inventory.attachment import Attachment, attachments
from inventory.audit import AuditRow, verify
from inventory.db import Database
from inventory.guard import OutOfScope
from inventory.notice import Notice
from inventory.register import Rejected
from inventory.revision import correct, latest
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit, overnight
from inventory.visit_findings import Seen, amiss, findings, inside
from tests.inventory.conftest import Tree
from tests.inventory.visitors import Room, room

HOUR = timedelta(hours=1)


@pytest.fixture
def door(database: Database, tree: Tree, tmp_path: Path) -> Room:
    return room(database, tmp_path, tree.lankao, tree.luoyang)


@pytest.mark.parametrize("kind", ["visit", "work", "operate"])
def test_asked_approved_entered_left(door: Room, kind: str) -> None:
    key = door.inside(kind)
    there = door.one(key)
    assert (there.state, there.left_at, there.late_notes) == ("inside", None, ())
    door.do("tech", "leave", key, "换了硬盘", "旧硬盘一块")
    gone = door.one(key)
    assert (gone.state, gone.carried_out) == ("left", "旧硬盘一块")
    assert gone.left_at is not None
    assert gone.entered_at is not None
    assert gone.left_at >= gone.entered_at
    with door.database.view(EVERYTHING) as session:
        assert findings(session, datetime.now(UTC) - HOUR, datetime.now(UTC)) == []
        assert verify(session) is None


MISSING = (
    ("visit", {"letter_no": " "}, "公函"),
    ("operate", {"equipment": None}, "哪些设备"),
)


@pytest.mark.parametrize(("kind", "facts", "cause"), MISSING)
def test_nobody_is_asked_before_the_papers_are_there(
    door: Room, kind: str, facts: dict[str, Any], cause: str
) -> None:
    key = door.visit(kind, **facts)
    with pytest.raises(Rejected, match=cause):
        door.do("tech", "ask", key)
    assert door.one(key).state == "draft"


def test_a_letter_without_its_scan_is_no_letter(door: Room) -> None:
    key = door.visit("visit")
    with door.database.transaction(door.act("tech")) as session:
        (scan,) = attachments(session, session.get_one(Visit, key))
        scan.turn(gone=True)
    assert (door.one(key).letter_files, door.one(key).wants) == (None, "letter")
    with pytest.raises(Rejected, match="扫描件"):
        door.do("tech", "ask", key)


def test_the_scan_is_part_of_what_was_approved(door: Room) -> None:
    key = door.approved("visit")
    with door.database.view(EVERYTHING) as session:
        visit = session.get_one(Visit, key)
        revision, (scan,) = latest(session, visit), attachments(session, visit)
        assert revision is not None
        assert revision.told["letter_files"] == scan.sha256
    for change in ("another", "retire"):
        with (
            pytest.raises(Rejected, match="已经固定"),
            door.database.transaction(door.act("tech")) as session,
        ):
            visit = session.get_one(Visit, key)
            if change == "retire":
                session.get_one(Attachment, scan.id).turn(gone=True)
            else:
                door.letter(session, visit, b"%PDF-1.7 another letter")


def test_who_asks_does_not_approve(door: Room) -> None:
    key = door.visit()
    door.do("tech", "ask", key)
    with pytest.raises(Rejected):
        door.decide(key, who="tech")
    assert door.one(key).state == "asked"
    door.decide(key, yes=False)
    assert door.one(key).state == "refused"
    with pytest.raises(Rejected, match="被拒绝"):
        door.do("tech", "enter", key)


def test_what_was_taken_back_is_a_draft_again(door: Room) -> None:
    key = door.visit()
    door.do("tech", "ask", key)
    with door.database.transaction(door.act("tech", "撤回")) as session:
        (one,) = approvals(session, session.get_one(Visit, key))
        approving.withdraw(session, one, door.people["tech"])
    assert door.one(key).state == "draft"
    door.do("tech", "ask", key)
    door.decide(key)
    assert door.one(key).state == "approved"


@pytest.mark.parametrize(("kind", "escort", "cause"), [
    ("visit", "tech", "领导陪同"), ("visit", "net", "领导陪同"), ("visit", None, "领导陪同"),
    ("operate", "lead", "网络管理员在旁"), ("operate", "far", "网络管理员在旁"),
])  # fmt: skip
def test_nobody_enters_without_the_escort_of_their_kind(
    door: Room, kind: str, escort: str | None, cause: str
) -> None:
    key = door.approved(kind, escort_id=None)
    who = door.people[escort].id if escort else None
    with pytest.raises(Rejected, match=cause):
        door.do("tech", "enter", key, who)
    assert (door.one(key).state, door.one(key).entered_at) == ("approved", None)


def test_times_have_their_order(door: Room) -> None:
    key = door.approved()
    now = datetime.now(UTC)
    for at, cause in ((now - HOUR, "早于批准"), (now + HOUR, "还没有到")):
        with pytest.raises(Rejected, match=cause):
            door.do("tech", "enter", key, at=at)
    with pytest.raises(Rejected, match="不能这样办理"):
        door.do("tech", "leave", key, "没有进来过")
    door.do("tech", "enter", key)
    for at, cause in ((now - HOUR, "早于进入"), (now + HOUR, "还没有到")):
        with pytest.raises(Rejected, match=cause):
            door.do("tech", "leave", key, "x", at=at)
    with pytest.raises(Rejected, match="做了什么"):
        door.do("tech", "leave", key, " ")


def test_the_approved_day_is_the_day(door: Room) -> None:
    now = datetime.now(UTC)
    key = door.approved(planned_from=now - 80 * HOUR, planned_to=now - 50 * HOUR)
    with pytest.raises(Rejected, match="改期"):
        door.do("tech", "enter", key)


def test_an_emergency_enters_first_and_is_looked_at_afterwards(door: Room) -> None:
    key = door.visit("operate")
    door.do("net", "urgent", key, "核心交换机宕机，夜间抢修")
    started = datetime.now(UTC) - HOUR
    door.do("net", "enter", key, at=started)
    assert door.one(key).late_notes == ("进入",)
    with door.database.view(EVERYTHING) as session:
        later = datetime.now(UTC) + 30 * HOUR
        (one,) = findings(session, started, later)
        assert "应急进入逾期未复核" in one.causes
    with door.database.transaction(door.act("lead")) as session:
        (asked,) = approvals(session, session.get_one(Visit, key))
        approving.review(session, asked, door.people["lead"], door.proof("lead"), good=True)
    door.do("net", "leave", key, "更换电源模块")
    with door.database.view(EVERYTHING) as session:
        assert findings(session, started, datetime.now(UTC)) == []
    with pytest.raises(Rejected, match="参观没有应急"):
        door.do("net", "urgent", door.visit("visit", visitor="李四"), "看看")


DIRECT = (
    ("state", "inside"), ("state", "left"), ("state", "asked"),
    ("entered_at", datetime(2026, 11, 1, tzinfo=UTC)),
    ("left_at", datetime(2026, 11, 1, tzinfo=UTC)),
    ("entry_noted_at", datetime(2026, 11, 1, tzinfo=UTC)),
)  # fmt: skip


@pytest.mark.parametrize(("name", "value"), DIRECT)
def test_no_hand_moves_state_or_times(door: Room, name: str, value: Any) -> None:
    for key in (door.visit(), door.approved(visitor="李四"), door.inside(visitor="王五")):
        before = getattr(door.one(key), name)
        if before == value:
            continue
        with (
            pytest.raises(Rejected, match="只随办理步骤"),
            door.database.transaction(door.act("tech")) as session,
        ):
            setattr(session.get_one(Visit, key), name, value)
        assert getattr(door.one(key), name) == before
    with (
        pytest.raises(Rejected, match="只随办理步骤"),
        door.database.transaction(door.act("tech")) as session,
    ):
        now = datetime.now(UTC)
        facts = {"visitor": "赵六", "employer": "某公司", "purpose": "x", "kind": "work"}
        session.add(Visit(centre_id=door.centre.id, planned_from=now, planned_to=now + HOUR,
                          **(facts | {name: value})))  # fmt: skip


def test_a_correction_asks_anew_and_names_what_it_replaces(door: Room) -> None:
    key = door.approved()
    with door.database.transaction(door.act("tech")) as session:
        visit = session.get_one(Visit, key)
        correct(session, visit, {"people": 3}, "实际来三人")
    assert (door.one(key).state, door.one(key).people) == ("draft", 3)
    with pytest.raises(Rejected, match="不能这样办理"):
        door.do("tech", "enter", key)
    door.do("tech", "ask", key)
    door.decide(key)
    door.do("tech", "enter", key)
    assert door.one(key).revised == 2


def test_who_entered_stays_in_the_book(door: Room) -> None:
    key = door.inside()
    with (
        pytest.raises(Rejected, match="不能停用"),
        door.database.transaction(door.act("tech")) as session,
    ):
        session.get_one(Visit, key).turn(gone=True)
    with (
        pytest.raises(Rejected, match="陪同人不能再改"),
        door.database.transaction(door.act("tech")) as session,
    ):
        session.get_one(Visit, key).escort_id = door.people["net"].id
    with pytest.raises(Rejected, match="不能这样办理"):
        door.do("tech", "cancel", key)


def test_the_asker_takes_it_back(door: Room) -> None:
    key = door.visit()
    door.do("tech", "ask", key)
    with pytest.raises(Rejected, match="提出人"):
        door.do("net", "cancel", key)
    door.do("tech", "cancel", key, "改期")
    assert door.one(key).state == "cancelled"
    with door.database.view(EVERYTHING) as session:
        assert [one.state for one in session.scalars(select(Approval))] == ["withdrawn"]


def test_elsewhere_nobody_sees_or_moves_it(door: Room, tree: Tree) -> None:
    key = door.approved()
    with door.database.view(Scope((tree.luoyang.path,))) as session:
        assert session.get(Visit, key) is None
        assert list(inside(session)) == []
    visit = door.one(key)
    with pytest.raises(OutOfScope), door.database.transaction(door.act("far")) as session:
        session.add(visit)
        visit.note = "来自洛阳"


def test_no_identity_number_of_a_citizen_is_kept(door: Room) -> None:
    for name in ("visitor", "purpose", "phone"):
        with pytest.raises(Rejected, match="不收集身份证号"):
            door.visit(**{name: "身份证 11010519491231002X"})
    door.visit(purpose="订单 110105194912310021 的设备")  # its check digit does not fit


NIGHT = datetime(2026, 11, 20, 20, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("entered", "now", "late"), [
    (NIGHT - 6 * HOUR, NIGHT - HOUR, ""),
    (NIGHT - 6 * HOUR, NIGHT, "已过 20:00"),
    (NIGHT + HOUR, NIGHT + 2 * HOUR, "已过 20:00"),
    (NIGHT - 6 * HOUR, NIGHT + 5 * HOUR, "过夜"),
    (NIGHT - 6 * HOUR, NIGHT + 18 * HOUR, "24 小时"),
])  # fmt: skip
def test_who_is_late(entered: datetime, now: datetime, late: str) -> None:
    visit = Visit(centre_id="c", kind="work", state="inside", entered_at=entered)
    assert late in overnight(visit, now)
    assert bool(late) is bool(overnight(visit, now))
    visit.state = "left"
    assert overnight(visit, now) == ""


def test_what_was_amiss_is_told_from_the_book_alone() -> None:
    entered = NIGHT - 6 * HOUR
    visit = Visit(centre_id="c", kind="visit", state="left", entered_at=entered,
                  left_at=entered + 12 * HOUR)  # fmt: skip
    found = list(amiss(visit, Seen(escorted=False), NIGHT))
    assert found == [
        "参观没有公函", "没有分管领导或中心主任陪同", "进入前没有批准", "在机房过夜",
    ]  # fmt: skip
    consent = Approval(state="approved", decided_at=entered + HOUR)
    visit = Visit(centre_id="c", kind="work", state="inside", entered_at=entered)
    told = list(amiss(visit, Seen(escorted=True, decisions=(consent,)), NIGHT))
    assert told == ["进入前没有批准", "已过 20:00，仍在场"]


def test_every_step_is_in_the_audit_trail_once(door: Room) -> None:
    key = door.inside()
    door.do("tech", "leave", key, "换了硬盘")
    with door.database.view(EVERYTHING) as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.thing_id == key).order_by(AuditRow.seq)
        )
        told = [json.loads(row.after).get("state") for row in rows]
    assert [state for state in told if state] == ["draft", "asked", "approved", "inside", "left"]


def test_leaving_closes_the_reminders(door: Room) -> None:
    key = door.inside()
    with door.database.view(EVERYTHING) as session:
        assert [v.id for v in inside(session)] == [key]
        assert session.scalars(select(Notice).where(Notice.kind == "due")).all() == []
