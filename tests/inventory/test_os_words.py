"""What the operating system answers, in Chinese."""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from inventory.os_words import cause_of


def _fails(tmp_path: Path, what: str) -> OSError:
    """An error of the system itself."""
    file = tmp_path / "file"
    file.write_bytes(b"")
    acts: dict[str, Callable[[], object]] = {
        "missing": (tmp_path / "nothing").read_bytes,
        "folder": tmp_path.read_bytes,
        "below a file": (file / "x").read_bytes,
        "long": (tmp_path / ("长" * 200)).read_bytes,
        "full": partial(Path("/dev/full").write_bytes, b"x"),
    }
    with pytest.raises(OSError) as caught:
        acts[what]()
    return caught.value


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("missing", "没有这个文件或目录"), ("folder", "是目录，不是文件"),
        ("below a file", "不是目录"), ("long", "名称太长"), ("full", "磁盘满了"),
    ],
)  # fmt: skip
def test_the_system_speaks_chinese(tmp_path: Path, what: str, words: str) -> None:
    assert cause_of(_fails(tmp_path, what)) == words


def test_what_we_have_no_words_for_keeps_its_own() -> None:
    assert cause_of(socket.gaierror(-2, "Name or service not known")) == "Name or service not known"
    assert cause_of(OSError("cut short")) == "cut short"
