"""The auditor's export: the backup register of a period in one signed BagIt bag (RFC 8493), which
anybody can check with python3 alone (duty E9)."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from backups.register_tables import TABLES, Period
from inventory.chain import Head
from inventory.sheet import write_csv
from inventory.signing_key import Signer

SIGNED, SIGNATURE = "tagmanifest-sha256.txt", "signature.txt"
PAYLOAD, HEAD, VERIFY = "manifest-sha256.txt", "chain-head.json", "verify.py"
REGISTER = "data/register.json"
_SCRIPT = Path(__file__).parent / "standalone" / "verify_export.py"
_README = """备份登记导出
============
单位：{centre}
期间：{first} 至 {last}
导出：{made}（{author}）

data/register.json  全部内容；data/csv/、register.xlsx、register.pdf 与它逐行一致
chain-head.json     导出时审计链的链头，可在值守台“审计记录”核对
signature.txt       本中心值守台对文件清单（tagmanifest-sha256.txt）的 Ed25519 签名

核对：在任何装有 python3 的机器上，于本文件夹内执行  python3 verify.py
     末行为“核对通过”，且所列指纹与打印件一致，即完整、未改动、出自本中心。
To check: run  python3 verify.py  here, and compare the fingerprint it tells with the printed one.
"""

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Told:
    """One table with its rows."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Of what, when and by whom an export is made; `head` is the audit chain's newest row."""

    centre: str
    period: Period
    author: str
    made_at: datetime
    head: Head


def tables(session: Session, period: Period, step: Callable[[int, int, str], None]) -> list[Told]:
    """Every table of the period, as far as the session's scope lets see. `step` is told of each
    before it is read; what it raises ends the export."""
    found = []
    for number, one in enumerate(TABLES):
        step(number, len(TABLES), one.title)
        found.append(Told(one.key, one.title, one.columns, list(one.rows(session, period))))
    return found


def plain_files(facts: Facts, told: Sequence[Told]) -> Files:
    """The JSON and the CSV files of an export, by their paths in it."""
    whole = {
        "format": 1, "centre": facts.centre, "author": facts.author,
        "first": str(facts.period.first), "last": str(facts.period.last),
        "made_at": facts.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "tables": [
            {"key": one.key, "title": one.title, "columns": one.columns, "rows": one.rows}
            for one in told
        ],
    }  # fmt: skip
    files = {REGISTER: _json(whole)}
    for one in told:
        files[f"data/csv/{one.key}.csv"] = write_csv(one.columns, iter(one.rows))
    return files


def bag(files: Mapping[str, bytes], facts: Facts, signer: Signer) -> Files:
    """The bag around payload files (their paths begin with "data/"): tag files, the script that
    checks it, the signature over the list of them all."""
    words = {
        "centre": facts.centre, "first": facts.period.first, "last": facts.period.last,
        "made": facts.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "author": facts.author,
    }  # fmt: skip
    payload = {"data/README.txt": _README.format(**words).encode(), **files}
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": _info(facts, payload, signer).encode(),
        HEAD: _json({"seq": facts.head.seq, "hash": facts.head.hash}),
        PAYLOAD: _manifest(payload),
        VERIFY: _SCRIPT.read_bytes(),
    }
    signed = _manifest(tags)
    signature = f"public: {signer.public}\nsignature: {signer.sign(signed)}\n"
    return {**payload, **tags, SIGNED: signed, SIGNATURE: signature.encode()}


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 of what was signed: by it an export is recognised."""
    return hashlib.sha256(files[SIGNED]).hexdigest()


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """One ZIP with everything in one folder, so that unpacking spills nothing."""
    out = BytesIO()
    with ZipFile(out, "w") as packed:
        for name in sorted(files):
            told = ZipInfo(f"{folder}/{name}")
            told.external_attr, told.compress_type = 0o644 << 16, ZIP_DEFLATED
            packed.writestr(told, files[name])
    return out.getvalue()


def _info(facts: Facts, payload: Mapping[str, bytes], signer: Signer) -> str:
    size = sum(map(len, payload.values()))
    told = {
        "Source-Organization": facts.centre, "Contact-Name": facts.author,
        "Bagging-Date": f"{facts.made_at.astimezone(UTC):%Y-%m-%d}",
        "External-Description": f"备份登记 {facts.period.first} 至 {facts.period.last}",
        "Payload-Oxum": f"{size}.{len(payload)}",
        "Audit-Chain-Head": str(facts.head),
        "Signing-Key-Fingerprint": signer.fingerprint,
    }  # fmt: skip
    return "".join(f"{name}: {' '.join(text.split())}\n" for name, text in told.items())


def _manifest(files: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
