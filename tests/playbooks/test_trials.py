"""New secrets are tried on real agents and servers: what each device says, and no try too many."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inventory import rotation
from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.credential_state import CredentialState
from inventory.device import Device
from inventory.rotation import Rotation
from inventory.run import JobRun
from inventory.usage import SecretUse
from playbooks.duties import WORKS
from playbooks.jobs import take_asked
from playbooks.sweeps import sweep
from tests import agents, openssh
from tests.playbooks.conftest import County

GOOD = {"auth_secret": agents.SECRET, "priv_secret": agents.CIPHER}
WRONG = {"auth_secret": "never-known-9x", "priv_secret": "never-known-9y"}


def way(county: County, name: str = "v3") -> Credential:
    with county.site.database.view(EVERYTHING) as session:
        return session.scalars(select(Credential).where(Credential.name == name)).one()


def stage(county: County, credential: Credential, new: Mapping[str, str]) -> str:
    sealed = {name: county.site.key.seal(text) for name, text in new.items()}
    with county.site.database.transaction(system("暂存")) as session:
        row = session.get_one(Credential, credential.id)
        return rotation.stage(session, row, sealed).id


def run(county: County, subject: str, **facts: Any) -> JobRun:
    """The job as a page asks for it, done."""
    asked = JobRun(
        site="local", kind="rotate", slot=datetime.now(UTC).isoformat(), subject=subject,
        centre_id=county.site.centre_id, requested_at=datetime.now(UTC), **facts,
    )  # fmt: skip
    with county.site.database.observe() as session:
        session.add(asked)
    assert take_asked(county.site, county.pool, WORKS) == [asked.id]
    return ended(county, asked.id)


def ended(county: County, run_id: str) -> JobRun:
    while True:
        with county.site.database.view(EVERYTHING) as session:
            found = session.get_one(JobRun, run_id)
            if found.ended:
                return found


def test_a_device_that_knows_the_new_secrets(county: County) -> None:
    done = run(county, stage(county, way(county), GOOD))
    assert done.state == "done"
    assert done.outcome["devices"][county.real] == ["new", ""]
    verdict, why = done.outcome["devices"][county.silent]
    assert verdict == "neither"
    assert "没有" in why
    assert (done.done, done.total) == (2, 2)


def test_a_device_that_knows_only_the_old_secrets(county: County) -> None:
    done = run(county, stage(county, way(county), WRONG))
    verdict, why = done.outcome["devices"][county.real]
    assert verdict == "old"
    assert "认证口令" in why
    assert not any(
        text in str(done.outcome) + done.note for text in (*GOOD.values(), *WRONG.values())
    )


def test_polling_keeps_the_old_secrets_until_the_new_are_enabled(county: County) -> None:
    change = stage(county, way(county), WRONG)
    [poll] = sweep(county.site, county.pool, "status", 1, [county.real]).polls
    assert poll.error is None
    with county.site.database.transaction(system("启用")) as session:
        rotation.enable(session, session.get_one(Rotation, change), "")
    [poll] = sweep(county.site, county.pool, "status", 2, [county.real]).polls
    assert "口令" in str(poll.error)


def test_uses_are_counted_once_a_sweep(county: County) -> None:
    sweep(county.site, county.pool, "status", 1)
    sweep(county.site, county.pool, "status", 2)
    run(county, stage(county, way(county), GOOD))
    with county.site.database.view(EVERYTHING) as session:
        found = {row.purpose: row.count for row in session.query(SecretUse)}
        assert session.get_one(CredentialState, way(county).id).used_at is not None
    assert found == {"poll": 4, "rotate": 2}


def test_a_change_that_has_ended_is_not_tried(county: County) -> None:
    change = stage(county, way(county), GOOD)
    with county.site.database.transaction(system("放弃")) as session:
        rotation.drop(session.get_one(Rotation, change), "")
    done = run(county, change)
    assert (done.state, "已经结束" in done.note) == ("failed", True)


def test_a_trial_can_be_stopped(county: County) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        with county.site.database.transaction(system("加设备")) as session:
            like = session.get_one(Device, county.silent)
            facts = {"centre_id": like.centre_id, "kind": "server", "address": "127.0.0.1"}
            for number in range(40):
                device = Device(name=f"断线 {number}", snmp_id=like.snmp_id, ping=False, **facts)
                device.snmp_port, device.timeout = mute.getsockname()[1], 0.3
                device.retries = 0
                session.add(device)
        done = run(county, stage(county, way(county), GOOD), cancel_requested=True)
    assert done.state == "cancelled"
    assert len(done.outcome["devices"]) < 42


@pytest.mark.parametrize(
    ("new", "verdict", "refusals"),
    [("sshd-test-only", "new", 0), ("Never-known#9x", "old", 1)],
)
def test_a_login_is_tried_once(
    county: County, tmp_path: Path, new: str, verdict: str, refusals: int
) -> None:
    """Against a real OpenSSH server, which counts what it turned down."""
    (tmp_path / "sshd").mkdir()
    with openssh.sshd(tmp_path / "sshd") as server:
        with county.site.database.transaction(system("加登录")) as session:
            device = session.get_one(Device, county.real)
            row = Credential(
                centre_id=device.centre_id, name="ssh", kind="ssh", user=server.user,
                password=county.site.key.seal(server.password),
            )  # fmt: skip
            session.add(row)
            session.flush()
            device.ssh_id, device.ssh_port = row.id, server.port
        done = run(county, stage(county, row, {"password": new}))
        assert done.outcome["devices"][county.real][0] == verdict
        assert server.refusals() == refusals
        assert server.password not in str(done.outcome)
