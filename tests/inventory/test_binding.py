"""An address from its request to its release: given once, agreed to by another, replaced without a
gap, told of when what it served ends; and who held it when."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory.access_request import AccessRequest
from inventory.act import EVERYTHING
from inventory.address_alias import AddressAlias
from inventory.approval import approvals, decide
from inventory.binding import Binding
from inventory.binding_steps import held
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.moving import move
from inventory.prefix import Prefix
from inventory.register import Rejected
from inventory.revision import Revision
from inventory.staff import Staff
from tests.inventory.conftest import Tree
from tests.inventory.office import CARD, Office, opened
from tests.inventory.test_deployment import Handover, things


@pytest.fixture
def office(database: Database, tree: Tree) -> Office:
    return opened(database, tree)


def refuses(office: Office, match: str, **facts: Any) -> None:
    with pytest.raises(Rejected, match=match):
        office.bind(**facts)


def test_a_range_is_one_and_keeps_what_it_gave(office: Office) -> None:
    def add(**facts: Any) -> str:
        return office.add(Prefix, **({"name": "x", "mode": "enforce"} | facts))

    assert office.row(office.prefix, Prefix).cidr == "10.41.25.8/29"
    for wrong, facts in {
        "与“办公”.*重叠": {"cidr": "10.41.25.0/24"},
        "掩码": {"cidr": "10.41.26.0"},
        "不是网段": {"cidr": "10.41.26.0/33"},
        "范围太大": {"cidr": "0.0.0.0/0"},
        "网段地址或广播": {"cidr": "10.41.26.0/24", "gateway": "10.41.26.255"},
        "不在网段": {"cidr": "fd00:41::/64", "gateway": "fd00:42::1"},
        "前后颠倒": {"cidr": "10.41.26.0/24", "reserved": "10.41.26.9-2"},
        "写明原因": {"cidr": "10.41.26.0/24", "mode": "watch"},
    }.items():
        with pytest.raises(Rejected, match=wrong):
            add(**facts)
    add(cidr="10.41.25.0/24", segment="视频会议")  # another network
    add(cidr="10．41．26．0／24")
    add(cidr="fd00:41::/64", gateway="fd00:41::1")
    office.bind("10.41.25.13")
    with (
        pytest.raises(Rejected, match=r"10\.41\.25\.13.*之外"),
        office.database.transaction(office.net.act()) as session,
    ):
        prefix = session.get_one(Prefix, office.prefix)
        prefix.cidr, prefix.gateway, prefix.reason = "10.41.25.8/30", None, "改小"
        prefix.reserved = ""


def test_what_no_card_can_have_is_refused(office: Office) -> None:
    for ip, why in {
        "10.41.25.8": "广播", "10.41.25.15": "广播", "10.41.25.14": "网关", "10.41.25.10": "保留",
        "10.41.26.1": "不在网段",
    }.items():  # fmt: skip
        refuses(office, why, ip=ip)
    refuses(office, "不在已登记的网段", ip="10.99.1.1", prefix_id=None)
    for mac, why in {
        "00:00:00:00:00:00": "全零", "ff:ff:ff:ff:ff:ff": "广播", "01:00:5e:00:00:01": "组播",
        "00:00:5e:00:01:0a": "别名", "00:00:0c:07:ac:01": "别名", "0007-b400-0102": "别名",
        "d2:11:22:33:44:55": "随机",
    }.items():  # fmt: skip
        refuses(office, why, mac=mac)
    office.bind(mac="d2:11:22:33:44:55", local_why="虚拟机，MAC 固定在配置里")
    office.add(AddressAlias, ip="10.41.25.14", mac="00005e00010a", kind="vrrp", reason="双网关")
    with pytest.raises(Rejected, match="不是一台机器"):
        office.add(AddressAlias, ip="10.41.25.14", mac="0" * 12, kind="vrrp", reason="x")


def test_from_the_request_to_the_release(office: Office) -> None:
    first = office.bind("", "00e0-fc12-3456", holder="")
    assert (office.row(first).ip, office.row(first).mac) == ("10.41.25.11", CARD)
    with pytest.raises(Rejected, match="必须填写"):
        office.step(first, "ask")
    office.step(first, "ask", holder="张三")
    with pytest.raises(Rejected, match="另一人"):
        office.agree(first, who=office.net)
    office.agree(first)
    assert office.row(first).state == "active"
    assert office.row(office.bind(mac="00:e0:fc:12:34:57")).ip == "10.41.25.12"  # promised, too
    refuses(office, "已由 张三", ip="10.41.25.11", mac="00:e0:fc:00:00:01")
    with (
        pytest.raises(Rejected, match="取代的绑定"),
        office.database.transaction(office.net.act()) as session,
    ):
        session.get_one(Binding, first).port = "GE0/0/9"
    with (
        pytest.raises(Rejected, match="不能停用"),
        office.database.transaction(office.net.act()) as session,
    ):
        session.get_one(Binding, first).turn(gone=True)
    moved = office.active("10.41.25.11", device_id=office.tree.core.id, port="GE0/0/9")
    swapped = office.active("10.41.25.11", "00:e0:fc:00:00:09", replaces_id=moved)
    assert [office.row(one).state for one in (first, moved, swapped)] == [
        "released", "released", "active",
    ]  # fmt: skip
    office.step(swapped, "release")
    assert office.row(office.bind()).ip == "10.41.25.11"  # the same card may have it again
    with office.database.view(EVERYTHING) as session:
        prefix = session.get_one(Prefix, office.prefix)
        past = held(session, prefix, "10.41.25.11")
        assert [one.id for one in past] == [swapped, moved, first]
        assert past[1].until == past[0].since
        assert past[2].until == past[1].since


def test_two_asked_for_one_address_only_one_gets_it(office: Office) -> None:
    mine, theirs = (office.bind("10.41.25.13", f"00:e0:fc:00:00:0{n}") for n in (1, 2))
    for one in (mine, theirs):
        office.step(one, "ask")
    office.agree(mine)
    with pytest.raises(Rejected, match="已由 张三"):
        office.agree(theirs)
    assert office.row(theirs).state == "asked"


def test_a_place_opened_asks_for_its_address_and_closed_for_its_end(office: Office) -> None:
    head = office.add(Staff, name="科长")
    request = office.add(AccessRequest, head_id=head, mac="00-E0-FC-12-34-56", purpose="办公")
    office.step(request, "ask", AccessRequest)
    office.agree(request, AccessRequest)
    given = {"port": "GE0/0/7", "device_id": office.tree.core.id, "ip": "10.41.25.13"}
    office.step(request, "open", AccessRequest, **given)
    with office.database.view(EVERYTHING) as session:
        made = session.scalars(select(Binding)).one()
    assert (made.state, made.ip, made.mac, made.port) == ("asked", "10.41.25.13", CARD, "GE0/0/7")
    assert (made.holder, made.request_id, made.prefix_id) == ("科长", request, office.prefix)
    office.agree(made.id)
    office.step(request, "close", AccessRequest)
    assert office.row(made.id).leaving
    assert "入网申请" in office.notices()[0]
    office.step(made.id, "keep")
    assert office.row(made.id).stage == ("ok", "在用")


def test_what_leaves_service_gives_its_addresses_back(office: Office) -> None:
    thing = things(office.database, office.tree, {"opening": "in_use"})[0]
    cards = [office.active(mac=f"00:e0:fc:00:00:0{n}", equipment_id=thing) for n in (1, 2)]
    with office.database.transaction(office.net.act()) as session:
        move(session, session.get_one(Equipment, thing), "idle", Handover())
    assert [office.row(one).stage[1] for one in cards] == ["建议释放", "建议释放"]
    assert len(office.notices()) == 2
    office.step(cards[0], "release")
    assert not office.row(cards[0]).leaving


def test_only_ones_own_is_replaced_and_whoever_agrees_sees_it(office: Office) -> None:
    video = office.add(Prefix, cidr="10.41.25.8/29", name="视频", segment="视频", mode="enforce")
    theirs = office.active("10.41.25.11", "00:e0:fc:00:00:01", holder="王五")
    refuses(office, "同一地址", ip="10.41.25.12", replaces_id=theirs)
    own = {"mac": "00:e0:fc:00:00:01", "replaces_id": theirs}
    refuses(office, "同一网络", ip="10.41.25.12", prefix_id=video, **own)
    mine = office.bind("10.41.25.12", own["mac"])
    office.step(mine, "ask")
    with (
        pytest.raises(Rejected, match="固定"),
        office.database.transaction(office.net.act()) as session,
    ):
        session.get_one(Binding, mine).replaces_id = theirs
    assert office.row(mine).replaces_id is None
    elsewhere = office.bind("10.41.25.13", **own)
    office.step(elsewhere, "ask")  # the same card at another address
    with office.database.view(EVERYTHING) as session:
        asked = approvals(session, session.get_one(Binding, elsewhere))[0]
        assert theirs in session.get_one(Revision, asked.revision_id).content
    assert office.row(theirs).label == "10.41.25.11 00:e0:fc:00:00:01 王五"
    office.agree(elsewhere)
    assert office.row(theirs).state == "released"


def test_what_breaks_off_after_the_approval_has_not_begun(office: Office) -> None:
    """Approval, release of the old one and beginning of the new one are one act."""
    old = office.active("10.41.25.11")
    new = office.bind("10.41.25.11", "00:e0:fc:00:00:09", replaces_id=old)
    office.step(new, "ask")
    with (
        pytest.raises(ConnectionAbortedError),
        office.database.transaction(office.leader.act()) as session,
    ):
        asked = approvals(session, session.get_one(Binding, new))[0]
        decide(session, asked, office.leader.standing, office.leader.proof, asked.digest, True)
        session.flush()
        assert session.get_one(Binding, old).state == "released"
        raise ConnectionAbortedError
    assert [office.row(one).state for one in (old, new)] == ["active", "asked"]
    office.agree(new)
    assert [office.row(one).state for one in (old, new)] == ["released", "active"]
