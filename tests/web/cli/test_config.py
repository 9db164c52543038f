"""Configurations by command: brought, looked at, compared, searched, and taken out for a cable."""

import shutil
import stat
from pathlib import Path

from tests.web.cli.command import Run, listed, told

OLD = "#\nsysname PBX\nlocal-user admin password cipher Hidden%Word9\nexten 8001\nreturn\n"
NEW = OLD.replace("8001", "8002")


def test_a_file_from_the_box_and_back(run: Run, tmp_path: Path) -> None:
    run("device", "add", "--name", "程控交换机", "--address", "10.41.9.9", "--kind", "pbx",
        "--profile", "manual_export", "--centre", "410225")  # fmt: skip
    (one,) = listed(run)
    assert "还没有人工导出过" in run("config", "status", code=1).output
    for text, name in ((OLD, "a.cfg"), (NEW, "b.cfg")):
        (tmp_path / name).write_text(text)
        brought = run("config", "import", "程控交换机", str(tmp_path / name), "--why", "季度导出",
                      "--json")  # fmt: skip
        assert told(brought)["changed"] is True
    again = run("config", "import", one["id"], str(tmp_path / "b.cfg"), "--why", "核对")
    assert "与最近一版相同" in again.output
    assert told(run("config", "status", "--json"))[0]["standing"] == "exported"
    newest, _oldest = told(run("config", "history", "程控交换机", "--json"))
    assert (newest["added"], newest["removed"], newest["origin"]) == (1, 1, "import")
    shown = run("config", "show", "程控交换机").output
    assert "exten 8002" in shown
    assert "Hidden%Word9" not in shown
    assert "+exten 8002" in run("config", "diff", "程控交换机", code=1).output
    run("config", "diff", "程控交换机", newest["id"], newest["id"])
    assert told(run("config", "search", "EXTEN", "--json")) == [
        {"device": "程控交换机", "number": 4, "text": "exten 8002"}
    ]
    run("config", "search", "nothing-such", code=1)
    assert "正则表达式有误" in run("config", "search", "(", "--regex", code=2).output


def test_a_history_that_is_gone_is_made_anew(run: Run, home: Path, tmp_path: Path) -> None:
    run("device", "add", "--name", "程控交换机", "--address", "10.41.9.9", "--kind", "pbx",
        "--profile", "manual_export", "--centre", "410225")  # fmt: skip
    (tmp_path / "a.cfg").write_text(OLD)
    run("config", "import", "程控交换机", str(tmp_path / "a.cfg"), "--why", "季度导出")
    shown = run("config", "show", "程控交换机").output
    assert "完好" in run("config", "rebuild").output
    shutil.rmtree(home / "configs" / "410225.git" / "objects")
    assert "配置历史库" in run("config", "show", "程控交换机", code=1).output
    (done,) = told(run("config", "rebuild", "--json"))
    assert (done["rebuilt"], done["versions"], done["wrong"]) == (True, 1, "")
    assert Path(done["aside"]).is_dir()
    assert run("config", "show", "程控交换机").output == shown
    run("audit", "export", str(tmp_path / "audit.jsonl"))
    assert "重建配置历史库" in (tmp_path / "audit.jsonl").read_text("utf-8")
    (original,) = (home / "vault" / "configs").glob("*/*/*.cfg")
    original.unlink()
    shutil.rmtree(home / "configs" / "410225.git" / "objects")
    assert "missing" in run("config", "rebuild", code=1).output


def test_the_original_for_a_console_cable(run: Run, tmp_path: Path) -> None:
    run("device", "add", "--name", "程控交换机", "--address", "10.41.9.9", "--kind", "pbx",
        "--profile", "manual_export", "--centre", "410225")  # fmt: skip
    (tmp_path / "a.cfg").write_text(OLD)
    brought = run("config", "import", "程控交换机", str(tmp_path / "a.cfg"), "--why", "第一次",
                  "--json")  # fmt: skip
    oldest = {"id": told(brought)["version"]}
    place = tmp_path / "cable.cfg"
    out = ("config", "restore", "程控交换机", "--version", oldest["id"], "--to-file", str(place))
    run(*out, "--why", "换板卡后恢复")
    assert place.read_text() == OLD
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "没有覆盖" in run(*out, "--why", "再来", code=1).output
    online = run("config", "restore", "程控交换机", "--version", oldest["id"], "--why", "x", code=1)
    assert "Hidden%Word9" not in online.output
    run("audit", "export", str(tmp_path / "audit.jsonl"))
    trail = (tmp_path / "audit.jsonl").read_text("utf-8")
    assert "取出设备配置原文" in trail
    assert "换板卡后恢复" in trail
    assert "Hidden%Word9" not in trail


def test_a_change_that_somebody_tells_of_is_owed(run: Run, tmp_path: Path) -> None:
    run("device", "add", "--name", "程控", "--address", "10.41.9.9", "--kind", "pbx",
        "--profile", "manual_export", "--centre", "410225")  # fmt: skip
    (tmp_path / "a.cfg").write_text(OLD)
    run("config", "import", "程控", str(tmp_path / "a.cfg"), "--why", "第一次")
    run("config", "status")
    run("config", "changed", "程控", "--why", "增加分机")
    assert told(run("config", "status", "--json", code=1))[0]["standing"] == "due"
    read = told(run("config", "backup", "程控", "--json", code=1))
    assert "只能人工导出" in read[0]["why"]
    assert "没有叫“别的”的设备" in run("config", "history", "别的", code=2).output
    assert "--all" in run("config", "backup", code=2).output
