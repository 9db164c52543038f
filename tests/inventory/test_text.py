"""What people type finds what devices report, in every notation."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.text import fold, ip, mac, pinyin_initials, search_text, zh_sort_key

octets = st.binary(min_size=6, max_size=6)
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12)
typed = st.text(st.characters(codec="utf-8"), max_size=20)


def notations(raw: bytes) -> list[str]:
    """One MAC address the way five makers print it, in both cases and full width."""
    digits = raw.hex()
    half = [
        raw.hex(":"),
        raw.hex("-"),
        raw.hex("-", 2),
        raw.hex(".", 2),
        digits,
    ]
    wide = [text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}) for text in half]
    return half + wide + [text.upper() for text in half + wide]


def refused(read: Callable[[], str]) -> str:
    with pytest.raises(ValueError, match="“") as caught:
        read()
    return str(caught.value)


@given(octets)
def test_mac_is_one_form_from_any_notation(raw: bytes) -> None:
    assert {mac(text) for text in notations(raw)} == {raw.hex(":")}


def test_mac_copied_from_a_chat_window() -> None:
    assert mac(" \u202a00e0-fc12-3456\u202c\u200b ") == "00:e0:fc:12:34:56"


@pytest.mark.parametrize(
    "wrong",
    ["", "2024-1-5", "00:e0:fc:12:34", "00:e0-fc:12:34:56", "00e0fc12345g", "00e0fc1234567"],
)
def test_mac_refuses(wrong: str) -> None:
    cause = refused(partial(mac, wrong))
    assert cause == f"“{wrong}”不是 MAC 地址，应为 12 位十六进制数，如 00:e0:fc:12:34:56"


@given(st.ip_addresses())
def test_ip_keeps_canonical_addresses(address: object) -> None:
    assert ip(str(address)) == str(address)


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("１０．１．２．３", "10.1.2.3"),
        ("10。1。2。3", "10.1.2.3"),
        ("2001:0DB8:0:0::0001", "2001:db8::1"),
        ("\t10.1.2.3\n", "10.1.2.3"),
    ],
)
def test_ip_from_an_input_method(given_text: str, canonical: str) -> None:
    assert ip(given_text) == canonical


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ("10.01.2.3", "中有以 0 开头的一段，请去掉前面的 0，如 10.1.2.3"),
        ("10.1.2.3/24", "带有掩码，这里只填地址，请去掉“/”及后面的部分"),
        ("fe80::1%eth0", "带有网卡名，这里只填地址，请去掉“%”及后面的部分"),
        ("10.1.2.256", "不是 IP 地址，应如 10.1.2.3 或 2001:db8::1"),
        ("10.1.2", "不是 IP 地址，应如 10.1.2.3 或 2001:db8::1"),
        ("", "不是 IP 地址，应如 10.1.2.3 或 2001:db8::1"),
    ],
)
def test_ip_refuses_with_the_cause(wrong: str, cause: str) -> None:
    assert refused(partial(ip, wrong)) == f"“{wrong}”{cause}"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("兰考县城关镇交换机", "lkxcgzjhj"),
        ("长垣市", "cys"),
        ("漯河市召陵区", "lhsslq"),
        ("鹤壁市浚县", "hbsxx"),
        ("濮阳市南乐县", "pysnlx"),
        ("重庆银行", "cqyh"),
        ("S5735-核心（１号）", "s5735hx1h"),
        ("", ""),
    ],
)
def test_pinyin_initials(name: str, initials: str) -> None:
    assert pinyin_initials(name) == initials


@given(typed)
def test_pinyin_initials_are_keyboard_letters(text: str) -> None:
    initials = pinyin_initials(text)
    assert set(initials) <= set("abcdefghijklmnopqrstuvwxyz0123456789")


def test_fold_gives_one_spelling() -> None:
    assert fold("００e0-FC12-3456") == "00:e0:fc:12:34:56"
    assert fold("00E0FC123456") == "00:e0:fc:12:34:56"
    assert fold("　ＧＥ0/0/1   核心 ") == "ge0/0/1 核心"
    assert fold("2001:0DB8::0001") == "2001:db8::1"


def test_fold_leaves_what_only_looks_like_a_mac() -> None:
    assert fold("410225000123") == "410225000123"
    uuid = "550e8400-e29b-41d4-a716-446655440000"
    assert fold(uuid) == uuid
    assert fold("2024-01-05") == "2024-01-05"
    assert fold("SN00e0fc123456") == "sn00e0fc123456"


@given(typed)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(octets)
def test_any_notation_finds_any_notation(raw: bytes) -> None:
    spellings = notations(raw)
    stored = [search_text("核心交换机", spelling, "备注") for spelling in spellings]
    missed = [(s, q) for s in stored for q in spellings if fold(q) not in s]
    assert missed == []


@given(chinese, typed)
def test_what_is_stored_is_found_by_its_own_words(name: str, note: str) -> None:
    stored = search_text(name, note)
    assert [word for word in fold(f"{name} {note}").split() if word not in stored] == []
    assert pinyin_initials(name) in stored


def test_search_text_of_a_device() -> None:
    assert search_text("兰考县交换机", "00E0-FC12-3456", "2001:0DB8::1", "") == (
        "兰考县交换机 00e0-fc12-3456 2001:0db8::1 lkxjhj 00:e0:fc:12:34:56 00e0fc123456 2001:db8::1"
    )


def test_a_labelled_mac_inside_a_note_is_found() -> None:
    stored = search_text("MAC地址：00e0-fc12-3456，已更换")
    assert fold("00e0.fc12.3456") in stored


def test_chinese_sorts_by_pinyin() -> None:
    names = ["张三", "昂", "长葛市", "阿", "重庆", "郑州", "Alpha", "10号楼", "李四", "9号楼", "安"]
    assert sorted(names, key=zh_sort_key) == [
        "9号楼", "10号楼", "Alpha", "阿", "安", "昂", "长葛市", "重庆", "李四", "张三", "郑州",
    ]  # fmt: skip


def test_ports_sort_by_number() -> None:
    ports = ["GE0/0/10", "GE0/0/9", "GE0/0/1"]
    assert sorted(ports, key=zh_sort_key) == ["GE0/0/1", "GE0/0/9", "GE0/0/10"]


@given(chinese, chinese)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert (zh_sort_key(one) == zh_sort_key(other)) == (one == other)


@given(typed)
def test_any_text_has_a_sort_key(text: str) -> None:
    assert zh_sort_key(text) == zh_sort_key(f" {text} ")
