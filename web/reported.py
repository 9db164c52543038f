"""A server's export that a person brought: its table, whose it is, and which column is what."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import upload
from inventory.host_import import ReportLayout
from inventory.host_report import HostTold, told
from inventory.reporter import OTHER, Reporter, likely, reporters, words
from inventory.sheet import Sheet, folded, read
from web.current import settings

_DAY = re.compile(r"(20\d\d)[-_.年]?(\d\d)[-_.月]?(\d\d)")


@dataclass(frozen=True, slots=True)
class Brought:
    """A kept file: `by` is None while several products, or none, may have written it; `said`: a
    person once explained its columns."""

    digest: str
    name: str
    sheet: Sheet
    by: Reporter | None
    columns: Mapping[str, str]
    candidates: Sequence[Reporter]
    said: bool = False

    @property
    def header(self) -> str:
        return header_of(self.sheet)

    @property
    def rows(self) -> list[HostTold]:
        return told(self.sheet, self.columns, self.by) if self.by else []

    @property
    def needs_time(self) -> bool:
        """Does no column say when a host was seen?"""
        return "seen_at" not in self.columns


def brought(session: Session, digest: str, name: str, source: str = "") -> Brought:
    """The table in a kept file; raises SheetError. What a person has said of such a header counts
    before what the products are known to write; `source` chooses among several products."""
    sheet = read(upload.kept(settings().home, digest), name, known=words())
    found = Brought(digest, name, sheet, None, {}, likely(sheet.columns))
    layout = session.scalars(
        select(ReportLayout).where(
            ReportLayout.header == found.header, ReportLayout.retired_at.is_(None)
        ).order_by(ReportLayout.id.desc())
    ).first()  # fmt: skip
    if layout is not None and not source:
        return replace(found, by=reporter(layout.source), columns=layout.told, said=True)
    fitting = [one for one in found.candidates if source in ("", one.word)]
    if len(fitting) != 1:
        return found
    return replace(found, by=fitting[0], columns=fitting[0].columns(sheet.columns))


def reporter(word: str) -> Reporter:
    """A product, or any other server, which may call a service as any product does."""
    known = reporters()
    running, stopped = (
        tuple(dict.fromkeys(said for one in known.values() for said in getattr(one, name)))
        for name in ("running", "stopped")
    )
    return known.get(word) or Reporter(OTHER, "其他服务器", {}, running=running, stopped=stopped)


def remember(session: Session, given: Brought, source: str, columns: Mapping[str, str],
             centre_id: str) -> None:  # fmt: skip
    """Keep what a person said of this header, for every file that has it."""
    query = select(ReportLayout).where(
        ReportLayout.header == given.header, ReportLayout.centre_id == centre_id
    )
    row = session.scalars(query).first() or ReportLayout(
        centre_id=centre_id, header=given.header, name=given.header
    )
    row.name, row.retired_at = "、".join(given.sheet.columns)[:200], None
    row.source, row.columns = source, json.dumps(dict(columns), ensure_ascii=False)
    session.add(row)


def header_of(sheet: Sheet) -> str:
    """SHA-256 of the headers, whatever their order and blanks."""
    return hashlib.sha256("\n".join(sorted(map(folded, sheet.columns))).encode()).hexdigest()


def day_in(name: str) -> str:
    """The day a file's name tells, as a form shows it: 终端列表_20261120.xlsx; "" for none."""
    found = _DAY.search(PurePath(name).stem)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return ""
    return f"{day}T00:00" if day else ""
