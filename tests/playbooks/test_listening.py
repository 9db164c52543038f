"""Messages of devices over real sockets: from logger, rsyslogd, net-snmp and simulated switches."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from inventory.act import EVERYTHING, system
from inventory.config_hearing import waiting
from inventory.config_state import ConfigState
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.home import home_fact
from inventory.message import Message
from inventory.prefix import Prefix
from inventory.run import JobRun
from inventory.secret import Key
from netops.listener import CONNECTIONS, OF_ONE, Listener
from netops.pacing import KNOWN
from playbooks.dispatch import Pool
from playbooks.drift_hearing import ask_for_scans
from playbooks.listening import Listening, listen
from playbooks.reception import Reception, reception
from playbooks.retention import retain
from playbooks.site import Site, open_site
from tests.agents import COMMUNITY, STRONG, _options
from tests.lab import need_programs
from tests.netops.simulator.keyboard import at, device
from tests.patience import PATIENCE, until
from tests.peers import free_port

HUAWEI = "<189>{at:%b %d %Y %H:%M:%S} {name} %%01SHELL/5/{what}"
TYPED = (
    "CMDRECORD(s)[{n}]:Recorded command information. (Task=VT0, Ip=10.1.1.9, VpnName=, User=wang, "
    'AuthenticationMethod="Local-user", Command="{line}")'
)
CHANGED = (
    "<188>{name} %%01HWCM/4/CFGCHANGE(l)[{n}]:Configure changed. (EventIndex={n}, "
    "CommandSource=1, ConfigSource=3, ConfigDestination=2)"
)
CHINA = timedelta(hours=8)


@dataclass(frozen=True)
class Post:
    """A listening site with devices on 127.0.0.1 (`ids` by name) and one with an address alone."""

    site: Site
    pool: Pool
    listening: Listening
    ids: dict[str, str]

    def send(self, *messages: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            for message in messages:
                way.sendto(message, ("127.0.0.1", self.site.syslog_port))

    def hear(self, so: Callable[[], bool]) -> None:
        """Batch after batch, as the clock does, until it is so."""

        def heard() -> bool:
            self.listening.batch(datetime.now(UTC))
            return so()

        until(heard)

    def rows(self) -> list[Message]:
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(select(Message).order_by(Message.at, Message.id)))

    def told(self) -> Reception:
        self.listening.batch(datetime.now(UTC) + timedelta(seconds=6))
        with self.site.database.view(EVERYTHING) as session:
            found = reception(session)
        assert found is not None
        return found

    def state(self, name: str) -> ConfigState | None:
        with self.site.database.view(EVERYTHING) as session:
            return session.get(ConfigState, self.ids[name])


@contextmanager
def posted(database: Database, home: Path, rows: Sequence[dict[str, object]]) -> Iterator[Post]:
    key = Key.load(home / "secret.key")
    with database.transaction(system("登记")) as session:
        centre = home_fact(session, "centre")
        ways = [
            Credential(
                centre_id=centre, name="v2c", kind="v2c", community=key.seal(COMMUNITY.community)
            ),
            Credential(
                centre_id=centre, name="v3", kind="v3", user=STRONG.user,
                auth_protocol=STRONG.auth_protocol, auth_secret=key.seal(STRONG.auth_secret),
                priv_protocol=STRONG.priv_protocol, priv_secret=key.seal(STRONG.priv_secret),
            ),
        ]  # fmt: skip
        session.add_all(ways)
        session.flush()
        named = {way.name: way.id for way in ways}
        devices = [
            Device(**{
                "centre_id": centre, "address": "127.0.0.1", "kind": "switch", "ping": False,
                "profile": "huawei_vrp", "v2c": True, **row,
                "snmp_id": named.get(str(row.get("snmp_id"))),
            })
            for row in rows
        ]  # fmt: skip
        session.add_all(devices)
        ids = {device.name: device.id for device in devices}
    site = replace(
        open_site(database, home, home / "secret.key"),
        syslog_port=free_port(), trap_port=free_port(), receive_at="127.0.0.1",
    )  # fmt: skip
    pool = Pool(4)
    listening = listen(site, pool)
    assert listening is not None
    try:
        yield Post(site, pool, listening, ids)
    finally:
        pool.close()


@pytest.fixture
def post(founded_database: Database, tmp_path: Path) -> Iterator[Post]:
    rows: list[dict[str, object]] = [
        {"name": "SW1"}, {"name": "核心交换机"},
        {"name": "远处", "address": "192.0.2.7"},
    ]  # fmt: skip
    with posted(founded_database, tmp_path, rows) as found:
        yield found


@pytest.fixture
def alone(founded_database: Database, tmp_path: Path) -> Iterator[Post]:
    """One device at its address: it need not say its name."""
    rows: list[dict[str, object]] = [
        {"name": "SW1", "snmp_id": "v3"},
        {"name": "别处", "snmp_id": "v2c", "address": "192.0.2.8"},
    ]
    with posted(founded_database, tmp_path, rows) as found:
        yield found


def huawei(name: str, what: str, at: datetime | None = None) -> str:
    return HUAWEI.format(at=(at or datetime.now(UTC)) + CHINA, name=name, what=what)


def test_a_change_asks_for_a_reading_with_its_author(post: Post) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    secret = "local-user li password irreversible-cipher Adm1n@Kaifeng"
    post.send(
        huawei("SW1", TYPED.format(n=1, line="vlan batch 30"), at).encode(),
        huawei("SW1", TYPED.format(n=2, line="display version"), at).encode(),
        huawei("SW1", TYPED.format(n=3, line=secret), at).encode(),
        huawei("核心交换机", TYPED.format(n=4, line="description 财政局"), at).encode("gb18030"),
    )
    post.hear(lambda: len(post.rows()) == 3)
    first, second, third = post.rows()
    assert first.facts == {
        "user": "wang", "source": "10.1.1.9", "line": "VT0", "command": "vlan batch 30",
    }  # fmt: skip
    assert (first.kind, first.rule, first.via) == ("change", "huawei.command", "udp")
    assert (first.device_id, first.said_at, first.severity) == (post.ids["SW1"], at, 5)
    assert third.device_id == post.ids["核心交换机"]
    assert third.facts["command"] == "description 财政局"
    state = post.state("SW1")
    assert state is not None
    told = json.dumps([second.text, second.facts, state.heard_text], ensure_ascii=False)
    assert "Kaifeng" not in told
    assert "local-user li password" in told, "what was done is still told"
    assert (state.heard_by, state.heard_from, state.heard_origin) == ("wang", "10.1.1.9", "syslog")
    post.send(CHANGED.format(name="", n=9).encode())  # nobody said who sends it: two are here
    post.hear(lambda: post.told().count("unknown") == 1)


def test_a_change_that_names_nobody_is_whose_login_was_the_last(alone: Post) -> None:
    login = (
        "LOGIN(s)[1]:The user succeeded in logging in to VTY0. "
        "(UserType=SSH, UserName=zhang, Ip=10.1.1.7, VpnName=)"
    )
    alone.send(huawei("renamed", login).encode())
    alone.hear(lambda: len(alone.rows()) == 1)
    assert alone.state("SW1") is None, "a login changes nothing"
    alone.send(*(CHANGED.format(name="x", n=n).encode() for n in range(5)))
    alone.hear(lambda: sum(row.times for row in alone.rows()) == 6)
    _login, changed = alone.rows()
    assert (changed.kind, changed.times) == ("change", 5), "the same again is counted"
    state = alone.state("SW1")
    assert state is not None
    assert (state.heard_by, state.heard_from) == ("zhang", "10.1.1.7")
    alone.send(CHANGED.format(name="x", n=9).encode())
    alone.hear(lambda: sum(row.times for row in alone.rows()) == 7)
    assert len(alone.rows()) == 2, "in the next batch, too"
    with alone.site.database.observe() as session:
        session.get_one(Message, changed.id).at = datetime.now(UTC) - timedelta(days=400)
    retain(alone.site, datetime.now(UTC))
    assert [row.kind for row in alone.rows()] == ["login"], "kept as long as the policy says"


CONFLICT = (
    "<188>x %%01ARP/4/ARP_LOG_DUPLICATE_IPADDR_DETECT(l):Detected an IP address collision. "
    "(IpAddress=10.1.1.9, LocalMacAddress=00e0-fc12-3456, LocalInterfaceName=GE1/0/1, "
    "LocalVlanId=10, ReceiveMacAddress=286e-d400-000{n:x}, ReceiveInterfaceName=GE1/0/7, "
    "ReceiveVlanId=10)"
)


def test_a_conflict_asks_once_for_the_tables_of_the_device_and_of_the_gateway(alone: Post) -> None:
    with alone.site.database.transaction(system("登记")) as session:
        session.add(
            Prefix(
                centre_id=home_fact(session, "centre"), cidr="10.1.1.0/24", name="办公网",
                mode="enforce", gateway_device_id=alone.ids["别处"],
            )
        )  # fmt: skip
    alone.send(*(CONFLICT.format(n=n).encode() for n in range(1, 6)))
    alone.hear(lambda: len(alone.rows()) == 5)
    with alone.site.database.view(EVERYTHING) as session:
        (run,) = session.scalars(select(JobRun).where(JobRun.kind == "scan")).all()
    assert run.params == {"devices": sorted(alone.ids.values())}
    assert run.state == "asked"
    with alone.site.database.observe() as session:
        begun = session.get_one(JobRun, run.id)
        assert ask_for_scans(session, ["第三台"], begun.requested_at) is None, "joined"
        session.refresh(begun)
        assert set(begun.params["devices"]) == {*alone.ids.values(), "第三台"}
        begun.state = "running"
        asked = ask_for_scans(
            session, [alone.ids["SW1"]], begun.requested_at + timedelta(seconds=5)
        )
        assert asked is not None
        assert asked.requested_at == begun.requested_at + timedelta(seconds=30), "said again: soon"
        for number in range(60):
            at = begun.requested_at + timedelta(seconds=5, milliseconds=50 * number)
            assert ask_for_scans(session, [f"另{number}"], at) is None
        session.refresh(asked)
        assert len(asked.params["devices"]) == 60 + len(alone.ids)
    assert alone.state("SW1") is None, "no configuration was changed"


def test_logger_and_a_relay_by_tcp(post: Post, tmp_path: Path) -> None:
    need_programs("logger", "rsyslogd")
    said = "%%01SHELL/5/" + TYPED.format(n=1, line="{way}")
    port = str(post.site.syslog_port)
    ways = {"udp": ["-d"], "tcp": ["-T"], "octets": ["-T", "--octet-count"]}
    for way, options in ways.items():
        call = ["logger", "-n", "127.0.0.1", "-P", port, *options, "--rfc5424=notq,nohost"]
        subprocess.run(
            [*call, "-t", "SW1", said.replace("{way}", way)], check=True, timeout=PATIENCE
        )
    with relay(tmp_path / "relay", post.site.syslog_port) as into:
        line = huawei("SW1", TYPED.format(n=2, line="relayed")).encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.sendto(line, ("127.0.0.1", into))
        post.hear(lambda: bool(post.rows()))
    [row] = post.rows()
    assert (row.via, row.facts["command"], row.device_id) == ("tcp", "relayed", post.ids["SW1"])
    told = post.told()
    assert (told.count("received"), told.count("unknown")) == (4, 3), "logger names no device"
    assert [one.address for one in told.strangers] == ["127.0.0.1"]


@contextmanager
def relay(folder: Path, port: int) -> Iterator[int]:
    """A real rsyslogd that hands on by TCP, counting octets, what it hears by UDP."""
    folder.mkdir()
    into = free_port()
    config = folder / "rsyslog.conf"
    config.write_text(
        f'global(workDirectory="{folder}")\nmodule(load="imudp")\n'
        f'input(type="imudp" address="127.0.0.1" port="{into}")\n'
        'template(name="raw" type="string" string="%rawmsg%")\n'
        f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" '
        'TCP_Framing="octet-counted" template="raw")\n'
    )
    call = ["/usr/sbin/rsyslogd", "-n", "-f", str(config), "-i", str(folder / "pid")]
    process = subprocess.Popen(call, stderr=subprocess.DEVNULL)
    until((folder / "pid").exists)
    try:
        yield into
    finally:
        process.terminate()
        process.wait(PATIENCE)


DESTINATION, USER = "1.3.6.1.4.1.9.9.43.1.1.6.1.5.81", "1.3.6.1.4.1.9.9.43.1.1.6.1.8.81"
NOTE = ("", "1.3.6.1.4.1.9.9.43.2.0.1", DESTINATION, "i", "3", USER, "s")


def test_traps_and_informs(alone: Post) -> None:
    need_programs("snmptrap", "snmpinform")
    to = f"127.0.0.1:{alone.site.trap_port}"
    v2c, v3 = _options(COMMUNITY), _options(STRONG)
    calls = [
        ["snmptrap", *v2c, to, *NOTE, "li"],
        ["snmptrap", *v3, "-e", "0x8000000001020304", to, *NOTE, "wang"],
        ["snmpinform", *v3, to, *NOTE, "zhang"],
        ["snmptrap", "-v2c", "-c", "stranger", to, *NOTE, "nobody"],
        ["snmptrap", *v2c, to, "", "1.3.6.1.6.3.1.1.5.3"],  # a link went down: none of these rules
    ]
    for call in calls:
        assert subprocess.run(call, check=True, timeout=PATIENCE).returncode == 0, (
            "an inform is answered"
        )
    alone.hear(lambda: len(alone.rows()) == 3)
    found = [(row.via, row.kind, row.facts["user"]) for row in alone.rows()]
    assert found == [
        ("trap", "change", "li"), ("trap", "change", "wang"), ("inform", "change", "zhang"),
    ]  # fmt: skip
    state = alone.state("SW1")
    assert state is not None
    assert (state.heard_origin, state.heard_by) == ("trap", "li、wang、zhang")
    assert alone.told().count("refused") >= 1, "a community nobody knows"


def test_a_flood_is_bounded(post: Post) -> None:
    lines = [huawei("SW1", TYPED.format(n=n, line=f"vlan {n % 50}")).encode() for n in range(5000)]
    counts, began = post.listening._listener.counts, time.monotonic()
    for start in range(0, 5000, 500):  # no more at once than the narrowest buffer of a socket holds
        post.send(*lines[start : start + 500])
        until(lambda sent=start + 500: counts["received"] == sent, pause=0.001)  # type: ignore[misc]
    most = KNOWN[0] + KNOWN[1] * (time.monotonic() - began)
    post.hear(lambda: post.told().count("received") >= 5000)
    told = post.told()
    limited = told.count("limited")
    assert KNOWN[0] <= 5000 - limited <= min(most, 5000), "one sender may say only so much"
    assert told.count("understood") == 5000 - limited
    rows = post.rows()
    assert len(rows) == 50
    assert sum(row.times for row in rows) == 5000 - limited


def test_a_thousand_changes_of_ten_devices_wait_for_ten_readings(
    founded_database: Database, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [{"name": f"SW{n}"} for n in range(10)]
    with posted(founded_database, tmp_path, rows) as post:
        typed = TYPED.format(n=1, line="{}")
        said = [huawei(f"SW{n % 10}", typed.replace("{}", f"vlan {n}")) for n in range(1000)]
        for start in range(0, 1000, 250):
            post.send(*(line.encode() for line in said[start : start + 250]))
            post.hear(lambda sent=start + 250: len(post.rows()) == sent)  # type: ignore[misc]
        with post.site.database.view(EVERYTHING) as session:
            assert waiting(session) == 10
            assert session.scalar(select(func.count()).select_from(ConfigState)) == 10


def test_what_could_not_be_written_is_written_later(post: Post) -> None:
    post.send(huawei("SW1", TYPED.format(n=1, line="vlan 30")).encode())
    with post.site.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE message RENAME TO message_away"))

    def fails() -> bool:
        try:
            return post.listening.batch(datetime.now(UTC)) < 0
        except SQLAlchemyError:
            return True

    until(fails)
    with post.site.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE message_away RENAME TO message"))
    post.hear(lambda: len(post.rows()) == 1)


def test_a_stranger_is_counted_and_nothing_else(post: Post) -> None:
    lines = [huawei(f"GHOST{n}", TYPED.format(n=n, line="vlan 30")) for n in range(30)]
    post.send(*(line.encode() for line in lines), b"\xff\xfe\x00garbage", b"")
    post.hear(lambda: post.told().count("unknown") == 32)
    told = post.told()
    [stranger] = told.strangers
    assert (stranger.address, stranger.count, stranger.host) == ("127.0.0.1", 32, "GHOST29")
    assert {door.kind: door.port for door in told.doors} == {
        "syslog": post.site.syslog_port, "trap": post.site.trap_port,
    }  # fmt: skip
    assert post.rows() == []


TYPING = {
    "huawei_vrp": ("screen-length 0 temporary", "display version", "system-view", "vlan batch 30"),
    "hp_comware": ("screen-length disable", "display version", "system-view", "vlan 30"),
    "cisco_ios": ("terminal length 0", "show version", "configure terminal", "vlan 30"),
    "ruijie_os": ("terminal length 0", "show version", "configure terminal", "vlan 30"),
}


def test_what_is_done_on_a_device_is_heard_from_itself(
    founded_database: Database, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [{"name": dialect} for dialect in TYPING]
    with posted(founded_database, tmp_path, rows) as post:
        for dialect, lines in TYPING.items():
            with at(device(dialect, dialect, syslog=post.site.syslog_port), tmp_path) as keyboard:
                for line in (*lines, "return" if "vrp" in dialect or "com" in dialect else "end"):
                    keyboard.type(line, ">", "]", "#")
        post.hear(lambda: all(post.state(name) for name in TYPING))
        kinds = {(row.device_id, row.kind) for row in post.rows()}
        assert {(key, kind) for key in post.ids.values() for kind in ("login", "change")} <= kinds
        known = {name: state.heard_by for name in TYPING if (state := post.state(name))}
        assert known == dict.fromkeys(TYPING, "netadmin") | {"ruijie_os": ""}, "RGOS names nobody"
        commands = {row.facts.get("command", "") for row in post.rows()}
        assert commands == {"", "vlan batch 30", "vlan 30"}, "looking is no change"


def test_a_port_that_is_taken_is_said_and_another_used() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        listener = Listener("127.0.0.1", port, 0)
        listener.close()
    syslog, trap = listener.doors
    assert (syslog.wanted, syslog.why) == (port, "已被其他程序占用")
    assert syslog.port in (5514, 0), "the spare one, unless that is taken, too"
    assert (trap.port, trap.why) == (0, "")


def test_connections_are_bounded() -> None:
    listener = Listener("127.0.0.1", free_port(), 0)
    listener.known = frozenset({"127.0.0.1"})
    opened = []
    try:
        for _ in range(OF_ONE + 5):
            opened.append(socket.create_connection(("127.0.0.1", listener.doors[0].port)))
            listener.turn(1)
        refused = [one for one in opened if _ended(one)]
        assert OF_ONE < CONNECTIONS
        assert refused == opened[OF_ONE:]
        listener.known = frozenset()
        opened.append(socket.create_connection(("127.0.0.1", listener.doors[0].port)))
        listener.turn(1)
        assert _ended(opened[-1]), "a stranger takes no place"
        assert [heard.octets for heard in listener.take(10)] == [b""]
        opened[0].sendall(b"<13>one\n<13>tw")
        opened[0].close()
        until(lambda: listener.turn(0.1) or listener.counts["received"] == 3)
        assert [heard.octets for heard in listener.take(10)] == [b"<13>one", b"<13>tw"]
    finally:
        for one in opened:
            one.close()
        listener.close()


def _ended(line: socket.socket) -> bool:
    line.settimeout(0.05)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
