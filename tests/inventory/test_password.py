"""Which passwords are weak, why, and that strong ones pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.keyboard import runs
from inventory.password import About, first_password, weaknesses

WANG = About("wangjg", "王建国", ("兰考县人口和计划生育信息中心", "开封市人口和计划生育信息中心"))


@pytest.mark.parametrize(
    "password",
    [
        "Kiln7#orbit-vat", "雨落Tv9#青石板路qx", "m9Vt+hQz3kR2", "Otter.Plum.48.Sky",
        "Magnet7#xyzel", "Blkxa-93.Toves", "Mlk!70-gobWen",
    ],
)  # fmt: skip
def test_a_good_password_has_no_weakness(password: str) -> None:
    assert weaknesses(password, WANG) == ()
    assert weaknesses(password, About()) == ()


@pytest.mark.parametrize(
    ("password", "cause"),
    [
        ("Kx7#mQ9v", "太短：至少 12 位"),
        ("kxtmqovbrune", "字符种类太少：数字、小写、大写、符号至少要有 3 种"),
        ("Kx7#mQ9vbbbR", "有重复的字符“bbb”"),
        ("Kx7#mQKx7#mQ", "有重复的字符“Kx7#mQ”"),
        ("Kx7#Kx7#Kx7#", "有重复的字符“Kx7#”"),
        ("Kx7#qwerTmQ9", "有键盘上连着的键或顺序字符“qwer”"),
        ("Kx7#QWERtmo9", "有键盘上连着的键或顺序字符“qwer”"),
        ("Kx7-!@#$tmQ9", "有键盘上连着的键或顺序字符“!@#$”"),
        ("Kx7-!2#4tmQ9", "有键盘上连着的键或顺序字符“!2#4”"),
        ("Tm#o1qaz2Kvu", "有键盘上连着的键或顺序字符“1qaz”"),
        ("Tm#o!QAZ+Kvu", "有键盘上连着的键或顺序字符“!qaz”"),
        ("Tm#o9qazwsxKvu", "有键盘上连着的键或顺序字符“qazw”"),
        ("Tm#ozaq1+KvU", "有键盘上连着的键或顺序字符“zaq1”"),
        ("Tm#olkjh+KvU", "有键盘上连着的键或顺序字符“lkjh”"),
        ("Tm#odefg+KvU", "有键盘上连着的键或顺序字符“defg”"),
        ("Tm#o6789+KvU", "有键盘上连着的键或顺序字符“6789”"),
        ("Tm#o9876+KvU", "有键盘上连着的键或顺序字符“9876”"),
        ("Tm#o7410+147Ku2583", "有键盘上连着的键或顺序字符“2583”"),
        ("Xv#wangjg-Tm7o", "含有登录名"),
        ("Xv#WangJG-Tm7o", "含有登录名"),
        ("Xv#Wangjianguo7", "含有本人姓名或其拼音"),
        ("jianguoWang#7vx", "含有本人姓名或其拼音"),
        ("Tmv#wjg-197xov", "含有本人姓名或其拼音"),
        ("Tmv#王建国-197xovA", "含有本人姓名或其拼音"),
        ("Vm#lankao-Tu9x", "含有单位名称、其拼音或首字母"),
        ("Vm#l@nk@o-Tu9x", "含有单位名称、其拼音或首字母"),
        ("Vm#kaifengTu9x", "含有单位名称、其拼音或首字母"),
        ("Vm#兰考-Tu9xqoe", "含有单位名称、其拼音或首字母"),
        ("lkx#2026-TuVmo", "含有单位名称、其拼音或首字母"),
        ("2026lk-TuVmo#w", "含有单位名称、其拼音或首字母"),
        ("LK2026#TuVmozw", "含有单位名称、其拼音或首字母"),
        ("Password2026!", "是常见口令，或只在常见口令上加了年份、数字"),
        ("P@ssw0rd#2026", "是常见口令，或只在常见口令上加了年份、数字"),
        ("Huawei@admin.2019", "是常见口令，或只在常见口令上加了年份、数字"),
        ("Woaini5201314!", "是常见口令，或只在常见口令上加了年份、数字"),
        ("Admin#20261122", "是常见口令，或只在常见口令上加了年份、数字"),
    ],
)  # fmt: skip
def test_a_weak_password_is_told_why(password: str, cause: str) -> None:
    assert cause in weaknesses(password, WANG)


def test_the_policy_says_how_long_and_how_mixed() -> None:
    assert weaknesses("Kx7mQ9vTo", About(), length=9) == ()
    assert weaknesses("Kx7mQ9vTo", About(), length=9, classes=4) != ()
    assert weaknesses("Kx7mQ9vT", About(), length=9) == ("太短：至少 9 位",)


def test_names_of_others_do_no_harm() -> None:
    assert weaknesses("Xv#Wangjianguo7", About("lisi", "李思", ("洛阳市中心",))) == ()


@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=12), st.text(max_size=20))
def test_any_text_is_judged(password: str, login: str, name: str, unit: str) -> None:
    told = weaknesses(password, About(login, name, (unit,)))
    assert len(password) >= 12 or told


def test_first_passwords_are_strong_whatever_the_chance() -> None:
    made = {first_password() for _ in range(200)}
    assert len(made) == 200
    weak = [one for one in made if weaknesses(one, About())]
    assert weak == []


def test_runs_go_both_ways_and_under_shift() -> None:
    assert list(runs("xxasdfg")) == ["asdf", "sdfg"]
    assert list(runs("$#@!")) == ["$#@!"]
    assert list(runs("qaws")) == []
