"""Switches held against the register, all of a county at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from inventory.act import EVERYTHING, system
from inventory.config_hearing import state_of
from inventory.db import Database
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.interface import Interface
from inventory.sighting import FdbSighting
from playbooks.drift_devices import unlike
from tests.playbooks.lan import Lan, lan


def test_a_hundred_switches_cost_no_more_questions_than_two(
    sqlite_database: Database, tmp_path: Path
) -> None:
    net = lan(sqlite_database, tmp_path, datetime.now(UTC).replace(microsecond=0))
    grown(net, 2)
    few, found = asked(net)
    assert found == {("missing", n) for n in range(2)} | {("extra", n) for n in range(2)}
    grown(net, 40, 2)
    many, found = asked(net)
    assert found == {("missing", n) for n in range(40)} | {("extra", n) for n in range(40)}
    assert many == few


def grown(net: Lan, until: int, since: int = 0) -> None:
    """Switches with an entry nobody has registered, and a bound card they do not hold."""
    for number in range(since, until):
        net.bind(f"10.1.1.{10 + number}", card(number))
    with net.home.database.transaction(system("登记")) as session:
        rows = [
            Device(
                centre_id=net.home.centre.id, name=f"接入{number}", kind="switch",
                address=f"10.9.1.{number + 1}", profile="huawei_vrp",
            )
            for number in range(since, until)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    with net.home.database.observe() as session:
        for number, device in enumerate(ids, since):
            here: dict[str, Any] = {"device_id": device, "centre_id": net.home.centre.id}
            state_of(session, device).success_at = net.now
            port = Interface(if_index=1, name="GE0/0/1", seen_at=net.now, **here)
            session.add(port)
            session.flush()
            here["mac"] = card(number)
            session.add(DeviceBinding(ip=f"10.1.1.{150 + number}", read_at=net.now, **here))
            session.add(FdbSighting(interface_id=port.id, since=net.now, seen=net.now, **here))


def card(number: int) -> str:
    return f"28:6e:d4:00:02:{number:02x}"


def asked(net: Lan) -> tuple[int, set[tuple[str, int]]]:
    """How many statements it took, and what was found on which switch."""
    statements: list[str] = []

    def noted(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(net.home.database.engine, "before_cursor_execute", noted)
    try:
        with net.home.database.view(EVERYTHING) as session:
            found = list(unlike(session))
    finally:
        event.remove(net.home.database.engine, "before_cursor_execute", noted)
    return len(statements), {(one.kind, int(one.mac[-2:], 16)) for one in found}
