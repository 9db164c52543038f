"""Backups at the second host and on sticks: caught up, refused, black-holed, damaged, brought back,
cleared away."""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from sqlalchemy import delete, select

from backups.label import WrongMedium
from backups.pace import Pace
from backups.set_writing import alone
from inventory.act import EVERYTHING, Act, system
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace
from inventory.backup_safety import Safety, safe
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.db import Database
from inventory.device import Device
from inventory.disc_set import DiscSet
from inventory.drill import Drill
from inventory.entry import Rejected
from inventory.grant import standing
from inventory.medium import Medium, MediumMovement
from inventory.person import Person
from inventory.run import JobRun
from inventory.shanghai import today
from inventory.stepping import Taken, moving, take
from playbooks import backup_duty, clearing, copy_checking, copying
from playbooks.copying import alone_at
from playbooks.drilling import Asked, perform
from playbooks.jobs import Unfinished
from playbooks.media import label_medium
from tests.backups.small_set import contents, open_to_all, spoil
from tests.openssh import Server, sshd
from tests.peers import free_port
from tests.playbooks.copy_lab import Lab, founded
from tests.web.county import selects

NOW = datetime.now(UTC)
NO_DISC = "2026Q3 已入库的光盘上没有它，也没有同一来源同月的另一份"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    more = "Subsystem sftp /usr/lib/openssh/sftp-server"
    with sshd(tmp_path_factory.mktemp("sshd"), more=more) as running:
        yield running


@pytest.fixture
def lab(founded_database: Database, tmp_path: Path) -> Iterator[Lab]:
    with open_to_all() as far:
        made = founded(founded_database, tmp_path, far)
        yield made
        made.pool.close()


@pytest.fixture
def stick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of another file system, as a stick is."""
    monkeypatch.setenv("NETOPS_MEMORY_MEDIA", "1")  # no test may plug in a real one
    with tempfile.TemporaryDirectory(dir="/dev/shm") as path:
        yield Path(path)


def safety(lab: Lab, row: BackupSet) -> Safety:
    with lab.site.database.view(EVERYTHING) as session:
        return safe(session, row)


def step(lab: Lab, row: BackupSet | BackupCopy | Medium, name: str, **given: object) -> None:
    """A step taken by a network administrator."""
    with lab.site.database.view(EVERYTHING) as session:
        who = standing(session, session.scalars(select(Person).where(Person.login == "net")).one())
    act = Act("办理", who.id, who.name, "network_admin", "test", EVERYTHING)
    with lab.site.database.transaction(act) as session:
        take(session, session.get_one(type(row), row.id), name, Taken(who, given))


def asked(lab: Lab) -> Mapping[str, Any]:
    """Do what a step has asked of the worker."""
    with lab.site.database.observe() as session:
        run = session.scalars(select(JobRun).where(JobRun.state == "asked")).one()
        run.state = "done"
    return lab.do(run.kind, run.subject, **run.params)


def test_what_is_due(lab: Lab, server: Server) -> None:
    place = lab.place(server)
    assert copying.look(lab.site, NOW) == []
    first, second = lab.set(), lab.set()
    assert copying.look(lab.site, NOW) == [place.id]
    assert copying.look(lab.site, NOW) == [], "asked once"
    assert lab.do("copy", place.id)["copied"] == 2
    for row in (first, second):
        assert contents(lab.folder(row, lab.far)) == contents(lab.folder(row))
        assert safety(lab, row) == Safety(own=True, host=True)
        assert safety(lab, row).twice


def test_a_host_that_is_gone_is_tried_again_later(lab: Lab, server: Server) -> None:
    place = lab.place(server)
    good, later = lab.set(), lab.set()
    lab.do("copy", place.id, sets=[good.id])
    success = lab.state(place).success_at
    _move(lab, place, free_port())
    for _ in range(2):
        with pytest.raises(Unfinished, match=r"连不上|拒绝|没有"):
            lab.do("copy", place.id)
    state = lab.state(place)
    assert (state.success_at, state.failures) == (success, 2)
    assert state.why and state.next_at is not None and state.attempt_at is not None
    assert state.next_at - state.attempt_at == timedelta(minutes=5)
    with lab.site.database.observe() as session:
        session.execute(delete(JobRun))
    assert copying.look(lab.site, state.attempt_at) == []
    assert copying.look(lab.site, state.next_at) == [place.id]
    assert lab.states(good)["host"] == "verified", "the last success stands"
    _move(lab, place, server.port)
    assert lab.do("copy", place.id)["copied"] == 1
    assert lab.state(place).failures == 0 and not lab.state(place).why
    assert lab.states(later) == {"own": "verified", "host": "verified", "set": "good"}


def test_a_clock_set_back_makes_nobody_wait_for_ever(lab: Lab, server: Server) -> None:
    place = lab.place(server)
    lab.set()
    _move(lab, place, free_port())
    with pytest.raises(Unfinished):
        lab.do("copy", place.id)
    with lab.site.database.observe() as session:
        session.execute(delete(JobRun))
    assert copying.look(lab.site, NOW - timedelta(days=400)) == [place.id]


def test_only_one_works_at_a_place(lab: Lab, server: Server) -> None:
    place, row = lab.place(server), lab.set()
    with alone_at(lab.site.home, place.id), pytest.raises(Unfinished, match="正在复制"):
        lab.do("copy", place.id)
    assert lab.states(row) == {"own": "verified", "set": "good"}
    lab.do("copy", place.id)
    assert lab.states(row)["host"] == "verified"


def test_a_damaged_second_copy_is_told_and_made_anew_only_when_asked(
    lab: Lab, server: Server
) -> None:
    place, row = lab.place(server), lab.set()
    lab.do("copy", place.id)
    there = lab.folder(row, lab.far)
    spoil(there / "content.000")
    bad = contents(there)
    assert lab.do("recheck", place.id)["wrong"] == 1
    assert lab.states(row)["host"] == "diverged" and not safety(lab, row).host
    assert f"备份 {row.label} 在“二号机”的副本与登记的不一致" in lab.titles()
    lab.do("copy", place.id)
    assert contents(there) == bad, "never overwritten silently"
    step(lab, lab.copy(row, "host"), "recopy")
    assert lab.do("copy", place.id)["copied"] == 1
    assert contents(there) == contents(lab.folder(row))
    aside = [one for one in there.parent.iterdir() if ".bad-" in one.name]
    assert [contents(one) for one in aside] == [bad]
    copy = lab.copy(row, "host")
    assert (copy.state, copy.redo) == ("verified", False)


def test_what_vanished_there_is_told_and_copied_again(lab: Lab, server: Server) -> None:
    place, row = lab.place(server), lab.set()
    lab.do("copy", place.id)
    there = lab.folder(row, lab.far)
    (there / "content.000").unlink()
    lab.do("recheck", place.id)
    assert lab.states(row)["host"] == "missing"
    assert f"备份 {row.label} 在“二号机”的副本不见了" in lab.titles()
    lab.do("copy", place.id)
    rmtree(there)
    lab.do("recheck", place.id, sets=[row.id])
    assert lab.states(row)["host"] == "missing"
    lab.do("copy", place.id)
    assert contents(there) == contents(lab.folder(row))


def test_our_own_damaged_copy_is_found_and_brought_back(lab: Lab, server: Server) -> None:
    place, row, other = lab.place(server), lab.set(), lab.set()
    lab.do("copy", place.id)
    whole = contents(lab.folder(row))
    spoil(lab.folder(row) / "content.000")
    assert lab.do("recheck", "")["sets"] == [row.id]
    assert lab.states(row) == {"own": "diverged", "host": "verified", "set": "damaged"}
    assert lab.states(other) == {"own": "verified", "host": "verified", "set": "good"}
    assert f"备份 {row.label} 在本机的这份已损坏" in lab.titles()
    ours, theirs = (_tried(lab, row, copy) for copy in ("", lab.copy(row, "host").id))
    assert (ours.verdict, ours.taken_from) == ("bad", "本机")
    assert (theirs.verdict, "二号机" in theirs.taken_from) == ("good", True), theirs.reason
    with pytest.raises(Unfinished, match="不是这份备份的"):
        _tried(lab, lab.set(), lab.copy(row, "host").id)
    step(lab, lab.copy(row, "host"), "bring_back")
    asked(lab)
    assert contents(lab.folder(row)) == whole
    assert lab.states(row) == {"own": "verified", "host": "verified", "set": "good"}


def _tried(lab: Lab, row: BackupSet, copy: str) -> Drill:
    """A drill from one of its copies."""
    return perform(lab.site, Asked(copy or "own", "值守台", set_id=row.id, copy_id=copy), Pace())


def test_damage_of_ours_is_found_while_copying(lab: Lab, server: Server) -> None:
    place, row, other = lab.place(server), lab.set(), lab.set()
    spoil(lab.folder(row) / "content.000")
    assert lab.do("copy", place.id)["copied"] == 1
    assert lab.states(row) == {"own": "diverged", "host": "failed", "set": "damaged"}
    assert lab.states(other)["host"] == "verified"
    assert copying.look(lab.site, NOW) == []


def test_a_stick_is_named_first_and_another_one_refused(lab: Lab, stick: Path) -> None:
    blue, red, row = lab.medium(), lab.medium("红色移动硬盘"), lab.set()
    with pytest.raises(Unfinished, match="没有 YD"):
        lab.do("copy", blue.id, path=str(stick))
    with pytest.raises(Rejected, match="绝对路径"):
        step(lab, blue, "label", mounted_at="../etc")
    step(lab, blue, "label", mounted_at=str(stick))
    asked(lab)
    with pytest.raises(Unfinished, match=blue.number):
        lab.do("copy", red.id, path=str(stick), label=True)
    with pytest.raises(Unfinished, match=f"是 {blue.number}，不是 {red.number}"):
        lab.do("copy", red.id, path=str(stick))
    with pytest.raises(Unfinished, match="绝对路径"):
        lab.do("copy", blue.id, path="../etc")
    step(lab, blue, "write", mounted_at=str(stick))
    assert asked(lab)["copied"] == 1
    step(lab, blue, "check", mounted_at=str(stick))
    assert asked(lab) == {"read": 1, "wrong": 0, "sets": []}
    step(lab, blue, "lend", holder_id=blue.keeper_id, taken_to="局办公室", why="异地存放")
    step(lab, blue, "back")
    assert contents(lab.folder(row, stick)) == contents(lab.folder(row))
    _back_from(lab, row, stick)
    _lost_and_found(lab, blue, row, stick)
    with lab.site.database.view(EVERYTHING) as session:
        assert session.get_one(Medium, blue.id).written_at is not None
        lines = select(MediumMovement).where(MediumMovement.medium_id == blue.id)
        book = [(one.deed, one.place) for one in session.scalars(lines.order_by(MediumMovement.id))]
    assert book == [
        ("in", "资料室"), ("out", "局办公室"), ("back", "资料室"), ("lost", ""),
        ("found", "资料室"),
    ]  # fmt: skip


def test_memory_is_no_medium(lab: Lab, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETOPS_MEMORY_MEDIA")
    medium = lab.medium()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "link").symlink_to(stick)
        for path in (stick, Path(folder) / "link"):
            step(lab, medium, "label", mounted_at=str(path))
            with pytest.raises(Unfinished, match="断电就没有了"):
                lab.do("copy", medium.id, path=str(path), label=True)
    assert not list(stick.iterdir())


def _lost_and_found(lab: Lab, blue: Medium, row: BackupSet, stick: Path) -> None:
    step(lab, blue, "lose", why="找不到")
    assert not safety(lab, row).medium
    with pytest.raises(Unfinished, match="遗失"):
        lab.do("copy", blue.id, path=str(stick))
    step(lab, blue, "found", why="在抽屉里")
    assert not safety(lab, row).medium, "it was in hands that nobody knows"
    step(lab, blue, "check", mounted_at=str(stick))
    assert asked(lab)["read"] == 1 and safety(lab, row).medium


def _back_from(lab: Lab, row: BackupSet, stick: Path) -> None:
    """Ours is damaged, and the only good copy lies on a stick that a person plugs in."""
    assert safety(lab, row) == Safety(own=True, medium=True)
    copy = lab.copy(row, "medium")
    with pytest.raises(Rejected, match="现在不能"):
        step(lab, copy, "bring_from", mounted_at=str(stick))
    spoil(lab.folder(row) / "content.000")
    lab.do("recheck", "")
    with pytest.raises(Rejected, match="绝对路径"):
        step(lab, copy, "bring_from", mounted_at="../etc")
    step(lab, copy, "bring_from", mounted_at=str(stick))
    asked(lab)
    assert contents(lab.folder(row)) == contents(lab.folder(row, stick))
    assert lab.states(row) == {"own": "verified", "medium": "verified", "set": "good"}


def test_the_catalogue_comes_back_from_the_second_host(lab: Lab, server: Server) -> None:
    place, row = lab.place(server), lab.set()
    broken = lab.set()
    lab.do("copy", place.id)
    spoil(lab.folder(broken, lab.far) / "content.000")
    _forget(lab)
    lab.do("recheck", place.id, adopt=True)
    assert lab.states(row)["own"] == "copying", "its files are here, and nobody has read them"
    assert lab.do("recheck", "", nights=1)["read"] == 1
    assert lab.states(row) == {"own": "verified", "host": "verified", "set": "good"}
    _forget(lab)
    rmtree(lab.site.home / "sets")
    told = lab.do("recheck", place.id, adopt=True)
    assert told["entered"] == [row.number] and len(told["damaged"]) == 1
    assert lab.states(row) == {"own": "missing", "host": "verified", "set": "good"}
    assert lab.do("recheck", place.id, adopt=True)["entered"] == []
    lab.do("copy", place.id, back=row.id)
    assert contents(lab.folder(row)) == contents(lab.folder(row, lab.far))
    assert lab.states(row)["own"] == "verified"


def test_two_copies_on_one_device_are_no_two_copies(lab: Lab, stick: Path) -> None:
    """A folder of this machine, even of another disk of it or of its memory, is no second host; nor
    is the disk of another place a medium."""
    row, medium = lab.set(), lab.medium()
    facts = {"centre_id": lab.site.centre_id, "kind": "path", "folder": str(stick)}
    with lab.site.database.transaction(system("登记")) as session:
        host = BackupPlace(name="假二号机", **facts)
        session.add(host)
    with pytest.raises(Unfinished, match="不能算双机备份"):
        lab.do("copy", host.id)
    assert not safety(lab, row).twice
    with pytest.raises(WrongMedium, match="同一个盘"):
        label_medium(lab.site.database, lab.site.home, medium.id, str(stick), system("写标识"))


def test_old_sets_go_only_when_nothing_is_owed_any_more(
    lab: Lab, server: Server, stick: Path
) -> None:
    place, medium = lab.place(server), lab.medium()
    old, held, *newest = (lab.set(period="2026-08") for _ in range(4))
    step(lab, held, "hold", held_why="案件")
    assert _clearable(lab) == []
    lab.do("copy", place.id)
    label_medium(lab.site.database, lab.site.home, medium.id, str(stick), system("写标识"))
    lab.do("copy", medium.id, path=str(stick))
    assert _clearable(lab) == []
    with lab.site.database.view(EVERYTHING) as session:
        source = session.get_one(BackupSource, lab.source.id)
        (told_of,) = clearing.previews(session, [source])
        told = {one.set.id: one.why for one in told_of.stays}
    assert told == {
        old.id: NO_DISC, held.id: f"已标记保留；{NO_DISC}",
    }  # fmt: skip
    _close(lab, "2026Q3")
    assert _clearable(lab) == [], "the quarter is in store, but without this source"
    _close(lab, "2026Q3", newest[0])
    assert _clearable(lab) == [old.id]
    assert lab.do("clear", lab.source.id, sets=[old.id, held.id, newest[0].id])["cleared"] == 1
    assert not lab.folder(old).exists()
    assert lab.states(old) == {
        "own": "cleared", "host": "verified", "medium": "verified", "set": "expired",
    }  # fmt: skip
    with lab.site.database.view(EVERYTHING) as session:
        gone = session.scalars(select(BackupCopy).where(BackupCopy.cleared_at.is_not(None))).all()
        assert [(one.set_id, one.place) for one in gone] == [(old.id, "own")]
        assert session.get_one(BackupSet, old.id).cleared_at is not None
    step(lab, held, "let_go")
    assert _clearable(lab) == [held.id]
    for row in newest:
        spoil(lab.folder(row) / "content.000")
    lab.do("recheck", "")
    assert _clearable(lab) == [], "what is damaged counts for nothing"


def test_many_sources_cost_no_more_questions_than_one(lab: Lab) -> None:
    """Neither the preview of what may be cleared away nor the look of every minute."""
    cost = []
    for number in range(2):
        with lab.site.database.transaction(system("来源")) as session:
            for one in range(3):
                session.add(
                    BackupSource(
                        centre_id=lab.source.centre_id, name=f"来源{number}{one}", method="files",
                        kind="logs", paths="/srv", since=today() + timedelta(days=40),
                    )
                )  # fmt: skip
        with selects(lab.site.database) as asked:
            with lab.site.database.view(EVERYTHING) as session:
                sources = session.scalars(select(BackupSource)).all()
                assert len(clearing.previews(session, sources)) == len(sources)
            backup_duty.look(lab.site, datetime.now(UTC))
        cost.append(len(asked))
    assert cost[0] == cost[1]


def test_a_killed_clearing_is_put_back_or_finished(lab: Lab) -> None:
    kept, gone = lab.set(), lab.set()
    with lab.site.database.transaction(system("清理")) as session:
        row = session.get_one(BackupSet, gone.id)
        with moving(session, row):
            row.state = "expired"
    for one in (kept, gone):
        folder = lab.folder(one)
        folder.rename(folder.with_name(f"{one.id}.gone"))
    busy = lab.folder(kept).parent.with_name("0")  # of a source that comes before
    (busy / "half.gone").mkdir(parents=True)
    with alone(busy):
        clearing.begin(lab.site)
    assert (busy / "half.gone").is_dir()
    assert lab.folder(kept).is_dir()
    assert [one.name for one in lab.folder(kept).parent.iterdir() if one.is_dir()] == [kept.id]


def test_every_copy_is_read_within_thirty_nights(lab: Lab) -> None:
    sets = [lab.set() for _ in range(4)]
    now = datetime(2027, 1, 1, 20, tzinfo=UTC)
    assert copy_checking.due(lab.site, now)
    copy_checking.look(lab.site, now)
    assert not copy_checking.due(lab.site, now)
    spoil(lab.folder(sets[2]) / "listing.000")
    wrong = []
    for _ in range(30):
        told = lab.do("recheck", "", nights=1)
        assert told["read"] == 1
        wrong += told["sets"]
    assert wrong == [sets[2].id]


def test_a_place_keeps_so_many_and_never_the_last_good_copy(lab: Lab, server: Server) -> None:
    place = lab.place(server, keep=1)
    old, new = lab.set(period="2026-08"), lab.set(period="2026-08")
    with lab.site.database.transaction(system("改")) as session:
        session.get_one(BackupPlace, place.id).keep = 0
    lab.do("copy", place.id)
    with lab.site.database.transaction(system("改")) as session:
        session.get_one(BackupPlace, place.id).keep = 1
    _close(lab, "2026Q3")
    assert lab.do("copy", place.id)["cleared"] == 0, "it is on none of the discs"
    _close(lab, "2026Q3", new)
    spoil(lab.folder(old) / "content.000")
    lab.do("recheck", "")
    assert lab.do("copy", place.id)["cleared"] == 0, "nowhere else is it good"
    lab.do("copy", place.id, back=old.id)
    assert lab.do("copy", place.id)["cleared"] == 1
    assert not lab.folder(old, lab.far).exists()
    assert contents(lab.folder(new, lab.far)) == contents(lab.folder(new))
    assert lab.states(old)["host"] == "cleared"
    assert copying.look(lab.site, NOW) == []


def _clearable(lab: Lab) -> list[str]:
    with lab.site.database.view(EVERYTHING) as session:
        source = session.get_one(BackupSource, lab.source.id)
        return [one.set.id for one in clearing.clearable(session, source)]


def _close(lab: Lab, period: str, *sets: BackupSet) -> None:
    """The discs of a quarter are in store, with these sets on them."""
    with lab.site.database.transaction(system("光盘入库")) as session:
        paper = DiscSet(centre_id=lab.site.centre_id, period=period)
        session.add(paper)
        session.flush()
        for state in ("imaged", "burned", "read", "closed"):
            with moving(session, paper):
                paper.state = state
        session.add_all(
            BackupCopy(
                centre_id=one.centre_id, set_id=one.id, place="disc", place_id=paper.id,
                place_name=paper.number, state="verified", size=one.stored, made_at=NOW,
                verified_at=NOW,
            )
            for one in sets
        )  # fmt: skip


def _move(lab: Lab, place: BackupPlace, port: int) -> None:
    with lab.site.database.transaction(system("改端口")) as session:
        session.get_one(Device, place.device_id).ssh_port = port


def _forget(lab: Lab) -> None:
    """The catalogue is lost; the places are registered anew."""
    with lab.site.database.engine.begin() as connection:
        for table in ("backup_copy", "backup_set"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
