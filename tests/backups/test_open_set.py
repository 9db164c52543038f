"""A set opens without the console: another program, another implementation, the same bytes."""

import shutil
import subprocess
import sys
from pathlib import Path

from backups.key_text import key_text
from backups.standalone import standalone
from tests.backups.set_trees import KEY, item, place, tree, write
from tests.backups.test_sets import ITEMS, TREE, files
from tests.lab import need_programs

TEXT = key_text(KEY)


def run(folder: Path, *words: str, key: str = TEXT) -> subprocess.CompletedProcess[str]:
    """The program as it lies beside a set, alone with the standard library."""
    program = folder.parent / "open_set.py"
    program.write_bytes(standalone())
    argv = [sys.executable, "-I", "-S", str(program), str(folder), *words]
    return subprocess.run(argv, input=key, capture_output=True, text=True, check=False)


def test_a_set_opens_on_a_bare_machine(tmp_path: Path) -> None:
    need_programs("zstd")
    write(tmp_path / "home", ITEMS)
    folder = Path(shutil.copytree(place(tmp_path / "home"), tmp_path / "disc" / "SJ-2026-0001"))
    told = run(folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"SJ-2026-0001 办公库 2026-11：{len(ITEMS)} 个文件，全部核对无误\n"
    told = run(folder, "--to", str(tmp_path / "out"), "--list")
    assert told.returncode == 0
    assert "'blocks'" in told.stdout
    out = tree(tmp_path / "out")
    assert files(out) == TREE
    assert out["current"] == "日志/防火墙 2026.log"
    again = run(folder, "--to", str(tmp_path / "out"))
    assert (again.returncode, again.stdout) == (1, "")
    assert TEXT[3:12] not in told.stdout + told.stderr


def test_it_names_what_is_wrong(tmp_path: Path) -> None:
    need_programs("zstd")
    write(tmp_path, [item("d/数据", bytes(9000)), *ITEMS])
    folder = place(tmp_path)
    manifest, part = folder / "manifest.json", folder / "content.002"
    data = part.read_bytes()
    assert "密钥第 2 行" in run(folder, key=TEXT.replace("2: ", "2: 7")).stderr
    assert "这份备份要用指纹为" in run(folder, key=key_text(bytes(32))).stderr
    for file, spoiled, words in (
        (part, data[:400] + bytes([data[400] ^ 1]) + data[401:], "content.002 第"),
        (part, data[:-1], "content.002 应为"),
        (part, None, "缺少 content.002"),
        (part, (folder / "content.001").read_bytes().ljust(len(data))[: len(data)], "content.002"),
        (folder / "listing.000", b"", "listing.000 应为"),
        (manifest, manifest.read_bytes().replace(b"2026-11", b"2026-10"), "manifest.json 已被改动"),
        (manifest, b"{", "没有能读的 manifest.json"),
    ):
        was = file.read_bytes()
        file.unlink()
        if spoiled is not None:
            file.write_bytes(spoiled)
        told = run(folder)
        assert (told.returncode, told.stdout) == (1, "")
        assert words in told.stderr
        assert len(told.stderr.splitlines()) == 1
        file.write_bytes(was)
    assert run(folder).returncode == 0
