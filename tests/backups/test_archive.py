"""The folder for the archive room: what it holds can be checked by anybody, and nothing else is in
it."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from backups.archive import Transfer, folder_of, pack
from backups.archive_check import Altered, check
from backups.disc_plan import Load
from backups.pace import Pace
from backups.set_manifest import read_manifest
from tests.backups.disc_parts import load
from tests.backups.set_trees import KEY, facts, item, place, write

ODD = {"a\nb\\c": b"1", "-rf": b"2", "\udcb4\udce5.txt": b"3", "很": b"4"}


def made(home: Path) -> Transfer:
    """A transfer of odd names and a link to a file of this machine, and of one encrypted backup."""
    outside = item("passwd", kind="link", link="/etc/passwd")
    write(home, [item("目录", kind="folder"), outside, *(item(n, d) for n, d in ODD.items())])
    folder, told = place(home), facts()
    size = read_manifest(folder).size
    odd = Load(told.set_id, told.number, "..", "documents", told.period, folder, size, KEY)
    closed = load(home, 2, "software", {"dump.sql": b"select"}, plain=False)
    for name in ("configs", "registers"):
        (home / name).mkdir()
    return Transfer(
        home / "archive", "YJ-2026-0001", 2026, "兰考县", date(2027, 1, 4), "GB18030", {},
        (odd, closed), home / "configs", home / "registers", spare=0,
    )  # fmt: skip


def test_what_was_packed_is_checked_by_us_and_by_sha256sum(tmp_path: Path) -> None:
    order = made(tmp_path)
    packed, top = pack(order, Pace()), folder_of(order)
    sums = ["sha256sum", "--quiet", "--strict", "-c", "其他/sha256sum.txt"]
    assert subprocess.run(sums, cwd=top, check=False).returncode == 0
    assert check(top, packed.sha256, Pace()) == packed.files + 3  # catalogue, links, open_set.py
    assert not [one for one in top.rglob("*") if one.is_symlink()]
    assert [one.name for one in (top / "电子档案/2026/3日常业务资料").iterdir()] == ["_"]
    assert "'/etc/passwd'" in (top / "其他/链接清单.txt").read_text(encoding="utf-8")
    assert (top / "其他/open_set.py").is_file()  # the description tells to open it so


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda top: (top / "文件目录.XML").write_bytes(b""), "文件目录.XML' 内容不符"),
        (lambda top: next(top.rglob("-rf")).unlink(), "缺少 .*-rf"),
        (lambda top: next(top.rglob("-rf")).write_bytes(b"3"), "-rf' 内容不符"),
        (lambda top: (top / "其他/more").write_bytes(b""), "多出 '其他/more'"),
        (lambda top: (top / "其他/sha256sum.txt").write_bytes(b""), "清单已被改动"),
        (lambda top: (top / "其他/sha256sum.txt").unlink(), "不在本机"),
    ],
)
def test_what_was_changed_after_signing_is_named(
    tmp_path: Path, harm: Callable[[Path], object], told: str
) -> None:
    order = made(tmp_path)
    packed = pack(order, Pace())
    harm(folder_of(order))
    with pytest.raises(Altered, match=told):
        check(folder_of(order), packed.sha256, Pace())
