"""Vendor files are checked when read, and what devices send is decoded whatever it is."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netmiko import platforms

from netops import ifmib
from netops.cells import text
from netops.errors import Unreadable
from netops.facts import ProfileError
from netops.profile import Profile, load, profile_named, profiles, propose
from netops.reading import Gauge, Port, Value
from netops.vendorfile import Changed
from netops.vocabulary import Limit, State

PARTS = ("status", "ports", "names", "gauges", "identity")
CPU = "1.3.6.1.4.1.99999.1"
LEAST = "title: 测试\nkind: other\n"


def made(folder: Path, content: str, name: str = "test") -> Profile:
    (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return load(folder)[name]


def metric(folder: Path, facts: str) -> Profile:
    return made(folder, f"{LEAST}metrics:\n  cpu: {facts}\n")


# --- the files ---------------------------------------------------------------------------------


def test_a_new_vendor_is_one_file(tmp_path: Path) -> None:
    profile = made(
        tmp_path,
        """
title: 测试设备
vendor: 某厂
kind: firewall
counters: 32
sys_object_ids: [1.3.6.1.4.1.99999]
identity:
  serial: {oid: 1.3.6.1.4.1.99999.7.0}
metrics:
  cpu: {oid: 1.3.6.1.4.1.99999.1, pick: max}
  fan: {oid: 1.3.6.1.4.1.99999.2, states: {1: {text: 正常}, 2: {text: 停转, level: critical}}}
limits:
  cpu: {warn: 80, clear: 70, source: 经验值}
ssh: {netmiko: huawei_vrp, facts: [display version]}
verified: [network/some-recording]
""",
    )
    assert (profile.name, profile.title, profile.kind) == ("test", "测试设备", "firewall")
    assert profile.scalars(["identity"])[-1] == "1.3.6.1.4.1.99999.7.0"
    assert profile.columns(["gauges"]) == ("1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2")
    assert profile.limits["cpu"] == Limit(80, None, 70, below=False, source="经验值")
    fan = profile.metric("fan")
    assert fan is not None
    assert fan.title == "风扇状态"
    assert fan.states == {1: State("正常"), 2: State("停转", "critical")}
    assert profile.ssh.facts == ("display version",)
    assert profile.identity({"1.3.6.1.4.1.99999.7": {"0": b"SN1"}}).serial == "SN1"


@pytest.mark.parametrize(
    ("content", "field", "cause"),
    [
        ("title: [", "", "不是有效的 YAML"),
        ("- title", "", "应为若干「键: 值」"),
        ("kind: other", "title", "缺少文字"),
        ("title: 1\nkind: other", "title", "应为文字"),
        ("title: 甲\nkind: toaster", "kind", "应为 router、"),
        (LEAST + "serial: 7", "serial", "不认识这个键"),
        (LEAST + "counters: 16", "counters", "应为 64、32、both"),
        (LEAST + "sys_object_ids: [.1.3.6.1]", "sys_object_ids", "不是 OID"),
        (LEAST + "sys_object_ids: {a: b}", "sys_object_ids", "应为文字列表"),
        (LEAST + "sys_descr: '('", "sys_descr", "不是有效的正则表达式"),
        (LEAST + "identity: {colour: {oid: 1.3.6.1}}", "identity.colour", "应为 vendor、model"),
        (LEAST + "identity: {model: {oid: 1.3.6.x}}", "identity.model.oid", "不是 OID"),
        (
            LEAST + "identity: {model: {chassis: 1.3.6, pattern: x}}",
            "identity.model.pattern",
            "括号",
        ),
        (LEAST + "identity: {model: {pattern: (x)}}", "identity.model.oid", "缺少文字"),
        (LEAST + "metrics: {cpu: 1.3.6.1}", "metrics.cpu", "应为若干「键: 值」"),
        (LEAST + "metrics: {cpu: {oid: 1.3}}", "metrics.cpu.oid", "应为文字，而不是 1.3"),
        (LEAST + "metrics: {cpu: {}}", "metrics.cpu.oid", "应有 oid、phases"),
        (LEAST + "metrics: {cpu: {total: 1.3.6.1}}", "metrics.cpu.oid", "应有 oid、phases"),
        (LEAST + "metrics: {cpu: {oid: 1.3.6, pick: best}}", "metrics.cpu.pick", "应为 each、"),
        (LEAST + "metrics: {cpu: {oid: 1.3.6, scale: x}}", "metrics.cpu.scale", "应为数字"),
        (LEAST + "metrics: {cpu: {oid: 1.3.6, valid: 9}}", "metrics.cpu.valid", "[下限, 上限]"),
        (
            LEAST + "metrics: {cpu: {oid: 1.3.6, valid: [9, 1]}}",
            "metrics.cpu.valid",
            "[下限, 上限]",
        ),
        (LEAST + "metrics: {cpu: {oid: 1.3.6, colour: x}}", "metrics.cpu.colour", "不认识这个键"),
        (LEAST + "metrics: {noise: {oid: 1.3.6}}", "metrics.noise.title", "缺少文字"),
        (
            LEAST + "metrics: {fan: {oid: 1.3.6, states: {a: {text: b}}}}",
            "metrics.fan.states.a",
            "整数",
        ),
        (LEAST + "limits: {cpu: {}}", "limits.cpu", "本文件没有这个指标"),
        (
            LEAST + "metrics: {cpu: {oid: 1.3.6}}\nlimits: {cpu: {warn: 80, clear: 90, source: x}}",
            "limits.cpu.clear",
            "正常一侧",
        ),
        (LEAST + "ssh: {password: x}", "ssh.password", "不认识这个键"),
        (LEAST + "config: {secret: x}", "config.secret", "不认识这个键"),
        (LEAST + "config: {family: vms}", "config.family", "应为 "),
        (LEAST + "config: {manual: yes please}", "config.manual", "true 或 false"),
        (LEAST + "config: {manual: true, running: show}", "config.manual", "人工导出"),
        (LEAST + "config: {family: ios, running: show}", "config.ends", "必须写明"),
        (LEAST + "config: {ends: ^end$, running: show}", "config.family", "必须写明"),
        (LEAST + "config: {saved: show}", "config.running", "必须写明"),
        (LEAST + "config: {noise: ['*']}", "config.noise", "不是有效的正则表达式"),
        (LEAST + "config: {save: {answers: {}}}", "config.save.line", "缺少文字"),
        (
            LEAST + "config: {save: {line: save, answers: {'(': y}}}",
            "config.save.answers.(",
            "正则表达式",
        ),
        (LEAST + "config: {changed: {oid: 1.3.6, mark: date}}", "config.changed.mark", "ticks、"),
        (LEAST + "extends: nobody", "extends", "没有名为 'nobody' 的厂商档案"),
    ],
)
def test_a_wrong_file_is_named_with_field_and_cause(
    tmp_path: Path, content: str, field: str, cause: str
) -> None:
    with pytest.raises(Unreadable) as wrong:
        made(tmp_path, content)
    assert isinstance(wrong.value, ProfileError)
    assert (wrong.value.file, wrong.value.field) == ("test.yaml", field)
    assert "test.yaml" in wrong.value.reason
    assert cause in wrong.value.reason


def test_a_file_takes_over_what_it_does_not_say_itself(tmp_path: Path) -> None:
    base = f"""{LEAST}sys_object_ids: [1.3.6.1.4.1.99999]
metrics: {{cpu: {{oid: {CPU}}}}}
ssh: {{netmiko: linux}}
config:
  {{family: ios, running: [show one, show two], ends: ^end$, noise: ['^%'],
   save: {{line: write, answers: {{sure: y}}, done: OK}}, changed: {{oid: 1.3.6.1}}}}
unproven: x
"""
    made(tmp_path, base, "base")
    finer = made(tmp_path, "title: 细\nextends: base\nssh: {netmiko: cisco_ios}\n", "finer")
    assert (finer.title, finer.kind, finer.unproven) == ("细", "other", "")
    assert (finer.sys_object_ids, finer.ssh.netmiko) == ((), "cisco_ios")
    assert finer.metric("cpu")
    config = finer.config
    assert (config.family, config.running, config.saved) == ("ios", ("show one", "show two"), ())
    assert config.ends
    assert config.save
    assert (config.save.line, dict(config.save.answers)) == ("write", {"sure": "y"})
    assert config.changed == Changed("1.3.6.1", "ticks")
    finest = made(tmp_path, "title: 最细\nextends: finer\n", "finest")
    assert (finest.ssh.netmiko, finest.config) == ("cisco_ios", config)
    assert finest.metric("cpu")


def test_two_files_cannot_claim_one_prefix(tmp_path: Path) -> None:
    made(tmp_path, LEAST + "sys_object_ids: [1.3.6.1.4.1.99999]", "first")
    with pytest.raises(ProfileError, match=r"已经属于 first\.yaml") as wrong:
        made(tmp_path, LEAST + "sys_object_ids: [1.3.6.1.4.1.99999]", "second")
    assert wrong.value.file == "second.yaml"


def test_an_unknown_profile_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as wrong:
        profile_named("huawei_vrq")
    assert wrong.value.reason == "没有名为「huawei_vrq」的厂商档案，请在设备资料中改选。"
    assert "huawei_vrp" in wrong.value.detail


def test_what_profiles_refer_to_exists() -> None:
    for profile in profiles().values():
        assert set(profile.refines) <= set(profiles())
        assert profile.ssh.netmiko in ("", *platforms)
        assert bool(profile.config.running) <= bool(profile.ssh.netmiko)
        assert not any(line.endswith(" all") for line in profile.config.running)


def test_the_fast_columns_are_as_few_as_the_device_allows() -> None:
    assert len(profile_named("huawei_vrp").columns(["ports"])) == 8
    assert len(profile_named("topsec").columns(["ports"])) == 8
    assert len(profile_named("generic").columns(["ports"])) == 10
    assert profile_named("generic").scalars(["status"]) == (
        "1.3.6.1.2.1.1.3.0",
        "1.3.6.1.6.3.10.2.1.3.0",
    )


def test_a_part_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="port"):
        profile_named("generic").columns(["port"])


# --- which profile -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sys_object_id", "sys_descr", "name"),
    [
        ("1.3.6.1.4.1.2011.2.23.276", "", "huawei_vrp"),
        (".1.3.6.1.4.1.2011.2.23.276", "", "huawei_vrp"),
        ("1.3.6.1.4.1.2011.2.321.1.406", "Huawei YunShan OS … USG6530F-D", "huawei_usg"),
        ("1.3.6.1.4.1.2011.2.999", "Versatile Routing Platform … USG6000", "huawei_usg"),
        ("1.3.6.1.4.1.2011.10.1.1", "", "h3c_comware"),
        ("1.3.6.1.4.1.25506.1.1234", "H3C SecPath F1000-AK115", "h3c_secpath"),
        ("1.3.6.1.4.1.255061.1", "", "generic"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux srv 6.1.0", "linux_server"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux GSE200M 2.6.27", "huawei_ups"),
        ("1.3.6.1.4.1.8072.3.2.10", "EAST UPS card", "ups_rfc1628"),
        ("1.3.6.1.4.1.77777.1", "Ruijie Something By Ruijie Networks", "ruijie_os"),
        ("", "", "generic"),
    ],
)
def test_propose(sys_object_id: str, sys_descr: str, name: str) -> None:
    assert propose(sys_object_id, sys_descr).name == name


# --- cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"\xd6\xd0\xce\xc4", "中文"),
        ("机房".encode(), "机房"),
        (b"Intel(R) NIC\x00", "Intel(R) NIC"),
        (b"port \x81", "port �"),
        (b" x \r\n", "x"),
        ("1.3.6", "1.3.6"),
    ],
)
def test_text(raw: Value, read: str) -> None:
    assert text(raw) == read
    assert profile_named("generic").text(raw) == read


def test_a_port_without_names_is_called_by_its_index() -> None:
    rows: Mapping[str, Mapping[str, Value]] = {
        ifmib.OPER: {"3": 1, "10": 2},
        ifmib.DESCR: {"10": b"eth9"},
        ifmib.NAME: {"10": b""},
    }
    assert ifmib.ports(rows) == (
        Port(3, "if3", oper_up=True),
        Port(10, "eth9", descr="eth9", oper_up=False),
    )


@pytest.mark.parametrize(
    ("bits", "megabits", "speed"),
    [
        (1_000_000_000, 0, 1_000_000_000),
        (1_000_000_000, 1_000, 1_000_000_000),
        (4_294_967_295, 10_000, 10_000_000_000),
        (1_410_065_408, 10_000, 10_000_000_000),
        (4_294_967_295, 0, 0),
        (2_048_000, 2, 2_048_000),
        (64_000, 0, 64_000),
        (1_000, 0, 1_000_000_000),
        (0, 100, 100_000_000),
    ],
)
def test_speed(bits: int, megabits: int, speed: int) -> None:
    (port,) = ifmib.ports({ifmib.SPEED: {"1": bits}, ifmib.HIGH_SPEED: {"1": megabits}})
    assert port.speed == speed


def test_a_port_without_64_bit_octets_falls_back_alone() -> None:
    first, second = ifmib.ports(
        {
            ifmib.HC_IN_OCTETS: {"1": 2**40},
            ifmib.HC_OUT_OCTETS: {"1": 2**41},
            ifmib.IN_OCTETS: {"1": 1, "2": 2},
            ifmib.OUT_OCTETS: {"1": 3, "2": 4},
        }
    )
    assert (first.wide, first.in_octets, first.out_octets) == (True, 2**40, 2**41)
    assert (second.wide, second.in_octets, second.out_octets) == (False, 2, 4)


def test_uptime_survives_the_wrap_of_sys_uptime() -> None:
    wrapped: Mapping[str, Mapping[str, Value]] = {
        "1.3.6.1.2.1.1.3": {"0": 100},
        "1.3.6.1.6.3.10.2.1.3": {"0": 42_949_673},
    }
    assert profile_named("generic").uptime(wrapped) == 42_949_673
    assert profile_named("generic").uptime({}) is None


# --- sensors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentinel", [-1, 255, 65_535, 2**31 - 1, 2**32 - 1, b"", b"N/A", b"-99999"]
)
def test_what_means_no_sensor_is_not_shown(tmp_path: Path, sentinel: Value) -> None:
    profile = metric(tmp_path, f"{{oid: {CPU}}}")
    assert profile.gauges({CPU: {"1": sentinel, "2": 7}}) == (Gauge("cpu", "2", 7.0, "%"),)


@pytest.mark.parametrize(
    ("pick", "value"),
    [("max", 30.0), ("min", 10.0), ("mean", 20.0), ("sum", 60.0), ("first", 20.0)],
)
def test_several_rows_become_one(tmp_path: Path, pick: str, value: float) -> None:
    profile = metric(tmp_path, f"{{oid: {CPU}, pick: {pick}}}")
    assert profile.gauges({CPU: {"10": 30, "2": b"20 %", "11": b"10"}}) == (
        Gauge("cpu", "", value, "%"),
    )


def test_rows_are_named_chosen_and_counted(tmp_path: Path) -> None:
    profile = metric(
        tmp_path,
        f"{{oid: {CPU}, label: {CPU}1, where: {{oid: {CPU}2, is: [9]}}, count: {CPU}3.0}}",
    )
    rows: Mapping[str, Mapping[str, Value]] = {
        CPU: {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5},
        f"{CPU}1": {"1": b"A", "2": b"A", "3": b"B", "4": b"C"},
        f"{CPU}2": {"1": 9, "2": 9, "3": 8, "4": 9, "5": 9},
        f"{CPU}3": {"0": 4},
    }
    assert profile.gauges(rows) == (
        Gauge("cpu", "A (1)", 1.0, "%"),
        Gauge("cpu", "A (2)", 2.0, "%"),
        Gauge("cpu", "C", 4.0, "%"),
    )


def test_a_share_needs_all_its_parts(tmp_path: Path) -> None:
    profile = metric(tmp_path, f"{{total: {CPU}, free: [{CPU}1, {CPU}2]}}")
    rows: Mapping[str, Mapping[str, Value]] = {
        CPU: {"1": 200, "2": 200, "3": 0, "4": -200},
        f"{CPU}1": {"1": 30, "2": 30, "3": 0, "4": 1},
        f"{CPU}2": {"1": 20, "3": 0, "4": 1},
    }
    assert profile.gauges(rows) == (Gauge("cpu", "1", 75.0, "%"),)


def test_the_second_way_is_taken_when_the_first_is_silent(tmp_path: Path) -> None:
    profile = metric(tmp_path, f"[{{oid: {CPU}.0}}, {{oid: {CPU}1.0}}]")
    assert profile.gauges({f"{CPU}1": {"0": 5}}) == (Gauge("cpu", "", 5.0, "%"),)
    assert profile.gauges({CPU: {"0": 4}, f"{CPU}1": {"0": 5}}) == (Gauge("cpu", "", 4.0, "%"),)


# --- anything at all ---------------------------------------------------------------------------

VALUES = st.one_of(st.integers(), st.floats(), st.text(), st.binary())
SUFFIXES = st.one_of(
    st.sampled_from(["0", "1", "2", "1.1", "1.0", "0.0.1"]),
    st.from_regex(r"[0-9.]{0,12}"),
    st.text(),
)
CELLS = st.dictionaries(SUFFIXES, VALUES, max_size=4)


@pytest.mark.parametrize("profile", profiles().values(), ids=profiles())
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_decoding_never_fails(profile: Profile, data: st.DataObject) -> None:
    asked = (*profile.scalars(PARTS), *profile.columns(PARTS))
    oids = sorted({oid.removesuffix(".0") for oid in asked})
    rows = data.draw(st.dictionaries(st.sampled_from(oids), CELLS, max_size=8))
    profile.identity(rows)
    for port in profile.ports(rows):
        assert port.name
        assert port.in_octets is None or type(port.in_octets) is int
    for gauge in profile.gauges(rows):
        assert gauge.value == gauge.value  # never NaN
