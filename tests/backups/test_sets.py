"""A set is what was read, and nothing else is ever taken for it."""

import json
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backups.gathering import Item, NotGathered
from backups.pace import Pace, Stopped
from backups.restore_targets import Refused, Wish, to_folder
from backups.set_format import WrongKey, print_of
from backups.set_manifest import NAME, read_manifest
from backups.set_reading import NotInSet, extract, listing, verify
from backups.set_writing import alone
from backups.sets import sweep
from backups.vault import NotKept
from inventory.store import Damaged
from tests.backups.set_trees import AT, KEY, facts, item, place, tree, write

NOISE = Random(8).randbytes(12_000)  # what no packing makes smaller
ODD = b"\xd5\xcb\xcb\xef.txt".decode("utf-8", "surrogateescape")  # a name in GBK
LONG = "很长的目录名" * 12
TREE = {
    "日志/防火墙 2026.log": b"deny tcp 10.1.1.1\n" * 300, f"日志/{ODD}": b"gbk", "empty": b"",
    f"{LONG}/{LONG}/报表.xlsx": NOISE, "a\nb \\ '\"": b"x", "blocks": bytes(1024),
}  # fmt: skip
ITEMS = [
    item("空目录", kind="folder"), *(item(path, data) for path, data in TREE.items()),
    item("current", kind="link", link="日志/防火墙 2026.log"),
    item("outside", kind="link", link="/etc/passwd"),
]  # fmt: skip
WHOLE = Pace()


def taken_out(folder: Path, into: Path, only: list[str] | None = None) -> dict[str, object]:
    extract(folder, KEY, into, only, Pace())
    return tree(into)


def files(told: dict[str, object]) -> dict[str, object]:
    return {name: data for name, data in told.items() if isinstance(data, bytes)}


def test_what_was_read_comes_back_whole_and_alone(tmp_path: Path) -> None:
    told = list[int]()
    manifest = write(tmp_path, ITEMS, pace=Pace(tell=told.append))
    folder = place(tmp_path)
    assert manifest == read_manifest(folder)
    assert (manifest.entries, manifest.size) == (len(ITEMS), sum(map(len, TREE.values())))
    assert [part.name for part in manifest.parts][:2] == ["content.000", "content.001"]
    assert manifest.parts[-1].name.startswith("listing.")
    assert {path.name for path in folder.iterdir()} == {NAME, *(p.name for p in manifest.parts)}
    plain = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [word for word in (b"deny tcp", NOISE[:50], "防火墙".encode()) if word in plain]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    verify(folder, KEY, Pace(tell=told.append), manifest.sha256)
    verify(folder, None, Pace())
    out = taken_out(folder, tmp_path / "out")
    assert files(out) == TREE
    assert out["空目录"] is None
    assert (out["current"], out["outside"]) == ("日志/防火墙 2026.log", "/etc/passwd")
    log = (tmp_path / "out/日志/防火墙 2026.log").stat()
    assert (log.st_mtime, log.st_mode & 0o777) == (AT.timestamp(), 0o640)


def test_one_file_or_folder_is_taken_out_and_nothing_is_written_over(tmp_path: Path) -> None:
    write(tmp_path, ITEMS)
    folder, out = place(tmp_path), tmp_path / "out"
    assert set(files(taken_out(folder, out, ["日志/"]))) == {n for n in TREE if n[:3] == "日志/"}
    assert "blocks" in taken_out(folder, out, ["blocks"])
    with pytest.raises(NotKept, match="已有 'blocks'"):
        extract(folder, KEY, out, ["empty", "blocks"], Pace())
    with pytest.raises(NotInSet, match="没有 日志/没有的"):
        extract(folder, KEY, out, ["empty", "日志/没有的"], Pace())
    assert "empty" not in tree(out)
    assert [path for path in out.iterdir() if path.name.startswith(".")] == []
    through = [item("a", kind="link", link=str(tmp_path)), item("a/planted", b"x")]
    write(tmp_path, through, told=facts("S2"))
    with pytest.raises(NotKept, match="在一个链接之下"):
        extract(place(tmp_path, "S2"), KEY, tmp_path / "in", None, Pace())
    assert tree(tmp_path / "in") == {}
    assert not (tmp_path / "planted").exists()
    with pytest.raises(ValueError, match="not a path"):
        write(tmp_path, [item("../planted", b"x")], told=facts("S3"))


def test_what_nobody_may_read_is_read_by_whoever_took_it_out(tmp_path: Path) -> None:
    """/etc/shadow has mode 000: it was told so, and is no use to its owner so."""
    shut = replace(item("shadow", b"x"), mode=0)
    write(tmp_path, [shut])
    assert [entry.mode for entry in listing(place(tmp_path), KEY)] == [0]
    taken_out(place(tmp_path), tmp_path / "out")
    assert (tmp_path / "out/shadow").stat().st_mode & 0o777 == 0o400


def test_a_set_that_is_rightly_empty_comes_out_as_an_empty_folder(tmp_path: Path) -> None:
    write(tmp_path, [], told=replace(facts(), may_be_empty=True))
    home, wish = tmp_path / "home", Wish(place(tmp_path), KEY, "HF-1")
    assert to_folder(wish, home, "空", Pace(), lambda _draft: None).files == 0
    assert tree(home / "restored") == {"空": None}
    (home / "restored/文件").write_bytes(b"mine")
    with pytest.raises(Refused, match="里已有内容"):
        to_folder(wish, home, "文件", Pace(), lambda _draft: None)
    assert (home / "restored/文件").read_bytes() == b"mine"


def test_a_file_that_changes_while_it_is_read_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    def gone() -> BinaryIO:
        raise FileNotFoundError

    def said(path: str, size: int, data: bytes) -> Item:
        return replace(item(path, data), size=size)

    kept = [said("short", 900, b"abc"), said("grown", 2, b"abc"), item("same", b"abc")]
    manifest = write(tmp_path, [*kept, replace(item("gone"), open=gone)])
    assert (manifest.entries, manifest.changed, manifest.size) == (3, 2, 905)
    assert [words.split()[0] for words in manifest.warnings] == ["short", "grown", "gone"]
    verify(place(tmp_path), KEY, Pace())
    out = taken_out(place(tmp_path), tmp_path / "out")
    assert out == {"short": b"abc" + bytes(897), "grown": b"ab", "same": b"abc"}
    assert [entry.changed for entry in listing(place(tmp_path), KEY)] == [True, True, False]


class Bad(BytesIO):
    """Reads half, then the disk beneath fails."""

    def read(self, _size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(10)


def test_a_source_that_cannot_be_read_or_is_empty_leaves_nothing(tmp_path: Path) -> None:
    def stop_at_once() -> bool:
        return True

    bad = replace(item("坏道", NOISE), open=lambda: cast("BinaryIO", Bad(NOISE)))
    for items, pace, error in (
        ([*ITEMS, bad], Pace(), NotGathered), ([], Pace(), NotGathered),
        (ITEMS, Pace(stop=stop_at_once), Stopped),
    ):  # fmt: skip
        with pytest.raises(error):
            write(tmp_path, items, pace=pace)
        assert not place(tmp_path).exists()
    manifest = write(tmp_path, [], told=replace(facts(), may_be_empty=True))
    verify(place(tmp_path), KEY, Pace())
    assert taken_out(place(tmp_path), tmp_path / "out") == {}
    assert (manifest.entries, manifest.size) == (0, 0)
    with pytest.raises(NotKept, match="不会覆盖"):
        write(tmp_path, ITEMS)
    assert read_manifest(place(tmp_path)) == manifest


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, hard))
    try:
        with pytest.raises(NotKept, match="磁盘已满"):
            write(tmp_path, ITEMS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not place(tmp_path).exists()
    write(tmp_path, ITEMS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, hard))
    try:
        with pytest.raises(NotKept, match="磁盘已满"):
            extract(place(tmp_path), KEY, tmp_path / "out", None, Pace())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert tree(tmp_path / "out") == {}


def killed(work: Callable[[Callable[[str], None]], object], stop: str) -> int:
    """How a process ended that kills itself after the step `stop`."""
    child = os.fork()
    if not child:
        try:
            work(lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == stop else None)
        except BaseException:  # noqa: BLE001  (the fork of a test must never go on as the test)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_at_any_step_there_is_no_half_set_and_the_next_succeeds(tmp_path: Path) -> None:
    steps = list[str]()
    first = write(tmp_path, ITEMS, steps.append)
    assert steps[0] == "begun"
    assert steps[-1] == "manifest"
    assert len(steps) > 6
    later = facts("01JLATER", "SJ-2026-0002")
    folder = place(tmp_path, "01JLATER")
    for stop in steps:
        assert killed(lambda step: write(tmp_path, ITEMS, step, later), stop) == -signal.SIGKILL
        whole = stop == "manifest"
        if not whole:
            with pytest.raises(Damaged, match="没有 manifest"):
                verify(folder, KEY, Pace())
        assert sweep(tmp_path) == ([] if whole else [folder])
    verify(folder, KEY, Pace())
    assert (folder / "unfinished").exists() is False
    assert killed(lambda step: write(tmp_path, ITEMS, step, facts("S3")), "content.001") < 0
    write(tmp_path, ITEMS, told=facts("S3"))  # without anybody having swept
    verify(place(tmp_path, "S3"), KEY, Pace())
    verify(place(tmp_path), KEY, Pace(), first.sha256)


def test_of_two_at_once_one_is_told_and_nobody_sweeps_what_is_being_written(
    tmp_path: Path,
) -> None:
    def meanwhile(step: str) -> None:
        if step == "content.000":
            with pytest.raises(NotKept, match="另一个任务"):
                write(tmp_path, ITEMS, told=facts("S2"))
            assert sweep(tmp_path) == []

    write(tmp_path, ITEMS, meanwhile)
    verify(place(tmp_path), KEY, Pace())
    with alone(place(tmp_path).parent):
        pass
    (place(tmp_path) / NAME).unlink()  # lost later: what is left of it is not swept away
    assert sweep(tmp_path) == []


def test_every_damage_is_named(tmp_path: Path) -> None:
    sha256 = write(tmp_path, ITEMS).sha256
    write(tmp_path, ITEMS, told=facts("S2", "SJ-2026-0002"))
    folder, other = place(tmp_path), place(tmp_path, "S2")
    part, cut = folder / "content.001", (folder / "content.001").read_bytes()
    manifest = (folder / NAME).read_bytes()
    changed = json.loads(manifest) | {"period": "2026-10"}
    swapped = json.loads(manifest) | {"wrapped": json.loads((other / NAME).read_bytes())["wrapped"]}
    for file, data, words in (
        (part, cut[:-1], r"content\.001 应为 \d+ 字节.*被截断"),
        (part, cut + b"x", r"content\.001 .*多出了内容"),
        (part, cut[:500] + b"\0" + cut[501:], r"content\.001 第 \d+ 段已被改动"),
        (part, b"\0" + cut[1:], r"content\.001 的开头已损坏"),
        (part, (folder / "content.000").read_bytes(), r"content\.001 的位置上放的是 content\.000"),
        (part, (other / "content.001").read_bytes(), r"content\.001 属于另一份备份（S2）"),
        (part, b"", r"content\.001 应为 \d+ 字节，现为 0 字节"),
        (part, None, r"缺少 content\.001"),
        (folder / NAME, None, "没有 manifest.json"),
        (folder / NAME, manifest[:-20], "manifest.json 已损坏"),
        (folder / NAME, json.dumps(changed).encode(), "已被改动，与封存时不符"),
        (folder / NAME, json.dumps(swapped).encode(), "密文密钥"),
        (folder / NAME, manifest.replace(b'"format": 1', b'"format": 2'), "格式版本"),
    ):
        was = file.read_bytes()
        file.unlink()
        if data is not None:
            file.write_bytes(data)
        with pytest.raises(Damaged, match=words):
            verify(folder, KEY, Pace())
        with pytest.raises(Damaged):
            verify(folder, None, Pace(), sha256)
        with pytest.raises(Damaged, match=words):
            extract(folder, KEY, tmp_path / "out", None, Pace())
        file.write_bytes(was)
    wrong = bytes(32)
    with pytest.raises(WrongKey, match=f"{print_of(KEY)} .*{print_of(wrong)}"):
        verify(folder, wrong, Pace())
    with pytest.raises(Damaged, match="与登记的 SHA-256 不符"):
        verify(other, KEY, Pace(), sha256)
    assert not (tmp_path / "out").exists() or tree(tmp_path / "out") == {}
    verify(folder, KEY, Pace(), sha256)


names = some.text(
    some.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    | some.sampled_from([chr(0xDC80 + n) for n in range(128)]),
    min_size=1, max_size=12,
).filter(lambda name: name not in (".", "..") and len(os.fsencode(name)) < 200)  # fmt: skip
trees = some.dictionaries(
    some.tuples(names, names).map(lambda parts: f"d/{parts[0]}/f{parts[1]}"),
    some.binary(max_size=3000) | some.integers(0, 9000).map(bytes), min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=20)
@given(trees, some.randoms(use_true_random=False))
def test_any_tree_comes_back_and_any_flipped_bit_is_found(
    told: dict[str, bytes], random: Random
) -> None:
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        manifest = write(home, [item(path, data) for path, data in told.items()])
        folder = place(home)
        verify(folder, KEY, Pace(), manifest.sha256)
        assert files(taken_out(folder, home / "out")) == told
        where = folder / random.choice([NAME, *(part.name for part in manifest.parts)])
        data = bytearray(where.read_bytes())
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        where.write_bytes(data)
        with pytest.raises(Damaged):
            verify(folder, KEY, Pace(), manifest.sha256)
