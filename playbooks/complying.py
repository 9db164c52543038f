"""Which configurations are to be judged by which template, and the verdicts written down.

Judged anew is only what has changed since: the text, the template, a fact, an exception. So the
daily look, and every look in between, costs what has changed and not what there is.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backups.configs import Shelf
from inventory.act import EVERYTHING
from inventory.batches import batches
from inventory.config_rendering import render
from inventory.config_sections import Wrong
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_verdict import ConfigVerdict
from inventory.db import Database
from inventory.shanghai import today
from inventory.store import Damaged
from playbooks import complying_secrets  # noqa: F401  # looks at every template that is saved
from playbooks.compliance import Sheet, judge
from playbooks.complying_cases import Case, cases

_BATCH = 200
_KNOWN_WORD = re.compile(r"<默认 (\S+)>")
UNREADABLE = "这份备份没有可读的文本，请人工核对"


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and how it ended: `sheet` is None when it could not be judged, `why` says why."""

    case: Case
    sheet: Sheet | None
    why: str = ""

    @property
    def state(self) -> str:
        return self.sheet.state if self.sheet else "blocked"


def filled(body: str, facts: Mapping[str, str], tag: Callable[[str], str]) -> str:
    """A template with facts; a default secret stands there as it is shown where it is in use, so
    that it is recognised and nothing is told. Raises Wrong."""
    return _KNOWN_WORD.sub(lambda found: f"<已隐去 {tag(found[1])}>", render(body, facts))


def wanted(case: Case, shelf: Shelf) -> str:
    """The template of a case, filled in for its device. Raises Wrong when it cannot be."""
    device_id = case.device.id
    return filled(case.template.body, case.facts, lambda word: shelf.veil.tag(device_id, word))


def judged(case: Case, text: str, shelf: Shelf) -> Judged:
    """One case against the text of its configuration."""
    if not text:
        return Judged(case, None, UNREADABLE)
    try:
        sheet = judge(wanted(case, shelf), text, case.template.family, case.freed)
        return Judged(case, sheet)
    except Wrong as wrong:
        return Judged(case, None, str(wrong))


def judge_changed(
    database: Database, shelf: Shelf, now: datetime, only: Collection[str] | None = None
) -> list[Case]:
    """Judge what has changed since it was judged last, and drop what is before no template any
    more. Returns what was judged anew."""
    with database.view(EVERYTHING) as session:
        before = {(one.device_id, one.template_id): one.mark for one in _marks(session, only)}
        waiting = list(cases(session, today(now), only))
    keys = {(one.device.id, one.template.id) for one in waiting}
    fresh = [one for one in waiting if before.get((one.device.id, one.template.id)) != one.mark]
    for begin in range(0, len(fresh), _BATCH):
        found = list(_read(database, shelf, fresh[begin : begin + _BATCH]))
        with database.observe() as session:
            for one in found:
                _write(session, one, now)
    _forget(database, before.keys() - keys)
    return fresh


def told_sections(sheet: Sheet) -> list[dict[str, Any]]:
    """The sections as `ConfigVerdict.sections` keeps them."""
    return [
        {
            "name": one.section.name, "mode": one.section.mode, "articles": one.section.articles,
            "state": one.state, "lines": one.lines, "missing": one.missing,
            "surplus": one.surplus, "exempt": one.exempt,
        }
        for one in sheet.findings
    ]  # fmt: skip


def _marks(session: Session, only: Collection[str] | None) -> Iterator[Any]:
    query = select(ConfigVerdict.device_id, ConfigVerdict.template_id, ConfigVerdict.mark)
    if only is None:
        yield from session.execute(query)
        return
    for batch in batches(sorted(only)):
        yield from session.execute(query.where(ConfigVerdict.device_id.in_(batch)))


def _read(database: Database, shelf: Shelf, batch: Sequence[Case]) -> Iterator[Judged]:
    """Each text is read once, however many templates it is held against."""
    with database.view(EVERYTHING) as session:
        for snapshot_id, found in groupby(batch, lambda one: one.snapshot_id):
            mine, snapshot = list(found), session.get(ConfigSnapshot, snapshot_id)
            try:
                text = shelf.text(snapshot) if snapshot else ""
            except Damaged as damaged:
                yield from (Judged(one, None, damaged.reason) for one in mine)
            else:
                yield from (judged(one, text, shelf) for one in mine)


def _write(session: Session, one: Judged, now: datetime) -> None:
    case, sheet = one.case, one.sheet
    key = case.device.id, case.template.id
    row = session.get(ConfigVerdict, key)
    if row is None:
        row = ConfigVerdict(device_id=key[0], template_id=key[1])
        session.add(row)
    row.centre_id, row.snapshot_id, row.mark = case.device.centre_id, case.snapshot_id, case.mark
    row.state, row.judged_at, row.why = one.state, now, one.why
    row.missing = sheet.missing if sheet else 0
    row.surplus = sheet.surplus if sheet else 0
    row.exempt = sheet.exempt if sheet else 0
    row.sections = json.dumps(told_sections(sheet) if sheet else [], ensure_ascii=False)


def _forget(database: Database, gone: Iterable[tuple[str, str]]) -> None:
    gone = sorted(gone)
    if not gone:
        return
    with database.observe() as session:
        for device_id, template_id in gone:
            mine = (ConfigVerdict.device_id == device_id, ConfigVerdict.template_id == template_id)
            session.execute(delete(ConfigVerdict).where(*mine))
