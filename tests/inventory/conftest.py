"""A small tree: one province, two cities, one county each, a person in each city."""

from dataclasses import dataclass

import pytest

from inventory.act import Act, Scope, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device


@dataclass(frozen=True)
class Tree:
    """Ids and scopes of the tree, by the names the tests use."""

    province: Centre
    kaifeng: Centre
    lankao: Centre
    luoyang: Centre
    core: Device  # in 兰考
    far: Device  # in 洛阳

    def act(self, centre: Centre, what: str = "试验") -> Act:
        return Act(what, "p1", "张三", "网络管理员", "test", Scope((centre.path,)))


@pytest.fixture
def tree(database: Database) -> Tree:
    return grown(database)


def grown(database: Database) -> Tree:
    with database.transaction(system("建树")) as session:
        province = Centre(code="410000", name="河南省", tier="province")
        session.add(province)
        kaifeng = Centre(code="410200", name="开封市", tier="city", parent_id=province.id)
        luoyang = Centre(code="410300", name="洛阳市", tier="city", parent_id=province.id)
        lankao = Centre(code="410225", name="兰考县", tier="county", parent_id=kaifeng.id)
        session.add_all([kaifeng, luoyang, lankao])
        session.flush()
        core = Device(
            centre_id=lankao.id, name="兰考核心", address="10.41.2.1", kind="switch", v2c=True
        )
        far = Device(
            centre_id=luoyang.id, name="洛阳核心", address="10.41.3.1", kind="switch", v2c=True
        )
        session.add_all([core, far])
    return Tree(province, kaifeng, lankao, luoyang, core, far)
