"""What the worker logs at its loudest while devices refuse, and what it passes on: no secret."""

import io
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from inventory import rotation
from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.device import Device
from inventory.run import JobRun
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks import logins
from playbooks.duties import WORKS
from playbooks.jobs import take_asked
from playbooks.sweeps import sweep
from tests import agents, openssh
from tests.planted import PLANTED, leaks, leaks_in
from tests.playbooks.conftest import County
from tests.playbooks.test_trials import ended

_KEY = ("secret.key",)


@contextmanager
def heard() -> Iterator[io.StringIO]:
    """Every word of every library, paramiko and netmiko too, down to DEBUG."""
    said = io.StringIO()
    hand, root = logging.StreamHandler(said), logging.getLogger()
    loud = {name: logging.getLogger(name).level for name in ("", "paramiko", "netmiko")}
    root.addHandler(hand)
    for name in loud:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.removeHandler(hand)
        for name, level in loud.items():
            logging.getLogger(name).setLevel(level)


def login(county: County, port: int, **facts: object) -> Credential:
    """The real agent's device gets a login whose passwords are planted."""
    key = county.site.key
    with county.site.database.transaction(system("加登录")) as session:
        device = session.get_one(Device, county.real)
        secrets = {"password": key.seal(PLANTED["ssh password"])}
        secrets["enable"] = key.seal(PLANTED["enable"])
        row = Credential(
            centre_id=device.centre_id, name="ssh", kind="ssh", user="netadmin", **secrets
        )
        session.add(row)
        session.flush()
        device.ssh_id, device.ssh_port = row.id, port
        for name, value in facts.items():
            setattr(device, name, value)
    sweep(county.site, county.pool, "status", 1)
    return row


def work(county: County, kind: str, subject: str, **params: object) -> JobRun:
    run = JobRun(
        site="local", kind=kind, slot=datetime.now(UTC).isoformat(), subject=subject,
        centre_id=county.site.centre_id, requested_at=datetime.now(UTC), params=params,
    )  # fmt: skip
    with county.site.database.observe() as session:
        session.add(run)
    take_asked(county.site, county.pool, WORKS)
    return ended(county, run.id)


def nothing_told(county: County, log: io.StringIO) -> None:
    with county.site.database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(FULL)"))
    assert leaks(log.getvalue()) == []
    assert leaks_in(county.site.home, *_KEY, "snmpd.conf") == []


def test_a_real_server_that_refuses(county: County, tmp_path: Path) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with openssh.sshd(folder) as server, heard() as log:
        row = login(county, server.port)
        logins.ask(county.site, county.pool, [county.real])
        sealed = {"password": county.site.key.seal(PLANTED["staged"])}
        with county.site.database.transaction(system("暂存")) as session:
            change = rotation.stage(session, session.get_one(Credential, row.id), sealed).id
        done = work(county, "rotate", change)
        assert server.refusals() == 3  # the login, the new secret, the old one
    assert done.outcome["devices"][county.real][0] == "neither"
    assert "paramiko" in log.getvalue().lower() or "userauth" in log.getvalue().lower()
    nothing_told(county, log)


@pytest.mark.parametrize("telnet", [False, True])
@pytest.mark.parametrize("right", [True, False])
def test_a_login_with_an_enable_password(
    county: County, tmp_path: Path, telnet: bool, right: bool
) -> None:
    """By telnet every character passes through netmiko's own log."""
    enable = PLANTED["enable"] if right else "another-Enable#1"
    cli = Cli(
        name="CORE", dialect="ruijie_os", password=PLANTED["ssh password"], enable=enable,
        telnet=telnet,
    )  # fmt: skip
    with serving([cli], keys=tmp_path / "keys"), heard() as log:
        login(county, cli.port, telnet=telnet, profile="ruijie_os")
        logins.ask(county.site, county.pool, [county.real])
    assert cli.logins >= 1
    assert "write_channel" in log.getvalue()
    nothing_told(county, log)


def test_agents_that_refuse_or_are_silent(county: County) -> None:
    key = county.site.key
    with county.site.database.transaction(system("口令不对")) as session:
        v3 = session.scalars(select(Credential)).one()
        v3.auth_secret, v3.priv_secret = key.seal(PLANTED["auth_secret"]), v3.priv_secret
        v2c = Credential(
            centre_id=v3.centre_id, name="团体", kind="v2c",
            community=key.seal(PLANTED["community"]),
        )  # fmt: skip
        session.add(v2c)
        session.flush()
        silent = session.get_one(Device, county.silent)
        silent.v2c, silent.snmp_id, silent.snmp_port = True, v2c.id, county.agent.port
    with heard() as log:
        for kind in ("status", "identity"):
            polls = sweep(county.site, county.pool, kind, 1).polls
            assert all(poll.error is not None for poll in polls)
        for device in (county.real, county.silent):
            assert work(county, "walk", device).state == "failed"
            work(county, "poll", device)
        found = work(
            county, "discover", "", range="127.0.0.1", credentials=[v2c.id, v3.id],
            ports=[county.agent.port], ping=False, scope=["/"],
        )  # fmt: skip
    assert found.state == "done"
    assert leaks(repr(polls)) == []
    nothing_told(county, log)


def test_a_job_that_breaks_logs_its_trace_without_secrets(county: County) -> None:
    """The key is another one, the table is gone: whatever breaks, the log is read by others."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        row = login(county, port.getsockname()[1])
    sealed = {"password": county.site.key.seal(PLANTED["staged"])}
    with county.site.database.transaction(system("暂存")) as session:
        change = rotation.stage(session, session.get_one(Credential, row.id), sealed).id
    with county.site.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE host_key RENAME TO elsewhere"))
    with heard() as log:
        done = work(county, "rotate", change)
        work(county, "walk", county.real)
    assert done.ended
    nothing_told(county, log)
    with county.site.database.view(EVERYTHING) as session:
        told = [str(run.outcome) + run.note for run in session.query(JobRun)]
    assert leaks("".join(told)) == []
    assert agents.SECRET not in "".join(told)
