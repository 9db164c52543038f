"""What may be written by the API: JSON becomes the texts of a form and is judged like one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from apiflask import HTTPError, Schema
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields as shapes
from sqlalchemy.orm import Session

from inventory.exchange import parse
from inventory.register import Field, FieldError, Register, Rejected, fields
from web.api.questions import readable
from web.registers.choices import supply_all

supply_all()  # before any shape is made: the document tells the vendor profiles, too

_SHAPES: Mapping[str, type[shapes.Field[Any]]] = {
    "whole": shapes.Integer, "size": shapes.Integer, "number": shapes.Float,
    "yes": shapes.Boolean, "day": shapes.Date,
}  # fmt: skip
REVISION = shapes.Integer(
    required=True, metadata={"description": _l("读到时的 revision；已被别人改过则回答 409")}
)


def body_of(cls: type[Register], name: str, *, change: bool = False) -> type[Schema]:
    """The shape of a new row, or of a change to one: any fields, and the revision it is about."""
    shape = {told.name: _shape(told, must=not change) for told in fields(cls)}
    if change:
        shape["revision"] = REVISION
    return cast("type[Schema]", Schema.from_dict(shape, name=name))


def _shape(told: Field, *, must: bool) -> Any:
    about = "；".join(filter(None, (told.label, told.entry.unit, told.entry.help, _words(told))))
    return _SHAPES.get(told.kind, shapes.String)(
        required=must and _needed(told),
        allow_none=not told.entry.required,
        metadata={"description": about},
    )


def _words(told: Field) -> str:
    return "、".join(f"{word}（{label}）" for word, label in told.choices.items())


def _needed(told: Field) -> bool:
    return told.entry.required and told.default is None


def values_of(
    session: Session, cls: type[Register], given: Any, row: Register | None = None
) -> dict[str, Any]:
    """The values a JSON object means, judged by the rules of forms; for a change, of the `row`.

    Raises Rejected naming every field that is wrong, HTTPError 400 when it is no JSON object.
    """
    cells, wrong = _read(cls, given, {told.name for told in fields(cls)})
    bad = {error.field for error in wrong}
    if row is None:
        needed = (told.name for told in fields(cls) if _needed(told) and told.name not in bad)
        cells = dict.fromkeys(needed, "") | cells
    values, errors = parse(session, cls, cells, row)
    if wrong or errors:
        raise Rejected((*wrong, *errors))
    return values


def cells_of(cls: type[Register], given: Any, among: Iterable[str]) -> dict[str, str]:
    """The texts of a form that a JSON object means, for these fields by name.

    Raises Rejected naming what is none of them or cannot be read, HTTPError 400 when it is no JSON
    object.
    """
    cells, wrong = _read(cls, given, set(among))
    if wrong:
        raise Rejected(wrong)
    return cells


def _read(
    cls: type[Register], given: Any, among: set[str]
) -> tuple[dict[str, str], tuple[FieldError, ...]]:
    if not isinstance(given, dict) or not all(map(readable, given)):
        raise HTTPError(400, _("请求体应为一个 JSON 对象，并带 Content-Type: application/json"))
    known = {told.name: told for told in fields(cls) if told.name in among}
    wrong = tuple(_unreadable(known, given))
    bad = {error.field for error in wrong}
    return {name: _text(value) for name, value in given.items() if name not in bad}, wrong


def _unreadable(known: Mapping[str, Field], given: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, value in given.items():
        if name not in known:
            yield FieldError(name, name, _("没有这个字段"))
        elif not isinstance(value, str | int | float | bool | None):
            yield FieldError(name, known[name].label, _("应为文字、数字、true、false 或 null"))
        elif not readable(_text(value)):
            yield FieldError(name, known[name].label, _("含有不可显示的控制字符"))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
