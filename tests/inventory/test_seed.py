"""The Henan seed: its counts, its codes and its names agree with GB/T 2260's own rules."""

from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
import yaml

# Section 4 of GB/T 2260: the last two digits tell the kind of a county-level unit.
KINDS = {range(1, 21): "区", range(21, 81): "县", range(81, 100): "市"}


@pytest.fixture(scope="module")
def seed() -> dict[str, Any]:
    loaded = yaml.safe_load(files("inventory").joinpath("seed/henan.yaml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def counties(seed: dict[str, Any]) -> dict[str, str]:
    return {code: name for city in seed["cities"] for code, name in city["counties"].items()}


def kind(code: str) -> str:
    return next(kind for digits, kind in KINDS.items() if int(code[4:]) in digits)


def test_province_and_centre_name(seed: dict[str, Any]) -> None:
    assert seed["province"] == {"code": "410000", "name": "河南省"}
    assert seed["centre_name"].format(unit="兰考县") == "兰考县信息中心"


def test_eighteen_cities(seed: dict[str, Any]) -> None:
    prefecture = [f"41{number:02}00" for number in range(1, 18)]
    assert [city["code"] for city in seed["cities"]] == [*prefecture, "419001"]
    assert {city["name"][-1] for city in seed["cities"]} == {"市"}


def test_county_units_by_kind(seed: dict[str, Any]) -> None:
    units = counties(seed)
    assert len(units) == 156
    assert Counter(map(kind, units)) == {"区": 54, "县": 82, "市": 20}


def test_county_units_by_city(seed: dict[str, Any]) -> None:
    assert {city["name"]: len(city["counties"]) for city in seed["cities"]} == {
        "郑州市": 12, "开封市": 9, "洛阳市": 14, "平顶山市": 10, "安阳市": 9, "鹤壁市": 5,
        "新乡市": 12, "焦作市": 10, "濮阳市": 6, "许昌市": 6, "漯河市": 5, "三门峡市": 6,
        "南阳市": 13, "商丘市": 9, "信阳市": 10, "周口市": 10, "驻马店市": 10, "济源市": 0,
    }  # fmt: skip


def test_codes_fit_their_city_and_their_kind(seed: dict[str, Any]) -> None:
    misfits = [
        (code, name)
        for city in seed["cities"]
        for code, name in city["counties"].items()
        if code[:4] != city["code"][:4] or name[-1] != kind(code) or len(code) != 6
    ]
    assert misfits == []


def test_no_code_or_name_twice(seed: dict[str, Any]) -> None:
    cities = {city["code"]: city["name"] for city in seed["cities"]}
    everything = cities | counties(seed)
    assert len(everything) == len(set(everything.values())) == 18 + 156


def test_renamed_units_carry_their_present_names(seed: dict[str, Any]) -> None:
    present = {
        "410212": "祥符区", "410307": "偃师区", "410308": "孟津区", "410783": "长垣市",
        "411003": "建安区", "411203": "陕州区", "411603": "淮阳区", "410225": "兰考县",
    }  # fmt: skip
    units = counties(seed)
    assert {code: units[code] for code in present} == present
    assert {"410306", "410322", "410381", "411023", "411222", "411626"} & set(units) == set()
