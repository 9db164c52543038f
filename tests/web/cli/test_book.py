"""Every other register by command: the same verbs, and no writing where people decide."""

from pathlib import Path

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
