"""The auditor's export with its papers: the same rows as JSON, CSV, XLSX and PDF, in one bag."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import render_template

from backups.register_export import Facts, Told, bag, digest_of, plain_files, tables, zipped
from backups.register_tables import Period
from inventory.act import Act
from inventory.backup_export import BackupExport
from inventory.centre import Centre
from inventory.db import Database
from inventory.secret import Key
from inventory.signing_key import signer
from web.leaving import marked, noted
from web.pdf import pdf
from web.workbook import workbook

ACT = "导出备份登记"
Step = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class House:
    """The console an export is made in."""

    database: Database
    home: Path
    key: Key


def export(house: House, act: Act, centre_id: str, period: Period, step: Step) -> tuple[str, bytes]:
    """The name and the bytes of the ZIP; noted in the audit chain before it is made, and in the
    book of exports with its digest once it is. What `act.scope` does not reach is not in it.

    Raises SecretError when the signing key cannot be opened; what `step` raises ends it.
    """
    with house.database.view(act.scope) as session:
        centre = session.get_one(Centre, centre_id)
        name, code = centre.name, centre.code
        told = tables(session, period, step)
    rows = sum(len(one.rows) for one in told)
    what = {"first": str(period.first), "last": str(period.last), "rows": rows}
    head = noted(house.database, act, (BackupExport.__name__, "", centre_id), what)
    mark = marked(house.home, head, act, name)
    signs = signer(house.database, house.key, centre_id)
    facts = Facts(name, period, act.actor_name, datetime.now(UTC), head)
    step(len(told), len(told) + 1, "PDF")
    files = plain_files(facts, told) | {
        "data/register.xlsx": _workbook(told),
        "data/register.pdf": _paper(facts, told, mark, signs.fingerprint),
    }
    whole = bag(files, facts, signs)
    _kept(house.database, act, centre_id, facts, (rows, digest_of(whole), signs.fingerprint))
    folder = f"backup-register-{code}-{period.first}-{period.last}"
    return f"{name}-备份登记-{period.first}-{period.last}.zip", zipped(folder, whole)


def _workbook(told: Sequence[Told]) -> bytes:
    return workbook({one.title: [one.columns, *one.rows] for one in told}).getvalue()


def _paper(facts: Facts, told: Sequence[Told], mark: str, fingerprint: str) -> bytes:
    return pdf(
        render_template(
            "papers/backup_register.html", facts=facts, tables=told, mark=mark,
            fingerprint=fingerprint, centre=facts.centre,
        )
    )  # fmt: skip


def _kept(
    here: Database, act: Act, centre_id: str, facts: Facts, made: tuple[int, str, str]
) -> None:
    """A line of the book of exports: what left, and how it is recognised."""
    rows, digest, fingerprint = made
    with here.transaction(act) as session:
        session.add(
            BackupExport(
                centre_id=centre_id, first=facts.period.first, last=facts.period.last,
                made_at=facts.made_at, author=act.actor_name, rows=rows, digest=digest,
                chain=str(facts.head), key=fingerprint,
            )
        )  # fmt: skip
