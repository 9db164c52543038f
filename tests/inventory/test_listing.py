"""One list for every register: found by any notation, in an order that means something."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, Scope, system
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.listing import PAGE, Ask, page_of
from inventory.register import Register
from inventory.secret import Key
from inventory.state import DeviceState
from tests.inventory.conftest import Tree

KEY = Key(bytes(32))


@pytest.fixture
def county(database: Database, tree: Tree) -> Tree:
    """兰考核心 (up), two access switches below it (down, never polled), a paused UPS."""
    with database.transaction(system("登记")) as session:
        below = {"centre_id": tree.lankao.id, "parent_id": tree.core.id, "kind": "switch"}
        town = Device(name="考城镇接入", address="10.41.2.10", location="二楼机房", **below)
        port = Device(name="堌阳镇接入", address="10.41.2.9", **below)
        ups = Device(
            centre_id=tree.lankao.id, name="机房电源", address="2001:db8::1", kind="ups",
            paused=True,
        )  # fmt: skip
        session.add_all([town, port, ups])
    with database.observe() as session:
        for device, state in ((tree.core, "up"), (town, "down")):
            session.add(DeviceState(device_id=device.id, centre_id=tree.lankao.id, state=state))
    return tree


def names(
    database: Database, ask: Ask, cls: type[Register] = Device, scope: Scope = EVERYTHING
) -> list[str]:
    with database.view(scope) as session:
        return [row.label for row, _observed in page_of(session, cls, ask).rows]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("考城", ["考城镇接入"]),
        ("kcz", ["考城镇接入"]),
        ("JR 镇", ["堌阳镇接入", "考城镇接入"]),
        ("10.41.2.10", ["考城镇接入"]),
        ("１０．４１．２．９", ["堌阳镇接入"]),
        ("2001:DB8:0::1", ["机房电源"]),
        ("二楼", ["考城镇接入"]),
        ("%", []),
        ("没有", []),
    ],
)
def test_search(database: Database, county: Tree, search: str, found: list[str]) -> None:
    assert sorted(names(database, Ask(search))) == sorted(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kind": "ups"}, ["机房电源"]),
        ({"kind": "ups,router"}, ["机房电源"]),
        ({"paused": "yes"}, ["机房电源"]),
        ({"paused": "no", "kind": "ups"}, []),
        ({"state": "down"}, ["考城镇接入"]),
        ({"state": "unknown"}, ["堌阳镇接入", "机房电源"]),
        ({"parent_id": "-", "kind": "ups,switch"}, ["兰考核心", "机房电源"]),
        ({"no_such_column": "x", "kind": "ups"}, ["机房电源"]),
        ({"password_hash": "x", "kind": "ups"}, ["机房电源"]),
    ],
)
def test_filters(
    database: Database, county: Tree, filters: dict[str, str], found: list[str]
) -> None:
    lankao = {"centre_id": county.lankao.id}
    assert sorted(names(database, Ask(filters=lankao | filters))) == sorted(found)


def test_a_centre_stands_for_all_below_it(database: Database, county: Tree) -> None:
    everything = names(database, Ask(filters={"centre_id": county.province.id}))
    assert (len(everything), "洛阳核心" in everything) == (5, True)
    assert names(database, Ask(filters={"centre_id": county.luoyang.id})) == ["洛阳核心"]
    assert names(database, Ask(within=county.luoyang.path)) == ["洛阳核心"]
    assert names(database, Ask(within=county.kaifeng.path), Centre) == ["开封市", "兰考县"]
    scope = Scope((county.lankao.path,))
    assert names(database, Ask(filters={"centre_id": county.luoyang.id}), scope=scope) == []


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("address", ["兰考核心", "堌阳镇接入", "考城镇接入", "机房电源"]),
        ("-address", ["机房电源", "考城镇接入", "堌阳镇接入", "兰考核心"]),
        ("state", ["考城镇接入", "堌阳镇接入", "机房电源", "兰考核心"]),
        ("password_hash", ["兰考核心", "堌阳镇接入", "机房电源", "考城镇接入"]),
    ],
)
def test_the_order_means_something(
    database: Database, county: Tree, sort: str, found: list[str]
) -> None:
    told = names(database, Ask(sort=sort), scope=Scope((county.lankao.path,)))
    ties = {"堌阳镇接入", "机房电源"}  # equal states: by id, which is by age
    if sort == "state":
        assert (told[0], set(told[1:3]), told[3]) == (found[0], ties, found[3])
    elif sort == "password_hash":
        assert sorted(told) == sorted(found)
    else:
        assert told == found


def test_names_sort_as_in_a_chinese_office(database: Database, tree: Tree) -> None:
    with database.transaction(system("登记")) as session:
        for number, name in enumerate(["郑州", "长垣 10", "长垣 2", "UPS", "10 号机", "2 号机"]):
            address = f"10.0.0.{number + 1}"
            session.add(Device(centre_id=tree.lankao.id, name=name, address=address, kind="other"))
    pinyin = ["2 号机", "10 号机", "UPS", "长垣 2", "长垣 10", "兰考核心", "郑州"]
    scope = Scope((tree.lankao.path,))
    assert names(database, Ask(), scope=scope) == pinyin
    assert names(database, Ask(sort="-name"), scope=scope) == pinyin[::-1]


def test_references_sort_by_what_they_are_called(database: Database, county: Tree) -> None:
    by_parent = names(database, Ask(sort="parent_id"))
    assert sorted(by_parent[:2]) == ["堌阳镇接入", "考城镇接入"]
    by_centre = names(database, Ask(sort="-centre_id"))
    assert by_centre[0] == "洛阳核心"


def test_no_secret_can_be_sorted_or_filtered_by(database: Database, county: Tree) -> None:
    with database.transaction(system("登记")) as session:
        session.add(
            Credential(
                centre_id=county.lankao.id, name="只读", kind="v2c", community=KEY.seal("public")
            )
        )
        token = session.scalars(select(Credential)).one().community.token  # type: ignore[union-attr]
    for ask in (Ask(sort="community"), Ask(filters={"community": "x"})):
        assert names(database, ask, Credential) == ["只读"]
    assert names(database, Ask(token), Credential) == []


def test_pages_never_overlap_and_the_last_is_clamped(database: Database, tree: Tree) -> None:
    with database.transaction(system("登记")) as session:
        for number in range(PAGE * 2):
            session.add(
                Device(
                    centre_id=tree.lankao.id, name=f"交换机{number}",
                    address=f"10.0.0.{number + 1}", kind="switch",
                )
            )  # fmt: skip
    seen: list[str] = []
    with database.view(EVERYTHING) as session:
        for number in (1, 2, 3):
            page = page_of(session, Device, Ask(sort="kind", page=number))
            seen += [row.id for row, _ in page.rows]
        assert (page.total, page.page, page.pages) == (102, 3, 3)
        assert page_of(session, Device, Ask(page=99)).page == 3
        empty = page_of(session, Device, Ask("没有"))
        assert (empty.rows, empty.total, empty.page, empty.pages) == ((), 0, 1, 1)
    assert (len(seen), len(set(seen))) == (102, 102)


def test_retired_rows_have_their_own_list(database: Database, county: Tree) -> None:
    with database.transaction(system("停用")) as session:
        session.scalars(select(Device).where(Device.kind == "ups")).one().turn(gone=True)
    assert names(database, Ask(retired=True)) == ["机房电源"]
    assert "机房电源" not in names(database, Ask())


def test_the_observed_row_comes_beside(database: Database, county: Tree) -> None:
    with database.view(EVERYTHING) as session:
        rows = page_of(session, Device, Ask(sort="address")).rows
        states: list[Any] = [seen.state if seen else None for _, seen in rows]
    assert states == ["up", None, "down", None, None]
