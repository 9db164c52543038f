"""Changes of simulated switches: what is planned is what is sent, nothing without consent, secrets
nowhere, passwords in the console and on the device together, timers of each vendor."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.centre import Centre
from inventory.change import Change
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.register import Rejected
from inventory.run import JobRun
from inventory.stepping import moving
from netops.errors import Unreadable
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks import procedure_duty
from playbooks.jobs import Unfinished
from playbooks.procedure import FOLDER, load
from playbooks.procedure_asking import Asked, propose
from tests.playbooks.operating import Desk, desk, proof

PASSWORD, NEW = "S3cret-simulated", "N3w-simulated-pass"
PROFILES = {
    "huawei_vrp": "huawei_vrp", "hp_comware": "h3c_comware", "cisco_ios": "cisco_ios",
    "ruijie_os": "ruijie_os", "huawei_cloudengine": "huawei_cloudengine",
}  # fmt: skip


class Hands:
    """A clock for all the switches, turned by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Rack:
    desk: Desk
    clock: Hands
    switches: dict[str, Cli]
    ids: dict[str, str]


@pytest.fixture
def rack(founded_database: Database, tmp_path: Path) -> Iterator[Rack]:
    clock = Hands()
    switches = {
        name: Cli(name=f"SW-{n}", dialect=name, password=PASSWORD, now=clock)
        for n, name in enumerate(PROFILES)
    }
    with (
        serving(list(switches.values()), keys=tmp_path / "keys"),
        desk(founded_database, tmp_path) as here,
    ):
        ids = {
            name: here.device(name, PROFILES[name], one.port, one.user, PASSWORD)
            for name, one in switches.items()
        }
        yield Rack(here, clock, switches, ids)


def lines(dialect: str) -> str:
    word = "hostname" if dialect in ("cisco_ios", "ruijie_os") else "sysname"
    return f"{word} RENAMED"


@pytest.mark.parametrize("dialect", PROFILES)
def test_confirmed_it_stays_and_is_saved_left_alone_the_device_undoes_it(
    rack: Rack, dialect: str
) -> None:
    here, switch, device = rack.desk, rack.switches[dialect], rack.ids[dialect]
    was = switch.running.text()
    change = here.plan(device, "change", lines=lines(dialect))
    told = here.change(change)
    assert "未经实机验证" in told.remarks
    assert "RENAMED" in told.plan
    moved = [line for line in told.diff.splitlines()[2:] if line[0] in "+-"]
    assert [line[0] for line in moved] == ["-", "+"], told.diff  # the name, and nothing else
    assert "RENAMED" in moved[1]
    assert here.run(change) == "waiting", here.change(change).log
    deadline, fires = here.change(change).deadline_at, switch.fires
    assert (switch.name, fires is not None, deadline is not None) == ("RENAMED", True, True)
    assert fires and deadline and fires - deadline >= timedelta(minutes=1)
    rack.clock.ahead += timedelta(minutes=5)  # nobody came, and the console is gone
    switch.tick()
    assert (switch.name != "RENAMED", switch.running.text()) == (True, was)
    procedure_duty.look(here.site, datetime.now(UTC) + timedelta(minutes=5))
    assert here.work() == [""]
    assert here.change(change).state == "undone", here.change(change).log
    again = here.plan(device, "change", lines=lines(dialect))
    assert here.run(again) == "waiting", here.change(again).log
    here.step(again, "confirm")
    assert here.work() == [""]
    row = here.change(again)
    assert (row.state, row.trouble, switch.fires, switch.dirty) == ("done", "", None, False)
    assert switch.name == "RENAMED"


def test_nothing_is_sent_without_consent_whoever_asks(rack: Rack) -> None:
    here, switch = rack.desk, rack.switches["huawei_vrp"]
    change = here.plan(rack.ids["huawei_vrp"], "change", lines="sysname STOLEN")
    with pytest.raises(Rejected, match="现在是“草拟”"):
        here.step(change, "run")
    with here.site.database.observe() as session:  # a request put there by other hands
        row = session.get_one(Change, change)
        session.add(
            JobRun(
                site="local", kind="procedure", slot="x", subject=change, params={"act": "run"},
                centre_id=row.centre_id, requested_at=datetime.now(UTC),
            )
        )  # fmt: skip
    assert here.work() == ["没有批准，不能执行"]
    with (
        pytest.raises(Rejected, match="只随办理步骤改变"),
        here.site.database.transaction(system("偷改")) as session,
    ):
        session.get_one(Change, change).state = "approved"
    with here.site.database.transaction(system("偷改")) as session:
        row = session.get_one(Change, change)
        with moving(session, row):
            row.state = "approved"
    with pytest.raises(Rejected, match="批准的不是现在的内容"):
        here.step(change, "run")
    assert switch.name != "STOLEN"


def test_what_was_approved_is_not_run_on_a_device_that_belongs_to_others_by_now(
    rack: Rack,
) -> None:
    here, switch, device = rack.desk, rack.switches["huawei_vrp"], rack.ids["huawei_vrp"]
    begun = here.plan(device, "change", lines="sysname BEGUN")
    assert here.run(begun) == "waiting", here.change(begun).log
    change, waiting = (here.plan(device, "change", lines=f"sysname {n}") for n in ("LATE", "ASKED"))
    for one in (change, waiting):
        here.approve(one)
    here.step(begun, "confirm")
    assert here.work() == [""]
    here.step(waiting, "run")  # ordered before the device went
    with here.site.database.transaction(system("移交")) as session:
        other = session.scalars(select(Centre).where(Centre.id != here.centre.id)).first()
        row = session.get_one(Device, device)
        assert other is not None and row.ssh_id is not None
        session.get_one(Credential, row.ssh_id).centre_id = other.id
        session.flush()
        row.centre_id = other.id
    assert ["已移交另一个单位" in why for why in here.work()] == [True]
    for step in ("run", "plan"):
        with pytest.raises(Rejected, match="已移交另一个单位"):
            here.step(change, step)
    here.step(change, "cancel")
    assert (switch.name, here.change(waiting).state) == ("BEGUN", "approved")


def test_an_emergency_goes_at_once_and_is_reviewed(rack: Rack) -> None:
    here = rack.desk
    change = here.plan(rack.ids["cisco_ios"], "isolate", port="GigabitEthernet1/0/3")
    here.step(change, "urgent", proof(here.operator))
    assert here.change(change).approver == "王工（应急先办）"
    here.step(change, "run")
    assert here.work() == [""]
    switch = rack.switches["cisco_ios"]
    assert "shutdown" in switch.running.lines("interface GigabitEthernet1/0/3")
    here.step(change, "confirm")
    here.work()
    assert here.change(change).state == "done"
    assert any("应急" in title for title in here.notices("critical") + here.notices("warning"))
    back = here.plan(rack.ids["cisco_ios"], "release", port="GigabitEthernet1/0/3")
    assert here.run(back) == "waiting", here.change(back).log
    assert "shutdown" not in switch.running.lines("interface GigabitEthernet1/0/3")
    assert here.change(back).trouble == ""


def test_unsaved_changes_are_seen_saved_and_not_lost_by_an_undo(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["hp_comware"], rack.ids["hp_comware"]
    name = switch.name
    switch.running.put("ntp-service enable")
    switch.touch()
    unsaved = switch.running.text()
    assert switch.dirty
    change = here.plan(device, "change", lines="sysname OTHER")
    assert "不设重启定时" in here.change(change).undo_plan
    assert here.run(change) == "waiting", here.change(change).log
    assert (switch.name, switch.fires) == ("OTHER", None)  # a restart would lose it
    procedure_duty.look(here.site, datetime.now(UTC) + timedelta(hours=1))
    here.work()
    assert (here.change(change).state, switch.name) == ("undone", name)
    assert switch.running.text() == unsaved
    save = here.plan(device, "save")
    assert here.run(save) == "done", here.change(save).log
    assert not switch.dirty
    assert "启动配置与运行配置相同" in here.change(save).log


@pytest.mark.parametrize("dialect", ["hp_comware", "cisco_ios"])
def test_a_password_changes_on_both_sides_or_on_none(rack: Rack, dialect: str) -> None:
    here, switch, device = rack.desk, rack.switches[dialect], rack.ids[dialect]
    change = here.plan(device, "rotate_password", secret=NEW)
    assert here.run(change) == "done", here.change(change).log
    assert switch.password == NEW
    with here.site.database.view(EVERYTHING) as session:
        row = session.get_one(Device, device)
        way = session.get_one(Credential, row.ssh_id)
        assert way.password is not None and here.site.key.open(way.password) == NEW
        told = " ".join(
            str(value)
            for audit in session.scalars(select(AuditRow))
            for value in vars(audit).values()
        )
    kept = vars(here.change(change)).values()
    for secret in (NEW, PASSWORD):
        assert secret not in told + " ".join(map(str, kept))
    switch.vendor = replace(switch.vendor, password="")  # it says yes, and changes nothing
    failed = here.plan(device, "rotate_password", secret="An0ther-simulated")
    assert here.run(failed) == "undone", here.change(failed).log
    assert "旧口令继续有效" in here.change(failed).trouble
    assert here.run(here.plan(device, "save")) == "done"  # logs in as before


def test_a_secret_typed_among_the_lines_is_sealed_and_still_sent(rack: Rack) -> None:
    here, device = rack.desk, rack.ids["huawei_vrp"]
    change = here.plan(device, "change", lines="snmp-agent community read Hunt3r-typed")
    assert here.run(change) == "waiting", here.change(change).log
    assert "snmp-agent community read Hunt3r-typed" in rack.switches["huawei_vrp"].running.text()
    with here.site.database.view(EVERYTHING) as session:
        rows = [vars(one) for one in session.scalars(select(AuditRow))]
    assert "Hunt3r" not in f"{rows} {vars(here.change(change))}"


def test_lines_in_which_no_rule_sees_a_secret_are_sealed_too(rack: Rack) -> None:
    here, device = rack.desk, rack.ids["huawei_vrp"]
    asked = Asked("change", {"lines": "sysname Unr3cognised", "undo": ""}, "试验")
    with here.site.database.transaction(here.operator.act("建立", "test")) as session:
        thing = session.get_one(Device, device)
        change = propose(session, here.site.key, thing, here.operator, asked).id
    with here.site.database.view(EVERYTHING) as session:
        rows = [vars(one) for one in session.scalars(select(AuditRow))]
    row = here.change(change)
    assert "Unr3cognised" not in f"{rows} {vars(row)}"
    assert (row.what, "1 行" in row.params) == ("修改配置（1 行）", True)
    assert here.work() == [""]
    assert "sysname Unr3cognised" in here.change(change).plan


def test_killed_in_between_it_is_told_and_never_tried_again(rack: Rack) -> None:
    here = rack.desk
    change = here.plan(rack.ids["huawei_vrp"], "change", lines="sysname HALF")
    here.approve(change)
    with here.site.database.transaction(system("执行")) as session:
        row = session.get_one(Change, change)
        with moving(session, row):
            row.state = "running"
    assert procedure_duty.take_up(here.site) == 1
    row = here.change(change)
    assert (row.state, "设备状态不明" in row.trouble) == ("failed", True)
    assert any("设备状态不明" in title for title in here.notices("critical"))
    assert here.work() == []
    assert rack.switches["huawei_vrp"].name != "HALF"


def test_the_database_lets_one_change_at_a_time_near_a_device(rack: Rack) -> None:
    here = rack.desk
    both = [here.plan(rack.ids["huawei_vrp"], "change", lines=f"sysname N{n}") for n in (1, 2)]
    with pytest.raises(IntegrityError), here.site.database.transaction(system("两项")) as session:
        for change in both:
            row = session.get_one(Change, change)
            with moving(session, row):
                row.state = "running"


def test_the_files_of_the_procedures_are_checked(tmp_path: Path) -> None:
    good = (FOLDER / "isolate.yaml").read_text()
    for old, new, cause in (
        ("verify, await", "await", "读回并核对"), ("arm, push", "push", "要同时有"),
        ("check, ", "", "至少要有"), ("push", "posh", "没有“posh”这一步"),
        ("title:", "titel:", "缺少文字"), ("push, read_back", "read_back, push", "次序应为"),
    ):  # fmt: skip
        (tmp_path / "bad.yaml").write_text(good.replace(old, new))
        with pytest.raises(Unreadable, match=cause):
            load(tmp_path)


def overdue(rack: Rack, change: str, since: timedelta) -> list[str]:
    """Nobody confirmed it, `since` is how long its time is over: the worker's next try."""
    with rack.desk.site.database.transaction(system("过期")) as session:
        row = session.get_one(Change, change)
        with moving(session, row):
            row.deadline_at = datetime.now(UTC) - since
    procedure_duty.look(rack.desk.site, datetime.now(UTC) + timedelta(hours=1))
    return rack.desk.work()


def test_an_undo_reaches_a_paused_device_and_what_stands_in_its_way_is_told(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["huawei_vrp"], rack.ids["huawei_vrp"]
    was = switch.name
    change = here.plan(device, "change", lines="sysname PAUSED")
    assert here.run(change) == "waiting"
    with here.site.database.transaction(system("暂停监测，拿走凭据")) as session:
        row = session.get_one(Device, device)
        row.paused, way, row.ssh_id = True, row.ssh_id, None
    assert overdue(rack, change, timedelta(minutes=2)) == [
        "设备没有登录凭据，不能操作：请先在设备资料中选一个"
    ]
    assert here.change(change).state == "waiting"
    assert any("没有撤销成功，还在重试" in title for title in here.notices("critical"))
    now = datetime.now(UTC)
    asked = [procedure_duty.look(here.site, now + timedelta(seconds=after)) for after in (10, 20)]
    assert asked == [0, 1]
    here.work()
    overdue(rack, change, timedelta(minutes=2))
    now = datetime.now(UTC)
    asked = [procedure_duty.look(here.site, now + timedelta(seconds=after)) for after in (50, 70)]
    assert asked == [0, 1]  # the more often it was in vain, the longer the pause
    with here.site.database.transaction(system("凭据选回")) as session:
        session.get_one(Device, device).ssh_id = way
    assert here.work() == [""]
    assert (here.change(change).state, switch.name) == ("undone", was)


def test_an_undo_that_stays_impossible_is_given_up_and_told(rack: Rack) -> None:
    here, device = rack.desk, rack.ids["huawei_vrp"]
    lost = here.plan(device, "change", lines="sysname LOST")
    assert here.run(lost) == "waiting"
    with here.site.database.transaction(system("拿走凭据")) as session:
        session.get_one(Device, device).ssh_id = None
    overdue(rack, lost, timedelta(hours=1))
    row = here.change(lost)
    assert (row.state, "设备状态不明" in row.trouble) == ("failed", True)
    assert any("失败，设备状态不明" in title for title in here.notices("critical"))


def full(rack: Rack) -> Path:
    """No configuration can be kept any more: where drafts are written stands a file."""
    drafts = rack.desk.site.home / "vault" / "configs" / "drafts"
    if drafts.is_dir():
        shutil.rmtree(drafts)
    drafts.write_text("")
    return drafts


@pytest.mark.parametrize("dialect", PROFILES)
def test_a_late_confirm_never_says_kept_of_what_the_device_undid(rack: Rack, dialect: str) -> None:
    here, switch, device = rack.desk, rack.switches[dialect], rack.ids[dialect]
    change = here.plan(device, "change", lines=lines(dialect))
    assert here.run(change) == "waiting", here.change(change).log
    here.step(change, "confirm")  # in time, but the worker comes to it late
    rack.clock.ahead += timedelta(minutes=5)
    switch.tick()
    assert here.work() == [""]
    row = here.change(change)
    assert (row.state, "设备已经自己撤销" in row.log) == ("undone", True), row.log
    assert switch.name != "RENAMED"


def test_a_confirm_after_the_device_s_own_time_takes_it_back(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["cisco_ios"], rack.ids["cisco_ios"]
    change = here.plan(device, "change", lines=lines("cisco_ios"))
    assert here.run(change) == "waiting", here.change(change).log
    here.step(change, "confirm")
    with here.site.database.transaction(system("过期")) as session:
        row = session.get_one(Change, change)
        with moving(session, row):
            row.deadline_at = datetime.now(UTC) - timedelta(minutes=2)
    assert here.work() == [""]
    assert (here.change(change).state, switch.name != "RENAMED") == ("undone", True)


def test_what_changed_nothing_is_not_taken_for_undone(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["huawei_vrp"], rack.ids["huawei_vrp"]
    change = here.plan(device, "change", lines=f"sysname {switch.name}")
    assert here.run(change) == "waiting", here.change(change).log
    here.step(change, "confirm")
    assert here.work() == [""]
    assert here.change(change).state == "done", here.change(change).log


def test_a_full_disk_takes_nothing_back_that_was_confirmed(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["huawei_vrp"], rack.ids["huawei_vrp"]
    change = here.plan(device, "change", lines="sysname KEPT")
    assert here.run(change) == "waiting"
    full(rack)
    here.step(change, "confirm")
    assert here.work() == [""]
    row = here.change(change)
    assert (row.state, row.deadline_at) == ("done", None), row.log
    assert "操作后没有备份成功" in row.log
    assert procedure_duty.look(here.site, datetime.now(UTC) + timedelta(hours=1)) == 0
    assert switch.name == "KEPT"
    cisco = rack.ids["cisco_ios"]
    with pytest.raises(Unfinished, match=r"."):
        here.plan(cisco, "save")


def test_a_full_disk_leaves_no_password_half_changed(rack: Rack) -> None:
    here, device = rack.desk, rack.ids["cisco_ios"]
    change = here.plan(device, "rotate_password", secret=NEW)
    drafts = full(rack)
    state = here.run(change)
    assert state in ("done", "failed"), here.change(change).log
    assert (rack.switches["cisco_ios"].password == NEW) == (state == "done")
    drafts.unlink()
    assert here.run(here.plan(device, "save")) == "done"  # the console still logs in


def test_an_undo_without_its_backup_is_given_up_and_told(rack: Rack) -> None:
    here, device = rack.desk, rack.ids["huawei_vrp"]
    change = here.plan(device, "change", lines="sysname LOST")
    assert here.run(change) == "waiting"
    for file in (here.site.home / "vault" / "configs").rglob("*.cfg"):
        file.write_bytes(b"damaged")
    overdue(rack, change, timedelta(seconds=5))
    row = here.change(change)
    assert (row.state, "撤销没有成功" in row.trouble) == ("failed", True), row.log
    assert any("设备状态不明" in title for title in here.notices("critical"))
    assert procedure_duty.look(here.site, datetime.now(UTC) + timedelta(hours=1)) == 0


def test_a_password_whose_change_was_cut_off_is_not_lost(rack: Rack) -> None:
    here, switch, device = rack.desk, rack.switches["cisco_ios"], rack.ids["cisco_ios"]
    change = here.plan(device, "rotate_password", secret=NEW)
    here.approve(change)
    with here.site.database.transaction(system("执行")) as session:
        row = session.get_one(Change, change)
        with moving(session, row):
            row.state = "running"
    assert procedure_duty.take_up(here.site) == 1  # the worker died just here
    assert "验证新口令" in here.change(change).trouble
    here.step(change, "adopt")
    assert here.work() != [""]  # the device has the old one still
    assert _login(here, device) == PASSWORD
    switch.password = NEW
    here.step(change, "adopt")
    assert here.work() == [""]
    assert _login(here, device) == NEW
    assert "凭据已更新" in here.change(change).trouble


def _login(here: Desk, device: str) -> str:
    with here.site.database.view(EVERYTHING) as session:
        way = session.get_one(Credential, session.get_one(Device, device).ssh_id)
    assert way.password is not None
    return here.site.key.open(way.password)
