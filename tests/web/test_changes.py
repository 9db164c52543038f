"""Changes of configurations on their pages, by the API and by the command line: planned, shown,
approved by somebody else, run, confirmed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.approval import Approval
from inventory.change import Change
from inventory.credential import Credential
from inventory.device import Device
from inventory.home import HomeFact
from inventory.run import JobRun
from inventory.secret import Key
from netops.errors import DeviceError
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks.jobs import Unfinished
from playbooks.procedure_duty import perform
from playbooks.site import open_site
from tests.web.caller import Caller
from tests.web.county import PASSWORD, County

SECRET = "S3cret-simulated"


@pytest.fixture
def switch(county: County, tmp_path: Path) -> Iterator[Cli]:
    cli = Cli(name="CORE", dialect="huawei_vrp", password=SECRET)
    with serving([cli], keys=tmp_path / "keys"):
        key = Key.load(county.settings.key_file)
        with county.database.transaction(system("加登录")) as session:
            session.add(HomeFact(name="centre", value=county.centres["county"].id))
            device = session.get_one(Device, county.ids["core"])
            way = Credential(
                centre_id=device.centre_id, name="ssh", kind="ssh", user=cli.user,
                password=key.seal(SECRET),
            )  # fmt: skip
            session.add(way)
            session.flush()
            device.ssh_id, device.ssh_port, device.address = way.id, cli.port, "127.0.0.1"
            device.snmp_id, device.ping, device.timeout = None, False, 1
        yield cli


def work(county: County) -> list[str]:
    """As the worker does; how each ended."""
    site = open_site(county.database, county.settings.home, county.settings.key_file)
    told = []
    for run in county.rows(select(JobRun).where(JobRun.state == "asked")):
        why = ""
        try:
            perform(site, run.subject, run.params["act"])
        except (Unfinished, DeviceError) as error:
            why = error.reason
        with county.database.observe() as session:
            row = session.get_one(JobRun, run.id)
            row.state, row.note = "failed" if why else "done", why
        told.append(why)
    return told


def test_a_new_change_and_its_plan_on_the_pages(county: County, switch: Cli) -> None:
    net, core = county.login("net"), county.ids["core"]
    assert county.login("tech").get("/changes/new").status_code == 403
    assert "哪台设备" in net.get("/changes/new").text
    assert "隔离端口" in net.get(f"/changes/new?device={core}").text
    form = net.get(f"/changes/new?device={core}&procedure=change").text
    assert "配置命令" in form and "确认时限" in form
    sent = {
        "device": core,
        "procedure": "change",
        "lines": "sysname 兰考",
        "reason": "",
        "minutes": "10",
    }
    assert net.post("/changes/new", sent).status_code == 422
    done = net.post("/changes/new", sent | {"reason": "按县里命名<b>规则</b>"})
    assert done.status_code == 302
    there = done.location
    assert "等待执行" in net.get(there).text
    assert work(county) == [""]
    page = net.get(there).text
    for word in (
        "system-view",
        "未经实机验证",
        "schedule reboot delay 11",
        "+sysname 兰考",
        "提请审批",
    ):
        assert word in page, word
    assert SECRET not in page and "<b>规则" not in page
    (change,) = county.rows(select(Change))
    assert (change.state, switch.name) == ("draft", "CORE")


def planned(county: County) -> Change:
    sent = {
        "device": county.ids["core"], "procedure": "change", "lines": "sysname 兰考",
        "reason": "按县里命名", "minutes": "10",
    }  # fmt: skip
    assert county.login("net").post("/changes/new", sent).status_code == 302
    assert work(county) == [""]
    change: Change = county.rows(select(Change))[0]
    return change


def test_nothing_is_run_without_consent_by_page_or_program(county: County, switch: Cli) -> None:
    net, lead, change = county.login("net"), county.login("leader"), planned(county)
    for step in ("run", "confirm", "undo"):
        assert net.post(f"/r/changes/{change.id}/do/{step}").status_code == 422
        api = Caller(county, "net").post(f"/registers/changes/{change.id}/steps/{step}", {})
        assert api.status_code in (403, 409, 422), api.text
    assert net.post(f"/r/changes/{change.id}/do/ask").status_code == 302
    (asked,) = county.rows(select(Approval).where(Approval.state == "asked"))
    say = {"seen": asked.digest, "decision": "yes", "remark": "可", "proof_password": PASSWORD}
    assert net.post(f"/approvals/{asked.id}/decide", say).status_code in (403, 404, 422)
    assert lead.get(f"/approvals/{asked.id}").status_code == 200
    assert lead.post(f"/approvals/{asked.id}/decide", say).status_code == 302
    assert switch.name == "CORE"
    there = f"/r/changes/{change.id}"
    assert net.post(f"/r/changes/{change.id}/do/run").status_code == 302
    assert net.post(f"/r/changes/{change.id}/do/run").status_code == 422
    assert work(county) == [""]
    assert switch.name == "兰考"
    page = net.get(there).text
    assert "自动撤销" in page and "确认保留" in page
    live = net.get(f"/changes/{change.id}/progress?seen=old")
    assert (live.status_code, live.headers.get("HX-Refresh")) == (200, "true")
    assert net.post(f"/r/changes/{change.id}/do/confirm").status_code == 302
    assert work(county) == [""]
    (change,) = county.rows(select(Change))
    assert (change.state, change.approver, switch.dirty) == ("done", "郑局", False)
    page = net.get(there).text
    assert "比较操作前后的备份" in page and "郑局" in page
    assert net.get("/r/changes").status_code == 200
    assert county.login("far").get(there).status_code == 404


def test_a_password_is_never_shown_and_a_wrong_parameter_is_named(
    county: County, switch: Cli
) -> None:
    net, core = county.login("net"), county.ids["core"]
    base = {"device": core, "reason": "轮换", "minutes": "10"}
    new = "N3w-simulated-pass"
    done = net.post("/changes/new", base | {"procedure": "rotate_password", "secret": new})
    assert done.status_code == 302
    assert work(county) == [""]
    page = net.get(done.location).text
    assert "local-user netadmin password irreversible-cipher" in page
    assert new not in page and SECRET not in page
    wrong = net.post("/changes/new", base | {"procedure": "isolate", "port": ""})
    assert wrong.status_code == 422 and "必须填写" in wrong.text
    none = net.post("/changes/new", base | {"procedure": "isolate", "port": "GE9/9/9"})
    assert work(county) == ["设备配置里没有“interface GE9/9/9”，端口名要与配置里写的完全一样"]
    assert "端口名要与配置里写的完全一样" in net.get(none.location).text
    odd = net.post("/changes/new", base | {"procedure": "../etc", "lines": "x"})
    assert odd.status_code in (404, 422)
    entry = base | {"procedure": "bind", "add": "10.41.25.9 00:e0:fc:00:00:09 25 GE0/0/2"}
    assert net.post("/changes/new", entry).status_code == 404  # it has a plan of its own


def test_typed_lines_that_hold_a_secret_are_pushed_whole_and_shown_without(
    county: County, switch: Cli
) -> None:
    net, lead, secret = county.login("net"), county.login("leader"), "N3w-community-77"
    sent = {"device": county.ids["core"], "procedure": "change", "minutes": "10",
            "lines": f"sysname NEW\nsnmp-agent community read cipher {secret}",
            "reason": "更换团体字"}  # fmt: skip
    there = net.post("/changes/new", sent).location
    assert work(county) == [""]
    page = net.get(there).text
    (change,) = county.rows(select(Change))
    assert "snmp-agent community read cipher &lt;已隐去" in page
    assert secret not in page + f"{change.params}{change.plan}"
    assert net.post(f"/r/changes/{change.id}/do/ask").status_code == 302
    (asked,) = county.rows(select(Approval).where(Approval.state == "asked"))
    say = {"seen": asked.digest, "decision": "yes", "remark": "可", "proof_password": PASSWORD}
    assert lead.post(f"/approvals/{asked.id}/decide", say).status_code == 302
    assert net.post(f"/r/changes/{change.id}/do/run").status_code == 302
    assert work(county) == [""]
    assert f"snmp-agent community read cipher {secret}" in switch.running.text()
    assert secret not in net.get(there).text
