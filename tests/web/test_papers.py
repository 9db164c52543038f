"""A row on paper: what is printed is what is recorded, in Chinese, on A4, and it was noted."""

import subprocess
from pathlib import Path

from sqlalchemy import select

from inventory.audit import AuditRow
from inventory.equipment import Equipment
from tests.lab import need_programs
from tests.web.county import County


def test_a_thing_on_paper(county: County, tmp_path: Path) -> None:
    need_programs("pdftotext")
    with county.database.transaction(county.act()) as session:
        thing = Equipment(
            centre_id=county.centres["county"].id, name="核心交换机", category="switch",
            serial="2102359305", note="第一行\n第二行",
        )  # fmt: skip
        session.add(thing)
    answer = county.login("tech").get(f"/r/equipment/{thing.id}/paper.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    (tmp_path / "one.pdf").write_bytes(answer.data)
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "one.pdf", "-"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for text in (
        thing.tag,
        "核心交换机",
        "2102359305",
        "第二行",
        "兰考县",
        "第 1 页，共 1 页",
        "王技",
    ):
        assert text in told
    noted = county.rows(select(AuditRow).where(AuditRow.thing_id == thing.id))
    assert noted[-1].change == "event" and f"{noted[-1].seq}:{noted[-1].row_hash[:40]}" in told
    assert county.login("far").get(f"/r/equipment/{thing.id}/paper.pdf").status_code == 404
