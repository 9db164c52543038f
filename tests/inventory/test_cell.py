"""What a person types becomes one value, and goes out so that it comes in again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import cell
from inventory.entry import Entry, Kind
from inventory.register import Field
from inventory.secret import Sealed

KINDS = {"switch": "交换机", "ups": "UPS"}


def field(kind: Kind, default: Any = None, **facts: Any) -> Field:
    return Field("x", Entry("内容", kind, **facts), "Thing", default)


def refer(_field: Field, text: str) -> str:
    if text != "核心":
        raise ValueError(f"找不到“{text}”")
    return "id-of-core"


def read(told: Field, text: str) -> Any:
    return cell.read(told, text, refer)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  核心\n交换机　一号 ", "核心 交换机 一号"),
        ("note", " 第一行\r\n第二行\r ", "第一行\n第二行"),
        ("whole", "007", 7),
        ("whole", "1e3", 1000),
        ("number", "2.50", 2.5),
        ("yes", "是", True),
        ("yes", "√", True),
        ("yes", "No", False),
        ("day", "2026-11-21", date(2026, 11, 21)),
        ("day", "2026/1/5", date(2026, 1, 5)),
        ("day", "2026年1月5日", date(2026, 1, 5)),
        ("day", "2026年1月5号", date(2026, 1, 5)),
        ("day", "无", None),
        ("number", "—", None),
        ("mac", " N/A ", None),
        ("text", "\u200bA-1\ufeff", "A-1"),
        ("text", "\u200b", None),
        ("text", "无", "无"),
        ("time", "2026-11-21 08:00", datetime(2026, 11, 21, tzinfo=UTC)),
        ("time", "2026/1/5 8:00:09", datetime(2026, 1, 5, 0, 0, 9, tzinfo=UTC)),
        ("time", "2026-11-21T08:00", datetime(2026, 11, 21, tzinfo=UTC)),
        ("time", "2026-11-21T08:00:00+00:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("ip", "１０.1.2.3", "10.1.2.3"),
        ("ip", "2001:DB8:0:0::1", "2001:db8::1"),
        ("mac", "00E0-FC12-3456", "00:e0:fc:12:34:56"),
        ("secret", " pass word ", " pass word "),
        ("ref", "核心", "id-of-core"),
        ("text", "", None),
        ("note", " \n ", None),
        ("ref", " ", None),
    ],
)
def test_a_text_becomes_a_value(kind: Kind, text: str, value: Any) -> None:
    assert read(field(kind), text) == value


@pytest.mark.parametrize(
    ("told", "text", "cause"),
    [
        (field("text", required=True), " ", "必须填写"),
        (field("text", longest=3), "一二三四", "最多 3 个字，现有 4 个"),
        (field("text"), "一\0二", "控制字符"),
        (field("note"), "\ud800", "控制字符"),
        (field("whole"), "2.5", "不是整数"),
        (field("whole"), "99999999999", "太大"),
        (field("whole", low=1, high=65535), "70000", "应在 1 到 65535 之间"),
        (field("whole", high=1_000_000), "1000001", "应在 不限 到 1000000 之间"),
        (field("number", low=0), "nan", "应在 0 到 不限 之间"),
        (field("number"), "十", "“十”不是数字"),
        (field("yes"), "也许", "只能填“是”或“否”"),
        (field("day"), "2026-02-30", "应写成 2026-11-21"),
        (field("day"), "0206-01-05", "应在 1900 到 2199 之间"),
        (field("day"), "9999-12-31", "应在 1900 到 2199 之间"),
        (field("time"), "昨天", "应写成 2026-11-21 08:00"),
        (field("time"), "0001-01-01 00:00", "不是时间"),
        (field("time"), "0001-01-01", "应在 1900 到 2199 之间"),
        (field("ip"), "10.1.2.3/24", "掩码"),
        (field("mac"), "12345", "不是 MAC 地址"),
        (field("choice", choices=KINDS), "路由器", "交换机、UPS"),
        (field("ref"), "没有", "找不到“没有”"),
    ],
)
def test_what_cannot_be_read_says_why(told: Field, text: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        read(told, text)


def test_an_empty_cell_is_the_default() -> None:
    assert read(field("whole", default=161), "") == 161
    assert read(field("yes", default=True), "") is True
    assert read(field("choice", default="ups", choices=KINDS, required=True), "") == "ups"


def test_a_choice_is_its_label_or_its_word() -> None:
    told = field("choice", choices=KINDS)
    assert (read(told, "交换机"), read(told, "switch")) == ("switch", "switch")
    assert cell.write(told, "switch", {}) == "交换机"
    assert cell.write(told, "gone", {}) == "gone"
    assert cell.typed(told, "switch") == "switch"


def test_a_secret_never_comes_out() -> None:
    assert cell.write(field("secret"), Sealed("v1.abc"), {}) == ""
    assert cell.typed(field("secret"), Sealed("v1.abc")) == ""


VALUES = {
    "text": st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    "note": st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n")),
    "whole": st.integers(-(2**31) + 1, 2**31 - 1),
    "size": st.integers(0, 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "yes": st.booleans(),
    "day": st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    "time": st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
    "ip": st.ip_addresses().map(str),
    "mac": st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":")),
    "choice": st.sampled_from(sorted(KINDS)),
}


@given(st.data(), st.sampled_from(sorted(VALUES)))
def test_what_goes_out_comes_in_again(data: st.DataObject, kind: Kind) -> None:
    told = field(kind, choices=KINDS, longest=10_000)
    value = data.draw(VALUES[kind])
    value = read(told, value) if kind in ("text", "note") else value  # as it would be stored
    again = read(told, cell.write(told, value, {}))
    typed = read(told, cell.typed(told, value))
    assert (again, typed) == (value, value)
