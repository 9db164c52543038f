"""Logging in with netmiko and paramiko: every simulated vendor, and real OpenSSH servers."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netops import ssh
from netops.errors import AuthRejected, CommandRejected, Unreachable, Unreadable
from netops.reading import SshAuth, Target
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from tests.openssh import LEGACY, Server, sshd
from tests.patience import GAVE_UP

PROFILES = {
    "huawei_vrp": "huawei_vrp",
    "huawei_usg": "huawei_usg",
    "huawei_cloudengine": "huawei_cloudengine",
    "hp_comware": "h3c_comware",
    "h3c_secpath": "h3c_secpath",
    "cisco_ios": "cisco_ios",
    "ruijie_os": "ruijie_os",
    "zte_zxros": "zte_zxros",
    "linux": "linux_server",
}
NETWORK = [name for name in PROFILES if name != "linux"]
UPTIME = 23 * 86400 + 10 * 3600 + 59 * 60
PASSWORD = "S3cret-simulated"
ENABLE = "3nable-simulated"


class Known:
    """Host keys in memory."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, int], str] = {}

    def expected(self, host: str, port: int) -> str | None:
        return self.keys.get((host, port))

    def learn(self, host: str, port: int, key: str) -> None:
        assert (host, port) not in self.keys
        self.keys[host, port] = key


@pytest.fixture
def known() -> Known:
    return Known()


def cli(dialect: str, **more: object) -> Cli:
    given = {"name": "DEV1", "password": PASSWORD, "enable": ENABLE, "serial": "SN4201"}
    return Cli(dialect=dialect, **{**given, **more})  # type: ignore[arg-type]


def target(device: Cli, **auth: object) -> Target:
    login = SshAuth(device.user, PASSWORD, ENABLE, "telnet" if device.telnet else "ssh")
    return Target(
        device=device.name,
        address="127.0.0.1",
        profile=PROFILES[device.dialect],
        ssh=replace(login, **auth),
        ssh_port=device.port,
        timeout=1,
    )


def running(dialect: str) -> str:
    return "display current-configuration" if dialect.startswith("h") else "show running-config"


# Every vendor


@pytest.mark.parametrize("dialect", PROFILES)
def test_facts_are_what_the_device_is(dialect: str, known: Known, tmp_path: Path) -> None:
    device = cli(dialect)
    about = device.vendor.facts
    with serving([device], keys=tmp_path):
        found = ssh.facts(target(device), known=known)
    assert (found.sys_name, found.version) == ("DEV1", about["version"])
    assert found.model == ("" if dialect == "linux" else about["model"])
    assert found.serial == ("" if dialect in ("zte_zxros", "linux") else "SN4201")
    assert found.uptime is not None
    assert UPTIME <= found.uptime < UPTIME + 120
    assert (device.logins, device.refused) == (1, 0)


@pytest.mark.parametrize("dialect", NETWORK)
def test_the_whole_configuration_comes_through(dialect: str, known: Known, tmp_path: Path) -> None:
    device = cli(dialect, routes=[f"172.{20 + n // 250}.{n % 250}.0/24" for n in range(1000)])
    with serving([device], keys=tmp_path):
        shown = ssh.command(target(device), running(dialect), known=known)
    assert shown.rstrip("\n").endswith(device.running.text())


@pytest.mark.parametrize(
    ("dialect", "turns_pager_on"),
    [
        ("huawei_vrp", "undo screen-length temporary"),
        ("hp_comware", "undo screen-length disable"),
        ("cisco_ios", "terminal length 24"),
        ("ruijie_os", "terminal length 24"),
        ("zte_zxros", "terminal length 24"),
    ],
)
def test_a_pager_that_stays_on_is_turned(
    dialect: str, turns_pager_on: str, known: Known, tmp_path: Path
) -> None:
    device = cli(dialect, routes=[f"172.16.{number}.0/24" for number in range(120)])
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        shell.command(turns_pager_on)
        shown = shell.command(running(dialect))
    assert shown.rstrip("\n").endswith(device.running.text())


@pytest.mark.parametrize("dialect", PROFILES)
def test_a_wrong_command_is_rejected_in_the_devices_own_words(
    dialect: str, known: Known, tmp_path: Path
) -> None:
    device = cli(dialect)
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        with pytest.raises(CommandRejected) as refusal:
            shell.command("dispaly everything")
        assert shell.name == "DEV1"
        assert shell.command("date" if dialect == "linux" else clock(dialect))
    assert "不接受命令「dispaly everything」" in refusal.value.reason
    said = ("Unrecognized command", "Invalid input detected", "command not found")
    assert any(words in refusal.value.reason for words in said)


def clock(dialect: str) -> str:
    return "display clock" if dialect.startswith("h") else "show clock"


CHANGES = {
    "huawei_vrp": ("system-view", "sysname DEV2", "return", "save", {r"\[Y/N\]": "y"}),
    "hp_comware": (
        "system-view",
        "sysname DEV2",
        "return",
        "save",
        {r"\[Y/N\]": "y", r"press the enter key": ""},
    ),
    "cisco_ios": (
        "configure terminal",
        "hostname DEV2",
        "end",
        "copy running-config startup-config",
        {r"Destination filename": ""},
    ),
    "ruijie_os": ("configure terminal", "hostname DEV2", "end", "write", {}),
    "zte_zxros": ("configure terminal", "hostname DEV2", "end", "write", {}),
}


@pytest.mark.parametrize("dialect", CHANGES)
def test_a_change_makes_it_dirty_and_the_save_dialogue_clean(
    dialect: str, known: Known, tmp_path: Path
) -> None:
    enter, change, leave, save, answers = CHANGES[dialect]
    device = cli(dialect)
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        for line in (enter, change, leave):
            shell.command(line)
        assert (shell.name, device.name, device.dirty) == ("DEV2", "DEV2", True)
        shell.ask(save, answers)
        assert (device.dirty, device.saved.text()) == (False, device.running.text())


def test_what_is_typed_into_a_cloudengine_waits_for_commit(known: Known, tmp_path: Path) -> None:
    device = cli("huawei_cloudengine")
    asked = {r"\[Y\(yes\)/N\(no\)/C\(cancel\)\]": "n"}
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        for line in ("system-view", "interface 10GE1/0/3", "description 城关", "quit"):
            shell.command(line)
        assert (device.uncommitted, device.dirty, shell.name) == (True, False, "DEV1")
        shell.ask("quit", asked)
        assert not device.uncommitted
        for line in ("system-view", "sysname DEV2", "commit", "return"):
            shell.command(line)
        assert (shell.name, device.name, device.dirty) == ("DEV2", "DEV2", True)
        assert "description" not in device.running.text().partition("10GE1/0/3")[2]
        shell.command("system-view")
        shell.command("undo sysname")
        with pytest.raises(CommandRejected, match="Uncommitted configurations found"):
            shell.command("quit")


def test_a_question_nobody_foresaw_is_left_unanswered(known: Known, tmp_path: Path) -> None:
    device = cli("huawei_vrp")
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        with pytest.raises(CommandRejected, match="反问「Are you sure to continue") as refusal:
            shell.command("save")
        assert refusal.value.permanent
        assert shell.command("display clock")


def test_a_device_that_restarts_under_us_is_transient(known: Known, tmp_path: Path) -> None:
    device = cli("ruijie_os")
    with (
        serving([device], keys=tmp_path),
        ssh.connect(target(device), known=known) as shell,
        pytest.raises(Unreachable, match="断开了连接"),
    ):
        shell.ask("reload", {"Reload": "y"})
    assert device.boots == 1


def test_chinese_descriptions_survive(known: Known, tmp_path: Path) -> None:
    device = cli("huawei_vrp")
    with serving([device], keys=tmp_path), ssh.connect(target(device), known=known) as shell:
        shell.command("system-view")
        shell.command("interface GigabitEthernet0/0/3")
        shell.command("description 城关镇便民服务中心专线")
        shown = shell.command("display current-configuration")
    assert " description 城关镇便民服务中心专线\n" in shown


# Being refused


@pytest.mark.parametrize("dialect", ["huawei_vrp", "cisco_ios"])
def test_a_wrong_password_is_tried_once(dialect: str, known: Known, tmp_path: Path) -> None:
    device = cli(dialect)
    with serving([device], keys=tmp_path), pytest.raises(AuthRejected) as refusal:
        ssh.facts(target(device, password="not-it-at-all"), known=known)
    assert (device.logins, device.refused) == (0, 1)
    assert "拒绝了用户「netadmin」的口令" in refusal.value.reason
    assert known.keys == {}, "a key is not learnt from a login that failed"


@pytest.mark.parametrize("dialect", ["cisco_ios", "ruijie_os"])
def test_a_wrong_enable_password_says_so(dialect: str, known: Known, tmp_path: Path) -> None:
    device = cli(dialect)
    with serving([device], keys=tmp_path), pytest.raises(AuthRejected, match="特权"):
        ssh.facts(replace(target(device, enable="not-it"), timeout=0.5), known=known)
    assert device.logins == 1


def test_secrets_stay_out_of_errors_and_logs(
    known: Known, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    device = cli("cisco_ios")
    with serving([device], keys=tmp_path):
        ssh.facts(target(device), known=known)
        with (
            ssh.connect(target(device), known=known) as shell,
            pytest.raises(CommandRejected) as refusal,
        ):
            shell.command("snmp community hunter2hunter2")
        with pytest.raises(AuthRejected) as rejected:
            ssh.facts(target(device, password="wr0ng-simulated"), known=known)
    told = caplog.text + repr(target(device)) + str(vars(rejected.value)) + str(rejected.value)
    for secret in (PASSWORD, ENABLE, "wr0ng-simulated"):
        assert secret not in told
    assert "hunter2" not in refusal.value.reason + refusal.value.detail


def test_a_changed_host_key_is_refused_before_the_password_leaves(
    known: Known, tmp_path: Path
) -> None:
    device = cli("huawei_vrp")
    with serving([device], keys=tmp_path / "first"):
        ssh.facts(target(device), known=known)
        learnt = known.expected("127.0.0.1", device.port)
    with (
        serving([device], keys=tmp_path / "second"),
        pytest.raises(ssh.HostKeyChanged) as refusal,
    ):
        ssh.facts(target(device), known=known)
    assert learnt == refusal.value.expected
    assert ssh.fingerprint(refusal.value.expected) in refusal.value.reason
    assert ssh.fingerprint(refusal.value.offered) in refusal.value.reason
    assert isinstance(refusal.value, AuthRejected)
    assert (device.logins, device.refused) == (1, 0)


def test_a_closed_port_is_said_at_once(known: Known) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        device = cli("huawei_vrp", port=taken.getsockname()[1])
        with pytest.raises(Unreachable, match="拒绝连接：主机在线") as refusal:
            ssh.facts(target(device), known=known)
    assert not refusal.value.permanent


@contextmanager
def mute() -> Iterator[tuple[int, list[float]]]:
    """A server that takes connections and never speaks; notes when each came."""
    came: list[float] = []

    def listen(door: socket.socket) -> None:
        while True:
            try:
                held.append(door.accept()[0])
            except OSError:
                return
            came.append(time.monotonic())

    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=listen, args=(door,))
        thread.start()
        yield door.getsockname()[1], came
        door.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def test_a_silent_port_costs_a_bounded_time_and_one_more_try(known: Known) -> None:
    with mute() as (port, came):
        started = time.monotonic()
        with pytest.raises(Unreachable, match="没有完成 SSH 握手"):
            ssh.facts(replace(target(cli("linux", port=port)), timeout=0.1), known=known)
        assert time.monotonic() - started < GAVE_UP
    assert len(came) == 2


def test_a_device_without_credential_or_command_line_is_not_asked(known: Known) -> None:
    device = target(cli("linux", port=9))
    with pytest.raises(AuthRejected, match="没有登录凭据"):
        ssh.facts(replace(device, ssh=None), known=known)
    with pytest.raises(Unreadable, match="没有命令行"):
        ssh.facts(replace(device, profile="generic"), known=known)
    with pytest.raises(Unreadable, match="不能用 Telnet"):
        ssh.facts(target(cli("linux", port=9, telnet=True)), known=known)


# Old devices


@pytest.mark.parametrize("dialect", ["huawei_vrp", "hp_comware", "cisco_ios", "ruijie_os"])
def test_telnet_where_it_is_asked_for(dialect: str, known: Known, tmp_path: Path) -> None:
    device = cli(dialect, telnet=True)
    with serving([device], keys=tmp_path):
        found = ssh.facts(target(device), known=known)
    assert (found.sys_name, found.serial, device.logins) == ("DEV1", "SN4201", 1)
    assert known.keys == {}


def test_telnet_tries_a_wrong_password_once(known: Known, tmp_path: Path) -> None:
    device = cli("cisco_ios", telnet=True)
    with serving([device], keys=tmp_path), pytest.raises(AuthRejected, match="只试了这一次"):
        ssh.facts(target(device, password="not-it-at-all"), known=known)
    assert (device.logins, device.refused) == (0, 1)


def test_old_algorithms_only_where_they_are_allowed(known: Known, tmp_path: Path) -> None:
    device = cli("cisco_ios", legacy=True)
    with serving([device], keys=tmp_path):
        with pytest.raises(Unreadable, match="旧设备：可在设备表单里允许旧算法"):
            ssh.facts(target(device), known=known)
        assert ssh.facts(target(device, weak=True), known=known).sys_name == "DEV1"


# Real OpenSSH


def openssh(server: Server, **auth: object) -> Target:
    login = SshAuth(server.user, server.password)
    return Target(
        device="real",
        address="127.0.0.1",
        profile="linux_server",
        ssh=replace(login, **auth),
        ssh_port=server.port,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd")) as running_server:
        yield running_server


def test_a_real_server_tells_its_facts(server: Server, known: Known) -> None:
    found = ssh.facts(openssh(server), known=known)
    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert (found.sys_name, found.version) == (socket.gethostname().split(".")[0], kernel)
    assert found.uptime is not None
    assert abs(found.uptime - uptime) < 10
    assert known.keys == {("127.0.0.1", server.port): server.key}


def test_a_real_shell_answers_whole(server: Server, known: Known) -> None:
    with ssh.connect(openssh(server), known=known) as shell:
        assert shell.command("seq 1 20000").split() == [str(n) for n in range(1, 20001)]
        assert shell.command(r"printf '\xd6\xd0\xce\xc4\n中文\n'") == "中文\n中文"
        with pytest.raises(CommandRejected, match="not found"):
            shell.command("no-such-program")


def test_a_real_server_counts_one_refusal(server: Server, known: Known) -> None:
    before = server.refusals()
    with pytest.raises(AuthRejected, match="拒绝了用户"):
        ssh.facts(openssh(server, password="not-it-at-all"), known=known)
    assert server.refusals() == before + 1


def test_a_real_server_with_another_key_is_refused(server: Server, known: Known) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    known.learn("127.0.0.1", server.port, other)
    with pytest.raises(ssh.HostKeyChanged):
        ssh.facts(openssh(server), known=known)


def test_a_server_that_takes_only_keys_says_so(tmp_path: Path, known: Known) -> None:
    only_keys = "Match User netadmin\n  PasswordAuthentication no"
    words = "不接受口令登录，只接受 publickey"
    with sshd(tmp_path, only_keys) as strict, pytest.raises(AuthRejected, match=words):
        ssh.facts(openssh(strict), known=known)


def test_a_legacy_server_needs_the_opt_in(tmp_path: Path, known: Known) -> None:
    with sshd(tmp_path, LEGACY, key="rsa") as old:
        with pytest.raises(Unreadable, match="允许旧算法"):
            ssh.facts(openssh(old), known=known)
        assert ssh.facts(openssh(old, weak=True), known=known).version
