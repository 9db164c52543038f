"""The demo county as a home of its own: founded once, its ports renewed at each start."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from inventory.act import Act, system
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.exchange import apply
from inventory.founding import add_person, founded, plant, seed_units, settle
from inventory.register import field_of
from inventory.secret import Key
from inventory.sheet import Sheet, SheetRow
from netops.simulator import county

# Known to everyone who reads this file: they open the demonstration and nothing else.
ACCOUNTS = (
    ("admin", "演示·系统管理员", "system_admin", "Demo#2026admin"),
    ("net", "演示·网络管理员", "network_admin", "Demo#2026net"),
    ("tech", "演示·信息技术员", "technician", "Demo#2026tech"),
    ("leader", "演示·分管领导", "leader", "Demo#2026leader"),
    ("manager", "演示·中心主任", "manager", "Demo#2026manager"),
    ("audit", "演示·信息审计员", "auditor", "Demo#2026audit"),
)
_SECRETS = ("community", "auth_secret", "priv_secret", "password", "enable")


def prepare(database: Database, home: Path, key: Key) -> None:
    """Found the demo home when it is new, and register the running county's devices."""
    act = system("准备演示县", "demo")
    if not founded(database):
        _found(database, home, key, act)
    _register(database, home, act)


def _found(database: Database, home: Path, key: Key, act: Act) -> None:
    with database.transaction(act) as session:
        plant(session, seed_units())
        session.flush()
        units = county.unit_rows(home)
        plant(session, units)
        session.flush()
        code = next(unit["code"] for unit in units if unit["tier"] == "county")
        centre = session.scalars(select(Centre).where(Centre.code == code)).one()
        settle(session, "demo", centre)
        for login, name, role, password in ACCOUNTS:
            add_person(session, centre, login, name, role, password, must_change=False)
        for row in county.credential_rows(home):
            session.add(_credential(row, centre, key))


def _credential(row: Mapping[str, Any], centre: Centre, key: Key) -> Credential:
    sealed = {name: key.seal(row[name]) for name in _SECRETS if row.get(name)}
    return Credential(**(dict(row) | sealed | {"centre_id": centre.id}))


def _register(database: Database, home: Path, act: Act) -> None:
    """By the same import a real centre uses: ports are free ones, new at every start.

    What a visitor has retired stays so.
    """
    with database.transaction(act) as session:
        retired = set(session.scalars(select(Device.name).where(Device.retired_at.is_not(None))))
        rows = [row for row in county.inventory_rows(home) if row["name"] not in retired]
        apply(session, Device, _sheet(rows))


def _sheet(rows: Iterable[Mapping[str, Any]]) -> Sheet:
    rows = list(rows)
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    labels = {name: field_of(Device, name).label for name in names}
    told = (
        SheetRow(number, {labels[name]: _text(row.get(name)) for name in names})
        for number, row in enumerate(rows, 2)
    )
    return Sheet(tuple(labels.values()), tuple(told))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
