"""A county keeps its devices to the province's template: from the draft that comes along to the
approved template, the sheet on paper, the exception and its end, the change that mends it."""

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook
from sqlalchemy import select

from backups.configs import Cause
from inventory.act import system
from inventory.approval import Approval
from inventory.change import Change
from inventory.config_exception import ConfigException
from inventory.config_fact import ConfigFact
from inventory.config_template import ConfigTemplate
from inventory.config_verdict import ConfigVerdict
from inventory.device import Device
from inventory.notice import Notice
from inventory.register import Register
from inventory.secret import Key
from inventory.shanghai import today
from inventory.stepping import moving
from playbooks.complying_daily import look
from playbooks.site import Site
from tests.lab import need_programs
from tests.web import configured
from tests.web.configured import at_home
from tests.web.county import PASSWORD, Browser, County

BAD = """#
 sysname LK-CORE
#
 clock timezone BJ add 08:00:00
 ntp-service unicast-server 10.41.0.2
 telnet server enable
#
 stelnet server enable
 info-center loghost 10.41.0.9
 snmp-agent community read simple public
 snmp-agent sys-info version v3
 header login information "x"
#
user-interface vty 0 4
 authentication-mode aaa
 protocol inbound all
#
return
"""


def site_of(county: County) -> Site:
    key = Key.load(county.settings.key_file)
    centre = county.centres["county"].id
    return Site(county.database, county.history, key, county.settings.home, centre)


def keep(county: County, text: str, device: str = "core") -> None:
    at_home(county)
    configured.keep(county, device, text, Cause("sweep"), datetime.now(UTC))


def new(browser: Browser, cls: type[Register], **values: Any) -> None:
    done = browser.post(f"/r/{cls.slug}/new", values)
    assert done.status_code == 302, re.sub(r"<[^>]+>", " ", done.text)[:3000]


def agreed(county: County, net: Browser, row: Register) -> None:
    """Asked by the network administrator, approved by the leader."""
    done = net.post(f"/r/{row.slug}/{row.id}/do/ask")
    assert done.status_code == 302, done.text
    one = county.rows(select(Approval).where(Approval.thing_id == row.id))[-1]
    leader = county.login("leader")
    told = {"decision": "yes", "seen": one.digest, "proof_password": PASSWORD}
    assert leader.post(f"/approvals/{one.id}/decide", told).status_code == 302


def verdict(county: County) -> ConfigVerdict:
    (one,) = county.rows(select(ConfigVerdict))
    return one  # type: ignore[no-any-return]


def taken_over(county: County, net: Browser) -> ConfigTemplate:
    """The Huawei template as the county's own, approved; then its facts."""
    assert "模板语法未经实机验证" in net.get("/compliance/templates/").text
    assert net.post("/compliance/templates/huawei_vrp/take").status_code == 302
    (row,) = county.rows(select(ConfigTemplate))
    agreed(county, net, row)
    return row  # type: ignore[no-any-return]


def facts(county: County, net: Browser) -> None:
    for name, value in (("syslog_host", "10.41.0.9"), ("ntp_servers", "10.41.0.2，10.41.0.3")):
        at = county.centres["county"].id
        done = {"name": name, "value": value, "centre_id": at, "device_id": ""}
        assert net.post("/r/config-facts/new", done).status_code == 302


@pytest.fixture
def judged(county: County) -> County:
    """The core switch before an approved template."""
    net = county.login("net")
    keep(county, BAD)
    taken_over(county, net)
    facts(county, net)
    assert look(site_of(county), datetime.now(UTC)) == 1
    return county


def test_nothing_counts_before_it_is_approved_and_filled_in(both: County) -> None:
    county = both
    net = county.login("net")
    keep(county, BAD)
    assert look(site_of(county), datetime.now(UTC)) == 0, "no template in force"
    row = taken_over(county, net)
    look(site_of(county), datetime.now(UTC))
    assert verdict(county).state == "blocked"
    assert "ntp_servers" in verdict(county).why
    page = net.get(f"/compliance/preview/{row.id}?device={county.ids['core']}").text
    assert re.search(r"第 5 行：缺少设备参数“ntp_servers”", page), "by line and name"
    facts(county, net)
    look(site_of(county), datetime.now(UTC))
    assert (verdict(county).state, verdict(county).missing, verdict(county).surplus) == (
        "deviating", 2, 3,
    )  # fmt: skip
    assert look(site_of(county), datetime.now(UTC)) == 0, "nothing has changed since"


def test_a_broken_template_is_refused_by_its_line(county: County) -> None:
    net = county.login("net")
    values = {
        "name": "甲", "version": "1", "family": "vrp", "centre_id": county.centres["county"].id,
        "body": "== 甲 | 必须包含 ==\nsysname {{ device.__class__ }}",
    }  # fmt: skip
    page = net.post("/r/config-templates/new", values)
    assert page.status_code == 422
    assert "第 2 行：模板里只能用参数" in page.text
    guess = values | {"body": "== 甲 | 不得出现 ==\nsnmp-agent community * <默认 hunter2>"}
    assert "只能写出厂的默认口令" in net.post("/r/config-templates/new", guess).text
    for line in (
        "snmp-agent community read cipher Abc12345", "snmp-agent community ** Abc12345",
        "local-user a password irreversible-cipher Abc12345",
        "user-interface vty 0 4\n set authentication password cipher Abc12345",
        "snmp-agent community read cipher {{ word }}",
    ):  # fmt: skip
        held = net.post(
            "/r/config-templates/new", values | {"body": f"== 甲 | 必须包含 ==\n{line}"}
        )
        assert held.status_code == 422
        assert f"第 {1 + len(line.splitlines())} 行：这里写着口令" in held.text
    good = "== 甲 | 必须包含 ==\nsnmp-agent community read cipher *\nssh server cipher aes256_ctr\n"
    new(net, ConfigTemplate, **values | {"body": good})
    (template,) = county.rows(select(ConfigTemplate))
    exception = {
        "template_id": template.id, "section": "甲", "line": "snmp-agent community cipher Abc12345",
        "until_on": str(today()), "reason": "换", "centre_id": values["centre_id"],
    }  # fmt: skip
    refused = net.post("/r/config-exceptions/new", exception)
    assert refused.status_code == 422
    assert "这里写着口令" in refused.text
    secret = {"name": "snmp_community", "value": "abc", "centre_id": values["centre_id"]}
    assert "不登记为参数" in net.post("/r/config-facts/new", secret).text


def test_the_page_and_the_sheets_tell_the_same(judged: County, tmp_path: Path) -> None:
    need_programs("pdftotext")
    net, core = judged.login("net"), judged.ids["core"]
    index = net.get("/compliance/?tab=deviating").text
    assert "兰考核心交换机" in index
    assert "城关镇交换机" not in index
    page = net.get(f"/compliance/{core}").text
    expected = [
        ("缺少", "ntp-service unicast-server 10.41.0.3"),
        ("缺少", "user-interface vty 0 4 › protocol inbound ssh"),
        ("多余", "telnet server enable"),
        ("多余", "user-interface vty 0 4 › protocol inbound all"),
    ]
    for _kind, line in expected:
        assert line in page
    public = re.search(r"snmp-agent community read simple &lt;已隐去 (\w+)&gt;", page)
    assert public, "a default community is recognised although nobody sees it"
    assert "public" not in page
    rows = [*expected, ("多余", f"snmp-agent community read simple <已隐去 {public[1]}>")]
    book = load_workbook(BytesIO(net.get(f"/compliance/{core}/sheet.xlsx").data))
    told = [(row[3], row[4]) for row in book["偏离和豁免"].iter_rows(2, values_only=True)]
    assert sorted(told) == sorted(rows)
    paper = words(net.get(f"/compliance/{core}/sheet.pdf").data, tmp_path)
    everything = words(net.get("/compliance/sheet.pdf").data, tmp_path)
    for line in (line for _kind, line in rows):
        assert "".join(line.split()) in paper
        assert "".join(line.split()) in everything
    api = judged.token("net")
    answer = judged.app.test_client().get("/api/v1/compliance", headers=api).json
    (one,) = [item for item in answer["items"] if item["device_id"] == core]
    assert (one["state"], one["missing"], one["surplus"]) == ("deviating", 2, 3)
    far = judged.login("far")
    assert far.get(f"/compliance/{core}").status_code == 404
    assert "兰考核心交换机" not in far.get("/compliance/").text


def proposed(county: County, change: Change) -> list[str]:
    """The lines of a change, sealed as all that is to be typed into a device."""
    assert change.secret is not None
    told = json.loads(Key.load(county.settings.key_file).open(change.secret))
    return str(told["lines"]).splitlines()


def words(pdf: bytes, folder: Path) -> str:
    (folder / "one.pdf").write_bytes(pdf)
    run = ["pdftotext", "-raw", folder / "one.pdf", "-"]
    text = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    return "".join(text.split())


def test_an_exception_frees_until_it_ends(judged: County) -> None:
    net, now = judged.login("net"), datetime.now(UTC)
    (template,) = judged.rows(select(ConfigTemplate))
    until = today(now) + timedelta(days=10)
    new(
        net, ConfigException, template_id=template.id, section="名称、时区和时间同步",
        line="ntp-service unicast-server *", device_id=judged.ids["core"], until_on=str(until),
        reason="第二台时间服务器在修", centre_id=judged.centres["county"].id,
    )  # fmt: skip
    look(site_of(judged), now)
    assert verdict(judged).exempt == 0, "not before it is approved"
    (one,) = judged.rows(select(ConfigException))
    agreed(judged, net, one)
    look(site_of(judged), now)
    assert (verdict(judged).missing, verdict(judged).exempt) == (1, 1)
    assert "配置豁免将到期" in net.get("/today").text
    told = select(Notice.title).where(Notice.key.startswith("config-exception:"))
    assert len(judged.rows(told)) == 1
    look(site_of(judged), now + timedelta(days=10))
    assert verdict(judged).exempt == 1, "still on its last day"
    assert len(judged.rows(told)) == 2
    look(site_of(judged), now + timedelta(days=11))
    assert (verdict(judged).missing, verdict(judged).exempt) == (2, 0)


def from_the_city(county: County) -> ConfigTemplate:
    """A template in force of the centre above, with a fact from there, too."""
    with county.database.transaction(system("市里的模板")) as session:
        row = ConfigTemplate(
            centre_id=county.centres["city"].id, name="市模板", family="vrp",
            body="== 远程登录 | 必须包含 | 第98条 ==\nstelnet server enable\nssh user a\n"
            "== 网管 | 必须包含 | 第98条 ==\nsnmp host {{ manager }}\n",
        )  # fmt: skip
        fact = ConfigFact(centre_id=row.centre_id, name="manager", value="10.9.9.9")
        session.add_all((row, fact))
        session.flush()
        with moving(session, row):
            row.state = "approved"
    return row


def test_a_template_from_above_is_shown_line_by_line_below(county: County) -> None:
    net, core = county.login("net"), county.ids["core"]
    keep(county, BAD)
    row = from_the_city(county)
    assert look(site_of(county), datetime.now(UTC)) == 1
    page = net.get(f"/compliance/{core}").text
    assert "市模板" in page and "ssh user a" in page
    told = net.get(f"/api/v1/devices/{core}/compliance").json
    assert [one["template"] for one in told["items"]] == ["市模板 第 1 版"]
    for address in (f"/compliance/{core}/sheet.xlsx", "/compliance/sheet.xlsx"):
        book = load_workbook(BytesIO(net.get(address).data))
        cells = [cell for tab in book for line in tab.values for cell in line]
        assert any("ssh user a" in str(cell) for cell in cells), address
    done = {"template": row.id, "reason": "按市模板改正"}
    assert net.post(f"/compliance/{core}/propose", done).status_code == 302
    (change,) = county.rows(select(Change))
    assert proposed(county, change) == ["ssh user a", "snmp host 10.9.9.9"]
    assert change.reason == "按“市模板 第 1 版”改正配置：按市模板改正"
    assert county.login("far").get(f"/compliance/{core}").status_code == 404


def test_a_template_from_above_is_tried_and_excepted_from_below(county: County) -> None:
    net, far, core = county.login("net"), county.login("far"), county.ids["core"]
    keep(county, BAD)
    row = from_the_city(county)
    look(site_of(county), datetime.now(UTC))
    page = net.get(f"/compliance/{core}").text
    asked = f"/compliance/preview/{row.id}?device={core}"
    assert asked in page
    assert "snmp host 10.9.9.9" in net.get(asked).text, "with the facts from above"
    assert far.get(f"/compliance/preview/{row.id}").status_code == 404
    assert far.get(asked).status_code == 404
    offered = net.get("/pick/ConfigTemplate?q=市模").json
    assert [one["value"] for one in offered] == [row.id]
    assert net.get("/pick/ConfigTemplate?q=省").json == []
    assert far.get("/pick/ConfigTemplate").json == []
    freed = {
        "template_id": row.id, "section": "远程", "line": "ssh user a", "device_id": core,
        "until_on": str(today()), "reason": "在换", "centre_id": county.centres["county"].id,
    }  # fmt: skip
    assert "模板里没有这一章" in net.post("/r/config-exceptions/new", freed).text
    new(net, ConfigException, **freed | {"section": "远程登录"})
    (one,) = county.rows(select(ConfigException))
    assert "市模板 第 1 版" in net.get(f"/r/config-exceptions/{one.id}").text
    assert net.get(f"/r/config-templates/{row.id}").status_code == 404, "not theirs to change"


def test_what_would_mend_it_becomes_a_change_and_nothing_is_sent(judged: County) -> None:
    net, core = judged.login("net"), judged.ids["core"]
    (template,) = judged.rows(select(ConfigTemplate))
    assert judged.login("leader").post(f"/compliance/{core}/propose").status_code == 403
    told = {"template": template.id, "reason": "按省模板改正"}
    assert net.post(f"/compliance/{core}/propose", told).status_code == 302
    (change,) = judged.rows(select(Change))
    assert (change.state, change.device_id, change.procedure) == ("draft", core, "change")
    assert proposed(judged, change) == [
        "undo telnet server enable", "user-interface vty 0 4", " undo protocol inbound all",
        " protocol inbound ssh", "quit", "ntp-service unicast-server 10.41.0.3",
    ]  # fmt: skip
    mended = BAD.replace(" telnet server enable\n", "").replace("inbound all", "inbound ssh")
    mended = mended.replace("simple public", "simple z9Kq2Wm8")
    keep(
        judged, mended.replace("10.41.0.2\n", "10.41.0.2\n ntp-service unicast-server 10.41.0.3\n")
    )
    assert "有变化" in net.get(f"/compliance/{core}").text
    assert net.post(f"/compliance/{core}/again").status_code == 302
    assert verdict(judged).state == "ok"


def test_a_router_off_its_template_is_told_of_once(judged: County) -> None:
    now = datetime.now(UTC)
    with judged.database.transaction(judged.act()) as session:
        session.get_one(Device, judged.ids["core"]).kind = "router"
    keep(judged, BAD.replace("return", "interface Vlanif1\nreturn"))
    look(site_of(judged), now)
    keep(judged, BAD.replace("return", "interface Vlanif2\nreturn"))
    look(site_of(judged), now)
    told = judged.rows(select(Notice).where(Notice.key == f"compliance:{judged.ids['core']}"))
    assert len(told) == 1
    assert "路由器配置不符合模板：兰考核心交换机" in judged.login("net").get("/today").text


def test_two_versions_of_one_template_follow_each_other(judged: County) -> None:
    net = judged.login("net")
    assert net.post("/compliance/templates/huawei_vrp/take").status_code == 302
    rows: list[ConfigTemplate] = judged.rows(select(ConfigTemplate).order_by(ConfigTemplate.id))
    assert [row.version for row in rows] == ["1", "2"]
    agreed(judged, net, rows[1])
    look(site_of(judged), datetime.now(UTC))
    assert verdict(judged).template_id == rows[1].id
    assert judged.one(ConfigTemplate, rows[0].id).until_on == today(datetime.now(UTC)) - timedelta(
        1
    )


def test_a_file_of_every_family_comes_along(county: County) -> None:
    net, seen = county.login("net"), set()
    for file in sorted(Path("playbooks/templates").glob("*.yaml")):
        told: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        assert told["name"] in net.get(f"/compliance/templates/{file.stem}").text
        seen.add(told["family"])
    assert seen == {"vrp", "comware", "ios", "rgos", "zxros", "frr", "nft"}
