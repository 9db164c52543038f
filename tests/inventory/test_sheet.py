"""People's files come in whole or with a cause; what goes out comes back the same."""

import csv
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.sheet import (
    MARK,
    MAX_ROWS,
    Broken,
    Sheet,
    SheetError,
    Spread,
    folded,
    read,
    unmarked,
    write_csv,
    write_xlsx,
    write_yaml,
)
from inventory.sheets.xlsx_file import MAX_UNPACKED
from tests.patience import PATIENCE

Rows = list[tuple[str, ...]]
Writer = Callable[..., bytes]
WRITERS: dict[str, Writer] = {
    "a.csv": write_csv,
    "a.xlsx": lambda columns, rows, mark=unmarked: write_xlsx(columns, rows, "设备", mark),
    "a.yaml": write_yaml,
}
PARTS = [
    "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "xl/styles.xml", "xl/worksheets/sheet1.xml",
]  # fmt: skip
FORMULAS = ["=1+1", "+86 371", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1+1", "''-5", "-"]

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
tricky = st.sampled_from(
    [*FORMULAS, "联通", "a,b;c\td", 'a"b', "一\n二\r\n三", " x ", "010", "null", "1e5", "_x0041_",
     "<r><t>a</t></r>", "<r>&</r>", "true", "2024-01-05", "12:30:45", "'", "#N/A", "- x", "a: b"]
)  # fmt: skip
cells = st.one_of(words, tricky)
headers = words.map(lambda text: " ".join(text.split())).filter(
    lambda text: text != "" and text.isprintable()
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[str, ...], Rows]:
    columns = draw(st.lists(headers | st.just("a;b"), min_size=1, max_size=4, unique=True))
    row = st.tuples(*(cells for _ in columns)).filter(lambda row: any(map(str.strip, row)))
    return tuple(columns), draw(st.lists(row, min_size=1, max_size=4))


def contents(sheet: Sheet) -> tuple[tuple[str, ...], Rows]:
    return sheet.columns, [tuple(row.cells[name] for name in sheet.columns) for row in sheet.rows]


def cause(data: bytes, name: str, sheet: str | None = None) -> tuple[str, str]:
    with pytest.raises(SheetError) as caught:
        read(data, name, sheet=sheet)
    assert str(caught.value) == f"{caught.value.field}：{caught.value.cause}"
    return caught.value.field, caught.value.cause


def workbook(*rows: Sequence[Any], title: str = "设备", hidden_first: bool = False) -> bytes:
    """An XLSX as other programs write it, with numbers and dates as such."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    if hidden_first:
        page.append(["字典"])
        page.sheet_state = "hidden"
        page = book.create_sheet()
    page.title = title
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", WRITERS)
@given(table=tables())
def test_export_then_import_is_identity(name: str, table: tuple[tuple[str, ...], Rows]) -> None:
    columns, rows = table
    assert contents(read(WRITERS[name](columns, rows), name)) == (columns, rows)


@pytest.mark.parametrize("name", WRITERS)
def test_the_mark_below_an_export_is_no_row_of_it(name: str) -> None:
    columns, rows = ("名称", "地址"), [("联通", "10.1.2.3"), ("# 电信", "10.1.2.4")]
    told, passing = f"{MARK} 7:{'0' * 64} 2026-11-22 08:00", iter(rows)
    data = WRITERS[name](columns, passing, lambda: f"{told} {len(list(passing))}")
    assert contents(read(data, name)) == (columns, rows)
    if name != "a.xlsx":
        assert data.decode("utf-8-sig").splitlines()[-1] == f"{told} 0", "asked when rows are out"


def test_an_export_saved_again_by_excel_still_comes_in() -> None:
    """What was a comment below the CSV is a row of the workbook then."""
    book = workbook(["名称", "地址"], ["联通", "10.1.2.3"], [f"{MARK} 7:{'0' * 64}"])
    assert contents(read(book, "设备.xlsx")) == (("名称", "地址"), [("联通", "10.1.2.3")])


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_an_empty_table_keeps_its_header(name: str) -> None:
    assert contents(read(WRITERS[name](["名称", "地址"], []), name)) == (("名称", "地址"), [])


# --- CSV


def test_csv_saved_by_excel_on_chinese_windows() -> None:
    gbk = b"\xc3\xfb\xb3\xc6,\xb5\xd8\xd6\xb7\r\n\xc1\xaa\xcd\xa8,10.1.2.3\r\n"
    assert contents(read(gbk, "设备.CSV")) == (("名称", "地址"), [("联通", "10.1.2.3")])


def test_csv_with_a_character_outside_gbk() -> None:
    assert contents(read("姓名\r\n䶮㑇\r\n".encode("gb18030"), "a.csv")) == (("姓名",), [("䶮㑇",)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = f'名称{delimiter}备注\n交换机{delimiter}"一楼, 二楼; 三楼\t四楼"\n'
    sheet = read(text.encode(encoding), "a.csv")
    assert contents(sheet) == (("名称", "备注"), [("交换机", "一楼, 二楼; 三楼\t四楼")])


def test_csv_row_numbers_are_those_excel_shows() -> None:
    text = '\r\n名称,备注\r\n甲,"一\r\n二"\r\n\r\n ,\r\n乙\r\n'
    sheet = read(text.encode(), "a.csv")
    assert [(row.number, dict(row.cells)) for row in sheet.rows] == [
        (3, {"名称": "甲", "备注": "一\r\n二"}),
        (6, {"名称": "乙", "备注": ""}),
    ]


def test_csv_ghost_columns_are_no_columns() -> None:
    assert contents(read(b"a,,b,,\n1,,2,,\n", "a.csv")) == (("a", "b"), [("1", "2")])


def test_written_csv_is_what_excel_expects() -> None:
    data = write_csv(["名称", "备注"], [("甲", "一\n二"), ("=1+1", "-5")])
    assert data == (b"\xef\xbb\xbf" + '"名称","备注"\r\n甲,"一\n二"\r\n\'=1+1,\'-5\r\n'.encode())


@pytest.mark.parametrize("text", FORMULAS)
def test_no_written_csv_cell_starts_a_formula(text: str) -> None:
    data = write_csv(["备注", text], [(text, text)])
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert [header[1], *row] == [f"'{text}"] * 3
    assert contents(read(data, "a.csv"))[1] == [(text, text)]


# --- XLSX


def test_xlsx_cells_as_people_see_them() -> None:
    midnight = datetime(2024, 5, 6)  # noqa: DTZ001 - Excel knows no zones
    data = workbook(
        ["文本", "整数", "小数", "日期", "时间", "真假", "空"],
        ["007", 5, 0.1 + 0.2, midnight.date(), midnight.replace(hour=8, minute=30), True, None],
        ["联通", 410225.0, 1e-7, midnight, "08:30", False, ""],
    )
    assert contents(read(data, "a.xlsx"))[1] == [
        ("007", "5", "0.3", "2024-05-06", "2024-05-06 08:30:00", "TRUE", ""),
        ("联通", "410225", "0.0000001", "2024-05-06", "08:30", "FALSE", ""),
    ]


def test_xlsx_gives_the_last_result_of_a_formula() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["名称", "编号"])
        page.write_formula(1, 0, '="交换机"&1', None, "交换机1")
        page.write_formula(1, 1, "=6*7", None, 42)
    assert contents(read(out.getvalue(), "a.xlsx"))[1] == [("交换机1", "42")]


def test_xlsx_line_breaks_of_windows_are_restored() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:  # shared strings, as Excel itself writes
        book.add_worksheet().write_column(0, 0, ["备注", "一\r\n二"])
    assert contents(read(out.getvalue(), "a.xlsx"))[1] == [("一\r\n二",)]


def test_a_cell_that_cannot_be_believed_says_why() -> None:
    """The file comes in; whoever reads that cell is told its place and what to do."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["名称", "编号", "身份证号"])
        page.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        page.write_number(1, 2, 410225199001011234)
    cells = read(out.getvalue(), "a.xlsx").rows[0].cells
    assert {key: cell.cause for key, cell in cells.items() if isinstance(cell, Broken)} == {
        "编号": "单元格 B2 的公式出错（#DIV/0!），请改正后再导入",
        "身份证号": "单元格 C2 的数字超过 15 位，Excel 已把末尾改成 0；"
        "请先把单元格设为文本，再重新填写",
    }
    never = workbook(["名称", "备注"], ["=1+1", "甲"])
    uncomputed = read(never, "a.xlsx").rows[0].cells["名称"]
    assert isinstance(uncomputed, Broken)
    assert uncomputed.cause.startswith("单元格 A2 是公式，文件里没有它的结果")
    nothing = repacked(  # as Excel writes a formula whose result is an empty text
        never, PARTS[-1], lambda xml: xml.replace(b'<c r="A2">', b'<c r="A2" t="str">')
    )
    assert not isinstance(read(nothing, "a.xlsx").rows[0].cells["名称"], Broken)


def test_xlsx_takes_the_first_sheet_people_see_or_the_named_one() -> None:
    data = workbook(["名称"], ["甲"], title="设备", hidden_first=True)
    assert contents(read(data, "a.xlsx")) == (("名称",), [("甲",)])
    assert contents(read(data, "a.xlsx", sheet="Sheet")) == (("字典",), [])
    assert cause(data, "a.xlsx", "端口") == ("端口", "没有这张工作表，文件里有：Sheet、设备")


def test_xlsx_row_numbers_count_blank_rows() -> None:
    data = workbook(["名称"], [None], ["甲"], [" "], ["乙"])
    assert [row.number for row in read(data, "a.xlsx").rows] == [3, 5]


def test_xlsx_with_a_wrong_dimension_loses_no_row() -> None:
    packed = workbook(["名称", "地址"], ["甲", "10.1.2.3"])
    sheet = "xl/worksheets/sheet1.xml"
    data = repacked(packed, sheet, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1"'))
    assert contents(read(data, "a.xlsx"))[1] == [("甲", "10.1.2.3")]


def test_written_xlsx_holds_texts_only() -> None:
    texts = [*FORMULAS[:4], "0010", "http://例子/", "{=1}", "<r><t>&</t></r>", "联通"]
    book = openpyxl.load_workbook(
        io.BytesIO(write_xlsx(["名称"], [(text,) for text in texts], "设备/清单"))
    )
    page = book["设备 清单"]
    assert [(row[0].value, row[0].data_type) for row in page.iter_rows(min_row=2)] == [
        (text, "s") for text in texts
    ]
    assert {row[0].number_format for row in page.iter_rows()} == {"@"}


def test_written_xlsx_is_pleasant_to_open() -> None:
    rows = [("兰考县城关镇政务服务中心交换机", "a"), ("甲", "x" * 500)]
    page = openpyxl.load_workbook(io.BytesIO(write_xlsx(["名称", "型号"], rows, "设备"))).active
    assert page is not None
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B3")
    assert [cell.font.bold for cell in page[1]] == [True, True]
    widths = [round(page.column_dimensions[letter].width) for letter in "AB"]
    assert widths == [32, 61]  # 15 full-width characters and one to spare; the widest allowed


def test_xlsx_cannot_hold_a_novel() -> None:
    with pytest.raises(SheetError) as caught:
        write_xlsx(["备注"], [("甲" * 32_768,)], "设备")
    assert (caught.value.field, caught.value.cause) == (
        "第 2 行",
        "第 1 列超过 Excel 每格 32767 字的上限，请改用 CSV 导出",
    )


# --- YAML


def test_yaml_scalars_are_taken_as_written() -> None:
    text = """
- {name: 核心, code: 010, on: yes, at: 2024-01-05, mac: 00:11:22:33:44:55, note: ~}
- name: "null"
  version: 1.10
  note: |
    一
    二
"""
    sheet = read(text.encode(), "a.yml")
    assert sheet.columns == ("name", "code", "on", "at", "mac", "note", "version")
    assert [row.number for row in sheet.rows] == [2, 3]
    assert contents(sheet)[1] == [
        ("核心", "010", "yes", "2024-01-05", "00:11:22:33:44:55", "", ""),
        ("null", "", "", "", "", "一\n二\n", "1.10"),
    ]


def test_written_yaml_is_what_others_read() -> None:
    rows = [("交换机", "010"), ("=1", "yes")]
    data = write_yaml(["名称", "编号"], rows)
    assert data.decode().startswith("- 名称: 交换机\n  编号: '010'\n")
    assert yaml.safe_load(data) == [dict(zip(["名称", "编号"], row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("名称: 甲\n", "第 1 行"),
        ("- 甲\n", "第 1 行"),
        ("- 名称: 甲\n  名称: 乙\n", "第 2 行"),
        ("- 名称:\n  - 甲\n", "第 2 行"),
        ("- 名称: &x 甲\n  别名: *x\n", "第 2 行"),
        ("- 名称: 甲\n---\n- 名称: 乙\n", "第 2 行"),
        ("- 名称: '甲\n- 名称: 乙\n", "第 3 行"),
        ("- 名称: 甲\n   型号: 乙\n", "第 2 行"),
        ("# 没有内容\n", "第 2 行"),
        ("[]", "文件"),
        ("- {}\n", "文件"),
        ("- 名称: \x01\n", "文件"),
        ("[" * 200_000, "第 1 行"),
        ("- !!python/object/apply:os.system [ls]\n", "第 1 行"),
    ],
)
def test_yaml_refused_with_its_line(text: str, field: str) -> None:
    assert cause(text.encode(), "a.yaml")[0] == field


# --- what is refused


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.yaml"])
def test_empty_file(name: str) -> None:
    assert cause(b"", name) == ("文件", "是空的")
    assert cause(b" \r\n", name) == ("文件", "是空的")


def test_old_excel_file_tells_what_to_do() -> None:
    field, why = cause(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "设备.xls")
    assert (field, "另存为 .xlsx" in why) == ("文件", True)


def test_web_page_named_xls_tells_what_to_do() -> None:
    field, why = cause("<html><table><td>名称</td></table>".encode(), "设备.xls")
    assert (field, "另存为 .xlsx" in why) == ("文件", True)


def test_other_zip_file() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert cause(out.getvalue(), "a.xlsx")[1].startswith("打不开")


def test_no_column_is_lost_or_taken_for_another() -> None:
    data = "名称,,地址, 名称 \n甲,乙,丙,丁,戊\n".encode()
    assert contents(read(data, "a.csv")) == (
        ("名称", "（B 列，没有表头）", "地址", "名称（D 列，重复）", "（E 列，没有表头）"),
        [("甲", "乙", "丙", "丁", "戊")],
    )
    assert read(workbook(["名称", "名称"]), "a.xlsx").columns == ("名称", "名称（B 列，重复）")
    far = "名称\n" + "," * 290 + "x\n"
    assert cause(far.encode(), "a.csv") == ("表头", "右边的内容超出了第 256 列，请删去后再导入")


# --- what an office makes of a table

KNOWN = frozenset(map(folded, ("编号", "品名", "价格", "购置日期", "房间", "name")))


def dressed(*, page_first: str = "") -> bytes:
    """Titles, a header over two lines, merged cells, a hidden row, zeros a format shows."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    if page_first:
        page.title = page_first
        page.append(["说明", "请勿修改"])
        page = book.create_sheet("设备")
    for row in [
        ["兰考县设备台账"], ["单位：信息中心", None, None, "2026 年"],
        ["编号", "品名", "购置", None, "房间"], [None, None, "价格（元）", "购置\n日期*", None],
        [123, "交换机", 1200.5, datetime(2026, 11, 21), "一楼机房"],  # noqa: DTZ001 - as Excel
        [124, "路由器", "12,000 元", "2026.11.21", None], [125, "终端", None, None, "二楼"],
        ["合计", None, 13200.5],
    ]:  # fmt: skip
        page.append(row)
    for ref in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "E5:E6", "A8:B8"):
        page.merge_cells(ref)
    for number in (5, 6, 7):
        page.cell(number, 1).number_format = "00000"
    page.row_dimensions[7].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_dressed_up_workbook() -> None:
    sheet = read(dressed(page_first="说明"), "台账.xlsx", known=KNOWN)
    assert sheet.columns == ("编号", "品名", "价格（元）", "购置 日期*", "房间")
    assert [(row.number, tuple(row.cells.values())) for row in sheet.rows] == [
        (5, ("00123", "交换机", "1200.5", "2026-11-21", "一楼机房")),
        (6, ("00124", "路由器", "12,000 元", "2026.11.21", "一楼机房")),
        (7, ("00125", "终端", "", "", "二楼")),
        (8, ("合计", "合计", "13200.5", "", "")),
    ]
    assert [isinstance(cell, Spread) for cell in sheet.rows[3].cells.values()] == [
        False, True, False, False, False,
    ]  # fmt: skip
    assert sheet.notes == (
        "表头在第 4 行，它上面的内容没有导入",
        "读的是工作表“设备”，没有读：说明",
        "有 1 行在文件里是隐藏的，也照常读入",
    )
    assert (sheet.page, sheet.pages, sheet.since_1904) == ("设备", ("设备", "说明"), False)


def test_a_header_none_of_whose_words_is_known_is_the_first_of_several_cells() -> None:
    data = workbook(["台账"], ["物品", "数量"], ["交换机", 2])
    assert read(data, "a.xlsx", known=KNOWN).columns == ("物品", "数量")


def test_days_since_1904() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["编号", "购置日期"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_datetime(1, 1, datetime(2026, 11, 21), day)  # noqa: DTZ001 - as Excel has it
    sheet = read(out.getvalue(), "a.xlsx")
    assert (sheet.since_1904, sheet.rows[0].cells["购置日期"]) == (True, "2026-11-21")


def test_merged_cells_cannot_fill_the_memory() -> None:
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD6000"/></mergeCells>'
    packed = workbook(*([number] for number in range(6000)))
    data = repacked(packed, PARTS[-1], lambda xml: xml.replace(b"</sheetData>", merged))
    assert cause(data, "a.xlsx") == ("文件", "合并的单元格太多，请取消合并后再导入")


@pytest.mark.parametrize("text", [
    "sep=;\n编号;品名\n1;a,b,c\n", "台账；共 1 件;;;;\n编号,品名\n1,\"a,b,c\"\n",
    "编号\t品名\n1\ta,b,c\n",
])  # fmt: skip
def test_the_separator_is_the_one_that_finds_the_header(text: str) -> None:
    assert contents(read(text.encode("gb18030"), "a.csv", known=KNOWN)) == (
        ("编号", "品名"), [("1", "a,b,c")],
    )  # fmt: skip


def test_header_of_blanks_only() -> None:
    assert cause(b",,\n,,\n", "a.csv")[0] == "文件"


def test_too_many_columns() -> None:
    header = ",".join(map(str, range(257)))
    assert cause(header.encode(), "a.csv") == ("表头", "有 257 列，最多 256 列")


@pytest.mark.parametrize("name", WRITERS)
def test_too_many_rows(name: str) -> None:
    data = WRITERS[name](["a"], [("1",)] * (MAX_ROWS + 1))
    field, why = cause(data, name)
    assert why == "超过 50000 行，请拆成几个文件分别导入"
    assert field == "第 50001 行" if name == "a.yaml" else field == "第 50002 行"


@pytest.mark.parametrize("text", ['名称\n甲\n"乙\n丙\n', '名称\n甲\n"乙"丁\n丙\n'])
def test_unpaired_quote_is_found_where_it_begins(text: str) -> None:
    assert cause(text.encode(), "a.csv") == ("第 3 行", "从这一行起双引号没有成对，请改正后再导入")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0\0\x10JFIF", b"\x7fELF\x02\x80"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.yaml"])
def test_binary_garbage(data: bytes, name: str) -> None:
    assert cause(data, name)[0] == "文件"


def test_control_characters_in_the_header() -> None:
    assert cause(b"\x01\x02\x03\n", "a.csv")[0] == "表头"


def test_zip_bomb_is_not_unpacked() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    data = repacked(workbook(["名称"]), sheet, lambda xml: xml + b" " * MAX_UNPACKED)
    assert len(data) < 1024 * 1024
    assert cause(data, "a.xlsx") == ("文件", "解开后超过 200 MB，请拆成几个文件分别导入")


def test_xml_entity_bomb_is_refused() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "'
        + b"a" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 100) for n in range(5))
        + b"]>"
    )
    data = repacked(
        workbook(["名称"], ["甲"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: bomb + xml.replace("甲".encode(), b"&f;"),
    )
    assert cause(data, "a.xlsx")[1].startswith("打不开")


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A few wrong bytes, anywhere, and perhaps a lost end."""
    places = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), max_size=6))
    kept = draw(st.floats(0.5, 1) | st.just(1.0))

    def damage(data: bytes) -> bytes:
        for place, wrong in places:
            at = 4 + int(place * (len(data) - 4))
            data = data[:at] + wrong + data[at + len(wrong) :]
        return data[: int(kept * len(data))]

    return damage


@settings(max_examples=200, deadline=None)
@given(damages(), st.sampled_from([None, *PARTS]))
def test_damaged_workbook_is_read_or_refused(
    damage: Callable[[bytes], bytes], part: str | None
) -> None:
    whole = workbook(["名称", "地址"], ["甲", 5])
    data = repacked(whole, part, damage) if part else damage(whole)
    assert isinstance(read_or_refuse(data, "a.xlsx"), Sheet | SheetError)


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.yaml", "a.xlsx"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    assert isinstance(read_or_refuse(data, name), Sheet | SheetError)


def read_or_refuse(data: bytes, name: str) -> Sheet | SheetError:
    try:
        return read(data, name)
    except SheetError as error:
        return error


def repacked(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of it changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return out.getvalue()


@pytest.mark.parametrize("name", WRITERS)
def test_twenty_thousand_rows_in_reasonable_time(name: str) -> None:
    columns = [f"列{n}" for n in range(10)]
    rows = [tuple(f"兰考县{n}-{at}" for at in range(10)) for n in range(20_000)]
    begun = time.monotonic()
    sheet = read(WRITERS[name](columns, rows), name)
    took = time.monotonic() - begun
    assert contents(sheet)[1] == rows
    assert took < PATIENCE  # CSV takes well under 1 s, YAML 2, XLSX 4 on one idle core
