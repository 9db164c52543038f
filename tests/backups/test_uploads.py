"""Files brought by hand: whole or not there, kept until a good set holds them."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from backups.delivery import NotTaken
from backups.gathering import NotGathered, Order, gather, settle
from backups.pace import Pace
from backups.uploads import plain_name, take_upload, uploads


class Breaking(BytesIO):
    """A browser that goes away in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1_000_000:
            raise ConnectionResetError(104, "Connection reset by peer")
        return super().read(size)


def test_what_was_brought_goes_into_one_set_and_later_ones_wait(tmp_path: Path) -> None:
    staging = tmp_path / "staging" / "S"
    order = Order("S", "计生导出", "documents", "uploaded", "local", tmp_path, staging=staging)
    with pytest.raises(NotGathered, match="还没有上传"), gather(order, Pace()):
        pass
    big = os.urandom(600_000)
    first = take_upload(staging, "C:\\导出\\人口.dat", BytesIO(big), "张三")
    take_upload(staging, "人口（2）.dat", BytesIO(b"2"), "李四")
    take_upload(staging, "/home/x/人口.dat", BytesIO(b"two"), "李四")
    (staging / ".taken.json").write_bytes(b"[")  # of a run that was killed while it noted this
    assert (first.name, first.size, first.place.stat().st_mode & 0o777) == (
        "人口.dat",
        600_000,
        0o600,
    )
    with gather(order, Pace()) as gathered:
        take_upload(staging, "人口.dat", BytesIO(b"late"), "张三")
        taken = {}
        for item in gathered.items:
            with item.open() as file:
                taken[item.path] = file.read()
        assert (taken, gathered.server) == (
            {"人口.dat": big, "人口（2）.dat": b"2", "人口（3）.dat": b"two"},
            "张三、李四",
        )
    assert len(list(uploads(staging))) == 4  # a set that fails now loses nothing
    settle(order)
    assert [one.place.read_bytes() for one in uploads(staging)] == [b"late"]


def test_half_an_upload_is_none(tmp_path: Path) -> None:
    wrong = (
        (Breaking(bytes(2_000_000)), 0, "没有保存"), (BytesIO(), 0, "文件是空的"),
        (BytesIO(bytes(1001)), 1000, "超过 1,000 字节"),
    )  # fmt: skip
    for source, most, told in wrong:
        with pytest.raises(NotTaken, match=told):
            take_upload(tmp_path, "x", source, "张三", most)
        assert list((tmp_path / "brought").iterdir()) == []
    for name in ("", "..", "a/..", "\0", " . "):
        with pytest.raises(NotTaken, match="没有名称"):
            plain_name(name)
    assert plain_name(f"{'长' * 200}.dat") == f"{'长' * 116}.dat"
