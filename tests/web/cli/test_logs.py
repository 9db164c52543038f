"""The duty log by command: the month book, and an archive that is none."""

from pathlib import Path

from tests.web.cli.command import Run, told


def test_the_month_book_by_command(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "月册.pdf"
    made = told(run("log", "book", "2026-10", "--out", str(out), "--json"))
    assert made == {"file": str(out), "bytes": out.stat().st_size}
    assert out.read_bytes()[:5] == b"%PDF-"
    run("audit", "export", str(tmp_path / "audit.jsonl"))
    assert "导出工作日志月册" in (tmp_path / "audit.jsonl").read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".part"] == []
    assert "不是月份" in run("log", "book", "十月", code=2).output
    assert "没有叫“火星”的单位" in run("log", "book", "2026-10", "--centre", "火星", code=2).output
    assert "没有日志" in run("log", "archive", "2026", code=1).output
    assert "不是工作日志的归档" in run("log", "check", str(out), code=1).output
