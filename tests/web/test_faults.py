"""Faults as people record them: one click on the device, one line and Enter for each step, and a
leader who closes what a technician cannot."""

from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from inventory.approval import Approval
from inventory.equipment import Equipment
from inventory.fault import Fault
from inventory.fault_step import FaultStep
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.revision import digest
from inventory.shanghai import SHANGHAI
from tests.web.caller import Caller, wrong
from tests.web.county import PASSWORD, Browser, County

ENDING = {"cause_kind": "line", "cause": "光缆被挖断", "result": "已熔接"}


def begun(county: County, browser: Browser, **facts: str) -> Fault:
    """A fault of the core switch, by the form that one click on the device opens."""
    county.sweep(core="down")
    page = browser.get(f"/devices/{county.ids['core']}/").text
    address = f"/faults/begin?device={county.ids['core']}"
    assert f'href="{address}"' in page
    form = browser.get(browser.get(address).location)
    for told in ("兰考核心交换机：", "没有应答", f'value="{county.ids["core"]}" selected'):
        assert told in form.text
    at = county.at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    plain = {"centre_id": county.centres["county"].id, "device_id": county.ids["core"],
             "phenomenon": "核心交换机中断", "began_at": at, "found_at": at}  # fmt: skip
    done = browser.post("/r/faults/new", plain | facts)
    assert done.status_code == 302, done.text
    return county.rows(select(Fault).order_by(Fault.id.desc()))[0]


def handled(county: County, browser: Browser) -> Fault:
    """A major fault with a step and somebody who took part, by the two small forms of its page."""
    fault = begun(county, browser, severity="major")
    assert fault.number in browser.get(f"/devices/{county.ids['core']}/head").text
    assert browser.post(f"/faults/{fault.id}/steps", {"text": "换光模块"}).status_code == 302
    assert browser.post(f"/faults/{fault.id}/steps", {"text": " "}).status_code == 422
    assert browser.post(f"/faults/{fault.id}/people", {"name": "厂商李工"}).status_code == 302
    assert len(county.rows(select(FaultStep))) == 1
    return fault


def signing(county: County, fault: Fault, **facts: str) -> dict[str, str]:
    """The form of a step that ends it: what is asked, the content shown, the password."""
    seen = digest(county.one(Fault, fault.id))
    return {**ENDING, "seen": seen, "proof_password": PASSWORD, **facts}


def test_a_technician_does_not_close_what_is_grave(county: County) -> None:
    tech = county.login("tech")
    fault = handled(county, tech)
    page, form = f"/r/faults/{fault.id}", signing(county, fault)
    refused = tech.post(f"{page}/do/close", form)
    assert refused.status_code == 422 and "由领导确认后关闭" in refused.text
    by_program = Caller(county, "tech").post(
        f"/registers/faults/{fault.id}/steps/close",
        {**ENDING, "seen": form["seen"], "password": PASSWORD},
    )
    assert set(wrong(by_program)) == {"state"}
    lacking = tech.post(f"{page}/do/submit", {**form, "result": ""})
    assert lacking.status_code == 422 and "重大和疑难的必须填写" in lacking.text
    assert county.one(Fault, fault.id).state == "handling"


def test_a_leader_closes_it_among_others(county: County) -> None:
    tech = county.login("tech")
    fault = handled(county, tech)
    done = tech.post(f"/r/faults/{fault.id}/do/submit", signing(county, fault))
    assert done.status_code == 302
    (asked,) = county.rows(select(Approval))
    told = {"id": [asked.id], "decision": "yes", "proof_password": PASSWORD, "seen": asked.digest}
    assert tech.post(f"/approvals/{asked.id}/decide", told).status_code in (403, 422)
    assert county.one(Fault, fault.id).state == "confirm"
    leader = county.login("leader")
    assert "核心交换机中断" in leader.get("/approvals/").text
    assert "换光模块" in leader.get(f"/approvals/{asked.id}").text
    assert leader.post("/approvals/decide", told).status_code == 302
    assert county.one(Fault, fault.id).state == "closed"
    month = tech.get("/faults/book").text
    assert "光缆被挖断" in month and "厂商李工" in month
    assert fault.number not in tech.get(f"/devices/{county.ids['core']}/head").text
    assert "没有上报" in tech.get("/faults/lacking").text


def test_what_the_log_says_is_not_typed_again(county: County) -> None:
    tech = county.login("tech")
    at = {"occurred_at": county.at.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "section": "problem"}
    said = {"centre_id": county.centres["county"].id, "text": "二楼网络时断时续", "shift": "day"}
    assert tech.post("/r/log-entries/new", at | said).status_code == 302
    (entry,) = county.rows(select(LogEntry))
    day = tech.get(
        "/log/", query_string={"day": f"{entry.occurred_at.astimezone(SHANGHAI):%Y-%m-%d}"}
    )
    address = f"/faults/begin?entry={entry.id}"
    assert f'href="{address}"' in day.text
    form = tech.get(address).location
    assert parse_qs(urlsplit(form).query)["phenomenon"] == ["二楼网络时断时续"]
    assert "二楼网络时断时续" in tech.get(form).text
    fault = begun(county, tech, log_entry_id=entry.id)
    assert fault.log_entry_id == entry.id
    drafts = select(LogDraft).where(LogDraft.thing_id == fault.id)
    assert county.rows(drafts) == []  # the log has it already


def test_what_is_seen_is_one_s_own(county: County) -> None:
    tech = county.login("tech")
    fault = begun(county, tech)
    (draft,) = county.rows(select(LogDraft).where(LogDraft.thing_id == fault.id))
    assert (draft.section, draft.text) == ("problem", f"{fault.number} 核心交换机中断")
    far = county.login("far")
    assert fault.number not in far.get("/faults/book").text + far.get("/faults/lacking").text
    assert far.post(f"/faults/{fault.id}/steps", {"text": "看看"}).status_code == 404
    other = far.get(f"/faults/begin?device={county.ids['core']}")
    assert other.location.endswith("/r/faults/new")  # nothing of another county is filled in
    audit = county.login("audit")
    assert audit.post(f"/faults/{fault.id}/steps", {"text": "看看"}).status_code == 403
    assert "记故障" not in audit.get(f"/devices/{county.ids['core']}/").text


def test_only_what_may_be_retired_offers_it(county: County) -> None:
    """A fault in hand stays on the book: its page has no button that would be refused."""
    net = county.login("net")
    fault, thing = begun(county, net), Equipment(
        centre_id=county.centres["county"].id, name="传真机", category="fax", no_serial="试验"
    )  # fmt: skip
    with county.database.transaction(county.act()) as session:
        session.add(thing)
    assert net.post(f"/r/faults/{fault.id}/retire", {}).status_code == 302
    assert "不能停用" in net.get("/r/faults").text
    assert f"/r/faults/{fault.id}/retire" not in net.get(f"/r/faults/{fault.id}").text
    assert f"/r/equipment/{thing.id}/retire" in net.get(f"/r/equipment/{thing.id}").text
