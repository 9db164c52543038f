"""The form of matters due, as it was typed: every line in one act, or none and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inventory import cell
from inventory.care_record import CareRecord
from inventory.caring import record_care
from inventory.register import Field, FieldError, Rejected, field_of
from web.access import origin, person
from web.current import database
from web.queries.care import Item, item

Refusals = Mapping[str, tuple[FieldError, ...]]
_FIELDS = ("result", "value", "until", "note")


def record(
    keys: list[str], form: Mapping[str, str]
) -> tuple[list[CareRecord], dict[str, tuple[FieldError, ...]]]:
    """The records made, and what stands against each line by its key; with any of these, nothing
    was written."""
    made: list[CareRecord] = []
    wrong: dict[str, tuple[FieldError, ...]] = {}
    try:
        with database().transaction(person().act("登记养护", origin())) as session:
            for key in keys:
                found = item(session, key)
                if found is not None:
                    _line(session, found, form, made, wrong)
            if wrong:
                raise Rejected(())
    except Rejected:
        made.clear()
    return made, wrong


def _line(
    session: Session, one: Item, form: Mapping[str, str], made: list[CareRecord],
    wrong: dict[str, tuple[FieldError, ...]],
) -> None:  # fmt: skip
    try:
        given = _typed(one, form)
        result, note, at = given.pop("result"), given.pop("note"), given.pop("done_on")
        made.append(
            record_care(
                session,
                one.thing,
                one.kind,
                result,
                note or "",
                person(),
                at,
                due_on=one.due_on,
                **given,
            )
        )
    except Rejected as error:
        wrong[one.key] = error.errors


def _typed(one: Item, form: Mapping[str, str]) -> dict[str, Any]:
    """The line's own words; where it says nothing, what the form says for all. Raises Rejected."""
    texts = {name: form.get(f"{name}-{one.key}", "").strip() for name in _FIELDS}
    if texts["result"] not in ("normal", ""):
        for name in ("note", "until"):
            texts[name] = texts[name] or form.get(name, "").strip()
    texts["done_on"] = form.get("done_on", "")
    if one.kind == "power_on" or texts["result"] in ("normal", "abnormal"):
        texts["until"] = ""
    values: dict[str, Any] = {}
    errors = []
    for name, text in texts.items():
        field = field_of(CareRecord, name)
        try:
            values[name] = cell.read(field, text, _nothing)
        except ValueError as error:
            errors.append(FieldError(name, field.label, str(error)))
    if errors:
        raise Rejected(tuple(errors))
    assert isinstance(values["done_on"], date)
    return values


def _nothing(_field: Field, text: str) -> str:
    return text
