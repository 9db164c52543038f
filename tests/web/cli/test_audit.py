"""The audit trail by command: sound, tampered with, cut, taken along, its guards put back."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from inventory import witness
from tests.web.cli.command import Run, told

GUARDS = ("audit_kept_delete", "audit_kept_update")


def tamper(home: Path, *statements: str) -> None:
    """As somebody does who has the file and no console."""
    with closing(sqlite3.connect(home / "netops.db")) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def disarm(home: Path, *statements: str) -> None:
    """Tamper past the triggers, and put them back as they were."""
    with closing(sqlite3.connect(home / "netops.db")) as raw:
        made = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in made:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *(sql for _name, sql in made)):
            raw.execute(statement)
        raw.commit()


def test_a_sound_trail(run: Run) -> None:
    said = run("audit", "verify").stdout
    assert "审计链完好" in said
    answer = told(run("audit", "verify", "--json"))
    assert (answer["good"], answer["broken"], answer["missing"]) == (True, None, [])
    assert run("audit", "head").stdout.strip() in said


def test_a_changed_row_is_named(run: Run, home: Path) -> None:
    disarm(home, "UPDATE audit SET actor_name = '李四' WHERE seq = 7")
    assert "第 7 行被改过" in run("audit", "verify", code=1).stderr
    answer = told(run("audit", "verify", "--json", code=1))
    assert answer["broken"] == {"seq": 7, "cause": "changed", "upto": 7}


def test_a_cut_tail_is_found_by_the_head_on_paper(run: Run, home: Path) -> None:
    head = run("audit", "head").stdout.strip()
    disarm(home, "DELETE FROM audit WHERE seq > 100")
    without = run("audit", "verify", code=1).stderr  # the chain holds, but not what was fixed
    assert ("尾部被截去" in without, "审计记录中没有" in without) == (False, True)
    assert "第 101 行起没有了" in run("audit", "verify", "--head", head, code=1).stderr
    wrong = run("audit", "verify", "--head", "7", code=2).stderr
    assert "行号:哈希" in wrong


def test_a_cut_tail_is_found_by_the_heads_of_the_home(run: Run, home: Path) -> None:
    run("device", "export", str(home / "设备.csv"))
    disarm(home, "DELETE FROM audit WHERE seq > 100")
    assert "尾部被截去" in run("audit", "verify", code=1).stderr


def test_the_last_line_of_an_export_may_be_given_as_it_stands(run: Run, home: Path) -> None:
    run("device", "export", str(home / "设备.csv"))
    line = (home / "设备.csv").read_text("utf-8-sig").splitlines()[-1]
    assert line.startswith("# 审计链头 ") and re.search(r" cli \S+ \S+$", line)
    assert "审计链完好" in run("audit", "verify", "--head", line).stdout
    forged = line.replace(line.split(":")[1][:64], "0" * 64)
    run("audit", "verify", "--head", forged, code=1)


def test_missing_guards_are_named_and_put_back(run: Run, home: Path) -> None:
    tamper(home, *(f"DROP TRIGGER {name}" for name in GUARDS))
    said = run("audit", "verify", code=1).stderr
    assert all(name in said for name in GUARDS)
    assert "netops audit guard" in said
    assert told(run("audit", "guard", "--json")) == {"installed": list(GUARDS)}
    run("audit", "verify")
    assert told(run("audit", "guard", "--json")) == {"installed": []}


def test_the_whole_trail_leaves_with_its_head(run: Run, home: Path) -> None:
    out = home / "审计.jsonl"
    count = told(run("audit", "export", str(out), "--json"))["rows"]
    *rows, last = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, count + 1))
    assert last["head"] == run("audit", "head").stdout.strip()
    assert str(witness.published(home)[-1]) == last["head"]
    assert last["head"].startswith(f"{count + 1}:"), "the export is itself the newest row"


def test_an_export_of_a_register_is_noted_and_marked(run: Run, home: Path) -> None:
    out = home / "单位.csv"
    run("centre", "export", str(out))
    mark = out.read_text("utf-8-sig").splitlines()[-1]
    assert run("audit", "head").stdout.strip() in mark
    run("centre", "import", str(out), "--dry-run")
    run("audit", "verify", "--head", mark.split()[2])
