"""Reading configurations: every simulated vendor, real FRR and nftables, and devices in trouble."""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from netops import ssh
from netops.config_read import ConfigRead, read
from netops.errors import (
    AuthRejected,
    CommandRejected,
    DeviceError,
    Garbled,
    Unreachable,
    Unreadable,
)
from netops.profile import profile_named
from netops.reading import SshAuth, Target
from netops.redact import comparable
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from netops.ssh_talk import Bounds
from tests.lab_nodes import PASSWORD as LAB_PASSWORD
from tests.lab_nodes import USER, Lab, Node, frr, laboratory, sshd
from tests.netops import faulty
from tests.openssh import LEGACY

PROFILES = {
    "huawei_vrp": "huawei_vrp",
    "huawei_usg": "huawei_usg",
    "huawei_cloudengine": "huawei_cloudengine",
    "hp_comware": "h3c_comware",
    "h3c_secpath": "h3c_secpath",
    "cisco_ios": "cisco_ios",
    "ruijie_os": "ruijie_os",
    "zte_zxros": "zte_zxros",
}
TELNET = ("huawei_vrp", "hp_comware", "cisco_ios", "ruijie_os")
PASSWORD, ENABLE = "S3cret-simulated", "3nable-simulated"
ROUTES = [f"172.{20 + n // 250}.{n % 250}.0/24" for n in range(300)]


class Anybody:
    """Host keys are another test's matter."""

    def expected(self, host: str, port: int) -> str | None:
        return None

    def learn(self, host: str, port: int, key: str) -> None:
        return


def cli(dialect: str, name: str = "DEV1", **more: object) -> Cli:
    given = {"name": name, "password": PASSWORD, "enable": ENABLE, "routes": ROUTES}
    return Cli(dialect=dialect, **{**given, **more})  # type: ignore[arg-type]


def target(device: Cli, timeout: float = 1, **auth: object) -> Target:
    login = SshAuth(device.user, PASSWORD, ENABLE, "telnet" if device.telnet else "ssh")
    return Target(
        device=device.name, address="127.0.0.1", profile=PROFILES[device.dialect],
        ssh=replace(login, **auth), ssh_port=device.port, timeout=timeout,
    )  # fmt: skip


def attempt(goal: Target) -> ConfigRead | DeviceError:
    try:
        return read(goal, known=Anybody())
    except DeviceError as error:
        return error


def form(device: Cli, text: str | None) -> str:
    """What counts when two texts are compared."""
    assert text is not None
    return comparable(profile_named(PROFILES[device.dialect]), text)


# Every vendor


def test_every_vendor_is_read_whole_and_tells_what_it_would_boot_with(tmp_path: Path) -> None:
    devices = [cli(name, f"DEV-{name}") for name in PROFILES]
    devices += [cli(name, f"OLD-{name}", telnet=True) for name in TELNET]
    devices += [cli("huawei_vrp", "GBK1", encoding="gb18030")]
    for device in devices:
        device.running.put(
            "description 城关镇便民服务中心专线", device.running.headers("interface")[2]
        )
    with serving(devices, keys=tmp_path), ThreadPoolExecutor(6) as pool:
        goals = [target(device) for device in devices]
        changed = list(pool.map(attempt, goals))
        for device in devices:
            device.save()
        clean = list(pool.map(attempt, goals))
    for device, now, later in zip(devices, changed, clean, strict=True):
        assert isinstance(now, ConfigRead), (device.name, now)
        assert isinstance(later, ConfigRead), (device.name, later)
        assert now.text.endswith(f"{device.running.text()}\n"), device.name
        assert now.raw == now.text.encode(device.encoding)
        assert form(device, now.saved) != form(device, now.text), device.name
        assert form(device, later.saved) == form(device, later.text), device.name
        assert (now.name, later.raw.count(b"\r")) == (device.name, 0)
        assert (device.logins, device.refused) == (2, 0)


def test_only_what_is_wanted_is_asked(tmp_path: Path) -> None:
    device = cli("huawei_vrp")
    with serving([device], keys=tmp_path):
        running = read(target(device), known=Anybody(), parts=("running",))
        saved = read(target(device), known=Anybody(), parts=("saved",))
    assert (running.saved, saved.raw, saved.text) == (None, b"", "")
    assert saved.saved == running.text
    assert "sysname" not in repr(running) + repr(saved)


# Trouble

WELL: Mapping[str, tuple[str, type[faulty.Faulty]]] = {
    "empty once": ("huawei_vrp", faulty.EmptyOnce),
    "a log tears a line (VRP)": ("huawei_vrp", faulty.VrpLog),
    "a log tears a line (Comware)": ("hp_comware", faulty.ComwareLog),
    "a log tears a line (IOS)": ("cisco_ios", faulty.IosLog),
    "logs without end": ("huawei_vrp", faulty.LoggingAlways),
    "slow": ("huawei_vrp", faulty.Slow),
    "a prompt in a banner, twice": ("huawei_vrp", faulty.Deceiving),
    "time stamps": ("huawei_vrp", faulty.Stamped),
    "pager erased by CR": ("cisco_ios", faulty.PagingReturn),
    "pager left on the screen": ("ruijie_os", faulty.PagingNewline),
    "pager of any key": ("zte_zxros", faulty.PagingAnyKey),
    "pager in angles": ("hp_comware", faulty.PagingAngle),
}
BANNER = "a prompt in a banner"
ILL: Mapping[str, tuple[type[faulty.Faulty], type[DeviceError], str]] = {
    "half, then silence": (faulty.Halting, Unreachable, "没有在限定时间内答完"),
    "half, then gone": (faulty.Dropping, Unreachable, "断开了连接"),
    "half, then a prompt": (faulty.Short, Garbled, "没有读到结尾"),
    "nothing at all": (faulty.Empty, Garbled, "什么也没有说"),
    "the header only": (faulty.HeaderOnly, Garbled, "只有表头"),
    "an error in the middle": (faulty.Complaining, Garbled, "The system is busy"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Cli, object]]:
    """Every kind of trouble at once: what a read of each such device came to."""
    devices = {name: troubled(name, dialect, kind) for name, (dialect, kind) in WELL.items()}
    devices |= {name: troubled(name, "huawei_vrp", kind) for name, (kind, _, _) in ILL.items()}
    devices[BANNER] = troubled(BANNER, "huawei_vrp", faulty.Pretending)
    keys = tmp_path_factory.mktemp("keys")
    with serving(list(devices.values()), keys=keys), ThreadPoolExecutor(9) as pool:
        found = pool.map(attempt, [target(device, timeout=0.5) for device in devices.values()])
        return {name: (devices[name], answer) for name, answer in zip(devices, found, strict=True)}


def troubled(name: str, dialect: str, kind: type[faulty.Faulty]) -> Cli:
    """A device of its own kind of trouble; how often it is in trouble is its own."""
    called = f"DEV-{crc32(name.encode()):x}"
    own = type(kind.__name__, (kind,), {"prompt": f"<{called}>"})
    return cli(dialect, called, terminal=own, routes=ROUTES[:60])


@pytest.mark.parametrize("trouble", WELL)
def test_trouble_that_is_got_over(trouble: str, outcomes: Mapping[str, tuple[Cli, object]]) -> None:
    device, found = outcomes[trouble]
    assert isinstance(found, ConfigRead), found
    assert found.text.endswith(f"{device.running.text()}\n")
    assert found.text.count(device.name) == found.text.count(f" {device.name}\n"), "a prompt"
    for foreign in ("More", "Press any key", "CMDRECORD", "SHELL_LOGIN", "CONFIG_I", "+08:00"):
        assert foreign not in found.text
    assert device.logins == 1


@pytest.mark.parametrize("trouble", ILL)
def test_trouble_that_is_rejected(trouble: str, outcomes: Mapping[str, tuple[Cli, object]]) -> None:
    _, kind, words = ILL[trouble]
    device, found = outcomes[trouble]
    assert isinstance(found, kind), found
    assert words in found.reason
    assert (found.permanent, device.logins) == (False, 1)


def test_a_prompt_within_the_text_does_not_end_it(
    outcomes: Mapping[str, tuple[Cli, object]],
) -> None:
    device, found = outcomes[BANNER]
    assert isinstance(found, ConfigRead), found
    assert found.text.replace(f"<{device.name}>\n", "") == f"{device.running.text()}\n"


def test_words_that_only_look_like_trouble_are_kept(tmp_path: Path) -> None:
    device = cli("huawei_vrp", routes=())
    third = device.running.headers("interface")[2]
    wording = [
        "description <DEV1>", "description Error: do not touch", "description ---- More ----",
        "description [Y/N]", "description %Sep 12 2026 10:20:30 X %%01SHELL/5/LOGIN(l)[1]:kept",
    ]  # fmt: skip
    for line in wording:
        device.running.put(line, third)
    device.running.put('header login information "\n% Authorized users only\nError: none\n<DEV1>"')
    device.save()
    with serving([device], keys=tmp_path):
        found = read(target(device), known=Anybody())
    assert found.text == f"{device.running.text()}\n" == found.saved
    assert all(f" {line}\n" in found.text for line in wording)


def test_an_answer_without_end_is_given_up(tmp_path: Path) -> None:
    device = cli("huawei_vrp")
    with (
        serving([device], keys=tmp_path),
        ssh.connect(target(device), known=Anybody()) as shell,
        pytest.raises(Unreadable, match="超过 5,000 字节"),
    ):
        shell.told("display current-configuration", Bounds(9, size=5000))


class NoSavedFile(faulty.Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say("startup-config is not present\n")


class Forbidden(faulty.Faulty):
    async def trouble(self, first: list[str], second: list[str]) -> None:
        await self.say("Error: Unrecognized command found at '^' position.\n")


def test_nothing_saved_is_an_answer_and_a_refusal_is_none(tmp_path: Path) -> None:
    blank = troubled("blank", "cisco_ios", NoSavedFile)
    strict = troubled("strict", "huawei_vrp", Forbidden)
    with serving([blank, strict], keys=tmp_path):
        only = ("saved",)
        assert read(target(blank), known=Anybody(), parts=only).saved == ""
        assert read(target(strict), known=Anybody(), parts=only).saved is None
        with pytest.raises(CommandRejected, match="Unrecognized"):
            read(target(strict), known=Anybody())


# Not let in


def test_a_wrong_password_is_tried_once_and_no_account_locked(tmp_path: Path) -> None:
    device, old = cli("huawei_vrp"), cli("cisco_ios", "OLD", telnet=True)
    with serving([device, old], keys=tmp_path):
        for goal in (target(device, password="no"), target(old, password="no")):
            with pytest.raises(AuthRejected):
                read(goal, known=Anybody())
        with pytest.raises(AuthRejected, match="特权"):
            read(target(old, timeout=0.5, enable="no"), known=Anybody())
    assert (device.refused, old.refused, old.logins) == (1, 1, 1)


def test_what_cannot_be_read_says_what_to_do() -> None:
    goal = Target(device="x", address="127.0.0.1", profile="manual_export")
    with pytest.raises(Unreadable, match="人工导入"):
        read(goal, known=Anybody())
    with pytest.raises(Unreadable, match="没有写明怎样读取配置"):
        read(replace(goal, profile="windows_server"), known=Anybody())


def test_a_closed_port_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        device = cli("huawei_vrp", port=taken.getsockname()[1])
        with pytest.raises(Unreachable, match="拒绝连接"):
            read(target(device), known=Anybody())


# Real peers


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with laboratory(tmp_path_factory.mktemp("lab")) as found:
        yield found


@pytest.fixture(scope="module")
def desk(lab: Lab) -> Node:
    return lab.node("desk")


def wired(lab: Lab, desk: Node, name: str, number: int) -> Node:
    """A node with a cable to the desk: 10.20.<number>.1 there, .2 here."""
    node = lab.node(name)
    lab.cable(node, "lan0", desk, f"eth{number}")
    node.up("lan0", f"10.20.{number}.1/24")
    desk.up(f"eth{number}", f"10.20.{number}.2/24")
    return node


def real(profile: str, port: int, **auth: object) -> Target:
    login = replace(SshAuth(USER, LAB_PASSWORD), **auth)
    return Target(
        device=profile, address="127.0.0.1", profile=profile, ssh=login, ssh_port=port, timeout=1
    )


def test_a_real_frr_router_over_openssh(lab: Lab, desk: Node) -> None:
    router = wired(lab, desk, "r1", 1)
    frr(router, "interface lan0\n description county end of the line\n")
    goal = real("frr", desk.relay("10.20.1.1"))
    first = read(goal, known=Anybody())
    router.run("vtysh", "-c", "conf t", "-c", "ip route 192.0.2.0/24 10.20.1.2")
    second = read(goal, known=Anybody())
    shown = router.run("vtysh", "-c", "show running-config")
    assert (first.name, first.saved) == ("r1", None)
    assert second.text.strip() == shown.strip()
    assert set(second.text.split("\n")) - set(first.text.split("\n")) == {
        "ip route 192.0.2.0/24 10.20.1.2"
    }


def test_a_real_linux_gateway_with_nftables(lab: Lab, desk: Node) -> None:
    gate = wired(lab, desk, "gw", 2)
    sshd(gate, more=LEGACY, key="rsa")
    saved = gate.folder / "nftables.conf"
    saved.write_text("flush ruleset\ndefine LAN = 10.20.0.0/16\n" + RULES)
    gate.run("mount", "--bind", str(saved), "/etc/nftables.conf")
    gate.run("nft", "-f", "/etc/nftables.conf")
    goal = real("linux_nft", desk.relay("10.20.2.1"))
    with pytest.raises(Unreadable, match="允许旧算法"):
        read(goal, known=Anybody())
    goal = real("linux_nft", goal.ssh_port, weak=True)
    first = read(goal, known=Anybody())
    assert first.saved == first.text, "written otherwise, but the same rules"
    gate.run("nft", "add", "rule", "inet", "fw", "input", "tcp", "dport", "23", "drop")
    gate.up("lan0", "10.20.77.1/24")
    second = read(goal, known=Anybody())
    assert second.saved != second.text
    more = set(second.text.split("\n")) - set(first.text.split("\n"))
    assert {line.split("10.20.2.1/24")[0].strip() for line in more} == {
        "tcp dport 23 drop", "# address lan0@if3"
    }  # fmt: skip
    gate.run("nft", "-c", "-f", "-", text=second.text)
    gate.run("nft", "flush", "ruleset")
    assert read(goal, known=Anybody()).text.startswith("flush ruleset\n# ruleset ends\n# address")


RULES = """
table inet fw {
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr $LAN tcp dport 22 counter accept comment "Error: 维护"
  }
}
"""


def test_an_account_without_rights_is_not_taken_for_an_empty_gateway(lab: Lab, desk: Node) -> None:
    gate = wired(lab, desk, "gw2", 3)
    sshd(gate, uid=5000)
    with pytest.raises(DeviceError) as refusal:
        read(real("linux_nft", desk.relay("10.20.3.1")), known=Anybody())
    assert "nft: command not found" in refusal.value.reason


def test_a_host_that_drops_everything_costs_a_bounded_time(lab: Lab, desk: Node) -> None:
    gate = wired(lab, desk, "wall", 4)
    gate.run(
        "nft",
        "-f",
        "-",
        text=RULES.replace("policy accept", "policy drop").replace("$LAN", "1.1.1.1"),
    )
    goal = replace(real("frr", 22), address="10.20.4.1", timeout=0.2)
    found = desk.within(lambda: attempt(goal))
    assert isinstance(found, Unreachable)
    assert "0.8 秒内没有应答" in found.reason
