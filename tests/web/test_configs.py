"""Configurations on the pages: who has a fresh backup, what changed, who wrote a line."""

from datetime import timedelta
from io import BytesIO
from shutil import rmtree

from openpyxl import load_workbook
from sqlalchemy import select

from backups.configs import Cause
from inventory.audit import AuditRow
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.message import Message
from inventory.run import JobRun
from tests.web.configured import (
    AFTER,
    NOW,
    OLD,
    RENEWED,
    SECRET,
    armed,
    at_home,
    export,
    keep,
    stand,
    two_versions,
)
from tests.web.county import County
from tests.web.reader import words


def test_the_overview_says_who_has_no_fresh_backup(county: County) -> None:
    two_versions(county)
    stand(county, "edge", attempt_at=NOW, why="10.41.0.2 拒绝登录", failures=2, permanent=True)
    stand(county, "core", success_at=NOW)
    net = county.login("net")
    page = words(net.get("/configs/").text)
    assert "3 台设备里有 2 台没有新的配置备份" in page
    assert "1 台有改动没有保存在设备上" in page
    assert "备份失败，没有新备份 10.41.0.2 拒绝登录" in page
    assert "备份是新的" in page
    assert "还没有备份过" in page  # leaf
    assert "洛阳核心交换机" not in page
    assert "机房 UPS" not in page  # has no configuration to keep
    tabs = {"old": 2, "failed": 1, "unsaved": 1, "manual": 0}
    for tab, number in tabs.items():
        told = net.get(f"/configs/?tab={tab}").text
        assert told.count('name="id"') == number, tab
    assert net.get("/configs/?q=jrjhj").text.count('name="id"') == 1
    assert "没有符合条件的设备" in net.get("/configs/?q=nowhere").text
    sheet = load_workbook(BytesIO(net.get("/configs/export.xlsx?tab=failed").data)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][0] == "城关镇交换机"
    assert "拒绝登录" in str(rows[1][4])
    stand(county, "core", unsaved_since=NOW - timedelta(days=2))
    today = words(net.get("/today").text)
    assert "设备配置没有新备份" in today
    assert "设备上的改动没有保存" in today
    # a success of yesterday is green, one of the day before is not, however well it ended
    stand(county, "core", success_at=NOW - timedelta(hours=30))
    assert "超过一天没有成功备份" in words(net.get("/configs/?q=hxjhj").text)


def test_a_backup_is_asked_for(county: County) -> None:
    armed(county, "core", "edge")
    net, ids = county.login("net"), county.ids
    asked = net.post("/configs/backup", {"id": [ids["core"], ids["edge"], ids["leaf"]]})
    (run,) = county.rows(select(JobRun).where(JobRun.kind == "config"))
    assert asked.location == f"/jobs/{run.id}"
    assert run.params["devices"] == sorted([ids["core"], ids["edge"]])
    page = net.get(asked.location).text
    assert "城关镇接入交换机 不能自动读取，没有列入" in page
    assert "/cancel" in net.get(f"/jobs/{run.id}/progress").text
    net.post(f"/jobs/{run.id}/cancel")
    assert county.one(JobRun, run.id).state == "cancelled"
    one = net.post(f"/configs/devices/{ids['core']}/backup")
    assert "等待执行" in net.get(one.location).text
    assert net.post("/configs/backup", {"id": ids["far"]}).status_code == 404
    assert county.login("tech").post("/configs/backup", {"id": ids["core"]}).status_code == 403


def test_two_versions_of_one_device(county: County) -> None:
    first, second = two_versions(county)
    county.let_out()
    net, core = county.login("net"), county.ids["core"]
    timeline = words(net.get(f"/configs/devices/{core}").text)
    assert "liwang 10.41.0.20" in timeline
    assert "HWCM/4/CFGCHANGE" in timeline
    assert f"procedure=save&amp;device={core}" in net.get(f"/configs/devices/{core}").text
    restore = f"procedure=restore&amp;device={core}&amp;snapshot={first}"
    assert restore in net.get(f"/configs/devices/{core}").text
    assert "+4 −3" in timeline  # the batch, the password, the description and a line more
    assert "设备上有改动没有保存" in timeline
    pages = {
        place: net.get(place)
        for place in (
            f"/configs/devices/{core}", f"/configs/{first}", f"/configs/{second}/blame",
            f"/configs/diff?a={first}&b={second}", f"/configs/{second}/download",
            f"/configs/diff.patch?a={first}&b={second}", "/configs/search?q=community",
            "/r/config-snapshots/export.csv", f"/api/v1/configs/{second}/text",
            f"/api/v1/configs/diff?a={first}&b={second}",
        )
    }  # fmt: skip
    assert {place: page.status_code for place, page in pages.items()} == dict.fromkeys(pages, 200)
    leaks = [place for place, page in pages.items() if SECRET in page.text or RENEWED in page.text]
    assert leaks == []
    diff = pages[f"/configs/diff?a={first}&b={second}"].text
    assert "vlan batch 10 20<ins> 30</ins>" in diff
    assert "展开没有变的" in diff
    turned = net.get(f"/configs/diff?a={second}&b={first}").text
    assert words(turned) == words(diff)  # the older one is always on the left
    patch = pages[f"/configs/diff.patch?a={first}&b={second}"].text
    assert "\n-vlan batch 10 20\n+vlan batch 10 20 30\n" in patch
    blame = words(pages[f"/configs/{second}/blame"].text)
    assert "liwang" in blame
    assert "每日巡检" in blame
    text = net.get(f"/configs/{second}").text
    assert 'id="L2"' in text
    assert "sysname LK-CORE" in text
    (left,) = county.rows(select(AuditRow.act).where(AuditRow.act == "导出配置文本"))
    assert left


def test_what_is_kept_elsewhere_is_not_seen(county: County) -> None:
    first, second = two_versions(county)
    far = county.login("far")
    assert [far.get(f"/configs/{key}{end}").status_code for key in (first, second)
            for end in ("", "/blame", "/download")] == [404] * 6  # fmt: skip
    assert far.get(f"/configs/devices/{county.ids['core']}").status_code == 404
    assert far.get(f"/configs/diff?a={first}&b={second}").status_code == 404
    assert "没有找到" in far.get("/configs/search?q=sysname").text
    assert county.login("sec").get(f"/configs/{first}").status_code == 403


def test_what_is_damaged_is_said_so(county: County) -> None:
    first, second = two_versions(county)
    rmtree(county.settings.home / "configs")
    net = county.login("net")
    places = (f"/configs/{first}", f"/configs/{second}/blame",
              f"/configs/diff?a={first}&b={second}", "/configs/search?q=vlan")  # fmt: skip
    answers = [net.get(place) for place in places]
    assert [one.status_code for one in answers] == [410] * 4
    assert "读不出来" in words(answers[0].text)
    county.let_out()
    assert net.get(f"/api/v1/configs/{first}/text").status_code == 409
    assert net.get("/api/v1/configs/search?words=vlan").status_code == 409


def test_blanks_alone_are_no_difference_when_asked(county: County) -> None:
    first, _second = two_versions(county)
    spaced = OLD.replace(" description to-town-7\n", "  description  to-town-7\n")
    third = keep(county, "core", spaced, Cause("sweep"), NOW).snapshot_id
    net = county.login("net")
    plain = net.get(f"/configs/diff?a={first}&b={third}").text
    assert "to-town-7" in plain
    assert "两版没有差别" not in plain
    assert "两版没有差别" in net.get(f"/configs/diff?a={first}&b={third}&space=ignore").text


def test_searching_all_of_them(county: County) -> None:
    net = county.login("net")
    assert net.get("/configs/search?q=(&regex=1").status_code == 422, "nothing is kept yet"
    assert "没有找到" in net.get("/configs/search?q=(a)&regex=1").text
    first, second = two_versions(county)
    keep(county, "edge", OLD.replace("LK-CORE", "CG-EDGE"), Cause("sweep"), NOW)
    found = words(net.get("/configs/search?q=SYSNAME").text)
    assert "2 台设备里有 2 行" in found
    assert "sysname CG-EDGE" in found
    assert "vlan batch 10 20 30" in net.get("/configs/search?q=batch.*30&regex=1").text
    then = NOW - timedelta(days=2)
    old = net.get(f"/configs/search?q=vlan+batch&at={then:%Y-%m-%d}").text
    assert f"/configs/{first}#L6" in old
    assert second not in old
    wrong = net.get("/configs/search?q=(&regex=1")
    assert wrong.status_code == 422
    assert "正则表达式有误" in words(wrong.text)
    assert net.get("/configs/search?q=a&at=tomorrow").status_code == 422
    assert net.get("/configs/search.csv?q=(&regex=1").status_code == 400
    county.let_out()
    sheet = net.get("/configs/search.csv?q=sysname").data.decode("utf-8-sig")
    assert "sysname LK-CORE" in sheet
    town = words(county.login("town").get("/configs/search?q=sysname").text)
    assert "CG-EDGE" in town
    assert "LK-CORE" not in town


def pbx(county: County) -> str:
    """The address of a private branch exchange, which nobody can log in to."""
    at_home(county)
    with county.database.transaction(county.act()) as session:
        row = session.get_one(Device, county.ids["ups"])
        row.name, row.kind, row.profile = "程控交换机", "pbx", "manual_export"
    return f"/configs/devices/{row.id}"


def test_what_only_a_person_can_export(county: County) -> None:
    place, net = pbx(county), county.login("net")
    assert "还没有人工导出过" in words(net.get(place).text)
    empty = net.post(f"{place}/import", {"reason": ""})
    assert empty.status_code == 422
    assert "请写明为什么导出" in empty.text
    assert "请选择一个文件" in empty.text
    data = {"file": (BytesIO(b"exten 8001\nexten 8002\n"), "pbx.cfg"), "reason": "季度导出"}
    assert net.post(f"{place}/import", data).status_code == 302
    assert "已有人工导出" in words(net.get(place).text)
    other = {"file": (BytesIO(bytes(range(256))), "pbx.cfg"), "reason": "全部导出"}
    shown = words(net.get(net.post(f"{place}/import", other).location).text)
    assert "文件不是文字，只加密保存原文" in shown
    kept = export(county, "ups", bytes(range(256)) * 9, NOW)
    assert "二进制文件" in words(net.get(f"/configs/{kept.snapshot_id}").text)
    assert net.get(f"/api/v1/configs/{kept.snapshot_id}/text").status_code == 409


def test_a_change_without_its_export_is_owed(county: County) -> None:
    place, key = pbx(county), county.ids["ups"]
    net, tech = county.login("net"), county.login("tech")
    export(county, "ups", b"exten 8001\n", NOW - timedelta(days=9))
    assert tech.post(f"{place}/changed", {"reason": " "}).status_code == 422
    assert tech.post(f"{place}/changed", {"reason": "增加分机 8003"}).status_code == 302
    assert "配置有变动，还没有导出" in words(net.get("/configs/?tab=manual").text)
    assert "配置变动后要人工导出" in words(net.get("/today").text)
    (told,) = county.rows(select(AuditRow).where(AuditRow.act == "报告配置变动"))
    assert (told.actor_name, told.reason) == ("王技", "增加分机 8003")
    data = {"file": (BytesIO(b"exten 8001\nexten 8003\n"), "pbx.cfg"), "reason": "增加分机",
            "who": "电信赵工"}  # fmt: skip
    done = net.post(f"{place}/import", data)
    shown = words(net.get(done.location).text)
    assert "由 电信赵工 修改：增加分机" in shown
    assert "exten 8003" in shown
    assert county.one(ConfigState, key).heard_at is None
    assert "配置变动后要人工导出" not in words(net.get("/today").text)
    # the same file once more answers the question, and is not kept twice
    tech.post(f"{place}/changed", {"reason": "以为改过"})
    data = {"file": (BytesIO(b"exten 8001\nexten 8003\n"), "pbx.cfg"), "reason": "核对"}
    assert (
        "与最近一版完全相同"
        in net.client.post(
            f"{place}/import", data={**data, "csrf_token": net.token}, follow_redirects=True
        ).text
    )
    assert county.one(ConfigState, key).heard_at is None
    assert len(county.rows(select(ConfigSnapshot))) == 2


def test_an_empty_county_says_what_to_do(county: County) -> None:
    net = county.login("far")
    page = words(net.get("/configs/").text)
    assert "没有选 SSH 凭据，读不了" in page
    assert "还没有这台设备的配置" in net.get(f"/configs/devices/{county.ids['far']}").text


def test_what_devices_said(county: County) -> None:
    core, now = county.ids["core"], NOW
    row = {
        "centre_id": county.centres["county"].id, "device_id": core, "via": "udp",
        "origin": "10.41.0.1", "rule": "huawei/cfgchange",
    }  # fmt: skip
    facts = {"user": "liwang", "source": "10.41.0.20"}
    with county.database.observe() as session:
        session.add(
            Message(**row, at=now, kind="change", text="HWCM/4/CFGCHANGE", facts=facts, times=3)
        )
        session.add(Message(**row, at=AFTER, kind="login", text="SHELL/4/LOGIN", facts={}))
    net = county.login("net")
    page = words(net.get("/messages/").text)
    assert "配置变更 × 3 用户 liwang 来源地址 10.41.0.20 HWCM/4/CFGCHANGE" in page
    assert "SHELL/4/LOGIN" in page
    assert "SHELL/4/LOGIN" not in net.get("/messages/?kind=change").text
    assert "没有符合条件的消息" in net.get("/messages/?q=nothing").text
    assert "HWCM/4/CFGCHANGE" in net.get(f"/configs/devices/{core}").text
    sheet = net.get(f"/messages/export.csv?device={core}&q=LOGIN").data.decode("utf-8-sig")
    assert "SHELL/4/LOGIN" in sheet
    assert "CFGCHANGE" not in sheet
    far = county.login("far")
    assert far.get(f"/messages/?device={core}").status_code == 404
    assert "还没有收到设备的消息" in far.get("/messages/").text
