"""The page of the minimum of equipment: what is short, why that is accepted, on sheet and paper."""

import io
from datetime import timedelta

from openpyxl import load_workbook
from sqlalchemy import select

from inventory.approval import Approval
from inventory.shanghai import today
from inventory.shortfall import Shortfall
from tests.web.county import PASSWORD, County


def test_a_shortfall_is_explained_agreed_and_ends(county: County) -> None:
    tech, leader = county.login("tech"), county.login("leader")
    assert "网络防火墙" in tech.get("/standards/?state=short").text
    until = today() + timedelta(days=30)
    made = tech.post("/r/shortfalls/new", {
        "standard": "c58", "centre_id": county.centres["county"].id, "until": str(until),
        "reason": "随省中心统一采购",
    })  # fmt: skip
    assert made.status_code == 302, made.text
    row = county.rows(select(Shortfall))[0]
    assert tech.post(f"/r/shortfalls/{row.id}/do/ask").status_code == 302
    asked = county.rows(select(Approval))[0]
    page = f"/approvals/{asked.id}"
    leader.get(page)
    form = {"seen": asked.digest, "proof_password": PASSWORD, "remark": ""}
    done = leader.post(f"{page}/decide", {**form, "decision": "yes"})
    assert done.status_code == 302, done.text
    shown = tech.get("/standards/?state=accepted").text
    assert f"至 {until}" in shown
    sheet = load_workbook(io.BytesIO(tech.get("/standards/standards.xlsx").data)).worksheets[0]
    told = [row for row in sheet.iter_rows(values_only=True) if row[2] == "网络防火墙"]
    assert [row[8] for row in told] == ["缺口已批准"]
    with county.database.transaction(county.act()) as session:
        late = session.get_one(Shortfall, row.id)
        assert late.stage == ("ok", "已批准")
