"""Folders and files as a set gets them: here, from a share, from a real server over SFTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from backups.gathering import Gathered, NotGathered, Order, gather, settle
from backups.gathering_local import item_of
from backups.pace import Pace, Stopped
from backups.set_entry import tar_header
from backups.set_reading import extract, verify
from backups.tally import Tally
from netops.walking import Found, walk
from tests.backups.set_trees import KEY, place, tree, write
from tests.backups.small_set import login, open_to_all
from tests.lab import need, need_programs
from tests.openssh import Server, sshd

GBK = os.fsdecode("村民.txt".encode("gbk"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd"), more="Subsystem sftp internal-sftp") as running:
        yield running


@pytest.fixture
def data() -> Iterator[Path]:
    """A source's folder, open to the account of the server."""
    with open_to_all() as folder:
        yield folder


def order(tmp_path: Path, data: Path, **other: object) -> Order:
    made = Order(
        "01JSOURCE", "业务资料", "documents", "files", "local", tmp_path / "work", (str(data),),
        ("*.tmp", "cache/"), staging=tmp_path / "staging" / "01JSOURCE",
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


def sown(data: Path) -> None:
    for folder in ("b/deep", "cache", "empty"):
        (data / folder).mkdir(parents=True)
    (data / "a.log").write_bytes(b"one\n")
    (data / "b" / "deep" / "报表.xlsx").write_bytes(os.urandom(200_000))
    (data / GBK).write_bytes(b"gbk")
    (data / "b" / "x.tmp").write_bytes(b"no")
    (data / "cache" / "y").write_bytes(b"no")
    (data / "b" / "link").symlink_to("../a.log")
    os.mkfifo(data / "pipe")


def wanted(data: Path) -> dict[str, object]:
    """What a set must give back of `sown`."""
    return {
        "a.log": b"one\n", "b": None, "b/deep": None, "empty": None, GBK: b"gbk",
        "b/deep/报表.xlsx": (data / "b/deep/报表.xlsx").read_bytes(), "b/link": "../a.log",
    }  # fmt: skip


def given_back(home: Path, gathered: Gathered, data: Path) -> dict[str, object]:
    """The set of what was gathered, written, verified and taken out again."""
    folder = place(home)
    write(home, gathered.items)  # type: ignore[arg-type]
    verify(folder, KEY, Pace())
    extract(folder, KEY, home / "out", None, Pace())
    return tree(home / "out" / str(data).lstrip("/"))


def test_a_tree_of_this_machine_comes_back_whole(tmp_path: Path, data: Path) -> None:
    sown(data)
    nested = order(tmp_path, data, paths=(str(data), f"{data}/b", str(data)))
    with gather(nested, Pace()) as gathered:
        assert given_back(tmp_path, gathered, data) == wanted(data)
        assert gathered.warnings == ["跳过 1 个设备、管道、套接字等特殊文件"]


def test_what_changes_while_it_is_read_is_told(tmp_path: Path, data: Path) -> None:
    for name in "abcd":
        (data / name).write_bytes(name.encode() * 1000)
    with gather(order(tmp_path, data), Pace()) as gathered:
        taken = {}
        for item in gathered.items:
            if item.path.endswith("/a"):
                (data / "b").unlink()
                (data / "c").unlink()
                os.mkfifo(data / "c")  # opening it would wait for a writer for ever
                with (data / "a").open("ab") as more:
                    more.write(b"later")
            with item.open() as file:
                taken[item.path[-1]] = file.read(item.size)
        assert taken == {"a": b"a" * 1000, "d": b"d" * 1000}
        assert [one.split("，")[0] for one in gathered.warnings] == [
            f"{data}/b 在备份时已被删除", f"{data}/c 读不出来（已不是普通文件）",
            "共有 1 个文件或目录读不出来",
        ]  # fmt: skip


def test_a_clock_gone_mad_costs_no_backup() -> None:
    years = [item_of("x", Found("x", "file", 0, at)).modified.year for at in (-1e12, -1.0, 1e17)]
    assert years == [1, 1969, 9999]
    assert all(tar_header(item_of("x", Found("x", "file", 0, at))) for at in (-1e12, 1e17))


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ((), "没有填写目录"),
        (("var/log",), "不是绝对路径"),
        (("/nowhere/at all",), "/nowhere/at all 打不开（没有这个文件或目录）"),
    ],
)
def test_a_source_that_is_not_there_is_refused(
    tmp_path: Path, paths: tuple[str, ...], told: str
) -> None:
    with (
        pytest.raises(NotGathered, match=told),
        gather(order(tmp_path, tmp_path, paths=paths), Pace()) as gathered,
    ):
        list(gathered.items)


def test_a_lost_disk_is_no_unreadable_file_and_nothing_readable_is_no_backup() -> None:
    tally = Tally()
    with pytest.raises(NotGathered, match="磁盘、共享或它的服务器已不可用"):
        tally.refused("/mnt/share/a", OSError(112, "Host is down"))
    for number in range(50):
        tally.refused(f"/data/{number}", PermissionError(13, "Permission denied"))
    assert len(tally.warnings) == 20
    with pytest.raises(NotGathered, match="50 个文件和目录全部读不出来"):
        tally.end()
    tally.read = 1
    tally.end()
    assert tally.warnings[-2:] == ["另有 30 条同类情况没有逐条列出", "共有 50 个文件或目录读不出来"]


def test_a_folder_of_very_many_is_sorted_and_patterns_mean_what_they_say() -> None:
    names = [f"{number:06d}" for number in range(25_000)]
    shuffled = sorted(names, key=lambda name: name[::-1])

    def listed(folder: str) -> Iterator[Found]:
        assert folder == ""
        return (Found(name, "file", 1, 0) for name in shuffled)

    def refused(_path: str, error: OSError) -> None:
        raise error

    assert [one.path for one in walk(listed, (), refused)] == names
    few = [one.path for one in walk(listed, ("0*", "/01*", "*9"), refused)]
    assert few == [name for name in names if name[0] != "0" and name[-1] != "9"]

    def nested(folder: str) -> Iterator[Found]:
        return iter([Found(f"{folder}/d".lstrip("/"), "folder", 0, 0)])

    circles: list[str] = []
    assert len(list(walk(nested, (), lambda path, _error: circles.append(path)))) == 500
    assert len(circles) == 1


INSIDE = """
import sys
from pathlib import Path
from backups import mounts
from backups.gathering import NotGathered, Order, gather
from backups.pace import Pace
def told(path, **other):
    reach = other.pop("reach", "mount")
    order = Order("s", "n", "documents", "files", reach, Path("/tmp"), (path,), **other)
    try:
        with gather(order, Pace()) as gathered:
            return [one.path.rsplit("/", 1)[-1] for one in gathered.items], gathered.warnings
    except NotGathered as refused:
        return refused.reason
print([told(path) for path in sys.argv[1:3]])
print(told(sys.argv[3], reach="local"))
print(told(sys.argv[3], reach="local", exclude=("@mounts",)))
"""


def test_a_share_that_fell_off_is_no_empty_backup_and_loops_end(tmp_path: Path) -> None:
    """In a mount namespace: one real mount, one folder that only looks like one, one loop."""
    need_programs("unshare", "mount")
    need(os.geteuid() == 0, "root, for a mount namespace")
    there, fallen, loop = tmp_path / "sh are", tmp_path / "fallen", tmp_path / "loop"
    for folder in (there, fallen / "docs", loop / "self"):
        folder.mkdir(parents=True)
    (loop / "x").write_bytes(b"x")
    script = """mount -t tmpfs tmpfs "$1"; echo 1 > "$1/doc"; mount --rbind "$3" "$3/self"
    exec "$0" -c "$4" "$1" "$2" "$3" """
    line = ["unshare", "--mount", "sh", "-ec", script, sys.executable, there, fallen / "docs", loop]
    ran = subprocess.run([*line, INSIDE], capture_output=True, text=True, check=True)
    shares, looped, own = ran.stdout.splitlines()
    assert shares.startswith(f"[(['doc'], []), '{fallen}/docs 上没有挂载共享：")
    assert looped.startswith("(['self', 'x'], ['self 读不出来（目录指回它的上级")
    assert own.startswith("(['self', 'x'], ['self 读不出来（")


def test_a_tree_of_another_machine_comes_back_whole(
    tmp_path: Path, data: Path, server: Server
) -> None:
    sown(data)
    (data / "shut").mkdir(mode=0o700)
    (data / "secret").write_bytes(b"no")
    (data / "secret").chmod(0o600)
    far = order(tmp_path, data, reach="ssh", remote=login(server))
    with gather(far, Pace()) as gathered:
        assert given_back(tmp_path, gathered, data) == wanted(data) | {"shut": None}
        told = [one.split("（")[0] for one in gathered.warnings]
        assert told == [
            f"{data}/secret 读不出来", "shut 读不出来", "共有 2 个文件或目录读不出来",
            "跳过 1 个设备、管道、套接字等特殊文件",
        ]  # fmt: skip
    assert far.staging is not None
    assert list(far.staging.rglob("*"))
    settle(far)
    assert not far.staging.exists()


def test_a_broken_fetch_goes_on_where_it_broke(tmp_path: Path, data: Path, server: Server) -> None:
    for name in "abc":
        (data / name).write_bytes(os.urandom(3_000_000))
    far = order(tmp_path, data, reach="ssh", remote=login(server))
    moved = _fetched(far, stop_after=4_500_000)
    assert 4_500_000 < moved < 6_000_000
    (data / "a").write_bytes(b"changed")  # another size, another time: fetched again
    again = _fetched(far)
    assert again < 9_000_000 - moved + 3_000_000  # c, the rest of b, its last megabyte compared
    parts = [one for one in far.staging.rglob("*") if one.is_file()]  # type: ignore[union-attr]
    assert {one.read_bytes() for one in parts} >= {(data / name).read_bytes() for name in "abc"}


def test_a_half_that_is_not_what_lies_there_is_fetched_anew(
    tmp_path: Path, data: Path, server: Server
) -> None:
    (data / "dump").write_bytes(os.urandom(3_000_000))
    far = order(tmp_path, data, reach="ssh", remote=login(server))
    _fetched(far, stop_after=2_000_000)
    (part,) = far.staging.rglob("*.part")  # type: ignore[union-attr]
    with part.open("r+b") as file:  # what a power cut leaves: the size is right, the end is zeros
        file.seek(-1000, os.SEEK_END)
        file.write(bytes(1000))
    assert _fetched(far) > 3_000_000
    (whole,) = (one for one in far.staging.rglob("*") if one.is_file())  # type: ignore[union-attr]
    assert whole.read_bytes() == (data / "dump").read_bytes()


def _fetched(far: Order, stop_after: int = 0) -> int:
    """Fetch, as far as that; how many bytes came over the line."""
    moved = 0

    class Line(Pace):
        def spend(self, size: int) -> None:
            nonlocal moved
            moved += size
            if stop_after and moved > stop_after:
                raise Stopped

    with _stopping(), gather(far, Line()) as gathered:
        for item in gathered.items:
            item.open().close()
    return moved


@contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except Stopped:
        return


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, server: Server) -> None:
    nobody = replace(login(server), address="127.0.0.2", port=1)
    far = order(tmp_path, tmp_path, reach="ssh", remote=nobody)
    told = r"127\.0\.0\.2:1 拒绝连接"
    with pytest.raises(NotGathered, match=told) as refused, gather(far, Pace()):
        pass
    assert not refused.value.permanent
    missing = order(tmp_path, Path("/nowhere"), reach="ssh", remote=login(server))
    with gather(missing, Pace()) as gathered, pytest.raises(NotGathered, match="/nowhere 打不开"):
        list(gathered.items)
