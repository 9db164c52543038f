"""The auditor's export: whole, signed, checked by python3 alone, and false with any byte changed
(duty E9)."""

import csv
import io
import json
import re
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import bagit
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backups.register_tables import TABLES
from backups.standalone import verify_export
from inventory.act import system
from inventory.audit import AuditRow
from inventory.backup_copy import BackupCopy
from inventory.backup_export import BackupExport
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.config_snapshot import ConfigSnapshot
from inventory.drill import Drill
from inventory.shanghai import today
from inventory.signing_key import SigningKey, fingerprint
from tests.lab import need_programs
from tests.web.county import County
from tests.web.test_log_months import fetched

FORMULA = '=HYPERLINK("http://a.example","点我")，第一行\n第二行'
NOON = datetime(2026, 5, 7, 4, tzinfo=UTC)
SPRING = "/backups/export/register.zip?first=2026-04-01&last=2026-06-30"


def source(county: County, place: str, name: str, **more: Any) -> BackupSource:
    given = {"kind": "software", "method": "postgresql", "database": "pfp"} | more
    return BackupSource(
        centre_id=county.centres[place].id, name=name, since=date(2026, 1, 1), **given
    )


def kept(one: BackupSource, period: str, at: datetime, **more: Any) -> BackupSet:
    return BackupSet(
        centre_id=one.centre_id, source_id=one.id, kind=one.kind, period=period, started_at=at,
        **{"state": "good", "ended_at": at, "size": 12_345_678_901, "sha256": "a" * 64} | more,
    )  # fmt: skip


@pytest.fixture
def lived(county: County) -> County:
    """A good, a failed, an older and a neighbour's backup, a copy, a drill, configurations."""
    with county.database.transaction(system("备份")) as session:
        own = source(county, "county", "人口库", opaque=True, command="secret-switch --pw hunter2")
        far = source(county, "other", "洛阳的库")
        session.add_all([own, far])
        session.flush()
        good = kept(own, "2026-05", NOON, tool="pg_dump 15.20")
        bad = kept(own, "2026-04", NOON - timedelta(days=9), state="failed", reason=FORMULA)
        old = kept(own, "2026-03", datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC))
        theirs = kept(far, "2026-05", NOON)
        session.add_all([good, bad, old, theirs])
        session.flush()
        session.add_all([
            BackupCopy(centre_id=own.centre_id, set_id=good.id, place="own", state="verified",
                       size=99, made_at=NOON, verified_at=NOON),
            BackupCopy(centre_id=own.centre_id, set_id=old.id, place="own", state="cleared",
                       made_at=old.started_at, verified_at=old.started_at, cleared_at=NOON),
            Drill(centre_id=own.centre_id, kind="database", source_id=own.id, set_id=good.id,
                  taken_from="本机", started_at=NOON, ended_at=NOON, verdict="bad",
                  reason="行数不符", tables=3, rows=500_000, author="王技"),
            *(ConfigSnapshot(centre_id=own.centre_id, device_id=county.ids["core"], origin="sweep",
                             taken_at=NOON + timedelta(hours=n), lines_total=9) for n in (1, 2)),
        ])  # fmt: skip
    return county


def unpacked(county: County, where: Path, who: str = "audit") -> Path:
    packed = zipfile.ZipFile(io.BytesIO(fetched(county, county.login(who), SPRING)))
    packed.extractall(where / "taken")
    (folder,) = (where / "taken").iterdir()
    return folder


def bare(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = ["env", "-i", "/usr/bin/python3", "-I", "-S", "verify.py", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_export_is_the_register_and_stands_alone(lived: County, tmp_path: Path) -> None:
    need_programs("pdftotext")
    folder = unpacked(lived, tmp_path)
    done = bare(folder)
    assert done.returncode == 0 and "核对通过" in done.stdout, done.stdout + done.stderr
    bagit.Bag(str(folder)).validate()  # somebody else's reading of RFC 8493

    told = json.loads((folder / "data/register.json").read_text("utf-8"))
    tables = {one["key"]: one for one in told["tables"]}
    assert list(tables) == [one.key for one in TABLES]
    counts = {key: len(one["rows"]) for key, one in tables.items() if one["rows"]}
    assert counts == {
        "sets": 2, "copies": 1, "failures": 1, "drills": 1, "sources": 1, "configs": 2,
        "config_counts": 1, "clearings": 1, "gaps": len(tables["gaps"]["rows"]),
    }  # fmt: skip
    sets = [
        dict(zip(tables["sets"]["columns"], row, strict=True)) for row in tables["sets"]["rows"]
    ]
    assert [(one["所属期"], one["状态"], one["原因"]) for one in sets] == [
        ("2026-04", "失败", FORMULA), ("2026-05", "已核对", ""),
    ]  # fmt: skip
    assert ["2026-04", "E1", "缺"] in [row[3:6] for row in tables["gaps"]["rows"]]
    assert sets[1]["原始大小"] == "12345678901" and sets[1]["开始"] == "2026-05-07 12:00:00"
    whole = (folder / "data/register.json").read_bytes()  # the others say the same: below
    assert "洛阳".encode() not in whole and b"hunter2" not in whole

    papers_are_the_json(folder, told)
    book_and_chain_know_it(lived, folder, done.stdout)
    any_change_is_found(folder)


def papers_are_the_json(folder: Path, told: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(folder / "data/register.xlsx")
    paper = subprocess.run(
        ["pdftotext", "-raw", folder / "data/register.pdf", "-"], check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    paper, at = re.sub(r"\s", "", paper), 0
    for table in told["tables"]:
        cells = [[text_of(one.value) for one in row] for row in book[table["title"]].rows]
        assert cells == [table["columns"], *table["rows"]]
        assert all(one.data_type != "f" for row in book[table["title"]].rows for one in row)
        text = (folder / f"data/csv/{table['key']}.csv").read_bytes()
        assert text.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        assert len(lines) - 1 == len(table["rows"])
        assert not any(cell.startswith("=") for line in lines for cell in line)
        for number, row in enumerate(table["rows"], 1):
            pairs = zip(table["columns"], row, strict=True)
            words = f"{number}." + "".join(f"{label}：{cell}" for label, cell in pairs if cell)
            at = paper.find(re.sub(r"\s", "", words), at)
            assert at >= 0, (table["key"], words)


def text_of(value: object) -> str:
    return "" if value is None else str(value)


def book_and_chain_know_it(county: County, folder: Path, said: str) -> None:
    (row,) = county.rows(select(BackupExport))
    (key,) = county.rows(select(SigningKey))
    head = json.loads((folder / "chain-head.json").read_text())
    noted = county.rows(select(AuditRow).where(AuditRow.act == "导出备份登记"))
    assert (row.first, row.last, row.author) == (date(2026, 4, 1), date(2026, 6, 30), "陈查")
    assert row.chain == f"{noted[0].seq}:{noted[0].row_hash}" == f"{head['seq']}:{head['hash']}"
    assert row.chain in said and fingerprint(key.public) in said
    assert row.digest == hashed(folder / "tagmanifest-sha256.txt")
    page = county.login("audit").get("/backups/export").text
    assert fingerprint(key.public) in page and row.number in page


def hashed(file: Path) -> str:
    return verify_export.hashlib.sha256(file.read_bytes()).hexdigest()


def any_change_is_found(folder: Path) -> None:
    """A byte flipped anywhere, a file cut, lost, added or signed by somebody else."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(files), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
    def flipped(file: Path, place: float, mask: int) -> None:
        was = file.read_bytes()
        at = int(place * len(was))
        file.write_bytes(was[:at] + bytes([was[at] ^ mask]) + was[at + 1 :])
        found = list(verify_export.wrong(folder, ""))
        file.write_bytes(was)
        assert found, (file.name, at, mask)

    flipped()
    for file in (folder / "signature.txt", folder / "tagmanifest-sha256.txt", folder / "verify.py"):
        was = file.read_bytes()
        for at in (0, len(was) // 2, len(was) - 1):
            file.write_bytes(was[:at] + bytes([was[at] ^ 0x20]) + was[at + 1 :])
            assert list(verify_export.wrong(folder, "")), (file.name, at)
        file.write_bytes(was)
    assert bare(folder).returncode == 0, "as it was"
    strangers(folder)


def strangers(folder: Path) -> None:
    """What the bare machine says of files that come, go, and are signed by another."""
    extra = folder / "data/csv/more.csv"
    extra.write_text("")
    done = bare(folder)
    assert done.returncode == 1 and "多出的文件 / a file that is not in the list" in done.stdout
    extra.unlink()
    lost = folder / "data/register.pdf"
    was = lost.read_bytes()
    lost.unlink()
    done = bare(folder)
    assert done.returncode == 1 and "缺少文件 / file is missing: data/register.pdf" in done.stdout
    lost.write_bytes(was[:-1])
    assert "内容被改动" in bare(folder).stdout
    lost.write_bytes(was)
    done = bare(folder, "--fingerprint", "0000 " * 8)
    assert done.returncode == 1 and "another key than the printed one" in done.stdout


def test_who_may_export_and_what_is_refused(lived: County) -> None:
    audit = lived.login("audit")
    wrong = audit.get("/backups/export/register.zip?first=2026-06-30&last=2026-04-01")
    assert wrong.status_code == 422 and "请对调" in wrong.text
    assert audit.get("/backups/export/register.zip?first=x").status_code == 422
    assert f'value="{today()}"' in audit.get("/backups/export").text
    assert lived.login("boss").get("/backups/export").status_code == 200
    far = lived.login("far")
    run = str(far.get(SPRING).location.rpartition("/")[2])
    assert audit.get(f"/prints/{run}").status_code == 404, "another's file"


def test_signatures_are_those_of_rfc_8032() -> None:
    """Section 7.1, test 2; and what a lenient reader would let pass."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    good = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify_export.holds(public, b"\x72", good)
    assert not verify_export.holds(public, b"\x73", good)
    scalar = int.from_bytes(good[32:], "little") + verify_export.L
    assert not verify_export.holds(public, b"\x72", good[:32] + scalar.to_bytes(32, "little"))
    assert not verify_export.holds(b"\xff" * 32, b"\x72", good)
