"""The catalogue of sets, made anew from what lies on disk."""

import shutil
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from backups.backup_keys import take_in_key
from backups.pace import Pace
from backups.set_catalogue import Lies, rebuild
from backups.set_manifest import NAME, SetFacts, read_manifest
from backups.set_reading import verify
from backups.sets import folder_of
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.stepping import moving
from tests.backups.conftest import Stack
from tests.backups.set_trees import AT, KEY, SET, facts, place, write
from tests.backups.test_sets import ITEMS
from tests.spoiling import spoil_end

ACT = system("重建备份目录")


def core(set_id: str, number: str) -> SetFacts:
    """Of a database nobody looks into."""
    return replace(facts(set_id, number), opaque=True)


def burned(home: Path, disc: Path) -> None:
    """Three sets on a disc: the second is damaged, a copy of the third was moved aside once."""
    for number in (1, 2, 3):
        write(home, ITEMS, told=core(f"01JSET{number}", f"SJ-2026-000{number}"))
        shutil.copytree(place(home, f"01JSET{number}"), disc / f"SJ-2026-000{number}")
    part = disc / "SJ-2026-0002" / "content.000"
    spoil_end(part)
    shutil.copytree(disc / "SJ-2026-0003", disc / "SJ-2026-0003.bad")  # moved aside once


def test_everything_lost_but_a_disc_and_the_key_sheet(stack: Stack, tmp_path: Path) -> None:
    """A new console, an empty register: sets come back with their source, and open."""
    disc = tmp_path / "disc" / "data"
    burned(tmp_path / "old", disc)
    with stack.database.transaction(ACT) as session:
        row = BackupSource(
            centre_id=stack.county.id, name="别的", kind="logs", method="uploaded"
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(_known(row, "SJ-2026-0003", stack))
        key = take_in_key(session, stack.key, KEY, stack.county.id)
    lies = Lies("disc", "01JDISC", "HN-D01")
    told = rebuild(stack.database, tmp_path / "disc", ACT, lies, Pace(), stack.key)
    assert told.entered == ("01JSET1", "01JSET3")
    ((folder, why),) = told.damaged
    assert (folder.name, "content.000" in why) == ("SJ-2026-0002", True)
    again = rebuild(stack.database, tmp_path / "disc", ACT, lies, Pace(), stack.key)
    assert (again.entered, again.known) == ((), ("01JSET1", "01JSET3"))
    with stack.database.view(EVERYTHING) as session:
        one, three = (session.get_one(BackupSet, key) for key in told.entered)
        source = session.get_one(BackupSource, "01JSOURCE")
        copies = session.scalars(select(BackupCopy)).all()
        assert session.scalars(select(BackupKey.id)).all() == [key.id]
    manifest = read_manifest(disc / "SJ-2026-0001")
    assert (one.number, one.state, one.origin) == ("SJ-2026-0001", "good", "found")
    assert (one.sha256, one.size, one.files) == (manifest.sha256, manifest.size, len(ITEMS))
    assert (one.started_at, one.key_id, one.period) == (AT, key.id, "2026-11")
    assert (three.number != "SJ-2026-0003", three.reason) == (True, "原编号 SJ-2026-0003")
    assert (source.name, source.paused, source.centre_id) == ("办公库", True, stack.county.id)
    assert (source.opaque, one.opaque, one.method) == (True, True, "files")
    assert {(copy.set_id, copy.place, copy.state) for copy in copies} == {
        ("01JSET1", "disc", "verified"), ("01JSET3", "disc", "verified"),
    }  # fmt: skip
    verify(disc / "SJ-2026-0001", KEY, Pace(), one.sha256)


def test_a_run_that_was_killed_before_it_could_say_so_is_finished(stack: Stack) -> None:
    """Only a set that is whole; one that is not what the register knows is told, not believed."""
    with stack.database.transaction(ACT) as session:
        row = BackupSource(
            id="01JSOURCE", centre_id=stack.county.id, name="办公库", kind="logs",
            method="uploaded",
        )  # fmt: skip
        session.add(row)
        session.flush()
        known = _known(row, "SJ-2026-0001", stack)
        known.id, known.state = SET, "interrupted"
        session.add(known)
        take_in_key(session, stack.key, KEY, stack.county.id)
    manifest = write(stack.home, ITEMS)
    told = rebuild(stack.database, stack.home / "sets", ACT, Lies(), Pace(), stack.key)
    assert told.entered == (SET,)
    with stack.database.transaction(ACT) as session:
        found = session.get_one(BackupSet, SET)
        assert (found.state, found.sha256, found.origin) == ("good", manifest.sha256, "due")
        assert found.started_at == AT
        with moving(session, found):
            found.sha256 = "0" * 64
    again = rebuild(stack.database, stack.home / "sets", ACT, Lies(), Pace(), stack.key)
    assert again.entered == again.known == ()
    assert "与登记的 SJ-2026-0001 不符" in again.damaged[0][1]
    assert folder_of(stack.home, found).name == SET


def test_what_no_key_proves_is_not_good(stack: Stack, tmp_path: Path) -> None:
    """Anybody can write a manifest with digests that are right. It waits for its key; what that key
    did not seal is refused, and others go on."""
    for number in (1, 2):
        write(tmp_path, ITEMS, told=facts(f"01JSET{number}", f"SJ-2026-000{number}"))
    forged = place(tmp_path, "01JSET1") / NAME
    sound = forged.read_bytes()
    forged.write_bytes(sound.replace(b'"2026-11"', b'"2026-10"'))
    with stack.database.transaction(ACT) as session:  # declared anew meanwhile
        told = {"kind": "logs", "method": "uploaded"}
        session.add(BackupSource(centre_id=stack.county.id, name="办公库", **told))

    def found() -> tuple[int, list[str], list[str]]:
        told = rebuild(stack.database, tmp_path, ACT, Lies(), Pace(), stack.key)
        with stack.database.view(EVERYTHING) as session:
            sets = session.scalars(select(BackupSet.state).order_by(BackupSet.id))
            copies = session.scalars(select(BackupCopy.state).order_by(BackupCopy.set_id))
            return len(told.damaged), list(sets), list(copies)

    for _again in range(2):
        assert found() == (0, ["interrupted"] * 2, ["failed"] * 2)
    with stack.database.transaction(ACT) as session:
        take_in_key(session, stack.key, KEY, stack.county.id)
    assert found() == (1, ["interrupted", "good"], ["failed", "verified"])
    forged.write_bytes(sound)
    assert found() == (0, ["good"] * 2, ["verified"] * 2)
    with stack.database.view(EVERYTHING) as session:
        names = session.scalars(select(BackupSource.name).order_by(BackupSource.name)).all()
        periods = session.scalars(select(BackupSet.period)).all()
    assert (names, periods) == (["办公库", "办公库（找回 1）"], ["2026-11"] * 2)


def _known(source: BackupSource, number: str, stack: Stack) -> BackupSet:
    return BackupSet(
        centre_id=stack.county.id, source_id=source.id, kind="logs", number=number,
        period="2026-11", state="good", started_at=AT,
    )  # fmt: skip
