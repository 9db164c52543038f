"""The demo county as a home of its own: founded once, its ports renewed at each start."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from inventory.act import EVERYTHING, Act, system
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.exchange import apply
from inventory.founding import add_person, founded, plant, seed_units, settle
from inventory.home import home_fact
from inventory.person import Person
from inventory.policy import Policy
from inventory.register import field_of
from inventory.secret import Key
from inventory.sheet import Sheet, SheetRow
from inventory.store import Store
from netops.history import History
from netops.simulator import county
from playbooks.site import Site
from web.demo_addresses import write_addresses
from web.demo_backups import write_backups
from web.demo_care import care_for
from web.demo_documents import write_documents
from web.demo_duty import write_duty
from web.demo_equipment import write_equipment
from web.demo_faults import write_faults
from web.demo_handover import write_handovers
from web.demo_lines import write_lines
from web.demo_log import write_log
from web.demo_papers import write_papers
from web.demo_patrol import write_patrols
from web.demo_protection import write_protection
from web.demo_shift import write_shifts
from web.demo_visits import write_book

# Known to everyone who reads this file: they open the demonstration and nothing else.
ACCOUNTS = (
    ("admin", "演示·系统管理员", "system_admin", "Demo#2026admin"),
    ("sec", "演示·安全管理员", "security_admin", "Demo#2026sec"),
    ("trail", "演示·审计管理员", "audit_admin", "Demo#2026trail"),
    ("net", "演示·网络管理员", "network_admin", "Demo#2026net"),
    ("tech", "演示·信息技术员", "technician", "Demo#2026tech"),
    ("leader", "演示·分管领导", "leader", "Demo#2026leader"),
    ("manager", "演示·中心主任", "manager", "Demo#2026manager"),
    ("audit", "演示·信息审计员", "auditor", "Demo#2026audit"),
)
_LETTER = 1_000_000  # bytes: the demo's own letter is far smaller
_SECRETS = ("community", "auth_secret", "priv_secret", "password", "enable")


def prepare(database: Database, home: Path, key: Key) -> None:
    """Found the demo home when it is new, and register the running county's devices."""
    act = system("准备演示县", "demo")
    new = not founded(database)
    if new:
        _found(database, home, key, act)
    _people(database, act)
    passwords = {login: password for login, _name, _role, password in ACCOUNTS}
    if new:
        write_book(database, Store(home / "attachments", _LETTER), passwords)
    _register(database, home, act)
    if new:
        write_equipment(database, home, act)
        care_for(database)
        write_documents(database)
        write_lines(database)
        write_papers(database, Store(home / "attachments", _LETTER))
        write_handovers(database, passwords)
        write_log(database, passwords)
        write_shifts(database, passwords)
        write_duty(database, passwords)
        write_patrols(database, passwords)
        write_faults(database, passwords)
        write_addresses(database)
        with database.transaction(act) as session:
            write_protection(session, home_fact(session, "centre"), datetime.now(UTC))
        write_backups(_site(database, home, key), home / "演示资料")


def _site(database: Database, home: Path, key: Key) -> Site:
    with database.view(EVERYTHING) as session:
        return Site(database, History(home / "history"), key, home, home_fact(session, "centre"))


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
        for row in county.credential_rows(home):
            session.add(_credential(row, centre, key))


def _policy(centre: Centre) -> Policy:
    """A visitor looks around without a phone."""
    return Policy(
        centre_id=centre.id, name="演示", small_centre=True, small_reason="演示环境",
        totp_required=False, in_force_at=datetime.now(UTC),
    )  # fmt: skip


def _people(database: Database, act: Act) -> None:
    """Whoever is missing, also in a demo home of an earlier release; a password is enough here."""
    with database.transaction(act) as session:
        centre = session.get_one(Centre, home_fact(session, "centre"))
        known = set(session.scalars(select(Person.login)))
        for login, name, role, password in ACCOUNTS:
            if login not in known:
                add_person(session, centre, login, name, role, password, must_change=False)
        if session.scalar(select(Policy.id).limit(1)) is None:
            session.add(_policy(centre))


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
