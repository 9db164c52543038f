"""A set at a second place: sent in parts, read there, found wrong, brought back, killed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from shutil import copytree, rmtree
from socket import socket

import pytest

from backups import sftp_place
from backups.bringing_back import bring_back, finish
from backups.copying import Diverged, Missing, check_copy, copy_set
from backups.label import Label, WrongMedium, guarding, write_label
from backups.mounts import elsewhere, in_memory, together
from backups.pace import Pace, Stopped
from backups.places import Folder, LocalFolder, LocalPlace, PlaceError
from backups.set_manifest import NAME
from backups.set_reading import verify
from inventory.store import Damaged
from tests.backups import small_set
from tests.backups.small_set import KEY, contents, login, spoil
from tests.openssh import Server, sshd
from tests.peers import free_port

STEPS = ("half", "sent", "renamed", "parts", "manifest")
BACK = ("fetched", "built", "aside", "back")
NO_SHELL = "Subsystem sftp internal-sftp\nForceCommand internal-sftp"


def local(path: Path) -> LocalFolder:
    return LocalFolder(path, lambda: None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    more = "Subsystem sftp /usr/lib/openssh/sftp-server"
    with sshd(tmp_path_factory.mktemp("sshd"), more=more) as running:
        yield running


@pytest.fixture
def far() -> Iterator[Path]:
    with small_set.open_to_all() as path:
        yield path


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder of another file system, as a stick is."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as path:
        yield Path(path)


@contextmanager
def over_ssh(server: Server, far: Path) -> Iterator[Folder]:
    with sftp_place.opened(login(server), str(far)) as place:
        yield place.folder("C1", "Q1", "S1")


@pytest.mark.parametrize("how", ["local", "ssh"])
def test_a_copy_is_whole_and_what_differs_is_never_overwritten(
    how: str, server: Server, far: Path, tmp_path: Path
) -> None:
    manifest = small_set.write(tmp_path)
    ours, theirs = small_set.folder(tmp_path), small_set.folder(far)

    there = nullcontext(local(theirs)) if how == "local" else over_ssh(server, far)
    with there as folder:
        told = copy_set(ours, folder, Pace())
        assert (told.size, told.parts) == (manifest.stored, len(manifest.parts))
        assert contents(theirs) == contents(ours)
        assert copy_set(ours, folder, Pace()).sent == 0
        assert check_copy(folder, manifest.sha256, Pace()) == manifest
        spoil(theirs / "content.001")
        before = contents(theirs)
        with pytest.raises(Diverged, match=r"content\.001"):
            check_copy(folder, manifest.sha256, Pace())
        with pytest.raises(Diverged, match=r"content\.001"):
            copy_set(ours, folder, Pace())
        assert contents(theirs) == before
        (theirs / "content.001").unlink()
        with pytest.raises(Missing, match=r"content\.001"):
            check_copy(folder, manifest.sha256, Pace())
        assert copy_set(ours, folder, Pace()).sent == manifest.parts[1].size
        assert contents(theirs) == contents(ours)
        with pytest.raises(Diverged, match=NAME):
            check_copy(folder, "0" * 64, Pace())
        folder.move_to("S1.bad-1")
        with pytest.raises(Missing):
            check_copy(folder, manifest.sha256, Pace())


def test_a_cut_off_part_goes_on_and_a_wrong_beginning_is_sent_anew(
    server: Server, far: Path, tmp_path: Path
) -> None:
    manifest = small_set.write(tmp_path, mib=3)
    ours, theirs = small_set.folder(tmp_path), small_set.folder(far)
    data = (ours / "content.000").read_bytes()
    with over_ssh(server, far) as folder:
        folder.make()
        theirs.chmod(0o777)
        for name, begun in (("content.000", data[:900_000]), ("content.001", b"x" * 900_000)):
            (theirs / f"{name}.part").write_bytes(begun)
            (theirs / f"{name}.part").chmod(0o666)
        stop = Pace(stop=(theirs / "content.001").exists)
        stop.clock = lambda: 2.0 * stop.done  # asked at every piece
        with pytest.raises(Stopped):
            copy_set(ours, folder, stop)
        assert not (theirs / NAME).exists()
        copy_set(ours, folder, Pace())
        check_copy(folder, manifest.sha256, Pace())
    assert contents(theirs) == contents(ours)


def test_where_no_program_may_run_what_lies_there_is_read_back(far: Path, tmp_path: Path) -> None:
    manifest = small_set.write(tmp_path, mib=1)
    (tmp_path / "sshd").mkdir()
    with sshd(tmp_path / "sshd", more=NO_SHELL) as server, over_ssh(server, far) as folder:
        copy_set(small_set.folder(tmp_path), folder, Pace())
        assert not folder.reads_there
        pace = Pace()
        check_copy(folder, manifest.sha256, pace)
        assert pace.done == manifest.stored
        spoil(small_set.folder(far) / "listing.000")
        with pytest.raises(Diverged, match="listing"):
            check_copy(folder, manifest.sha256, Pace())


def test_a_disk_there_that_never_answers_can_be_stopped(server: Server, far: Path) -> None:
    with over_ssh(server, far) as folder:
        folder.make()
        pipe = far / "sets/C1/Q1/S1/content.000"
        os.mkfifo(pipe, 0o666)
        with pytest.raises(Stopped):
            folder.digest(pipe.name, Pace(stop=lambda: True).spend)
        with suppress(OSError):  # nobody is left waiting for it there
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))


def test_our_own_damage_is_found_before_it_is_called_a_copy(tmp_path: Path) -> None:
    small_set.write(tmp_path, mib=1)
    ours = small_set.folder(tmp_path)
    spoil(ours / "content.000")
    with pytest.raises(Damaged, match=r"content\.000"):
        copy_set(ours, local(tmp_path / "far"), Pace())
    assert NAME not in contents(tmp_path / "far")
    (ours / "content.000").unlink()
    with pytest.raises(Damaged, match=r"content\.000"):
        copy_set(ours, local(tmp_path / "far"), Pace())


def test_nobody_listens_or_answers_and_a_strange_host_key(server: Server, tmp_path: Path) -> None:
    way = login(server)
    with (
        pytest.raises(PlaceError) as refused,
        sftp_place.opened(replace(way, port=free_port()), "/x"),
    ):
        pass
    assert not refused.value.permanent
    with closing(socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        swallowed = replace(way, port=silent.getsockname()[1], patience=0.5)
        with pytest.raises(PlaceError) as hung, sftp_place.opened(swallowed, "/x"):
            pass
    assert not hung.value.permanent
    stranger = replace(way, known=small_set.Known("ssh-ed25519 AAAA"))
    with (
        pytest.raises(PlaceError, match="主机密钥变了") as changed,
        sftp_place.opened(stranger, "/x"),
    ):
        pass
    assert changed.value.permanent
    for root in ("/proc", "/etc"):
        with sftp_place.opened(way, root) as place, pytest.raises(PlaceError) as forbidden:
            place.folder("C1", "Q1", "S1").make()
        assert forbidden.value.permanent


def test_killed_at_any_step_the_next_try_makes_it_whole(
    server: Server, far: Path, tmp_path: Path
) -> None:
    manifest = small_set.write(tmp_path)
    before = contents(small_set.folder(tmp_path))
    for step in STEPS:
        copytree(tmp_path / "sets", tmp_path / step / "sets")
        (far / step).mkdir()
        (far / step).chmod(0o777)
    assert _killed("copy", tmp_path, STEPS, server.port, server.key, far) == [-9] * len(STEPS)
    for step in STEPS:
        ours, theirs = small_set.folder(tmp_path / step), small_set.folder(far / step)
        assert contents(ours) == before
        done = contents(theirs)
        assert (NAME in done) == (step == "manifest"), step
        assert all(before[one] == data for one, data in done.items() if not one.endswith(".part"))
        with over_ssh(server, far / step) as folder:
            copy_set(ours, folder, Pace())
            check_copy(folder, manifest.sha256, Pace())
        assert contents(theirs) == before


def test_our_own_comes_back_whole_whenever_it_is_killed(tmp_path: Path) -> None:
    manifest = small_set.write(tmp_path)
    copy_set(small_set.folder(tmp_path), local(tmp_path / "far"), Pace())
    whole = contents(small_set.folder(tmp_path))
    spoil(small_set.folder(tmp_path) / "content.000")
    bad = contents(small_set.folder(tmp_path))
    for step in BACK:
        copytree(tmp_path / "sets", tmp_path / step / "sets")
        copytree(tmp_path / "far", tmp_path / step / "far")
    assert _killed("back", tmp_path, BACK, manifest.sha256) == [-9] * len(BACK)
    for step in BACK:
        ours = small_set.folder(tmp_path / step)
        assert finish(ours) == (step == "aside")
        assert contents(ours) == (bad if step in ("fetched", "built") else whole), step
        bring_back(local(tmp_path / step / "far"), ours, manifest.sha256, Pace())
        assert contents(ours) == whole
        verify(ours, KEY, Pace())
        assert contents(ours.with_name("S1.bad-1")) == bad


def test_a_full_place_keeps_what_it_has_and_says_so(tmp_path: Path) -> None:
    small_set.write(tmp_path)
    ours, there = small_set.folder(tmp_path), tmp_path / "far"
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (700_000, before[1]))  # a bigger file is refused as on a full disk
    try:
        with pytest.raises(PlaceError, match="磁盘已满") as full:
            copy_set(ours, local(there), Pace())
    finally:
        setrlimit(RLIMIT_FSIZE, before)
    assert not full.value.permanent
    assert NAME not in contents(there)
    assert all(name.endswith(".part") for name in contents(there))
    copy_set(ours, local(there), Pace())
    assert contents(there) == contents(ours)


def test_a_bad_copy_brings_nothing_back(tmp_path: Path) -> None:
    manifest = small_set.write(tmp_path)
    ours, there = small_set.folder(tmp_path), tmp_path / "far"
    copy_set(ours, local(there), Pace())
    spoil(ours / "content.000")
    bad = contents(ours)
    spoil(there / "content.000")
    with pytest.raises(Damaged, match=r"content\.000"):
        bring_back(local(there), ours, manifest.sha256, Pace())
    (there / "content.000").unlink()
    with pytest.raises(Missing, match=r"content\.000"):
        bring_back(local(there), ours, manifest.sha256, Pace())
    spoil(there / NAME)
    with pytest.raises(Damaged, match=NAME):
        bring_back(local(there), ours, manifest.sha256, Pace())
    assert contents(ours) == bad


def test_a_wrong_or_missing_medium_is_refused_by_name(tmp_path: Path, other_disk: Path) -> None:
    small_set.write(tmp_path, mib=1)
    ours = small_set.folder(tmp_path)
    label = Label("M1", "YD-2026-0001")
    with pytest.raises(WrongMedium, match="自己的磁盘"):
        write_label(tmp_path, label, tmp_path)
    write_label(other_disk, label, tmp_path)
    write_label(other_disk, label, tmp_path)  # once more is the same
    with pytest.raises(WrongMedium, match="已经登记为 YD-2026-0001"):
        write_label(other_disk, Label("M2", "YD-2026-0002"), tmp_path)
    wrong = guarding(other_disk, Label("M2", "YD-2026-0002"))
    with pytest.raises(WrongMedium, match="是 YD-2026-0001，不是 YD-2026-0002"):
        copy_set(ours, LocalFolder(small_set.folder(other_disk), wrong), Pace())
    assert not small_set.folder(other_disk).exists()
    right = LocalFolder(small_set.folder(other_disk), guarding(other_disk, label))

    def pulled_out(step: str) -> None:
        if step == "renamed":
            (other_disk / "netops-label.json").rename(other_disk / "gone")

    with pytest.raises(WrongMedium, match="被拔出"):
        copy_set(ours, right, Pace(), pulled_out)
    (other_disk / "gone").rename(other_disk / "netops-label.json")
    copy_set(ours, right, Pace())
    assert contents(small_set.folder(other_disk)) == contents(ours)


def test_what_links_lead_to_is_no_copy_and_is_not_written_to(tmp_path: Path) -> None:
    """A medium whose folders or files point at our own would be a second copy of nothing."""
    small_set.write(tmp_path / "home", mib=1)
    ours, stick = small_set.folder(tmp_path / "home"), tmp_path / "stick"
    before = contents(ours)
    there = LocalPlace(stick, lambda: None).folder("C1", "Q1", "S1")
    for link, to in (
        (stick / "sets", tmp_path / "home/sets"), (stick / "sets/C1/Q1", ours.parent),
        (stick / "sets/C1/Q1/S1", ours),
    ):  # fmt: skip
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(to)
        with pytest.raises(PlaceError, match="是链接，或在另一个盘上"):
            copy_set(ours, there, Pace())
        link.unlink()
    for name in ("content.000", "content.000.part", NAME):
        folder = stick / "sets/C1/Q1/S1"
        folder.mkdir(parents=True)
        (folder / name).symlink_to(ours / name.removesuffix(".part"))
        with pytest.raises(PlaceError, match="链接冒充文件"):
            copy_set(ours, there, Pace())
        assert contents(ours) == before
        rmtree(stick / "sets")
    copy_set(ours, there, Pace())
    assert contents(stick / "sets/C1/Q1/S1") == before


def _killed(what: str, home: Path, steps: Sequence[str], *words: object) -> list[int]:
    """Do it in a process of its own for each step, killed there; how each ended."""
    line = [sys.executable, "-m", "tests.backups.kill_copying", what, home, ",".join(steps), *words]
    told = subprocess.run([*map(str, line)], check=True, capture_output=True, text=True).stdout
    return [int(word) for word in told.split()]


def test_what_is_mounted_tells_another_machine_and_another_disk() -> None:
    told = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:17 / /mnt/stick rw - vfat /dev/sdb1 rw\n"
        "31 22 0:50 / /mnt/far\\040host rw shared:1 - nfs4 10.41.7.9:/backup rw\n"
        "32 22 0:60 / /run rw - tmpfs tmpfs rw\n"
    )
    asked = ("/srv/backup", "/mnt/stick/a", "/mnt/far host/a", "/run/a")
    assert [elsewhere(Path(one), told) for one in asked] == [False, False, True, False]
    assert [in_memory(Path(one), told) for one in asked] == [False, False, False, True]
    assert together(Path("/mnt/stick/a"), Path("/mnt/stick/b"), told)
    assert not together(Path("/mnt/stick/a"), Path("/srv"), told)
