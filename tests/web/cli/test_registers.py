"""The registers by command, on both databases: the life of a row, sheets in and out."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import Result

from tests.postgres import Lender
from tests.web.cli.command import CENTRE, Run, invoke, listed, told

COLUMNS = "名称,所属单位,管理地址,类别,型号模板,上级设备\n"


def sheet(path: Path, *lines: str, encoding: str = "utf-8") -> str:
    path.write_text(COLUMNS + "".join(f"{line}\n" for line in lines), encoding)
    return str(path)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """A founded home on either database, as `run`."""
    with ExitStack() as lent:
        settings = {}
        if request.param == "postgresql":
            lender: Lender = request.getfixturevalue("lender")
            settings["DATABASE_URL"] = lent.enter_context(lender.lent())

        def go(*words: str, code: int = 0, stdin: str = "") -> Result:
            return invoke(tmp_path, *words, code=code, stdin=stdin, **settings)

        go("init", "--centre", CENTRE)
        yield go


def test_the_life_of_a_device(engine: Run) -> None:
    words = f"--name 核心交换机 --centre {CENTRE} --address 10.41.2.1 --kind switch".split()
    made = told(engine("device", "add", *words, "--json"))
    assert (made["name"], made["once"]) == ("核心交换机", "")
    assert [row["id"] for row in listed(engine, "--search", "hxjhj")] == [made["id"]]
    assert [row["id"] for row in listed(engine, "--search", "10.41.2.1")] == [made["id"]]
    shown = told(engine("device", "show", "核心交换机", "--json"))
    assert (shown["id"], shown["kind"], shown["profile"]) == (
        made["id"],
        "交换机",
        "通用 SNMP 设备",
    )
    assert "核心交换机" in engine("device", "show", made["id"]).stdout
    retired = told(engine("device", "retire", "核心交换机", "--json"))
    assert retired == {"id": made["id"], "retired": True}
    assert (listed(engine), len(listed(engine, "--retired"))) == ([], 1)
    assert engine("device", "restore", "核心交换机").stdout == "已恢复：核心交换机\n"
    assert len(listed(engine)) == 1


def test_an_import_is_seen_first_then_done_whole(engine: Run, tmp_path: Path) -> None:
    core, leaf = f"核心,{CENTRE},10.41.2.1,交换机,,", f"接入,{CENTRE},10.41.2.2,交换机,,核心"
    good = sheet(tmp_path / "好.csv", leaf, core)  # a child may stand above its parent
    plan = {"new": ["接入", "核心"], "changed": {}, "same": 0, "errors": []}
    assert told(engine("device", "import", good, "--dry-run", "--json")) == plan
    assert listed(engine) == []
    assert told(engine("device", "import", good, "--json")) == plan
    again = told(engine("device", "import", good, "--json"))
    assert again == {"new": [], "changed": {}, "same": 2, "errors": []}
    moved = sheet(tmp_path / "改.csv", core.replace("10.41.2.1", "10.41.2.9"))
    assert told(engine("device", "import", moved, "--dry-run", "--json"))["changed"] == {
        "核心": {"管理地址": ["10.41.2.1", "10.41.2.9"]}
    }
    assert "  核心 管理地址：10.41.2.1 → 10.41.2.9\n" in engine("device", "import", moved).stdout


def test_one_wrong_row_and_nothing_is_written(engine: Run, tmp_path: Path) -> None:
    rows = (f"核心,{CENTRE},10.41.2.1,交换机,,", f"接入,{CENTRE},10.41.2.300,交换机,,核心")
    bad = sheet(tmp_path / "错.csv", *rows)
    dry = engine("device", "import", bad, "--dry-run", "--json", code=1)
    assert [error[:12] for error in told(dry)["errors"]] == ["第 3 行 管理地址：“"]
    assert (
        "第 3 行 管理地址：“10.41.2.300”不是 IP 地址"
        in engine("device", "import", bad, code=1).stderr
    )
    assert listed(engine) == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_what_excel_saves_can_be_imported(run: Run, tmp_path: Path, encoding: str) -> None:
    file = sheet(tmp_path / "设备.csv", f"龙泉镇㙍,{CENTRE},10.41.2.1,交换机,,", encoding=encoding)
    assert told(run("device", "import", file, "--json"))["new"] == ["龙泉镇㙍"]
    assert [row["name"] for row in listed(run)] == ["龙泉镇㙍"]


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"", "是空的"), ("名称,颜色\nx,红\n".encode(), "颜色"), (b"\x00\xff\x00", "")],
)
def test_an_unreadable_sheet_is_told(run: Run, tmp_path: Path, content: bytes, cause: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert cause in run("device", "import", str(tmp_path / "x.csv"), code=1).stderr


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".yaml"])
def test_an_export_is_imported_as_it_was(run: Run, tmp_path: Path, suffix: str) -> None:
    rows = (f"核心,{CENTRE},10.41.2.1,交换机,huawei_vrp,", f"=1+1,{CENTRE},10.41.2.2,UPS,,核心")
    run("device", "import", sheet(tmp_path / "in.csv", *rows))
    out = tmp_path / f"out{suffix}"
    assert told(run("device", "export", str(out), "--json")) == {"rows": 2}
    same = told(run("device", "import", str(out), "--dry-run", "--json"))
    assert same == {"new": [], "changed": {}, "same": 2, "errors": []}
    units = tmp_path / f"units{suffix}"
    assert told(run("centre", "export", str(units), "--json"))["rows"] > 170
    assert told(run("centre", "import", str(units), "--dry-run", "--json"))["errors"] == []


def test_an_unknown_kind_of_file_is_refused(run: Run, tmp_path: Path) -> None:
    said = run("device", "export", str(tmp_path / "out.doc"), code=2).stderr
    assert "不认识后缀“.doc”，应为 .csv、.yaml、.xlsx" in said


def test_a_person_gets_a_password_and_a_role(run: Run) -> None:
    words = ("--login", "li", "--name", "李网", "--centre", CENTRE)
    once = told(run("person", "add", *words, "--json"))["once"]
    assert re.fullmatch(r"李网（li）的口令：\S{12,}", once)
    run("grant", "add", "--person", "li", "--role", "network_admin", "--centre", CENTRE)
    grants = {(row["person_id"], row["role"]) for row in told(run("grant", "list", "--json"))}
    assert grants == {("admin", "founder"), ("li", "网络管理员")}
    assert "登录名 li 已有人使用" in run("person", "add", *words, code=1).stderr
