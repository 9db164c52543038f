"""A county with an operator and a leader who work on its devices through procedures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from inventory import approval as approving
from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.change import Change
from inventory.config_snapshot import ConfigSnapshot
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.grant import Grant, standing
from inventory.notice import Notice
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import digest
from inventory.role import Standing
from inventory.run import JobRun
from inventory.secret import Key
from inventory.stepping import Taken, take
from netops.errors import DeviceError
from playbooks.jobs import Unfinished
from playbooks.procedure_asking import Asked, propose
from playbooks.procedure_duty import perform
from playbooks.site import Site, open_site


@dataclass(frozen=True)
class Desk:
    """Where changes are asked for, approved and worked on. A minute of a change lasts `minute`."""

    site: Site
    centre: Centre
    operator: Standing
    leader: Standing
    minute: float = 60.0

    def device(self, name: str, profile: str, port: int, user: str, password: str) -> str:
        """Register a device that answers on 127.0.0.1:port; its id."""
        with self.site.database.transaction(system("登记")) as session:
            way = Credential(
                centre_id=self.centre.id, name=f"登录 {name}", kind="ssh", user=user,
                password=self.site.key.seal(password),
            )  # fmt: skip
            session.add(way)
            session.flush()
            row = Device(
                name=name, profile=profile, centre_id=self.centre.id, address="127.0.0.1",
                kind="router", ping=False, ssh_id=way.id, ssh_port=port, timeout=1,
            )  # fmt: skip
            session.add(row)
        return row.id

    def plan(self, device: str, procedure: str, secret: str = "", **params: str) -> str:
        """A new change, planned by the worker; its id. Raises Unfinished when it cannot be."""
        asked = Asked(procedure, params | {"secret": secret}, "试验", 1)
        with self.site.database.transaction(self.operator.act("建立", "test")) as session:
            thing = session.get_one(Device, device)
            change = propose(session, self.site.key, thing, self.operator, asked)
        for why in filter(None, self.work()):
            raise Unfinished(why)
        return change.id

    def step(self, change: str, name: str, proof: Proof | None = None) -> None:
        """One step of the operator's."""
        with self.site.database.transaction(self.operator.act(name, "test")) as session:
            row = session.get_one(Change, change)
            take(session, row, name, Taken(self.operator, {}, proof))

    def approve(self, change: str) -> None:
        """Asked by the operator, approved by the leader."""
        self.step(change, "ask")
        with self.site.database.transaction(self.leader.act("批准", "test")) as session:
            row = session.get_one(Change, change)
            asked = approving.approvals(session, row)[0]
            approving.decide(session, asked, self.leader, proof(self.leader), digest(row), yes=True)

    def run(self, change: str) -> str:
        """Approve it and run it; the state it is in then."""
        self.approve(change)
        self.step(change, "run")
        self.work()
        return self.change(change).state

    def work(self) -> list[str]:
        """Do what the worker is asked to; how each ended ("": well)."""
        with self.site.database.view(EVERYTHING) as session:
            asked = list(session.scalars(select(JobRun).where(JobRun.state == "asked")))
        return [self._done(run) for run in asked if run.kind == "procedure"]

    def _done(self, run: JobRun) -> str:
        why = ""
        try:
            perform(self.site, run.subject, run.params["act"], minute=self.minute)
        except (Unfinished, DeviceError) as error:
            why = error.reason
        with self.site.database.observe() as session:
            row = session.get_one(JobRun, run.id)
            row.state, row.ended_at = "failed" if why else "done", datetime.now(UTC)
        return why

    def change(self, change: str) -> Change:
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(Change, change)

    def snapshots(self, device: str) -> list[ConfigSnapshot]:
        query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == device)
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(query.order_by(ConfigSnapshot.id)))

    def notices(self, level: str) -> list[str]:
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(select(Notice.title).where(Notice.level == level)))


def proof(who: Standing) -> Proof:
    return Proof(who.id, "password", datetime.now(UTC))


@contextmanager
def desk(database: Database, home: Path, minute: float = 60.0) -> Iterator[Desk]:
    key_file = home / "secret.key"
    Key.load(key_file)
    with database.transaction(system("建人")) as session:
        centre = session.scalars(select(Centre).where(Centre.code == "410225")).one()
        people = [
            Person(centre_id=centre.id, login=login, name=name)
            for login, name in (("op", "王工"), ("lead", "李主任"))
        ]
        session.add_all(people)
        session.flush()
        for one, role in zip(people, ("network_admin", "leader"), strict=True):
            given = {"centre_id": centre.id, "person_id": one.id, "role": role}
            session.add(Grant(**given, agreed_at=datetime.now(UTC)))
    with database.view(EVERYTHING) as session:
        both = [standing(session, session.get_one(Person, one.id)) for one in people]
    yield Desk(open_site(database, home, key_file), centre, both[0], both[1], minute)
