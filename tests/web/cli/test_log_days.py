"""A day of the duty log by command: what stands there, what is missing, what waits."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from inventory.act import system
from inventory.centre import Centre
from inventory.db import open_database
from inventory.drafted import Drafted
from inventory.log_draft import draft
from inventory.log_entry import LogEntry
from inventory.person import Person
from tests.web.cli.command import CENTRE, Run, told


def test_a_day_and_its_drafts_by_command(run: Run, home: Path) -> None:
    assert "没有日志" in run("log", "show", code=1).output
    assert run("log", "drafts").output == "没有待确认的草稿\n"
    now = datetime.now(UTC)
    database = open_database(f"sqlite:///{home}/netops.db")
    with database.transaction(system("试验")) as session:
        centre = session.scalars(select(Centre).where(Centre.code == CENTRE)).one()
        session.add(person := Person(centre_id=centre.id, login="tech", name="王技"))
    act = replace(system("填写"), actor=person.id, actor_name=person.name)
    with database.transaction(act) as session:
        row = LogEntry(centre_id=centre.id, section="power", text="正常开机", occurred_at=now)
        session.add(row)
        draft(session, "k", centre.id, Drafted("x", "problem", "专线中断", now))
    database.close()
    (day,) = told(run("log", "show", "--json"))
    assert [(one["text"], one["author"]) for one in day["entries"]] == [("正常开机", "王技")]
    assert "遇到问题" in day["missing"] and day["unsigned"] == ["王技"]
    shown = run("log", "show", day["day"], "--centre", CENTRE).output
    assert "正常开机" in shown and "没有签字：王技" in shown
    assert run("log", "show", "2019-01-01", "--json", code=1).stdout == "[]\n"
    assert [one["text"] for one in told(run("log", "drafts", "--json"))] == ["专线中断"]


def test_nobody_writes_in_the_log_by_command(run: Run) -> None:
    """An entry has an author; whoever owns the machine is none of the console's people."""
    offered = run("book", "log-entries", "--help").output
    assert "list" in offered and "import" not in offered and "add" not in offered
    told = ("--section", "other", "--text", "补记", "--occurred-at", "2026-11-22 08:00")
    assert "No such command" in run("book", "log-entries", "add", *told, code=2).output
