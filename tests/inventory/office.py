"""A county's office: a range of addresses, somebody who asks for them and who agrees."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.address_alias import AddressAlias
from inventory.approval import approvals, decide
from inventory.binding import Binding
from inventory.db import Database
from inventory.notice import Notice
from inventory.prefix import Prefix
from inventory.stepping import Taken, take
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor

CARD = "00:e0:fc:12:34:56"


@dataclass
class Office:
    """A range of a county, who asks and who agrees."""

    database: Database
    tree: Tree
    net: Actor
    leader: Actor
    prefix: str

    def add(self, cls: Any = Binding, **facts: Any) -> str:
        begins = {"prefix_id": self.prefix} if cls in (Binding, AddressAlias) else {}
        row = cls(**({"centre_id": self.tree.lankao.id} | begins | facts))
        with self.database.transaction(self.net.act()) as session:
            session.add(row)
        return str(row.id)

    def bind(self, ip: str = "", mac: str = CARD, holder: str = "张三", **facts: Any) -> str:
        return self.add(ip=ip, mac=mac, holder=holder, **facts)

    def row(self, key: str, cls: Any = Binding) -> Any:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(cls, key)

    def step(self, key: str, name: str, cls: Any = Binding, **given: Any) -> None:
        with self.database.transaction(self.net.act()) as session:
            take(session, session.get_one(cls, key), name, Taken(self.net.standing, given))

    def agree(self, key: str, cls: Any = Binding, who: Actor | None = None) -> None:
        who = who or self.leader
        with self.database.transaction(who.act()) as session:
            asked = approvals(session, session.get_one(cls, key))[0]
            decide(session, asked, who.standing, who.proof, asked.digest, True)

    def active(self, ip: str = "", mac: str = CARD, **facts: Any) -> str:
        key = self.bind(ip, mac, **facts)
        self.step(key, "ask")
        self.agree(key)
        return key

    def notices(self) -> list[str]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(select(Notice.title).where(Notice.kind == "wrong")))


def opened(database: Database, tree: Tree) -> Office:
    """10.41.25.8/29 with its gateway at .14; .9 and .10 are set aside."""
    net = actor(database, tree.lankao, "net", "李网", "network_admin", "leader")
    leader = actor(database, tree.lankao, "leader", "郑局", "leader")
    made = Office(database, tree, net, leader, "")
    made.prefix = made.add(
        Prefix, cidr="10.41.25.9/29", name="办公", gateway="10.41.25.14", mode="enforce",
        reserved="10.41.25.9 至 10",
    )  # fmt: skip
    return made
