"""The simulated command lines behave as their vendors' devices do, seen from a terminal."""

import os
import subprocess
from pathlib import Path

import pytest
from ntc_templates.parse import parse_output

from netops.simulator.cli import Host
from netops.simulator.cli_dialect import FOLDER
from netops.simulator.cli_server import host_key, serving
from tests.lab import need_programs
from tests.netops.simulator.keyboard import Keyboard, at, client, device, prompt
from tests.patience import PATIENCE

ROUTES = tuple(f"172.16.{number}.0/24" for number in range(40))
RUNNING = {
    "huawei_vrp": "display current-configuration",
    "huawei_usg": "display current-configuration",
    "hp_comware": "display current-configuration",
    "h3c_secpath": "display current-configuration",
    "cisco_ios": "show running-config",
    "ruijie_os": "show running-config",
    "zte_zxros": "show running-config",
}
NO_HOST_FILE = ("-o", "UserKnownHostsFile=/dev/null")


@pytest.mark.parametrize("dialect", RUNNING)
def test_the_pager_shows_the_configuration_screen_by_screen(dialect: str, tmp_path: Path) -> None:
    cli = device("SW1", dialect, routes=ROUTES)
    more, end = cli.vendor.more, prompt(cli)
    with at(cli, tmp_path) as keyboard:
        keyboard.press(f"{RUNNING[dialect]}\n")
        screens = [keyboard.read(more)]
        assert len(screens[0].split("\n")) == cli.vendor.rows + 1  # echo, 23 lines, pager
        keyboard.press("x\r")  # x does nothing, Enter shows one line
        screens.append(keyboard.read(more))
        assert len(screens[1].split("\n")) == 2
        while not screens[-1].endswith(end):
            keyboard.press(" ")
            screens.append(keyboard.read(more, end))
        assert cli.running.text() in "".join(screen.removesuffix(more) for screen in screens)


def test_q_leaves_the_pager(tmp_path: Path) -> None:
    cli = device("SW1", "huawei_vrp", routes=ROUTES)
    with at(cli, tmp_path) as keyboard:
        keyboard.press("display current-configuration\n")
        keyboard.read(cli.vendor.more)
        keyboard.press("q")
        assert keyboard.read("<SW1>").strip() == "<SW1>"


VRP = "Error: {} command found at '^' position."
COMWARE = " % {} command found at '^' position."
IOS_UNKNOWN = "% Invalid input detected at '^' marker.\n"


@pytest.mark.parametrize(
    ("dialect", "line", "column", "says"),
    [
        ("huawei_vrp", "dispaly", 0, VRP.format("Unrecognized")),
        ("huawei_vrp", "dis c", 4, VRP.format("Ambiguous")),
        ("huawei_vrp", "display", 7, VRP.format("Incomplete")),
        ("hp_comware", "display arpp", 8, COMWARE.format("Unrecognized")),
        ("hp_comware", "display device", 14, COMWARE.format("Incomplete")),
        ("cisco_ios", "show vresion", 5, IOS_UNKNOWN),
        ("cisco_ios", "sh i", None, '% Ambiguous command:  "sh i"'),
        ("cisco_ios", "show", None, "% Incomplete command.\n"),
        ("ruijie_os", "sh i", None, '% Ambiguous command: "sh i"\n'),
        ("zte_zxros", "foo", 0, IOS_UNKNOWN),
        ("linux", "foo bar", None, "-bash: foo: command not found"),
    ],
)
def test_each_vendor_refuses_in_its_own_words(
    dialect: str, line: str, column: int | None, says: str, tmp_path: Path
) -> None:
    cli = device("SW1", dialect)
    with at(cli, tmp_path) as keyboard:
        shown = keyboard.type(line, prompt(cli))
    caret = "" if column is None else " " * (len(prompt(cli)) + column) + "^\n"
    assert shown == caret + says


SAVES = {
    "huawei_vrp": [("save", "[Y/N]"), ("y", "<SW2>")],
    "huawei_usg": [("save", "[Y/N]"), ("maybe", "[Y/N]:"), ("Y", "<SW2>")],
    "hp_comware": [("save", "[Y/N]:"), ("y", "key):"), ("", "[Y/N]:"), ("y", "<SW2>")],
    "h3c_secpath": [("sa fo", "<SW2>")],
    "cisco_ios": [("copy run start", "config]? "), ("", "SW2#")],
    "ruijie_os": [("wr", "SW2#")],
    "zte_zxros": [("write memory", "SW2#")],
}


@pytest.mark.parametrize("dialect", SAVES)
def test_a_change_is_lost_in_a_reboot_until_it_is_saved(dialect: str, tmp_path: Path) -> None:
    cli = device("SW1", dialect)
    with at(cli, tmp_path) as keyboard:
        rename(keyboard, cli.vendor.undo == "undo", "SW2")
        assert (cli.name, cli.dirty) == ("SW2", True)
        keyboard.type(unpaged(dialect), prompt(cli))
        before = keyboard.type(shows_saved(dialect), prompt(cli))
        assert "SW2" not in before
        for line, ending in SAVES[dialect]:
            keyboard.type(line, ending)
        assert not cli.dirty
        rename(keyboard, cli.vendor.undo == "undo", "SW3")
        cli.reboot()
        assert (cli.name, cli.dirty, cli.boots) == ("SW2", False, 1)


def rename(keyboard: Keyboard, vrp: bool, name: str) -> None:
    """Into the configuration view, change the name, and out with Ctrl-Z."""
    keyboard.type("system-view" if vrp else "conf t", "]" if vrp else ")#")
    keyboard.type(f"{'sysname' if vrp else 'hostname'} {name}", f"[{name}]" if vrp else ")#")
    keyboard.press("\x1a")
    keyboard.read(f"<{name}>" if vrp else f"{name}#")


def unpaged(dialect: str) -> str:
    if dialect.startswith("huawei"):
        return "screen-length 0 temporary"
    return "screen-length disable" if dialect.startswith("h") else "terminal length 0"


def shows_saved(dialect: str) -> str:
    return "display saved" if dialect.startswith("h") else "show startup-config"


@pytest.mark.parametrize(
    ("dialect", "talk"),
    [
        ("huawei_vrp", [("reboot", "Continue ? [Y/N]:"), ("n", "Continue ? [Y/N]:"), ("y", "")]),
        ("hp_comware", [("reboot", "configuration? [Y/N]:"), ("n", "Continue? [Y/N]:"), ("y", "")]),
        ("cisco_ios", [("reload", "[yes/no]: "), ("no", "[confirm]"), ("", "")]),
        ("ruijie_os", [("reload", "(Y/N)"), ("y", "")]),
        ("zte_zxros", [("reload system", "[yes/no]:"), ("yes", "")]),
    ],
)
def test_a_reboot_asks_drops_what_was_not_saved_and_hangs_up(
    dialect: str, talk: list[tuple[str, str]], tmp_path: Path
) -> None:
    cli = device("SW1", dialect)
    with at(cli, tmp_path) as keyboard:
        rename(keyboard, cli.vendor.undo == "undo", "SW2")
        *asked, (answer, _) = talk
        for line, ending in asked:
            keyboard.type(line, ending)
        keyboard.press(f"{answer}\n")
        assert keyboard.gone()
    assert (cli.name, cli.boots) == ("SW1", 1)


def test_no_is_no(tmp_path: Path) -> None:
    cli = device("SW1", "huawei_vrp")
    with at(cli, tmp_path) as keyboard:
        rename(keyboard, True, "SW2")
        keyboard.type("save", "[Y/N]")
        keyboard.type("n", "<SW2>")
        assert cli.dirty


def test_an_interface_is_changed_and_changed_back(tmp_path: Path) -> None:
    cli = device("SW1", "huawei_vrp")
    untouched = cli.running.text()
    view = "[SW1-GigabitEthernet0/0/2]"
    with at(cli, tmp_path) as keyboard:
        keyboard.type("system-view", "[SW1]")
        keyboard.type("int gigabitethernet0/0/2", view)
        keyboard.type("desc to 城关镇", view)
        keyboard.type("shut", view)
        assert cli.running.lines("interface GigabitEthernet0/0/2")[-2:] == [
            "description to 城关镇",
            "shutdown",
        ]
        assert "GigabitEthernet0/0/2        *down down" in keyboard.type("dis int brief", view)
        keyboard.type("undo shutdown", view)
        keyboard.type("undo description", view)
        keyboard.type("quit", "[SW1]")
        assert cli.running.text() == untouched
        shown = keyboard.type("interface GigabitEthernet9/9/9", "[SW1]")
        assert shown.endswith("Error: Wrong parameter found at '^' position.")


def test_routes_and_sections_come_and_go(tmp_path: Path) -> None:
    cli = device("R1", "cisco_ios")
    untouched = cli.running.text()
    with at(cli, tmp_path) as keyboard:
        keyboard.type("configure terminal", "(config)#")
        keyboard.type("interface Vlan30", "(config-if)#")
        keyboard.type("ip address 10.0.30.1 255.255.255.0", "(config-if)#")
        keyboard.type("ip route 10.9.0.0 255.255.0.0 192.0.2.1", "(config)#")
        assert "10.0.30.1" in keyboard.type("do show ip int brief | include Vlan30", "(config)#")
        assert "ip route 10.9.0.0 255.255.0.0 192.0.2.1" in cli.running.lines()
        keyboard.type("no ip route 10.9.0.0 255.255.0.0", "(config)#")
        keyboard.type("no interface Vlan30", "(config)#")
        keyboard.type("end", "R1#")
    assert cli.running.text() == untouched


def test_a_static_arp_row_replaces_the_learned_one(tmp_path: Path) -> None:
    learned = Host("192.0.2.9", "54:89:98:2c:3b:3a", "GigabitEthernet0/0/3", 10)
    cli = device("SW1", "huawei_vrp", hosts=[learned])
    with at(cli, tmp_path) as keyboard:
        keyboard.type("system-view", "[SW1]")
        assert "5489-982c-3b3a  12        D-0" in keyboard.type("display arp", "[SW1]")
        keyboard.type("arp static 192.0.2.9 0000-5e00-5309", "[SW1]")
        shown = keyboard.type("display arp", "[SW1]")
    assert "0000-5e00-5309            S--" in shown
    assert "5489-982c-3b3a" not in shown


@pytest.mark.parametrize(
    ("dialect", "line", "cells"),
    [
        ("huawei_vrp", "display arp all", {"ip_address": "192.0.2.9", "type": "D-0"}),
        ("huawei_vrp", "display mac-address", {"vlan_id": "10"}),
        ("huawei_vrp", "display interface brief", {"interface": "Vlanif10", "phy": "up"}),
        ("hp_comware", "display arp", {"ip_address": "192.0.2.9", "vlan_id": "10"}),
        ("hp_comware", "display mac-address", {"vlan_id": "10"}),
        ("hp_comware", "display interface brief", {"interface": "Vlan10", "link": "UP"}),
        ("hp_comware", "display device manuinfo", {"device_serial_number": "S-1"}),
        ("cisco_ios", "show ip arp", {"ip_address": "192.0.2.2", "type": "ARPA"}),
        ("cisco_ios", "show mac address-table", {"type": "DYNAMIC", "vlan_id": "10"}),
        ("cisco_ios", "show version", {"version": "12.2(55)SE12", "hostname": "SW1"}),
        ("zte_zxros", "show arp", {"address": "192.0.2.9"}),
    ],
)
def test_people_who_parse_real_devices_can_parse_these(
    dialect: str, line: str, cells: dict[str, str], tmp_path: Path
) -> None:
    """The oracle is ntc-templates, written against real devices' output."""
    heard = Host("192.0.2.9", "54:89:98:2c:3b:3a", "Gi0/3", 10)
    cli = device("SW1", dialect, hosts=[heard], serial="S-1")
    with at(cli, tmp_path) as keyboard:
        keyboard.type(unpaged(dialect), prompt(cli))
        rows = parse_output(dialect, line, keyboard.type(line, prompt(cli)))
    assert cells in [{column: row[column] for column in cells} for row in rows]


def test_the_enable_password_opens_the_privileged_view(tmp_path: Path) -> None:
    cli = device("R1", "cisco_ios", enable="enable-only")
    with serving([cli], keys=tmp_path), client(cli) as opened:
        keyboard = Keyboard(opened)
        keyboard.read("R1>")
        refusal = keyboard.type("show running-config", "R1>")
        assert refusal.endswith("% Invalid input detected at '^' marker.\n")
        keyboard.type("enable", "Password: ")
        keyboard.type("wrong", "Password: ")
        keyboard.type("enable-only", "R1#")


def test_wrong_passwords_are_counted_and_end_the_connection(tmp_path: Path) -> None:
    need_programs("ssh")
    cli = device("SW1", "huawei_vrp", tries=2)
    wrong = tmp_path / "wrong"
    wrong.write_text("#!/bin/sh\necho wrong\n")
    wrong.chmod(0o700)
    environment = {**os.environ, "SSH_ASKPASS": str(wrong), "SSH_ASKPASS_REQUIRE": "force"}
    options = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no", *NO_HOST_FILE]
    with serving([cli], keys=tmp_path):
        line = ["ssh", *options, "-o", "NumberOfPasswordPrompts=5", "-p", str(cli.port)]
        done = subprocess.run(
            [*line, "-o", "PreferredAuthentications=password", "netadmin@127.0.0.1"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert "Too many authentication failures" in done.stderr
    assert (cli.logins, cli.refused) == (0, 2)


def test_everything_simulated_says_so(tmp_path: Path) -> None:
    cli = device("SW1", "hp_comware")
    with serving([cli], keys=tmp_path), client(cli) as opened:
        transport = opened.get_transport()
        assert transport is not None
        banner = transport.get_banner()
        assert banner is not None
        assert banner.decode().startswith("模拟设备 SIMULATED")
        assert "模拟设备 SIMULATED" in Keyboard(opened).read("<SW1>")


def test_one_command_can_be_run_without_a_shell(tmp_path: Path) -> None:
    cli = device("WEB1", "linux", address="192.0.2.80/24")
    with serving([cli], keys=tmp_path), client(cli) as opened:
        _, shown, _ = opened.exec_command("ip -j addr", timeout=PATIENCE)
        assert '"local":"192.0.2.80","prefixlen":24' in shown.read().decode()


def test_each_device_keeps_its_own_host_key(tmp_path: Path) -> None:
    first, again, other = (host_key(tmp_path, name) for name in ("SW1", "SW1", "SW2"))
    assert first.export_public_key() == again.export_public_key()
    assert first.public_data != other.public_data
    assert (tmp_path / "SW1.key").stat().st_mode & 0o777 == 0o600


def test_a_legacy_device_is_refused_by_todays_openssh(tmp_path: Path) -> None:
    need_programs("ssh")
    cli = device("OLD1", "cisco_ios", legacy=True)
    options = ["-F", "/dev/null", "-o", "BatchMode=yes", *NO_HOST_FILE]
    with serving([cli], keys=tmp_path):
        line = ["ssh", *options, "-p", str(cli.port), "demo@127.0.0.1", "show clock"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert "no matching key exchange method found" in done.stderr


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    cli = device("SW1", "huawei_vrp")
    with serving([cli], keys=tmp_path), pytest.raises(OSError, match="in use"):
        taken = device("SW2", "huawei_vrp", port=cli.port)
        with serving([taken], keys=tmp_path):
            pass


ACTIONS = (
    "", "abort", "arm", "bye", "commit", "disarm", "enter", "exec", "forget", "nothing", "page",
    "reboot", "save", "top", "up",
)  # fmt: skip


@pytest.mark.parametrize("dialect", [file.stem for file in FOLDER.glob("*.yaml")])
def test_every_text_of_a_dialect_can_be_shown_and_every_action_is_one(dialect: str) -> None:
    cli = device("DEV1", dialect, hosts=[Host("192.0.2.9", "54:89:98:2c:3b:3a", "GE1", 10)])
    steps = [
        step for view in cli.vendor.commands.values() for each in view.values() for step in each
    ]
    assert [step.do for step in steps if step.do.partition(" ")[0] not in ACTIONS] == []
    assert all(isinstance(cli.show(step.text), str) for step in steps)
