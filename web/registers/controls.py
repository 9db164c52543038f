"""The controls of a form, from the facts of its columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import cell
from inventory.register import Field, FieldError, Register, fields
from web.access import person
from web.registers.names import Names, names

CLEAR = "clear."  # before a secret's name: the tick that empties it
_INPUTS = {
    "day": {"type": "date"}, "time": {"type": "datetime-local", "step": "1"},
    "whole": {"inputmode": "numeric"}, "size": {"inputmode": "numeric"},
    "number": {"inputmode": "decimal"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a form as it is drawn. `text` is what stands in it; for a secret only whether
    there is one (`kept`)."""

    told: Field
    text: str
    errors: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    load: str = ""
    kept: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.told.name

    @property
    def kind(self) -> str:
        return self.told.kind

    @property
    def required(self) -> bool:
        return self.told.entry.required

    @property
    def ticked(self) -> bool:
        return self.text == "是"


@dataclass(frozen=True, slots=True)
class Group:
    """A section of a form."""

    title: str
    controls: tuple[Control, ...]

    @property
    def rows(self) -> tuple[tuple[Control, ...], ...]:
        """What is typed or chosen, then what is ticked, then the notes: each aligned by itself."""
        ticks = tuple(c for c in self.controls if c.kind == "yes")
        notes = tuple(c for c in self.controls if c.kind == "note")
        typed = tuple(c for c in self.controls if c.kind not in ("yes", "note"))
        return (typed, ticks, notes)


def texts_of(row: Register) -> dict[str, str]:
    """What a form shows for a row, without its secrets."""
    told = fields(type(row))
    return {f.name: cell.typed(f, getattr(row, f.name)) for f in told if f.kind != "secret"}


def groups(
    session: Session,
    cls: type[Register],
    texts: Mapping[str, str],
    errors: Iterable[FieldError] = (),
    row: Register | None = None,
) -> tuple[Group, ...]:
    """The whole form: its sections in the order of the class, each control with its errors."""
    refs = [(f, texts.get(f.name)) for f in fields(cls) if f.kind == "ref"]
    called = names(session, refs)
    causes: dict[str, list[str]] = {}
    for error in errors:
        causes.setdefault(error.field, []).append(error.cause)
    drawn: dict[str, list[Control]] = {}
    for told in (f for f in fields(cls) if not f.entry.settled):
        kept = told.kind == "secret" and bool(row is not None and getattr(row, told.name))
        drawn.setdefault(told.entry.group, []).append(
            control(told, texts.get(told.name, ""), causes.get(told.name, ()), called, kept)
        )
    return tuple(Group(title, tuple(controls)) for title, controls in drawn.items())


def control(
    told: Field, text: str, causes: Iterable[str], called: Names, kept: bool = False
) -> Control:
    """One control as it is drawn, with what is wrong with it."""
    return Control(
        told, text, tuple(causes), options_of(told, text, called), picker_url(told), kept,
        _INPUTS.get(told.kind, {}),
    )  # fmt: skip


def sections(cls: type[Register]) -> dict[str, list[Field]]:
    """The fields of a row's page, by section in the order of the class."""
    found: dict[str, list[Field]] = {}
    for told in fields(cls):
        found.setdefault(told.entry.group, []).append(told)
    return found


def beginning(cls: type[Register], like: Register | None) -> dict[str, str]:
    """What a new form starts with: the defaults, the person's own unit, and what the row it is
    made `like` has in common with others."""
    texts = {f.name: cell.typed(f, f.default) for f in fields(cls)}
    begun = cls.begin()
    texts |= {f.name: cell.typed(f, begun[f.name]) for f in fields(cls) if f.name in begun}
    if "centre_id" in texts:
        texts["centre_id"] = person().centre_id
    if like is not None:
        alone = {"note", *cls.afresh} | ({cls.names[0]} - {cls.recalls})
        shared = (f for f in fields(cls) if f.kind not in ("secret", "ip", "mac"))
        told = (f for f in shared if f.name not in alone and not f.entry.settled)
        texts |= {f.name: texts_of(like)[f.name] for f in told}
    return texts


def options_of(told: Field, text: str, called: Names) -> tuple[tuple[str, str], ...]:
    """What a select offers; a picker fetches the rest."""
    if told.kind == "ref":
        found = called.get((told.entry.refers, text), text)
        return (("", ""), *(((text, found),) if text else ()))
    if told.kind != "choice":
        return ()
    empty: Any = () if told.default is not None else (("", ""),)
    known = [(word, _(label)) for word, label in told.choices.items()]
    odd = [(text, text)] if text and text not in told.choices else []
    return (*empty, *known, *odd)


def picker_url(told: Field) -> str:
    """Where a picker asks for what it may offer."""
    if told.kind != "ref":
        return ""
    among: dict[str, Any] = dict(told.entry.among)
    return url_for("pick.rows", class_name=told.entry.refers, **among)
