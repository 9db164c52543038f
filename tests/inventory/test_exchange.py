"""Sheets in and out: what would happen is told first, then it happens whole or not at all."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select

from inventory import exchange
from inventory.act import EVERYTHING, Act, Scope, system
from inventory.audit import AuditRow, verify
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.entry import supply
from inventory.exchange import Plan
from inventory.grant import Grant
from inventory.listing import Ask
from inventory.person import Person
from inventory.register import Register, Rejected, field_of
from inventory.secret import Key
from inventory.sheet import Sheet, SheetError, SheetRow, read, write_csv, write_xlsx, write_yaml
from inventory.state import DeviceState
from tests.inventory.conftest import Tree

KEY = Key(bytes(32))
DEVICE = ("名称", "所属单位", "管理地址", "类别")
WRITERS: dict[str, Any] = {
    "a.csv": write_csv,
    "a.xlsx": lambda columns, rows: write_xlsx(columns, rows, "设备"),
    "a.yaml": write_yaml,
}


def sheet(columns: Sequence[str], *rows: Sequence[str]) -> Sheet:
    told = [SheetRow(n, dict(zip(columns, row, strict=True))) for n, row in enumerate(rows, 2)]
    return Sheet(tuple(columns), tuple(told))


def plan(
    database: Database, given: Sheet, cls: type[Register] = Device, scope: Scope = EVERYTHING
) -> Plan:
    with database.view(scope) as session:
        return exchange.plan(session, cls, given)


def apply(
    database: Database, given: Sheet, cls: type[Register] = Device, act: Act | None = None
) -> Plan:
    with database.transaction(act or system("导入")) as session:
        return exchange.apply(session, cls, given)


def export(
    database: Database, name: str, cls: type[Register] = Device, scope: Scope = EVERYTHING
) -> Sheet:
    with database.view(scope) as session:
        labels = [f.label for f in exchange.sheet_fields(cls)]
        data = WRITERS[name](labels, exchange.rows_out(session, cls, Ask()))
    return read(data, name)


def contents(given: Sheet) -> list[tuple[str, ...]]:
    return sorted(tuple(row.cells.values()) for row in given.rows)


def told(found: Iterable[Any]) -> list[str]:
    return [str(error) for error in found]


def test_a_dry_run_tells_new_changed_and_same_and_writes_nothing(
    database: Database, tree: Tree
) -> None:
    given = sheet(
        (*DEVICE, "位置", "重试"),
        ("兰考核心", "410225", "10.41.2.1", "交换机", "二楼机房", "1"),
        ("洛阳核心", "洛阳市", "10.41.3.1", "switch", "", ""),
        ("考城镇接入", "410225", "10.41.2.9", "交换机", "考城镇", "3"),
    )
    found = plan(database, given)
    assert [(c.number, c.name) for c in found.new] == [(4, "考城镇接入")]
    assert [(c.number, dict(c.differences)) for c in found.changed] == [
        (2, {"位置": ("", "二楼机房")})
    ]
    assert (found.same, found.errors) == (1, ())
    with database.view(EVERYTHING) as session:
        assert session.scalar(select(func.count()).select_from(Device)) == 2
    assert plan(database, given).fingerprint == found.fingerprint
    assert apply(database, given).fingerprint == found.fingerprint
    after = plan(database, given)
    assert (after.new, after.changed, after.same) == ((), (), 3)


def test_one_wrong_row_and_nothing_is_written(database: Database, tree: Tree) -> None:
    given = sheet(
        (*DEVICE, "上级设备"),
        ("甲", "410225", "10.1.1.1", "交换机", ""),
        ("乙", "410225", "10.1.1", "交换机", ""),
        ("丙", "410226", "10.1.1.3", "猫", "没有"),
        ("", "410225", "10.1.1.4", "交换机", ""),
        ("甲", "410225", "10.1.1.5", "交换机", ""),
    )
    causes = [
        "第 3 行 管理地址：“10.1.1”不是 IP 地址，应如 10.1.2.3 或 2001:db8::1",
        "第 4 行 所属单位：找不到单位“410226”（可能已停用，或不在您的权限范围内）",
        f"第 4 行 类别：“猫”不在可选值中：{'、'.join(field_of(Device, 'kind').choices.values())}",
        "第 4 行 上级设备：找不到设备“没有”（可能已停用，或不在您的权限范围内）",
        "第 5 行 名称：必须填写",
        "第 6 行 名称：与第 2 行重复",
    ]
    assert told(plan(database, given).errors) == causes
    with pytest.raises(Rejected) as caught:
        apply(database, given)
    assert told(caught.value.errors) == causes
    with database.view(EVERYTHING) as session:
        assert session.scalar(select(func.count()).select_from(Device)) == 2


@pytest.mark.parametrize(
    ("columns", "place", "cause"),
    [
        (("名称", "所属单位", "管理地址"), "类别", "缺少这一列（必填）"),
        ((*DEVICE, "颜色"), "颜色", "不认识这一列；可用的列：名称、所属单位、管理地址"),
        ((*DEVICE, "name"), "name", "与“名称”是同一列，只能写一次"),
        ((*DEVICE, "team_password"), "team_password", "不认识这一列"),
    ],
)
def test_headers_that_do_not_fit(
    database: Database, tree: Tree, columns: Sequence[str], place: str, cause: str
) -> None:
    with pytest.raises(SheetError) as caught:
        plan(database, sheet(columns, ["x"] * len(columns)))
    assert (caught.value.field, caught.value.cause.startswith(cause)) == (place, True)


def test_secrets_have_no_column(database: Database, tree: Tree) -> None:
    with pytest.raises(SheetError, match="团体名"):
        plan(database, sheet(("名称", "所属单位", "种类", "团体名"), ["x"] * 4), Credential)
    names = [f.name for f in exchange.sheet_fields(Credential)]
    assert names == [
        "name", "centre_id", "kind", "user", "days", "auth_protocol", "priv_protocol", "note",
    ]  # fmt: skip


@pytest.fixture
def crowded(database: Database, tree: Tree) -> Tree:
    """The same names in two counties, notes of many lines, live formulas, a retired device."""
    with database.transaction(system("登记")) as session:
        for centre in (tree.luoyang, tree.lankao, tree.kaifeng):
            session.add(
                Credential(
                    centre_id=centre.id, name="只读", kind="v2c", community=KEY.seal("public")
                )
            )
        session.flush()
        keys = {c.centre_id: c.id for c in session.scalars(select(Credential))}
        twin = Device(
            centre_id=tree.luoyang.id, name="兰考核心", address="2001:db8::1", kind="router",
            parent_id=tree.core.id, snmp_id=keys[tree.kaifeng.id], v2c=True,
            timeout=0.30000000000000004,
        )  # fmt: skip
        odd = Device(
            centre_id=tree.lankao.id, name="=1+1", address="10.41.2.9", kind="other",
            parent_id=twin.id, note="第一行\n=2+2, \"引号\"; 'x", ping=False, retries=0,
            snmp_id=keys[tree.luoyang.id], location="010", v2c=True,
        )  # fmt: skip
        gone = Device(centre_id=tree.lankao.id, name="旧", address="10.41.2.8", kind="other")
        session.add_all([twin, odd, gone])
        session.flush()
        gone.turn(gone=True)
    return tree


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_an_export_imported_changes_nothing(database: Database, crowded: Tree, name: str) -> None:
    for cls, count in ((Device, 4), (Centre, 4), (Credential, 3)):
        found = plan(database, export(database, name, cls), cls)
        assert (found.new, found.changed, found.same, found.errors) == ((), (), count, ())


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_an_export_makes_the_same_devices_again(
    database: Database, crowded: Tree, name: str
) -> None:
    before = export(database, name)
    with database.transaction(system("停用")) as session:
        for device in session.scalars(select(Device)).all():
            device.turn(gone=True)
            device.name = f"{device.name}（旧）"
    found = apply(database, before)
    assert (len(found.new), found.changed) == (4, ())
    assert contents(export(database, name)) == contents(before)


def test_a_name_that_two_centres_use(database: Database, crowded: Tree) -> None:
    columns = (*DEVICE, "SNMP 凭据", "允许 SNMP v2c")
    rows = [
        ("洛阳核心", "410300", "10.41.3.1", "交换机", "只读@410300", "是"),
        ("新", "410225", "10.1.1.1", "交换机", "只读", "是"),
        ("省", "410000", "10.1.1.2", "交换机", "只读", "是"),
    ]
    found = plan(database, sheet(columns, *rows))
    assert told(found.errors) == [
        "第 4 行 SNMP 凭据：有 3 个设备凭据叫“只读”，请写成“只读@410200”，以免弄错"
    ]
    apply(database, sheet(columns, *rows[:2]))
    with database.view(EVERYTHING) as session:
        ids = dict(session.execute(select(Device.name, Device.snmp_id)).all())
        home = dict(session.execute(select(Credential.id, Credential.centre_id)).all())
    assert home[ids["洛阳核心"] or ""] == crowded.luoyang.id
    assert home[ids["新"] or ""] == crowded.lankao.id


def test_parents_may_come_later_in_the_same_sheet(database: Database, tree: Tree) -> None:
    units = sheet(
        ("代码", "名称", "层级", "上级"),
        ("410225-0101", "一村", "村", "410225-01"),
        ("410225-01", "考城镇", "township", "兰考县"),
        ("410225-02", "堌阳镇", "乡镇（办事处）", "410225"),
    )
    assert plan(database, units, Centre).errors == ()
    apply(database, units, Centre)
    devices = sheet(
        (*DEVICE, "上级设备"),
        ("一村接入", "410225-0101", "10.1.1.3", "交换机", "考城镇接入"),
        ("考城镇接入", "410225-01", "10.1.1.2", "交换机", "兰考核心"),
    )
    assert plan(database, devices).errors == ()
    apply(database, devices)
    with database.view(EVERYTHING) as session:
        village = session.scalars(select(Centre).where(Centre.code == "410225-0101")).one()
        town = session.scalars(select(Centre).where(Centre.code == "410225-01")).one()
        assert village.path == f"{tree.lankao.path}{town.id}/{village.id}/"
        parents = select(Device.name, Device.parent_id).where(Device.parent_id.is_not(None))
        found = {name: session.get_one(Device, key).name for name, key in session.execute(parents)}
        assert found == {"一村接入": "考城镇接入", "考城镇接入": "兰考核心"}
        assert verify(session) is None


def test_nothing_may_hang_below_itself(database: Database, tree: Tree) -> None:
    columns = (*DEVICE, "上级设备")
    new = sheet(
        columns,
        ("甲", "410225", "10.1.1.1", "交换机", "乙"),
        ("乙", "410225", "10.1.1.2", "交换机", "甲"),
    )
    old = sheet(
        columns,
        ("兰考核心", "410225", "10.41.2.1", "交换机", "甲"),
        ("甲", "410225", "10.1.1.1", "交换机", "兰考核心"),
    )
    for given in (new, old):
        assert [(e.number, e.cause) for e in plan(database, given).errors] == [
            (2, "上下级绕成了一圈"), (3, "上下级绕成了一圈"),
        ]  # fmt: skip
        with pytest.raises(Rejected):
            apply(database, given)


def test_a_retired_row_is_not_doubled(database: Database, tree: Tree) -> None:
    with database.transaction(system("停用")) as session:
        session.get_one(Device, tree.core.id).turn(gone=True)
    rows = [("兰考核心", "410225", "10.41.2.1", "交换机", "")]
    rows += [("新", "410225", "10.41.2.2", "交换机", "兰考核心")]
    assert told(plan(database, sheet((*DEVICE, "上级设备"), *rows)).errors) == [
        "第 2 行 名称：与一条已停用的记录同名，请先恢复那一条，或换一个名称",
        "第 3 行 上级设备：找不到设备“兰考核心”（可能已停用，或不在您的权限范围内）",
    ]


def test_a_county_cannot_see_import_or_refer_to_another(database: Database, tree: Tree) -> None:
    scope = Scope((tree.lankao.path,))
    given = sheet(
        (*DEVICE, "上级设备"),
        ("洛阳核心", "410300", "10.9.9.9", "交换机", ""),
        ("洛阳核心", "410225", "10.9.9.9", "交换机", "洛阳核心"),
    )
    causes = [
        "第 2 行 所属单位：找不到单位“410300”（可能已停用，或不在您的权限范围内）",
        "第 3 行 上级设备：找不到设备“洛阳核心”（可能已停用，或不在您的权限范围内）",
    ]
    # 洛阳核心 of 兰考 is itself in the sheet, so the last row is its own parent instead
    found = plan(database, given, scope=scope)
    assert told(found.errors) == [causes[0], "第 3 行 上级设备：上下级绕成了一圈"]
    other = sheet((*DEVICE, "上级设备"), ("新", "410225", "10.9.9.9", "交换机", "洛阳核心"))
    assert told(plan(database, other, scope=scope).errors) == [causes[1].replace("3", "2", 1)]
    assert [row.cells["名称"] for row in export(database, "a.csv", scope=scope).rows] == [
        "兰考核心"
    ]


def test_rules_of_the_class_are_told_with_their_row(database: Database, tree: Tree) -> None:
    people = sheet(("登录名", "姓名", "所属单位"), ("zhang", "张三", "410225"))
    apply(database, people, Person)
    grants = sheet(
        ("人员", "角色", "所属单位", "起始日期", "截止日期"),
        ("zhang", "信息技术员", "410225", "2026/1/1", "2026-12-31"),
        ("张三", "leader", "410225", "2026-02-01", "2026-01-01"),
    )
    assert told(plan(database, grants, Grant).errors) == ["第 3 行 截止日期：早于起始日期"]
    with pytest.raises(Rejected, match="第 3 行 截止日期：早于起始日期"):
        apply(database, grants, Grant)
    apply(database, Sheet(grants.columns, grants.rows[:1]), Grant)
    with database.view(EVERYTHING) as session:
        grant = session.scalars(select(Grant)).one()
        assert (grant.role, grant.starts, grant.ends) == (
            "technician", date(2026, 1, 1), date(2026, 12, 31),
        )  # fmt: skip


def test_the_dry_run_judges_changes_without_making_them(database: Database, tree: Tree) -> None:
    given = sheet((*DEVICE, "模拟设备"), ("兰考核心", "410225", "10.41.2.1", "交换机", "是"))
    with database.view(EVERYTHING) as session:
        found = exchange.plan(session, Device, given)
        assert told(found.errors) == [
            "第 2 行 模拟设备：模拟设备只能存在于演示县，不能进入真实中心的数据"
        ]
        assert session.get_one(Device, tree.core.id).simulated is False


def test_what_is_observed_goes_out_and_is_read_past(database: Database, tree: Tree) -> None:
    with database.observe() as session:
        session.add(DeviceState(device_id=tree.core.id, centre_id=tree.lankao.id, state="down"))
    with database.view(EVERYTHING) as session:
        labels = [f.label for f in exchange.sheet_fields(Device, seen=True)]
        rows = list(exchange.rows_out(session, Device, Ask(sort="state"), seen=True))
    at = labels.index("状态")
    assert [(row[0], row[at]) for row in rows] == [("兰考核心", "中断"), ("洛阳核心", "")]
    found = plan(database, read(write_csv(labels, rows), "a.csv"))
    assert (found.same, found.changed, found.errors) == (2, (), ())


def test_a_chinese_windows_file_comes_in(database: Database, tree: Tree) -> None:
    text = "名称,所属单位,管理地址,类别\r\n堌阳镇接入,410225,10.41.2.9,交换机\r\n"
    apply(database, read(text.encode("gb18030"), "设备.csv"))
    with database.view(EVERYTHING) as session:
        assert session.scalars(select(Device.name).where(Device.address == "10.41.2.9")).all() == [
            "堌阳镇接入"
        ]


def test_words_only_a_higher_stratum_knows(database: Database, tree: Tree) -> None:
    name = f"{Device.__name__}Test"
    supply(name, "profile", lambda: {"generic": "通用", "vrp": "华为"})
    known = field_of(Device, "profile")
    field = type(known)(known.name, known.entry, name, known.default)
    assert (field.kind, dict(field.choices)) == ("choice", {"generic": "通用", "vrp": "华为"})


def test_every_imported_row_has_its_audit_row(database: Database, tree: Tree) -> None:
    act = tree.act(tree.lankao, "导入设备").named("导入设备", "文件 abc")
    rows = [
        (f"交换机{n}", "410225", f"10.9.{n // 250}.{n % 250 + 1}", "交换机") for n in range(600)
    ]
    apply(database, sheet(DEVICE, *rows), act=act)
    with database.view(EVERYTHING) as session:
        query = select(AuditRow).where(AuditRow.act == "导入设备")
        found = session.scalars(query).all()
        assert {(row.actor_name, row.reason) for row in found} == {("张三", "文件 abc")}
        assert len({row.thing_id for row in found}) == 600
        assert verify(session) is None


def test_statements_do_not_grow_with_the_rows(database: Database, tree: Tree) -> None:
    counts = []
    for size in (10, 400):
        rows = [
            (
                f"核{size}-{n}",
                "410225",
                f"10.{n // 250}.{size % 250}.{n % 250}",
                "交换机",
                "兰考核心",
            )
            for n in range(size)
        ]
        given = sheet((*DEVICE, "上级设备"), *rows)
        counts.append(_statements(database, lambda given=given: plan(database, given)))
        counts.append(_statements(database, lambda given=given: apply(database, given)))
        counts.append(_statements(database, lambda given=given: plan(database, given)))
    assert (max(counts) <= 40, counts[0] == counts[3], counts[2] == counts[5]) == (True,) * 3, (
        counts
    )


def _statements(database: Database, act: Any) -> int:
    seen: list[str] = []

    def note(*told: Any) -> None:
        seen.append(told[2])

    event.listen(database.engine, "before_cursor_execute", note)
    act()
    event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_form_leaves_what_it_did_not_change(database: Database, crowded: Tree) -> None:
    scope = Scope((crowded.lankao.path,))
    with database.view(scope) as session:
        row = session.scalars(select(Device).where(Device.name == "=1+1")).one()
        far = row.snmp_id or ""
        cells = {"snmp_id": far, "name": "=1+1", "retries": "9", "address": ""}
        values, errors = exchange.parse(session, Device, cells, row)
        assert values == {}
        assert told(errors) == ["管理地址：必须填写", "重试：应在 0 到 5 之间"]
        values, errors = exchange.parse(session, Device, {"snmp_id": "只读"}, row)
        assert (values["snmp_id"] == far, errors) == (False, [])
        _values, errors = exchange.parse(session, Device, {"snmp_id": far})
        assert len(errors) == 1
