"""A founded county with a source whose sets are real, a second host that is a real OpenSSH server,
and a stick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, cast

from sqlalchemy import select

from backups.backup_keys import centre_key
from backups.gathering import Item
from backups.pace import Pace
from backups.set_manifest import Manifest, SetFacts
from backups.set_parts import Cut
from backups.set_writing import SetWriter
from backups.sets import folder_of
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace, BackupPlaceState
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.grant import Grant
from inventory.keys import new_key
from inventory.medium import Medium
from inventory.notice import Notice
from inventory.person import Person
from inventory.run import JobRun
from inventory.staff import Staff
from inventory.stepping import moving
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import Job
from playbooks.site import Site, open_site
from tests.openssh import THERE, Server

AT = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
_MIB = 1 << 20


@dataclass(frozen=True)
class Lab:
    """The county's console; `far` is the folder on the second host."""

    site: Site
    source: BackupSource
    far: Path
    pool: Pool = field(default_factory=lambda: Pool(1))

    def set(self, mib: int = 0, period: str = "2026-11") -> BackupSet:
        """A good set of so many MiB, on disk and in the catalogue."""
        key_id, key, print_id = centre_key(self.site.database, self.site.key, self.site.centre_id)
        with self.site.database.transaction(system("备份")) as session:
            row = BackupSet(
                id=new_key(),
                centre_id=self.site.centre_id,
                source_id=self.source.id,
                kind="software",
                period=period,
                started_at=AT,
            )
            session.add(row)
            session.flush()
            manifest = self._written(row, key, print_id, mib)
            with moving(session, row):
                row.state, row.sha256, row.key_id = "good", manifest.sha256, key_id
                row.stored, row.ended_at = manifest.stored, AT
            session.add(
                BackupCopy(
                    centre_id=row.centre_id, set_id=row.id, place="own", state="verified",
                    size=manifest.stored, made_at=AT, verified_at=AT,
                )
            )  # fmt: skip
        return row

    def _written(self, row: BackupSet, key: bytes, print_id: str, mib: int) -> Manifest:
        data = Random(row.id).randbytes(mib * _MIB + 1000)
        item = Item("账目.dump", len(data), AT, lambda: cast("BinaryIO", BytesIO(data)))
        facts = SetFacts(
            set_id=row.id,
            number=row.number,
            source_id=row.source_id,
            source_name="报表库",
            centre_id=row.centre_id,
            centre_name="兰考县",
            kind=row.kind,
            method="files",
            period=row.period,
            taken_at=AT,
        )
        writer = SetWriter(self.folder(row), key, print_id, Cut(part=_MIB))
        return writer.write(facts, iter([item]), Pace())

    def folder(self, row: BackupSet, home: Path | None = None) -> Path:
        """Where a set lies in the console's home, or in another tree."""
        return folder_of(home or self.site.home, row)

    def place(self, server: Server, **other: Any) -> BackupPlace:
        """The second host, as a person registers it."""
        centre = self.site.centre_id
        with self.site.database.transaction(system("登记")) as session:
            way = Credential(
                centre_id=centre,
                name="二号机登录",
                kind="ssh",
                user=server.user,
                password=self.site.key.seal(server.password),
            )
            session.add(way)
            session.flush()
            device = Device(
                centre_id=centre,
                name="二号机",
                address="127.0.0.1",
                kind="server",
                profile="generic",
                ssh_id=way.id,
                ssh_port=server.port,
            )
            session.add(device)
            session.flush()
            facts = {
                "name": "二号机",
                "folder": f"{THERE}{self.far}",
                "device_id": device.id,
                **other,
            }
            row = BackupPlace(centre_id=centre, **facts)
            session.add(row)
        return row

    def medium(self, name: str = "蓝色移动硬盘") -> Medium:
        """A registered stick."""
        centre = self.site.centre_id
        with self.site.database.transaction(system("登记")) as session:
            keeper = Staff(centre_id=centre, name=f"{name}保管人")
            session.add(keeper)
            session.flush()
            row = Medium(
                centre_id=centre, name=name, serial=name, keeper_id=keeper.id, kept_at="资料室"
            )
            session.add(row)
        return row

    def do(self, kind: str, subject: str, **params: Any) -> Mapping[str, Any]:
        """What the worker does when it is asked. Raises Unfinished."""
        run_id = new_key()
        with self.site.database.observe() as session:
            session.add(
                JobRun(
                    id=run_id, site="local", kind=kind, slot=run_id, subject=subject,
                    params=params, centre_id=self.site.centre_id, requested_at=datetime.now(UTC),
                    state="running",
                )
            )  # fmt: skip
        told = WORKS[kind](Job(self.site, self.pool, run_id, subject, params))
        with self.site.database.observe() as session:
            session.get_one(JobRun, run_id).state = "done"
        return told

    def states(self, row: BackupSet) -> dict[str, str]:
        """The copies of a set: place → state; "set" is the set's own."""
        with self.site.database.view(EVERYTHING) as session:
            query = select(BackupCopy).where(BackupCopy.set_id == row.id)
            told = {one.place: one.state for one in session.scalars(query)}
            return told | {"set": session.get_one(BackupSet, row.id).state}

    def copy(self, row: BackupSet, where: str) -> BackupCopy:
        with self.site.database.view(EVERYTHING) as session:
            return session.scalars(
                select(BackupCopy).where(BackupCopy.set_id == row.id, BackupCopy.place == where)
            ).one()

    def state(self, place: BackupPlace) -> BackupPlaceState:
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(BackupPlaceState, place.id)

    def titles(self) -> list[str]:
        """What people were told, oldest first."""
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(select(Notice.title).order_by(Notice.id)))


def founded(database: Database, home: Path, far: Path) -> Lab:
    """A lab in a founded home; its source is monthly and keeps two."""
    site = open_site(database, home, home / "secret.key")
    with database.transaction(system("登记")) as session:
        source = BackupSource(
            centre_id=site.centre_id, name="报表库", kind="software", method="files",
            paths="/srv/reports", keep=2, since=AT.date(),
        )  # fmt: skip
        session.add(source)
        person = Person(centre_id=site.centre_id, login="net", name="李网", must_change=False)
        session.add(person)
        session.flush()
        session.add(
            Grant(
                centre_id=site.centre_id, person_id=person.id, role="network_admin",
                agreed_at=datetime.now(UTC),
            )
        )  # fmt: skip
    return Lab(site, source, far)
