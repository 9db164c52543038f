"""Recordings of real devices, cut down to what is asked and dressed as one device of the county."""

from netops import ifmib
from netops.profile import profile_named
from netops.simulator import overlay, recordings
from netops.simulator.plan import Device, plan

S5720 = "network/router/huawei-s5720"
UPTIME = recordings.oid("1.3.6.1.2.1.1.3.0")


def test_only_what_was_asked_is_read() -> None:
    cells = recordings.read(S5720, ("1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.2.2.1.1"))
    columns = {key[:10] for key in cells}
    assert columns == {recordings.oid("1.3.6.1.2.1.1.2.0"), recordings.oid("1.3.6.1.2.1.2.2.1.1")}
    assert cells[recordings.oid("1.3.6.1.2.1.1.2.0")] == ("6", "1.3.6.1.4.1.2011.2.23.276")


def test_a_recorded_movement_becomes_the_value_it_moves_around() -> None:
    cells = recordings.read("network/switch/h3c-e528-2", ("1.3.6.1.4.1.25506.2.6.1.1.1.1.6.30",))
    assert list(cells.values()) == [("2", "50")]


def test_text_and_parsed_are_inverse_and_in_walking_order() -> None:
    cells = recordings.read(S5720, ("1.3.6.1.2.1.2.2.1",))
    written = recordings.text(dict(reversed(cells.items())))
    assert recordings.parsed(written) == cells
    assert list(recordings.parsed(written)) == sorted(cells)


def test_a_value_may_hold_any_byte() -> None:
    cells: recordings.Cells = {(1, 3, n): ("4", chr(n)) for n in range(256) if n != ord("\n")}
    assert recordings.parsed(recordings.text(cells)) == cells


def test_ports_in_use_come_before_idle_and_virtual_ones() -> None:
    cells = recordings.read(S5720, recordings.wanted(profile_named("huawei_vrp")))
    ports = recordings.ports(cells, 12)
    states = recordings.column(cells, ifmib.OPER)
    types = recordings.column(cells, ifmib.TYPE)
    assert len(ports) == 12
    assert {types[port][1] for port in ports} == {"6"}
    up = [states[port][1] == "1" for port in ports]
    assert up == sorted(up, reverse=True)
    kept = recordings.trim(cells, ports)
    assert list(recordings.column(kept, ifmib.DESCR)) == sorted(ports)


def test_the_telling_rows_of_long_tables_stay() -> None:
    profile = profile_named("huawei_vrp")
    cells = recordings.read(S5720, recordings.wanted(profile))
    thinned = recordings.thin(cells, profile)
    wanted = recordings.wanted(profile)
    before, after = recordings.rows(cells, wanted), recordings.rows(thinned, wanted)
    assert profile.gauges(after) == profile.gauges(before)
    assert profile.identity(after) == profile.identity(before)
    assert len(thinned) < len(cells) * 0.7


def test_a_device_wears_its_own_name_and_counts_by_itself() -> None:
    cells, device = _dressed("城关镇接入路由器")
    rows = recordings.rows(cells, recordings.wanted(profile_named(device.profile)))
    told = profile_named(device.profile).identity(rows)
    assert (told.sys_name, told.model, told.serial) == (
        "YSX-CGZ-R01", "S5720-36C-EI-AC", "DEMOYSXCGZR0101",
    )  # fmt: skip
    assert told.sys_location == "城关镇政府一楼机房（模拟设备 SIMULATED）"
    assert cells[UPTIME] == ("67:live", "ticks")
    macs = [cell[1] for cell in recordings.column(cells, ifmib.MAC).values()]
    assert len(set(macs)) == len(macs) == device.ports
    assert all(mac.startswith("02de") for mac in macs)


def test_both_ends_of_a_cable_carry_the_same() -> None:
    upper, _device = _dressed("县中心广域网路由器")
    lower, device = _dressed("城关镇接入路由器")
    down = _port(upper, f"下联 {device.name}")
    up = _port(lower, "上联 县中心广域网路由器")
    assert (
        upper[*recordings.oid(ifmib.HC_OUT_OCTETS), down]
        == (lower[*recordings.oid(ifmib.HC_IN_OCTETS), up])
    )
    assert (
        upper[*recordings.oid(ifmib.HC_IN_OCTETS), down]
        == (lower[*recordings.oid(ifmib.HC_OUT_OCTETS), up])
    )


def test_an_idle_port_counts_nothing() -> None:
    cells, _device = _dressed("北寨镇接入路由器")
    states = recordings.column(cells, ifmib.OPER)
    received = recordings.column(cells, ifmib.HC_IN_OCTETS)
    idle = [port for port, (_tag, state) in states.items() if state != "1"]
    assert idle
    assert {float(received[port][1].split()[1]) for port in idle} == {0.0}


def test_sensors_wander_but_totals_stand_still() -> None:
    cells, _device = _dressed("日志服务器")
    sizes = recordings.column(cells, "1.3.6.1.2.1.25.2.3.1.5")
    assert all(":" not in tag for tag, _value in sizes.values())
    load = recordings.column(cells, "1.3.6.1.2.1.25.3.3.1.2")
    assert {tag for tag, _value in load.values()} == {"2:live"}


def test_one_device_keeps_its_place_in_gbk() -> None:
    cells, device = _dressed("教育局接入交换机")
    tag, value = cells[recordings.oid("1.3.6.1.2.1.1.6.0")]
    assert (tag, bytes.fromhex(value)) == ("4x", "中文".encode("gbk"))
    assert device.recorded_place


def _dressed(name: str) -> tuple[recordings.Cells, Device]:
    county, device = plan(), plan().devices[name]
    profile = profile_named(device.profile)
    recorded = recordings.read(device.recording, recordings.wanted(profile))
    ports = recordings.ports(recorded, device.ports)
    cells = recordings.trim(recorded, ports)
    return overlay.overlay(cells, device, county, profile, ports), device


def _port(cells: recordings.Cells, alias: str) -> int:
    aliases = recordings.column(cells, ifmib.ALIAS)
    return next(port for port, cell in aliases.items() if cell == overlay.octets(alias))
