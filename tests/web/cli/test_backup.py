"""`netops backup` by hand: a source backed up, verified, brought back, damaged, found again."""

import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from backups.disc_making import image_of, make_discs
from backups.key_text import key_text
from backups.pace import Pace
from inventory.shanghai import today
from tests.backups.disc_parts import KEY, load, making, noise
from tests.lab import need_programs
from tests.local_sources import allow
from tests.patience import PATIENCE
from tests.spoiling import spoil_end
from tests.web.cli.command import CENTRE, Run, told


@pytest.fixture(autouse=True)
def _listed(home: Path, tmp_path: Path) -> None:
    """The owner of the machine lets the test's own folders be backed up."""
    allow(home, *(tmp_path / name for name in ("资料", "月报.txt", "没有")))


def test_a_source_is_backed_up_verified_and_brought_back(run: Run, tmp_path: Path) -> None:
    papers = tmp_path / "资料"
    papers.mkdir()
    (papers / "月报.txt").write_text("十一月", "utf-8")
    (papers / "台账.csv").write_text("一,二", "utf-8")
    _declare(run, papers)
    assert told(run("backup", "try", "业务资料", "--json")) == {"told": "1 个目录或文件都能读取"}
    before = _lines(run)
    assert (before["业务资料"]["made"], before["业务资料"]["light"]) == (False, "warning")

    [done] = told(run("backup", "run", "业务资料", "--json"))
    assert (done["state"], done["files"]) == ("done", 2)
    line = _lines(run)["业务资料"]
    assert (line["made"], line["twice"], line["attempt_at"] is None) == (True, False, False)
    [kept] = told(run("backup", "list", "--source", "业务资料", "--json"))
    assert (kept["number"], kept["state"]) == (done["number"], "good")
    whole = told(run("backup", "show", done["number"], "--json"))
    assert [(one["place"], one["state"]) for one in whole["copies"]] == [("own", "verified")]
    assert whole["sha256"]
    assert [one["state"] for one in told(run("backup", "keys", "--json", code=1))] == ["new"]
    assert told(run("backup", "verify", done["number"], "--json")) == [
        {"number": done["number"], "good": True}
    ]
    assert told(run("backup", "clear", "--json")) == {"cleared": False, "sets": []}

    place = tmp_path / "恢复"
    words = ("backup", "restore", done["number"], "--to", str(place), "--why", "查阅")
    assert told(run(*words, "--only", _stored(papers, "月报.txt"), "--json"))["files"] == 1
    [back] = [one for one in place.rglob("*") if one.is_file()]
    assert back.read_text("utf-8") == "十一月"
    run("backup", "restore", "SJ-0000-0000", "--to", str(place), "--why", "查阅", code=2)


def test_what_lies_on_disk_is_found_again_and_damage_is_told(
    home: Path, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "月报.txt").write_text("十一月", "utf-8")
    _declare(run, tmp_path / "月报.txt")
    [done] = told(run("backup", "run", "--all", "--json"))
    known = told(run("backup", "rebuild", "--json"))
    assert (len(known["entered"]), len(known["known"])) == (0, 1)
    [part] = (home / "sets").rglob("content.000")
    spoil_end(part)
    assert told(run("backup", "verify", done["number"], "--json", code=1))[0]["good"] is False
    assert told(run("backup", "rebuild", "--json", code=1))["damaged"]
    assert told(run("backup", "list", "--json"))[0]["state"] == "damaged"


def test_what_cannot_be_read_is_told_with_its_reason(run: Run, tmp_path: Path) -> None:
    _declare(run, tmp_path / "没有")
    assert "打不开" in run("backup", "try", "业务资料", code=1).stderr
    [done] = told(run("backup", "run", "--all", "--json", code=1))
    assert done["state"] == "failed"
    assert "没有" in done["why"]
    assert told(run("backup", "list", "--state", "failed", "--json"))[0]["reason"] == done["why"]
    run("backup", "run", code=2)
    run("backup", "run", "没有的来源", code=2)


def test_the_register_comes_back_from_discs_alone(home: Path, run: Run, tmp_path: Path) -> None:
    """Images of a set of three discs, and nothing else but an empty console."""
    need_programs("xorriso")
    loads = [
        load(tmp_path, 1, "software", {"dump.sql": noise(900_000, 1)}, plain=False),
        load(tmp_path, 2, "documents", {"甲.bin": noise(1_500_000, 2)}, plain=True),
        load(tmp_path, 3, "logs", {"乙.log": noise(900_000, 3)}, plain=True),
    ]
    order = making(tmp_path, loads, 2_500_000)
    discs = [str(image_of(order.folder, one.ordinal)) for one in make_discs(order, Pace(), _say)]
    words = [word for disc in discs for word in ("--disc", disc)]
    sheet = tmp_path / "密钥单.txt"
    sheet.write_text(key_text(KEY), "utf-8")
    assert len(discs) > 1
    part = told(run("backup", "rebuild", *words[:2], "--json", code=1))
    assert "请把这一套的光盘一起给出" in part["damaged"][0]["why"]
    whole = told(run("backup", "rebuild", *words, "--json"))
    assert {*part["entered"], *whole["entered"]} == {one.set_id for one in loads}
    states = {one["state"] for one in told(run("backup", "list", "--json"))}
    assert states == {"interrupted"}, "nobody's key has proved them"
    run("backup", "rebuild", *words, "--key-file", str(discs[0]), code=1)
    proved = told(run("backup", "rebuild", *words, "--key-file", str(sheet), "--json"))
    assert {*proved["entered"]} == {one.set_id for one in loads}
    for one in loads:
        row = told(run("backup", "show", one.number, "--json"))
        assert (row["state"], row["origin"], row["source"]) == ("good", "found", one.name)
        assert row["sha256"] == sha256((one.folder / "manifest.json").read_bytes()).hexdigest()
        [copy] = row["copies"]
        assert (copy["place"], copy["state"]) == ("disc", "verified")
        assert copy["name"].startswith("GP-2026-0001 第 ")
    assert told(run("backup", "rebuild", *words, "--json"))["entered"] == []
    run("backup", "rebuild", "--disc", str(home / "没有.iso"), code=1)
    assert not list((home / "drills").iterdir())


def _lines(run: Run) -> dict[str, dict[str, object]]:
    """By name; the county has no source for its databases and logs, so not all is well."""
    return {one["name"]: one for one in told(run("backup", "sources", "--json", code=1))}


def _declare(run: Run, folder: Path) -> None:
    run("book", "backup-sources", "add", "--name", "业务资料", "--kind", "documents", "--hour", "0",
        "--method", "files", "--paths", str(folder), "--centre", CENTRE)  # fmt: skip


def _stored(folder: Path, name: str) -> str:
    """As a set calls a file: its whole path, without the slash before it."""
    return str(folder / name).lstrip("/")


def _say(_words: str) -> None:
    """Nobody listens."""


def test_a_set_goes_to_a_place_through_a_drill_to_discs_and_to_an_auditor(
    home: Path, run: Run, tmp_path: Path
) -> None:
    """Each further verb once for real, in one home."""
    need_programs("xorriso")
    papers, spare = tmp_path / "资料", tmp_path / "第二处"
    for folder in (papers, spare):
        folder.mkdir()
    (papers / "月报.txt").write_text("十一月", "utf-8")
    _declare(run, papers)
    [done] = told(run("backup", "run", "--all", "--json"))
    run("book", "backup-places", "add", "--name", "备用目录", "--purpose", "spare", "--kind",
        "path", "--folder", str(spare), "--centre", CENTRE)  # fmt: skip
    copied = told(run("backup", "copy", "备用目录", "--json"))
    assert (copied["copied"], copied["wanted"]) == (1, 1)
    run("backup", "copy", "没有的地方", code=2)
    assert told(run("backup", "drill", done["number"], "--json"))["number"]
    found = told(run("backup", "rebuild", str(spare), "--place", "备用目录", "--json"))
    assert (found["damaged"], len(found["known"])) == ([], 1)

    day = today()
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    run("book", "disc-sets", "add", "--period", quarter, "--databases", "否", "--centre", CENTRE)
    number = f"GP-{day.year}-0001"
    unready = run("backup", "disc", "image", number, code=1)
    assert "确认缺少的备份" in unready.output  # what Article 140 asks for is never left out unsaid
    assert told(run("backup", "discs", "--json")) == []
    run("book", "archive-transfers", "add", "--year", str(day.year), "--work", "年终归档",
        "--centre", CENTRE)  # fmt: skip
    assert told(run("backup", "archive", str(day.year), "--json"))["files"] > 0

    bag = tmp_path / "登记.zip"
    words = ("backup", "export", "--first", f"{day}", "--last", f"{day}", "--to-file", str(bag))
    assert told(run(*words, "--json"))["bytes"] == bag.stat().st_size
    run(*words, code=2)  # never over another
    with ZipFile(bag) as opened:
        assert any(name.endswith("verify.py") for name in opened.namelist())


def test_ctrl_c_stops_a_running_backup_in_order(home: Path, run: Run, tmp_path: Path) -> None:
    """As from a terminal: a signal to the process, once it has told how far it is."""
    papers = tmp_path / "资料"
    papers.mkdir()
    with (papers / "大.dat").open("wb") as big:
        big.truncate(20_000_000_000)  # a hole: it takes no room, and minutes to read
    _declare(run, papers)
    env = os.environ | {"NETOPS_HOME": str(home)}
    words = [sys.executable, "-m", "web.cli", "backup", "run", "--all"]
    running = subprocess.Popen(words, env=env, stderr=subprocess.PIPE)
    assert running.stderr is not None
    with running.stderr as words_of_it:
        while "已读" not in os.read(words_of_it.fileno(), 4096).decode(errors="replace"):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        words_of_it.read()
    assert running.wait(PATIENCE) == 130
    [row] = told(run("backup", "list", "--json"))
    assert row["state"] == "cancelled"
    assert [one for one in (home / "sets").rglob("content.*") if one.is_file()] == []
