"""Columns that are called otherwise: what each header of a person's file is; asked once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inventory import fitting
from inventory.headers import must, sheet_fields
from inventory.register import Register
from inventory.sheet import SheetError
from web.access import by_register, person
from web.current import database
from web.registers import uploads
from web.registers.book import book
from web.registers.uploads import Brought

bp = Blueprint("columns", __name__, url_prefix="/r/<slug>/import/<digest>/columns")
LEAVE = "-"  # the choice that leaves a column out
_SAMPLES = 3


@bp.get("")
@by_register
def show(slug: str, digest: str) -> ResponseReturnValue:
    """Which column is which: what is understood, a guess for what is not."""
    cls = book(slug, "write")
    try:
        given = _given(cls, digest)
    except SheetError:
        return redirect(url_for("sheets.plan", slug=slug, digest=digest, **_rest()))
    return _page(cls, given), 200 if given.fit.complete else 422


@bp.post("")
@by_register
def say(slug: str, digest: str) -> ResponseReturnValue:
    """Remember what was said, for the next file too, and go on to the dry run."""
    cls = book(slug, "write")
    try:
        given = _given(cls, digest)
    except SheetError:
        return redirect(url_for("sheets.plan", slug=slug, digest=digest, **_rest()))
    names = {f.name for f in sheet_fields(cls)}
    typed = {h: request.form.get(f"c{n}", "") for n, h in enumerate(given.sheet.columns)}
    said = {h: "" if name == LEAVE else name for h, name in typed.items()
            if name == LEAVE or (name in names and _told(given, h) != name)}  # fmt: skip
    with database().observe() as session:
        fitting.remember(session, cls, person().centre_id, said, datetime.now(UTC))
    return redirect(url_for("sheets.plan", slug=slug, digest=digest, **_rest()))


def _given(cls: type[Register], digest: str) -> Brought:
    rest = _rest()
    return uploads.brought(cls, digest, rest["name"] or "", rest["sheet"] or "")


def _rest() -> dict[str, Any]:
    return {"name": request.args.get("name", ""), "sheet": request.args.get("sheet") or None}


def _told(given: Brought, header: str) -> str:
    known = given.fit.read.get(header)
    return known.name if known else ""


def _page(cls: type[Register], given: Brought) -> str:
    found, lines = given.fit, []
    free = [f.name for f in sheet_fields(cls) if f not in found.read.values()]
    for number, header in enumerate(given.sheet.columns):
        guessed = ""
        if header in found.unknown and (guessed := fitting.guess(cls, header, free)):
            free.remove(guessed)
        now = LEAVE if header in found.left_out else _told(given, header) or guessed
        lines.append(_line(given, number, now, guessed))
    choices = [(f.name, f.label, must(cls, f)) for f in sheet_fields(cls) if not f.entry.settled]
    return render_template(
        "register_columns.html", cls=cls, given=given, lines=lines, choices=choices, leave=LEAVE
    )


def _line(given: Brought, number: int, now: str, guessed: str) -> Mapping[str, Any]:
    header = given.sheet.columns[number]
    texts = (row.cells[header].strip() for row in given.sheet.rows[:200])
    samples = list(dict.fromkeys(filter(None, texts)))[:_SAMPLES]
    unknown = header in given.fit.unknown
    past = not unknown and not now
    known = given.fit.read.get(header)
    settled = known.label if known is not None and known.entry.settled else ""
    return {"number": number, "header": header, "now": now, "guessed": bool(guessed),
            "unknown": unknown, "past": past, "samples": samples, "settled": settled}  # fmt: skip
