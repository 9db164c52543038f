"""A computer joins the network: asked, agreed by another, connected, removed; what is corrected
after the consent is asked for anew."""

from typing import Any

import pytest

from inventory.access_request import AccessRequest
from inventory.act import EVERYTHING
from inventory.approval import approvals, decide
from inventory.db import Database
from inventory.register import Rejected
from inventory.revision import correct
from inventory.staff import Staff
from inventory.stepping import Taken, take
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor


def test_consent_is_to_what_was_asked(database: Database, tree: Tree) -> None:
    net = actor(database, tree.lankao, "net", "李网", "network_admin")
    leader = actor(database, tree.lankao, "leader", "郑局", "leader")
    head = Staff(centre_id=tree.lankao.id, name="科长")
    row = AccessRequest(
        centre_id=tree.lankao.id, head_id=head.id, mac="00e0-fc12-3456", purpose="办公"
    )
    with database.transaction(net.act()) as session:
        session.add_all([head, row])

    def step(who: Actor, name: str, **given: Any) -> None:
        with database.transaction(who.act()) as session:
            found = session.get_one(AccessRequest, row.id)
            take(session, found, name, Taken(who.standing, given))

    def agree() -> None:
        with database.transaction(leader.act()) as session:
            asked = approvals(session, session.get_one(AccessRequest, row.id))[0]
            decide(session, asked, leader.standing, leader.proof, asked.digest, True)

    def state() -> str:
        with database.view(EVERYTHING) as session:
            return session.get_one(AccessRequest, row.id).state

    step(net, "ask")
    agree()
    with database.transaction(net.act()) as session:
        correct(session, session.get_one(AccessRequest, row.id), {"purpose": "访问外网"}, "改用途")
    assert state() == "draft"
    with pytest.raises(Rejected, match="不能“登记开通”"):
        step(net, "open", port="GE0/0/7")
    step(net, "ask")
    agree()
    with pytest.raises(Rejected, match="必须填写"):
        step(net, "open")
    step(net, "open", port="GE0/0/7")
    step(net, "close")
    assert state() == "closed"
