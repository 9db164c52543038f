"""Sheets as a county office makes them, against the equipment register: read kindly, told in full,
written exactly; what goes out comes back as no change at all."""

import io
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from inventory import exchange, fitting
from inventory.act import EVERYTHING, system
from inventory.category import categories, labels
from inventory.db import Database
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.headers import words
from inventory.keys import new_key
from inventory.listing import Ask
from inventory.plan import Plan
from inventory.register import Register, registers
from inventory.room import Room
from inventory.sheet import Sheet, SheetError, folded, read, write_csv, write_xlsx, write_yaml
from inventory.sheets.returned import write_returned
from inventory.staff import Staff
from inventory.upload import keep, kept, prune
from tests.inventory.conftest import Tree, grown
from tests.patience import PATIENCE

HEAD = ["序号", "编号*", "所属单位", "品名", "类别", "价格（元）", "购置日期", "固定资产", "房间"]
ROWS: Sequence[Sequence[Any]] = (
    [1, "A-1", "兰考县", "核心交换机", "交换机", "1,200.50 元", datetime(2026, 11, 21), "√", "机房"],  # noqa: DTZ001, E501 - as Excel has it
    [2, "A-2", "410225", "接入交换机", "switch", "￥１２０００", "2026/11/21", "有", None],
    [3, "A-3", "410225", "路由器", "路由器", 980, "2026.11.21", "是", "机房"],
    [4, "A-4", "410225", "终端", "交换机", None, 20261121, "×", None],
    [5, "A-5", "410225", "终端", "交换机", 0, "2026年11月21日", "无", None],
    [6, "A-6", "410225", "终端", "交换机", 1, "2026 年 11 月", "否", None],
    [7, "A-7", "410225", "终端", "交换机", 1, 46347, "no", None],
    [8, "", "410225", "没有编号的", "交换机", 1, "2026/11/21 0:00:00", "", None],
    [9, None, "410225", "也没有编号", "交换机", 1, "", "", None],
)  # fmt: skip
WRITERS: dict[str, Any] = {
    "a.csv": write_csv,
    "a.xlsx": lambda columns, rows: write_xlsx(columns, rows, "设备"),
    "a.yaml": write_yaml,
}
HOSTILE = [
    "=1+1", "+86 371", "-5", "@SUM(A1)", "\t=1", "＝1", "'=1", "合计", "制表：张三", "00123", "123",
    "1e5", "1.23457E+15", "2026年11月", "46347", "是", "null", "~", "# 审计链头", "a,b;c\td", '"',
    "一\n二", "_x0041_", "<r>&</r>", "1,200 元", "序号", "说明", "#N/A", "TRUE", "- x: y", "　",
]  # fmt: skip


@pytest.fixture
def home(sqlite_database: Database, tree: Tree) -> Iterator[Database]:
    """A county with one room."""
    with sqlite_database.transaction(system("登记")) as session:
        session.add(Room(centre_id=tree.lankao.id, name="机房", kind="server"))
    return sqlite_database


@pytest.fixture
def tree(sqlite_database: Database) -> Tree:
    return grown(sqlite_database)


def book(*rows: Sequence[Any], title: str = "设备", merges: Sequence[str] = ()) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    for ref in merges:
        page.merge_cells(ref)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(data: bytes, name: str = "a.xlsx", cls: type[Register] = Equipment) -> Sheet:
    return read(data, name, known=words(cls))


def plan(database: Database, given: Sheet, cls: type[Register] = Equipment) -> Plan:
    with database.view(EVERYTHING) as session:
        return exchange.plan(session, cls, given)


def apply(database: Database, given: Sheet, cls: type[Register] = Equipment) -> Plan:
    with database.transaction(system("导入")) as session:
        return exchange.apply(session, cls, given)


def told(found: Sequence[Any]) -> list[str]:
    return [str(one) for one in found]


def test_an_office_workbook_is_read_as_it_is_meant(home: Database) -> None:
    data = book(
        ["兰考县 2026 年设备台账"], HEAD, *ROWS[:5], ["二、终端设备"], *ROWS[5:],
        ["合计", None, None, None, None, 13000], ["制表人：张三", None, None, "审核人：李四"],
        merges=["A1:I1", "A8:I8"],
    )  # fmt: skip
    given = sheet(data)
    found = plan(home, fitting.fitted(given, fitting.fit(Equipment, given, {})))
    assert found.errors == ()
    assert len(found.new) == 9
    assert told(found.hints) == [
        "第 9 行 购置日期：“2026 年 11 月”只写到月，按当月 1 日记为 2026-11-01",
        "第 10 行 购置日期：“46347”是 Excel 的日期序号，读作 2026-11-21",
    ]
    assert [(row.number, row.label) for row in found.passed] == [
        (8, "二、终端设备"), (13, "合计"), (14, "制表人：张三"),
    ]  # fmt: skip
    assert apply(home, sheet(data)).fingerprint == found.fingerprint
    with home.view(EVERYTHING) as session:
        rows = {row.name + row.tag: row for row in session.scalars(select(Equipment))}
        kept = {row.tag: row for row in rows.values()}
        days = {tag: row.bought_on for tag, row in kept.items() if tag.startswith("A-")}
        assert days == {f"A-{n}": date(2026, 11, 21) for n in range(1, 8)} | {
            "A-6": date(2026, 11, 1)
        }
        assert [kept[f"A-{n}"].cost for n in range(1, 6)] == [1200.5, 12000.0, 980.0, None, 0.0]
        assert [kept[f"A-{n}"].fixed_asset for n in range(1, 8)] == [
            True, True, True, False, False, False, False,
        ]  # fmt: skip
        numbered = [row.tag for row in rows.values() if "编号" in row.name]
        assert len(set(numbered)) == 2
        assert all(numbered), "the console numbers what has no number"


def test_what_is_wrong_is_told_by_row_column_and_cause(home: Database) -> None:
    apply(home, sheet(book(HEAD, [1, "00123", "410225", "甲", "交换机"], *ROWS[:1])))
    head = [*HEAD[:6], "状态", "购置日期", "序列号"]
    data = book(
        head,
        [1, "A-1", "410225", "核心交换机", "交换机", "十元", "闲置", "2026-02-30", "1.23457E+15"],
        [2, "B-1", "410225", "甲", "猫", "=1+1", None, "昨天", None],
        [3, "B-1", "410225", "乙", "交换机", "5 台", None, None, None],
        [4, 123, "410225", "丙", "交换机", 1, "备用", None, None],
        [5, "B-3", "410299", "丁", "交换机", 1, None, None, None],
        [6, "B-4", "410225", None, "交换机", 1, None, None, None],
    )
    found = plan(home, sheet(data))
    assert told(found.errors) == [
        "第 2 行 状态：只随办理步骤改变，不能用表格修改；请照原样留着或留空",
        "第 2 行 序列号：“1.23457E+15”是 Excel 改写过的长数字，原来的数字已经不全；"
        "请把该列设为文本后重新填写",
        "第 2 行 价格：“十元”不是数字",
        "第 2 行 购置日期：“2026-02-30”不是日期，应写成 2026-11-21",
        "第 3 行 类别：“猫”不在可选值中：" + "、".join(labels().values()),
        "第 3 行 价格：单元格 F3 是公式，文件里没有它的结果；请用 Excel 打开、保存一次再导入",
        "第 3 行 购置日期：“昨天”不是日期，应写成 2026-11-21",
        "第 4 行 编号：与第 3 行重复",
        "第 4 行 价格：“5 台”不是数字",
        "第 6 行 所属单位：找不到单位“410299”（可能已停用，或不在您的权限范围内）",
        "第 7 行 品名：必须填写",
    ]
    assert told(found.hints) == [
        "第 5 行 编号：台账里有“00123”，文件里是“123”：若是同一条，请补上前面的 0，否则会新增一条"
    ]
    back = write_returned(sheet(data), "核对结果（导入时不读）", {3: [("价格（元）", "错")]})
    again = sheet(back)
    assert again.columns == ("核对结果（导入时不读）", *head)
    assert told(plan(home, again).errors)[0] == told(found.errors)[0], "it can be brought again"
    cell = openpyxl.load_workbook(io.BytesIO(back)).worksheets[0]["A3"]
    assert (cell.value, cell.data_type) == ("错", "s")


def test_slips_of_the_pen_are_told_and_what_is_crossed_out_is_empty(home: Database) -> None:
    head = [
        "编号",
        "所属单位",
        "品名",
        "类别",
        "序列号",
        "MAC 地址",
        "购置日期",
        "启用日期",
        "保修到期",
    ]
    good = ["\u200bB-1", "410225", "交换机", "交换机", "无", "—", "2024年3月5号", "不详", "/"]
    (made,) = apply(home, sheet(book(head, good))).new
    names = ("tag", "serial", "mac", "started_on", "warranty_to")
    assert [made.values[name] for name in names] == ["B-1", None, None, None, None]
    again = plan(home, sheet(book(head, ["B-1", *good[1:]])))
    assert (again.new, again.changed, again.same) == ((), (), 1)  # the clean number, the same thing
    wrong = [
        ["B-2", "410225", "交换机", "交换机", "", "", "2099-03-05", "", ""],
        ["B-3", "410225", "交换机", "交换机", "", "", "2024-03-05", "2098-01-01", "2020-01-01"],
    ]
    assert told(plan(home, sheet(book(head, *wrong))).errors) == [
        "第 2 行 购置日期：2099-03-05 还没有到", "第 3 行 启用日期：2098-01-01 还没有到",
        "第 3 行 保修到期：早于购置日期 2024-03-05",
    ]  # fmt: skip


def test_a_category_by_its_everyday_name(home: Database) -> None:
    head = ["所属单位", "品名", "类别"]
    names = ("台式机", "笔记本 电脑", "ＵＰＳ电源", "打印机", "电风扇")
    found = plan(home, sheet(book(head, *(["410225", "一台", name] for name in names))))
    assert [one.values["category"] for one in found.new] == ["desktop", "laptop", "ups", "printer"]
    assert told(found.hints)[0] == "第 2 行 类别：“台式机”读作“台式计算机”"
    assert len(found.hints) == 3 and "“电风扇”不在可选值中" in told(found.errors)[0]
    made = apply(home, sheet(book(head, *(["410225", "一台", name] for name in names[:4])))).new
    assert [one.name for one in made] == [
        "一台"
    ] * 4  # no column of numbers: the console gives them
    with home.view(EVERYTHING) as session:
        tags = set(session.scalars(select(Equipment.tag).where(Equipment.name == "一台")))
    assert tags == {"410225-PC-0001", "410225-NB-0001", "410225-UP-0001", "410225-DY-0001"}


def test_no_two_categories_share_a_name() -> None:
    names = [folded(name) for one in categories().values() for name in (one.label, *one.also)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("numbered", [True, False])
def test_nonsense_is_answered_by_every_register(home: Database, numbered: bool) -> None:
    """Without a column of numbers, two lines alike, words where a row or an address is meant."""
    for cls in (one for one in registers().values() if one.by_hand):
        told_of = exchange.sheet_fields(cls)
        columns = [one for one in told_of if numbered or one.name != cls.names[0]]
        line = ["410225" if one.name == "centre_id" else "看不懂" for one in columns]
        given = sheet(book([one.label for one in columns], line, line), cls=cls)
        try:
            found = plan(home, given, cls)
        except SheetError as error:
            assert "缺少这一列" in str(error), cls.title
        else:
            assert found.errors, cls.title


def test_columns_called_otherwise_are_asked_for_once(home: Database, tree: Tree) -> None:
    given = sheet(
        book(
            ["台账"], ["资产编号", "使用部门", "设备名称", "类别", "颜色", "品名"],
            ["A-1", "410225", "核心", "交换机", "灰", ""],
        )
    )  # fmt: skip
    with home.view(EVERYTHING) as session:
        assert fitting.chosen(session, Equipment, tree.lankao.id) == {}
    found = fitting.fit(Equipment, given, {})
    assert found.unknown == ("资产编号", "使用部门", "设备名称", "颜色")
    assert [f.label for f in found.missing] == ["所属单位"]
    free = [f.name for f in exchange.sheet_fields(Equipment)]
    assert [fitting.guess(Equipment, header, free) for header in found.unknown] == [
        "tag", "centre_id", "name", "",
    ]  # fmt: skip
    with pytest.raises(SheetError, match="资产编号：不认识这一列"):
        plan(home, given)
    said = {"资产编号": "tag", "使用部门 ": "centre_id", "设备名称": "name", "颜色": ""}
    for at in (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)):
        with home.observe() as session:
            fitting.remember(session, Equipment, tree.lankao.id, said, at)
    with home.view(EVERYTHING) as session:
        known = fitting.chosen(session, Equipment, tree.lankao.id)
        assert fitting.chosen(session, Equipment, tree.luoyang.id) == {}
        assert fitting.chosen(session, Device, tree.lankao.id) == {}
    found = fitting.fit(Equipment, given, known)
    assert (found.left_out, found.unknown, found.missing) == (("颜色",), ("品名",), ())
    found = fitting.fit(Equipment, given, known | {"品名": ""})
    assert found.complete
    assert [c.name for c in plan(home, fitting.fitted(given, found)).new] == ["A-1"]
    doubled = fitting.fit(Equipment, given, known | {"颜色": "name"})
    assert ([f.label for f in doubled.twice], doubled.complete) == (["品名"], False)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(HOSTILE), min_size=4, max_size=4, unique=True), st.data())
def test_an_export_brought_back_changes_nothing(
    home: Database, texts: list[str], data: st.DataObject
) -> None:
    """In every format, whatever the texts: a change would be a word lost or computed."""
    name = data.draw(st.sampled_from(sorted(WRITERS)))
    with home.transaction(system("登记")) as session:
        centre = session.scalars(select(Room)).first()
        assert centre is not None
        lines = {"name": texts[0], "place": texts[1], "note": texts[2]}
        _bring(session, Room, centre.centre_id, lines)
        lines = {"tag": new_key() + texts[0], "name": texts[1], "vendor": texts[2],
                 "note": texts[3], "category": "switch"}  # fmt: skip
        _bring(session, Equipment, centre.centre_id, lines)
        _bring(session, Staff, centre.centre_id, {"name": texts[3], "note": texts[0]})
    for cls in (Room, Equipment, Staff):
        with home.view(EVERYTHING) as session:
            columns = [f.label for f in exchange.sheet_fields(cls)]
            out = WRITERS[name](columns, exchange.rows_out(session, cls, Ask()))
            count = session.scalar(select(func.count()).select_from(cls))
        found = plan(home, sheet(out, name, cls), cls)
        assert (found.new, found.changed, found.errors, found.same) == ((), (), (), count)


def _bring(session: Any, cls: type[Register], centre: str, cells: dict[str, str]) -> None:
    """A row as a form would make it; nothing when the form would refuse it."""
    values, errors = exchange.parse(session, cls, cells)
    name = cls.names[0]
    taken = select(cls.id).where(getattr(cls, name) == values.get(name))
    if not errors and session.scalars(taken).first() is None:
        session.add(cls(centre_id=centre, **values))
        session.flush()


def test_twenty_thousand_rows(home: Database, tree: Tree) -> None:
    """What is wrong of them is told by row; corrected, exactly the difference is written."""
    rows = [
        [f"T-{n:05}", "410225", f"交换机 {n}", "交换机", "1,200.50", "2026年11月21日"]
        for n in range(20_000)
    ]
    _stand(home, tree, rows[:19_000])
    for n in range(500):
        rows[n][2] = f"改名 {n}"
    header = ["编号", "所属单位", "品名", "类别", "价格（元）", "购置日期"]
    bad = [list(row) for row in rows]
    bad[19_500][0], bad[7][5], bad[8][4] = "T-00007", "11月", "约一千"
    begun = time.monotonic()
    found = plan(home, sheet(write_csv(header, bad).decode("utf-8-sig").encode("gb18030"), "a.csv"))
    assert told(found.errors) == [
        "第 9 行 购置日期：“11月”不是日期，应写成 2026-11-21",
        "第 10 行 价格：“约一千”不是数字",
        "第 19502 行 编号：与第 9 行重复",
    ]
    assert (len(found.new), len(found.changed), found.same) == (999, 498, 18_500)
    good = sheet(write_xlsx(header, rows, "设备"))
    done = apply(home, good)
    assert (len(done.new), len(done.changed), done.same) == (1_000, 500, 18_500)
    again = plan(home, good)
    assert (again.new, again.changed, again.same) == ((), (), 20_000)
    assert time.monotonic() - begun < PATIENCE, "each row costs as much as the one before"
    with home.view(EVERYTHING) as session:
        renamed = select(func.count()).where(Equipment.name.startswith("改名"))
        assert session.scalar(renamed) == 500


def _stand(database: Database, tree: Tree, rows: Sequence[Sequence[str]]) -> None:
    """The rows as they stand in the register, written at once."""
    plain = {column.key: column.default.arg for column in Equipment.__table__.columns
             if column.default is not None and column.default.is_scalar}  # fmt: skip
    lines = [
        plain | {"id": new_key(), "revision": 1, "centre_id": tree.lankao.id, "tag": row[0],
                 "name": row[2], "category": "switch", "cost": 1200.5,
                 "bought_on": date(2026, 11, 21)}
        for row in rows
    ]  # fmt: skip
    with database.engine.begin() as connection:
        connection.execute(insert(Equipment.__table__), lines)  # type: ignore[arg-type]


def test_uploads_are_gone_after_a_day(tmp_path: Any) -> None:
    old, new = keep(tmp_path, b"a;b"), keep(tmp_path, b"c;d")
    now = datetime.now(UTC)
    assert prune(tmp_path, now) == 0
    for name in (old, f"{old}.written"):
        file = tmp_path / "uploads" / name
        file.touch()
        _age(file, now.timestamp() - 25 * 3600)
    assert prune(tmp_path, now) == 2
    assert kept(tmp_path, new) == b"c;d"
    with pytest.raises(SheetError, match="只保留一天"):
        kept(tmp_path, old)


def _age(file: Any, at: float) -> None:
    os.utime(file, (at, at))
