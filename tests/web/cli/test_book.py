"""Every other register by command: the same verbs, and no writing where people decide."""

from pathlib import Path

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.db import open_database
from inventory.notice import Notice
from tests.web.cli.command import CENTRE, Run, told


def test_things_come_and_go_as_sheets(run: Run, tmp_path: Path) -> None:
    words = ("--name", "激光打印机", "--centre", CENTRE, "--category", "printer")
    made = told(run("book", "equipment", "add", *words, "--json"))
    out = str(tmp_path / "台账.xlsx")
    run("book", "equipment", "export", out)
    again = told(run("book", "equipment", "import", out, "--json"))
    assert (again["same"], again["new"], again["errors"]) == (1, [], [])
    rows = told(run("book", "equipment", "list", "--search", "jgdyj", "--json"))
    assert [row["id"] for row in rows] == [made["id"]]


def test_what_people_decide_is_only_looked_at(run: Run) -> None:
    assert run("book", "policy", "list", "--json").exit_code == 0
    for words in (("policy", "add"), ("stock-movements", "retire", "x"), ("nothing", "list")):
        run("book", *words, code=2)


def test_whoever_agrees_to_exports_is_told_of_one_made_on_the_box(
    run: Run, home: Path, tmp_path: Path
) -> None:
    """There nobody is asked; of a book that is not confidential nobody is told."""
    for book in ("prefixes", "equipment"):
        run("book", book, "export", str(tmp_path / f"{book}.csv"))
    database = open_database(f"sqlite:///{home}/netops.db")
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Notice).order_by(Notice.right)).all()
    database.close()
    assert [one.right for one in found] == ["approve", "trail"]
    assert {one.title for one in found} == {"敏感台账“网段”已在服务器上导出，共 0 条"}
    assert "prefixes.csv" in found[0].text
