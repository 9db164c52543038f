"""Lists and forms of every register: what is asked, seen, typed, refused, undone and recorded."""

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import AuditRow, verify
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.device import Device
from inventory.grant import Grant
from inventory.person import Person
from inventory.register import registers
from inventory.role import MAY
from inventory.saved import SavedFilter
from inventory.secret import Key
from tests.web.county import Browser, County, selects
from web.registers.asked import RESERVED, filterable

DEVICE = {"name": "堌阳镇接入", "address": "10.41.9.9", "kind": "switch"}


@pytest.fixture
def net(county: County) -> Browser:
    return county.login("net")


@pytest.fixture
def boss(county: County) -> Browser:
    return county.login("boss")


def names(page: str) -> list[str]:
    """The rows of a list, in order."""
    return [unescape(name) for name in re.findall(r"data-open>([^<]*)</a>", page)]


def device(county: County, name: str) -> Device:
    found: Device = county.rows(select(Device).where(Device.name == name))[0]
    return found


def many(county: County, count: int) -> None:
    with county.database.transaction(county.act()) as session:
        for n in range(count):
            session.add(
                Device(
                    centre_id=county.centres["county"].id, name=f"交换机{n:03}", kind="switch",
                    address=f"10.42.{n // 250}.{n % 250 + 1}", parent_id=county.ids["core"],
                )
            )  # fmt: skip


def audits(county: County, thing_id: str) -> list[AuditRow]:
    query = select(AuditRow).where(AuditRow.thing_id == thing_id).order_by(AuditRow.seq)
    return county.rows(query)


# ── the list ─────────────────────────────────────────────────────────────────────────────────


def test_a_list_shows_what_is_within_reach(county: County, net: Browser, boss: Browser) -> None:
    expected = ["兰考核心交换机", "城关镇交换机", "城关镇接入交换机", "机房 UPS"]
    assert sorted(names(net.get("/r/devices").text)) == expected
    assert sorted(names(boss.get("/r/devices").text)) == expected
    assert names(county.login("far").get("/r/devices").text) == ["洛阳核心交换机"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("q=hxjhj", ["兰考核心交换机"]),
        ("q=UPS", ["机房 UPS"]),
        ("q=10.41.0.2", ["城关镇交换机"]),
        ("kind=ups", ["机房 UPS"]),
        ("kind=switch&sort=-address", ["城关镇接入交换机", "城关镇交换机", "兰考核心交换机"]),
        ("state=down", ["兰考核心交换机"]),
        (
            "state=unreachable,down&sort=state",
            ["兰考核心交换机", "城关镇交换机", "城关镇接入交换机"],
        ),
        ("parent_id=-&sort=address", ["兰考核心交换机", "机房 UPS"]),
        ("tab=retired", []),
        ("password_hash=x&nothing=y&kind=ups", ["机房 UPS"]),
    ],
)
def test_the_address_says_all(county: County, net: Browser, address: str, found: list[str]) -> None:
    county.sweep(core="down", edge="down", leaf="down")
    assert names(net.get(f"/r/devices?{address}").text) == found


def test_filters_in_force_are_chips_that_can_be_taken_off(county: County, net: Browser) -> None:
    unit = county.centres["town"].id
    page = net.get(f"/r/devices?kind=switch&centre_id={unit}&q=城关").text
    chips = re.findall(r'class="chip chip-on">([^<]*)<a href="([^"]*)"', page)
    assert [label for label, _ in chips] == ["含“城关”", "所属单位：城关镇", "类别：交换机"]
    assert "kind" not in chips[2][1]
    assert re.findall(r'class="count">(\d+)', page) == ["2", "0"]


def test_a_filter_form_leaves_a_clean_address(net: Browser) -> None:
    answer = net.get("/r/devices?q=&kind=ups&state=&parent_id=")
    assert (answer.status_code, answer.location) == (302, "/r/devices?kind=ups")


@pytest.mark.parametrize("odd", ["slug=x", "_external=1", "_anchor=a", "_method=x", "kind=&slug=x"])
def test_an_address_nobody_made_is_no_error(net: Browser, odd: str) -> None:
    page = net.get(f"/r/devices?{odd}&sort=name", follow_redirects=True)
    assert (page.status_code, len(names(page.text))) == (200, 4)
    kept = net.client.post(
        f"/r/devices/filters?{odd}&sort=name", data={"name": "甲", "csrf_token": net.token}
    )
    assert (kept.status_code, kept.location) == (302, "/r/devices?sort=name")


def test_a_list_costs_the_same_whatever_its_length(county: County, net: Browser) -> None:
    net.get("/r/devices")
    with selects(county.database) as few:
        net.get("/r/devices?kind=switch&sort=parent_id")
    many(county, 120)
    with selects(county.database) as lots:
        page = net.get("/r/devices?kind=switch&sort=parent_id").text
    assert len(names(page)) == 50
    assert (len(lots) <= 13, len(lots) == len(few)) == (True, True), (len(few), len(lots))


def test_pages_of_fifty(county: County, net: Browser) -> None:
    many(county, 120)
    seen = [name for n in (1, 2, 3) for name in names(net.get(f"/r/devices?page={n}").text)]
    assert (len(seen), len(set(seen))) == (124, 124)
    assert "共 124 项" in net.get("/r/devices?page=99").text


def test_an_empty_list_names_the_one_next_act(county: County) -> None:
    boss = county.login("boss")
    with county.database.transaction(county.act()) as session:
        session.query(Credential).one().turn(gone=True)
    assert "还没有设备凭据" in boss.get("/r/credentials").text
    page = boss.get("/r/devices?kind=pbx").text
    assert "没有符合条件的设备" in page
    assert 'href="/r/devices">清除条件' in page


def test_every_register_opens_and_no_filter_hides_behind_a_reserved_word(
    county: County, boss: Browser
) -> None:
    county.let_out()
    shelf = boss.get("/r/").text
    rights = MAY["system_admin"] | MAY["network_admin"]
    for cls in registers().values():
        assert not RESERVED & {f.name for f in filterable(cls)}
        answer = boss.get(f"/r/{cls.slug}")
        assert answer.status_code == (200 if cls.shown else 404), cls
        assert (f'href="/r/{cls.slug}"' in shelf) is cls.shown
        if cls.shown:
            new = boss.get(f"/r/{cls.slug}/new").status_code
            assert new == (200 if cls.by_hand and cls.edit_act in rights else 403), cls
            assert boss.get(f"/r/{cls.slug}?print=1").status_code == 200
            assert boss.get(f"/r/{cls.slug}?lang=en").status_code == 200


def test_who_may_look_and_who_may_change(county: County, net: Browser) -> None:
    tech = county.login("tech")
    found = {
        (who, path): browser.get(path).status_code
        for who, browser in (("net", net), ("tech", tech))
        for path in ("/r/devices", "/r/devices/new", "/r/devices/import", "/r/credentials",
                     "/r/people", "/r/none", "/pick/Centre?q=lk", "/pick/Nothing")
    }  # fmt: skip
    assert found == {
        ("net", "/r/devices"): 200, ("tech", "/r/devices"): 200,
        ("net", "/r/devices/new"): 200, ("tech", "/r/devices/new"): 403,
        ("net", "/r/devices/import"): 200, ("tech", "/r/devices/import"): 403,
        ("net", "/r/credentials"): 200, ("tech", "/r/credentials"): 403,
        ("net", "/r/people"): 403, ("tech", "/r/people"): 403,
        ("net", "/r/none"): 404, ("tech", "/r/none"): 404,
        ("net", "/pick/Centre?q=lk"): 200, ("tech", "/pick/Centre?q=lk"): 200,
        ("net", "/pick/Nothing"): 404, ("tech", "/pick/Nothing"): 404,
    }  # fmt: skip
    page = tech.get("/r/devices").text
    shown = ("/r/devices/new" in page, 'name="id"' in page, "data-bulk" in page)
    assert shown == (False, False, False)
    for path in ("new", f"{county.ids['core']}/edit", f"{county.ids['core']}/retire", "acts"):
        assert tech.post(f"/r/devices/{path}", {"name": "x"}).status_code == 403


# ── pickers ──────────────────────────────────────────────────────────────────────────────────


def test_a_picker_offers_what_is_within_reach_by_any_name(county: County, net: Browser) -> None:
    def offered(address: str) -> list[str]:
        return [row["text"] for row in json.loads(net.get(address).text)]

    assert offered("/pick/Device?q=hxjh") == ["兰考核心交换机"]
    assert offered("/pick/Device?q=10.41.0.4") == ["机房 UPS"]
    assert offered("/pick/Centre?q=ly") == []
    assert offered("/pick/Credential?kind=v2c,v3") == ["全县只读"]
    assert offered("/pick/Credential?kind=ssh") == []
    one = json.loads(net.get("/pick/Device?q=ups").text)[0]
    assert (one["value"], one["hint"]) == (county.ids["ups"], "兰考县 · 10.41.0.4 · UPS")
    many(county, 60)
    assert len(offered("/pick/Device?q=jhj")) == 50
    assert "s3cret" not in net.get("/pick/Credential").text


# ── the form ─────────────────────────────────────────────────────────────────────────────────


def test_a_new_row_is_recorded_with_its_audit(county: County, net: Browser) -> None:
    page = net.get("/r/devices/new").text
    assert re.search(r'<option value="huawei_vrp">华为', page)
    assert re.search(rf'<option value="{county.centres["county"].id}" selected>兰考县', page)
    form = DEVICE | {"centre_id": county.centres["county"].id, "parent_id": county.ids["core"]}
    answer = net.post("/r/devices/new", form | {"ping": "否", "note": "一\r\n二"})
    row = device(county, "堌阳镇接入")
    assert (answer.status_code, answer.location) == (302, f"/devices/{row.id}/")
    told = (row.ping, row.note, row.snmp_port, row.timeout, row.profile, row.parent_id)
    assert told == (False, "一\n二", 161, 2.0, "generic", county.ids["core"])
    audit = audits(county, row.id)
    assert [(a.act, a.actor_name, a.origin) for a in audit] == [
        ("新增设备", "李网", "page 127.0.0.1")
    ]


def test_what_is_wrong_stands_under_its_field_and_nothing_typed_is_lost(
    county: County, net: Browser
) -> None:
    form = {"name": "堌阳镇接入", "address": "10.41.9", "kind": "", "snmp_port": "0", "note": "慢"}
    form["centre_id"] = county.centres["other"].id
    answer = net.post("/r/devices/new", form)
    page = unescape(answer.text)
    assert answer.status_code == 422
    errors = dict(re.findall(r'id="f-(\w+)-error" aria-live="polite">([^<]+)<', page))
    assert errors == {
        "centre_id": f"找不到单位“{form['centre_id']}”（可能已停用，或不在您的权限范围内）",
        "address": "“10.41.9”不是 IP 地址，应如 10.1.2.3 或 2001:db8::1",
        "kind": "必须填写",
        "snmp_port": "应在 1 到 65535 之间",
    }
    assert ('value="堌阳镇接入"' in page, 'value="10.41.9"' in page, ">慢</textarea>" in page) == (
        True, True, True,
    )  # fmt: skip
    assert county.rows(select(Device).where(Device.name == "堌阳镇接入")) == []


def test_a_rule_of_the_class_is_told_under_its_field(county: County, net: Browser) -> None:
    form = DEVICE | {"centre_id": county.centres["county"].id, "name": "机房 UPS"}
    answer = net.post("/r/devices/new", form)
    assert (answer.status_code, "已有一条同样的设备：机房 UPS" in answer.text) == (422, True)


def test_one_field_is_checked_when_the_hand_leaves_it(net: Browser) -> None:
    assert net.get("/r/devices/check?address=10.1.1").text.startswith("“10.1.1”不是 IP 地址")
    assert net.get("/r/devices/check?name=").text == "必须填写"
    assert net.get("/r/devices/check?name=甲").text == ""
    assert net.get("/r/devices/check?parent_id=x").text == ""


def test_the_next_entry_begins_like_the_last(county: County, net: Browser) -> None:
    form = DEVICE | {"centre_id": county.centres["town"].id, "profile": "h3c_comware", "note": "x"}
    answer = net.post("/r/devices/new", form | {"again": "1", "retries": "3"})
    like = device(county, "堌阳镇接入").id
    assert answer.location == f"/r/devices/new?like={like}"
    page = net.get(answer.location).text
    assert "已登记“堌阳镇接入”" in page
    assert '<option value="h3c_comware" selected>' in page
    assert 'name="retries" value="3"' in page
    assert ('value="堌阳镇接入"' in page, "10.41.9.9" in page, ">x</textarea>" in page) == (
        False, False, False,
    )  # fmt: skip


def test_the_second_of_two_editors_keeps_both_hands_work(county: County, net: Browser) -> None:
    key = county.ids["core"]
    form = _form(net, f"/r/devices/{key}/edit")
    boss = county.login("boss")
    other = _form(boss, f"/r/devices/{key}/edit")
    assert boss.post(
        f"/r/devices/{key}/edit", other | {"name": "核心一号", "retries": "5"}
    ).location
    late = net.post(f"/r/devices/{key}/edit", form | {"name": "核心甲", "location": "三楼"})
    page = unescape(late.text)
    assert late.status_code == 409
    assert ("孙管" in page, "修改设备" in page, "<del>兰考核心交换机</del>" in page) == (True,) * 3
    assert "别人刚改过这一项；再按“保存”将以您填写的为准" in page
    merged = _fields(page)
    assert (merged["name"], merged["location"], merged["retries"], merged["revision"]) == (
        "核心甲", "三楼", "5", "2",
    )  # fmt: skip
    assert net.post(f"/r/devices/{key}/edit", merged).status_code == 302
    row = county.one(Device, key)
    assert (row.name, row.location, row.retries, row.revision) == ("核心甲", "三楼", 5, 3)


def test_a_refused_form_still_knows_that_it_is_late(county: County, net: Browser) -> None:
    key = county.ids["core"]
    form = _form(net, f"/r/devices/{key}/edit")
    refused = net.post(f"/r/devices/{key}/edit", form | {"address": "x"})
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, key).retries = 4
    late = net.post(
        f"/r/devices/{key}/edit", _fields(unescape(refused.text)) | {"address": "1.1.1.1"}
    )
    assert (refused.status_code, late.status_code) == (422, 409)


def test_a_name_taken_beyond_the_scope_is_a_conflict(county: County, boss: Browser) -> None:
    form = {"login": "far", "name": "赵二", "centre_id": county.centres["county"].id}
    answer = boss.post("/r/people/new", form)
    assert answer.status_code == 409
    assert "已有一条同样的记录，可能属于别的单位，或已停用" in answer.text
    assert 'value="赵二"' in answer.text


def test_a_reference_beyond_the_scope_survives_the_form(county: County, net: Browser) -> None:
    with county.database.transaction(county.act()) as session:
        city = Credential(
            centre_id=county.centres["city"].id, name="全市只读", kind="v2c",
            community=Key.load(county.settings.key_file).seal("x"),
        )  # fmt: skip
        session.add(city)
        core = session.get_one(Device, county.ids["core"])
        core.snmp_id, core.v2c = city.id, True
    form = _form(net, f"/r/devices/{county.ids['core']}/edit")
    answer = net.post(f"/r/devices/{county.ids['core']}/edit", form | {"location": "三楼"})
    row = county.one(Device, county.ids["core"])
    assert (answer.status_code, row.snmp_id, row.location) == (302, city.id, "三楼")
    assert city.id not in net.get("/r/devices?snmp_id=-").text


def test_another_countys_row_is_not_there(county: County, net: Browser) -> None:
    far = county.ids["far"]
    paths = [f"/r/devices/{far}", f"/r/devices/{far}/edit"]
    assert [net.get(path).status_code for path in paths] == [404, 404]
    assert net.post(f"/r/devices/{far}/edit", DEVICE | {"revision": "1"}).status_code == 404
    net.post(f"/r/devices/{far}/retire")
    net.post("/r/devices/acts", {"id": far, "act": "pause"})
    row = county.one(Device, far)
    assert (row.retired_at, row.paused) == (None, False)


def test_a_row_cannot_be_moved_out_of_reach(county: County, net: Browser) -> None:
    form = _form(net, f"/r/devices/{county.ids['core']}/edit")
    form["centre_id"] = county.centres["other"].id
    assert net.post(f"/r/devices/{county.ids['core']}/edit", form).status_code == 422


# ── secrets ──────────────────────────────────────────────────────────────────────────────────


def test_a_secret_goes_in_sealed_and_never_comes_out(county: County, boss: Browser) -> None:
    place = {"name": "登录", "kind": "ssh", "centre_id": county.centres["county"].id, "user": "op"}
    answer = boss.post("/r/credentials/new", place | {"password": "Pa55-word", "enable": "En-able"})
    row = county.rows(select(Credential).where(Credential.name == "登录"))[0]
    key = Key.load(county.settings.key_file)
    assert (key.open(row.password), key.open(row.enable)) == ("Pa55-word", "En-able")
    edit = f"/r/credentials/{row.id}/edit"
    county.let_out()
    pages = [answer.location, edit, "/r/credentials", "/r/credentials/export.csv"]
    texts = [boss.get(page).text for page in pages]
    assert not [t for t in texts if "Pa55-word" in t or "v1." in t]
    assert "已设置；留空表示不改" in texts[1]
    form = _fields(texts[1])
    assert boss.post(edit, form | {"user": "op2", "clear.enable": "是"}).status_code == 302
    row = county.one(Credential, row.id)
    assert (key.open(row.password), row.enable, row.user) == ("Pa55-word", None, "op2")
    told = "".join(a.before + a.after for a in audits(county, row.id))
    assert ("Pa55-word" in told, "（保密）" in told) == (False, True)


def test_a_refused_form_says_that_the_secret_must_be_typed_again(
    county: County, boss: Browser
) -> None:
    form = {"name": "", "kind": "v2c", "community": "s3cret-word"}
    answer = boss.post("/r/credentials/new", form | {"centre_id": county.centres["county"].id})
    assert (answer.status_code, "s3cret-word" in answer.text) == (422, False)
    assert "没有保存，请重新输入" in answer.text


# ── acts ─────────────────────────────────────────────────────────────────────────────────────


def test_retire_is_undone_with_one_button(county: County, net: Browser) -> None:
    key = county.ids["ups"]
    answer = net.post(f"/r/devices/{key}/retire")
    assert (answer.status_code, answer.location) == (302, "/r/devices")
    page = unescape(net.get("/r/devices").text)
    assert ("已停用：机房 UPS。" in page, "机房 UPS" in names(page)) == (True, False)
    assert re.findall(r'class="count">(\d+)', page) == ["3", "1"]
    undo = json.loads(re.findall(r"hx-vals='?\"?(\{[^}]*\})", page)[0])
    assert undo == {"act": "restore", "id": key}
    net.client.environ_base["HTTP_HX_REQUEST"] = "true"
    net.client.environ_base["HTTP_HX_CURRENT_URL"] = "http://localhost/r/devices?kind=ups"
    done = net.post("/r/devices/acts", undo)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/r/devices?kind=ups")
    assert county.one(Device, key).retired_at is None
    assert [a.act for a in audits(county, key)] == ["建县", "停用设备", "恢复设备"]


def test_what_is_in_use_is_not_retired_and_says_why(county: County, net: Browser) -> None:
    net.post(f"/r/devices/{county.ids['core']}/retire")
    page = unescape(net.get("/r/devices").text)
    assert "没有执行：兰考核心交换机：还有设备以它为“上级设备”：城关镇交换机" in page
    ids = [county.ids[name] for name in ("core", "edge", "leaf")]
    net.post("/r/devices/acts", {"act": "retire", "id": ids})
    assert "已停用" in net.get("/r/devices").text
    assert names(net.get("/r/devices").text) == ["机房 UPS"]


def test_a_registers_own_acts_on_ticked_rows(county: County, net: Browser) -> None:
    ids = [county.ids["core"], county.ids["ups"]]
    net.post("/r/devices/acts", {"act": "pause", "id": ids})
    assert {county.one(Device, key).paused for key in ids} == {True}
    assert sorted(names(net.get("/r/devices?paused=yes").text)) == ["兰考核心交换机", "机房 UPS"]
    net.post("/r/devices/acts", {"act": "watch", "id": ids[0]})
    assert [county.one(Device, key).paused for key in ids] == [False, True]
    assert [a.act for a in audits(county, ids[0])] == ["建县", "暂停监测", "恢复监测"]
    assert net.post("/r/devices/acts", {"act": "explode", "id": ids}).status_code == 400


def test_a_first_password_is_told_once(county: County, boss: Browser) -> None:
    unit = county.centres["county"].id
    answer = boss.post("/r/people/new", {"login": "wu", "name": "吴新", "centre_id": unit})
    password = re.findall(r"吴新（wu）的口令：([^<\s]+)<", unescape(answer.text))[0]
    who = county.rows(select(Person).where(Person.login == "wu"))[0]
    assert (who.password_is(password), who.must_change) == (True, True)
    grant = {"person_id": who.id, "role": "technician", "centre_id": unit}
    assert boss.post("/r/grants/new", grant).status_code == 403  # who makes accounts gives no role
    assert county.login("sec").post("/r/grants/new", grant).status_code == 302
    assert [g.role for g in county.rows(select(Grant).where(Grant.person_id == who.id))] == [
        "technician"
    ]
    again = boss.post("/r/people/acts", {"act": "password", "id": who.id})
    fresh = re.findall(r"吴新（wu）的口令：([^<\s]+)<", unescape(again.text))[0]
    who = county.one(Person, who.id)
    assert (who.password_is(password), who.password_is(fresh)) == (False, True)
    told = "".join(a.before + a.after for a in audits(county, who.id))
    assert (password in told, fresh in told) == (False, False)


def test_nobody_locks_out_oneself(county: County, boss: Browser) -> None:
    own = county.rows(select(Person).where(Person.login == "boss"))[0].id
    boss.post(f"/r/people/{own}/retire")
    assert "不能停用自己的账号" in boss.get("/r/people").text
    assert county.one(Person, own).retired_at is None


def test_a_row_shows_its_history(county: County, boss: Browser) -> None:
    town = county.centres["town"]
    form = _form(boss, f"/r/centres/{town.id}/edit")
    boss.post(f"/r/centres/{town.id}/edit", form | {"head_count": "21"})
    page = unescape(boss.get(f"/r/centres/{town.id}").text)
    assert ("修改单位" in page, "人数：21" in page, "孙管" in page) == (True, True, True)
    assert county.one(Centre, town.id).head_count == 21
    with county.database.view(EVERYTHING) as session:
        assert verify(session) is None


# ── saved filters ────────────────────────────────────────────────────────────────────────────


def test_a_list_is_kept_under_a_name_for_one_person(county: County, net: Browser) -> None:
    net.post("/r/devices/filters?kind=ups&sort=-name&page=3", {"name": " 全县 UPS "})
    net.post("/r/devices/filters?kind=ups", {"name": "全县 UPS"})
    page = unescape(net.get("/r/devices").text)
    assert re.findall(r'<a href="(/r/devices[^"]*)">全县 UPS', page) == ["/r/devices?kind=ups"]
    assert "全县 UPS" not in county.login("boss").get("/r/devices").text
    assert "全县 UPS" not in net.get("/r/centres").text
    kept = county.rows(select(SavedFilter))[0]
    county.login("boss").post(f"/r/devices/filters/{kept.id}/forget")
    assert county.one(SavedFilter, kept.id).retired_at is None
    net.post(f"/r/devices/filters/{kept.id}/forget?kind=ups")
    assert "全县 UPS" not in net.get("/r/devices").text
    net.post("/r/devices/filters?kind=ups", {"name": " "})
    assert "必须填写，最多 40 个字" in net.get("/r/devices").text


def test_somebody_who_may_only_look_keeps_lists_too(county: County) -> None:
    tech = county.login("tech")
    tech.post("/r/devices/filters?kind=ups", {"name": "电源"})
    assert "电源" in tech.get("/r/devices").text


# ── paper ────────────────────────────────────────────────────────────────────────────────────


def test_the_print_view_holds_every_row_and_its_conditions(county: County, net: Browser) -> None:
    many(county, 120)
    page = unescape(net.get("/r/devices?kind=switch&print=1").text)
    assert len(names(page)) == 123
    assert ("类别：交换机" in page, "共 123 项" in page, "李网" in page) == (True, True, True)
    assert ("data-row" in page, 'class="pager"' in page) == (False, False)
    noted = county.rows(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))[0]
    assert (noted.act, noted.actor_name) == ("导出设备", "李网")
    assert f"# 审计链头 {noted.seq}:{noted.row_hash}" in page


def test_every_file_says_who_took_it_along_when_and_where(county: County, net: Browser) -> None:
    """Also below a print-out; and a sheet with that mark comes back as it was."""
    book = load_workbook(BytesIO(net.get("/r/devices/export.xlsx").data))
    foot = book.worksheets[0].oddFooter.left.text
    for told in (
        net.get("/r/devices/export.csv").data.decode("utf-8-sig").splitlines()[-1],
        net.get("/r/devices/export.yaml").text.splitlines()[-1],
        book["审计链"]["A1"].value, foot, unescape(net.get("/r/devices?print=1").text),
    ):  # fmt: skip
        assert re.search(r"# 审计链头 \d+:[0-9a-f]{64} \d{4}-.{11} 李网 兰考县", told)


def _form(browser: Browser, path: str) -> dict[str, str]:
    return _fields(unescape(browser.get(path).text))


def _fields(page: str) -> dict[str, str]:
    """What a browser would send for the form on a page."""
    main = page[page.index('class="register-form"') :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", main):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") != "checkbox" or " checked" in tag:
            found[told.get("name", "")] = told.get("value", "")
    found |= dict(re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>([^<]*)<', main))
    for name, options in re.findall(
        r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', main, re.DOTALL
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[0] if chosen else ""
    return {name: text for name, text in found.items() if name not in ("", "csrf_token")}
