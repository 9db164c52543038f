"""A credential's own page, and the change of its secrets step by step."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from inventory import usage
from inventory.audit import AuditRow
from inventory.credential import Credential
from inventory.device import Device
from inventory.rotation import Rotation
from inventory.run import JobRun
from inventory.secret import Key
from tests.web.county import County

OLD, NEW = "Old-mxKv#83tq", "New-wzRj#59hd"


def key(county: County) -> Key:
    return Key.load(county.settings.key_file)


def login(county: County, *users: str, **facts: Any) -> str:
    """An SSH login of the county, used by these devices; its id."""
    given = {"name": "核心登录", "kind": "ssh", "user": "ops", "password": key(county).seal(OLD)}
    with county.database.transaction(county.act()) as session:
        row = Credential(**{"centre_id": county.centres["county"].id, **given, **facts})
        session.add(row)
        session.flush()
        for name in users:
            session.get_one(Device, county.ids[name]).ssh_id = row.id
    return row.id


def tried(county: County, credential: str, **verdicts: str) -> None:
    """What the worker's trial would have written."""
    [change] = county.rows(select(Rotation).where(Rotation.credential_id == credential))
    why = {"new": "", "old": "口令不对", "neither": "没有应答"}
    told = {county.ids[name]: [verdict, why[verdict]] for name, verdict in verdicts.items()}
    runs = select(JobRun).where(JobRun.subject == change.id)
    with county.database.observe() as session:
        for run in session.scalars(runs):
            run.state, run.outcome = "done", {"devices": told}
            run.ended_at = datetime.now(UTC)


def password(county: County, credential: str) -> str:
    sealed = county.one(Credential, credential).password
    assert sealed is not None
    return key(county).open(sealed)


def test_the_page_says_when_it_is_due_and_how_it_is_used(county: County) -> None:
    id = login(county, "core", "edge")
    with county.database.observe() as session:
        usage.count(session, "login", {id: 2}, datetime.now(UTC))
    page = county.login("net").get(f"/credentials/{id}/").text
    assert "每日登录采集" in page
    assert "应更换日期" in page
    assert OLD not in page
    listed = county.login("net").get("/r/credentials").text
    assert f"/credentials/{id}/" in listed
    assert "应更换日期" in listed


@pytest.mark.parametrize("who", ["tech", "sec", "far", "town", "chief"])
def test_only_who_keeps_credentials_of_this_place_may_look(county: County, who: str) -> None:
    id = login(county, "core")
    browser = county.login(who)
    for url in (f"/credentials/{id}/", f"/credentials/{id}/rotate/"):
        assert browser.get(url).status_code in (403, 404)
    for step in ("", "try", "enable", "drop"):
        assert browser.post(f"/credentials/{id}/rotate/{step}").status_code in (403, 404)
    assert password(county, id) == OLD


def test_a_weak_secret_is_registered_with_a_warning(county: County) -> None:
    net = county.login("net")
    form = {"name": "出厂", "kind": "v2c", "community": "public"}
    form["centre_id"] = county.centres["county"].id
    assert net.post("/r/credentials/new", form).status_code == 302
    assert "不安全" in net.get("/r/credentials").text
    [row] = county.rows(select(Credential).where(Credential.name == "出厂"))
    page = net.get(f"/credentials/{row.id}/").text
    assert "团体名是出厂默认或人人都知道的" in page


def test_step_by_step(county: County) -> None:
    id = login(county, "core", "edge")
    net = county.login("net")
    url = f"/credentials/{id}/rotate/"
    assert net.post(url, {"password": NEW, "reason": "例行更换"}).status_code == 302
    page = net.get(url).text
    assert "还没有试" in page
    assert NEW not in page
    assert password(county, id) == OLD
    assert net.post(url + "try").status_code == 302
    assert "等待执行" in net.get(url).text
    tried(county, id, core="new", edge="old")
    page = net.get(url).text
    assert "新口令可用" in page
    assert "只认旧口令" in page
    assert net.post(url + "enable").status_code == 422
    assert password(county, id) == OLD
    tried(county, id, core="new", edge="new")
    assert net.post(url + "enable").status_code == 302
    assert password(county, id) == NEW
    page = net.get(f"/credentials/{id}/").text
    assert "已启用" in page
    assert "新口令可用 2 台" in page
    acts = [row.act for row in county.rows(select(AuditRow))]
    assert {"暂存新口令", "试用新口令", "启用新口令"} <= set(acts)


def test_who_insists_names_the_credential(county: County) -> None:
    id = login(county, "core")
    net = county.login("net")
    url = f"/credentials/{id}/rotate/"
    net.post(url, {"password": NEW})
    refused = net.post(url + "enable", {"confirm": "核心"})
    assert refused.status_code == 422
    assert "准确填写凭据名称" in refused.text
    assert net.post(url + "enable", {"confirm": "核心登录"}).status_code == 302
    assert password(county, id) == NEW


def test_what_is_given_up_is_forgotten(county: County) -> None:
    id = login(county, "core")
    net = county.login("net")
    url = f"/credentials/{id}/rotate/"
    net.post(url, {"password": NEW})
    assert net.post(url, {"password": NEW}).status_code == 422
    assert net.post(url + "drop").status_code == 302
    assert password(county, id) == OLD
    [change] = county.rows(select(Rotation))
    assert (change.state, change.password) == ("dropped", None)
    assert net.post(url + "enable").status_code == 404


@pytest.mark.parametrize(
    ("typed", "cause"),
    [("", "请填写新口令"), ("short#1A", "太短"), ("ops", "与用户名相同"), (OLD, "与现在用的相同")],
)
def test_a_new_secret_must_be_good(county: County, typed: str, cause: str) -> None:
    id = login(county, "core")
    answer = county.login("net").post(f"/credentials/{id}/rotate/", {"password": typed})
    assert answer.status_code == 422
    assert cause in answer.text
    assert not typed or f'value="{typed}"' not in answer.text
    assert county.rows(select(Rotation)) == []


def test_a_database_login_is_enabled_without_a_trial(county: County) -> None:
    id = login(county, name="业务库", kind="db")
    net = county.login("net")
    url = f"/credentials/{id}/rotate/"
    net.post(url, {"password": NEW})
    assert "没有设备使用这个凭据" in net.get(url).text
    assert net.post(url + "enable").status_code == 302
    assert password(county, id) == NEW


def test_the_register_of_changes_is_listed_and_exported_without_secrets(county: County) -> None:
    id = login(county, "core")
    net = county.login("net")
    net.post(f"/credentials/{id}/rotate/", {"password": NEW})
    assert "待启用" in net.get("/r/rotations").text
    [change] = county.rows(select(Rotation))
    assert NEW not in net.get(f"/r/rotations/{change.id}").text
    assert net.get("/r/rotations/export.csv").status_code == 200


def test_a_walk_and_a_search_leave_their_trace(county: County) -> None:
    with county.database.transaction(county.act()) as session:
        [way] = session.scalars(select(Credential).where(Credential.name == "全县只读"))
        device = session.get_one(Device, county.ids["core"])
        device.snmp_id, device.v2c = way.id, True
    net = county.login("net")
    walked = net.post(f"/devices/{county.ids['core']}/walk/", {"oid": "1.3.6.1.2.1.1"})
    assert walked.status_code == 302
    found = net.post("/discover/", {"range": "10.41.9.1", "credentials": way.id, "ports": "161"})
    assert found.status_code == 302
    rows = county.rows(select(AuditRow).where(AuditRow.thing_id == way.id))
    assert {row.act for row in rows if row.change == "event"} == {"SNMP 遍历", "发现设备"}
