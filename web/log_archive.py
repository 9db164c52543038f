"""The month book as PDF and workbook, and the year as one ZIP that anybody can check with nothing
but SHA-256 (Article 71; duty C4)."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.chain import Head
from inventory.log_day import STATES
from inventory.log_month import month_of_log
from inventory.log_month_parts import KINDS, Month
from inventory.log_month_parts import STATES as DAYS
from inventory.log_sections import SECTIONS
from inventory.log_year import kept_in
from inventory.shifts import SHIFTS
from web.log_sheet import as_json, workbook_of
from web.pdf import pdf, qr

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
Step = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """For whom a book is made: the mark that stands at its end, the chain's head in it, and the
    address behind the code on it ("" no code)."""

    mark: str
    head: Head
    address: str = ""


def book(month: Month, made: Made) -> bytes:
    """The month book as PDF/A."""
    html = render_template(
        "papers/log_month.html", month=month, centre=month.centre, mark=made.mark,
        code=qr(made.address) if made.address else "",
        KINDS=KINDS, DAYS=DAYS, LOG_STATES=STATES, SECTIONS=SECTIONS, SHIFTS=SHIFTS,
    )  # fmt: skip
    return pdf(html)


def archive(session: Session, centre: Centre, year: int, made: Made, step: Step) -> bytes:
    """The year as ZIP: a PDF for each month that was kept, one workbook, one JSON of every row,
    the manifest (also for `sha256sum -c`). `step` is told of each month before it is drawn."""
    months = [month_of_log(session, centre, first) for first in kept_in(session, centre.id, year)]
    files = dict(_books(months, made, step))
    files[f"{year}.xlsx"] = workbook_of(months, made.mark).getvalue()
    files[f"{year}.json"] = as_json(months, made.mark)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files[MANIFEST] = manifest(centre, year, made, files)
    files[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def _books(months: list[Month], made: Made, step: Step) -> Iterator[tuple[str, bytes]]:
    for number, month in enumerate(months):
        name = f"{month.first:%Y-%m}"
        step(number, len(months), name)
        yield f"{name}.pdf", book(month, made)


def manifest(centre: Centre, year: int, made: Made, files: Mapping[str, bytes]) -> bytes:
    """What is in the archive, file by file, and where the audit chain stood when it was made."""
    told = {
        "centre": centre.name, "code": centre.code, "year": year,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chain": {"seq": made.head.seq, "hash": made.head.hash},
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        },
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def wrong(data: bytes) -> list[str]:
    """What in an archive differs from its own manifest, in words; nothing when it is whole."""
    with ZipFile(BytesIO(data)) as packed:
        there = {name: packed.read(name) for name in packed.namelist()}
    told = json.loads(there.pop(MANIFEST))["files"]
    there.pop(SUMS, None)
    found = [f"{name}：清单里没有" for name in there if name not in told]
    for name, facts in told.items():
        if name not in there:
            found.append(f"{name}：不见了")
        elif hashlib.sha256(there[name]).hexdigest() != facts["sha256"]:
            found.append(f"{name}：内容与清单不符")
    return found


def digest_of(data: bytes) -> str:
    """SHA-256 of the archive's manifest, which the audit chain keeps."""
    with ZipFile(BytesIO(data)) as packed:
        return hashlib.sha256(packed.read(MANIFEST)).hexdigest()
