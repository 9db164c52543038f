"""The card of the steps that come next, as a row's page draws it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from inventory.register import FieldError, Register, field_of
from inventory.stepping import Step, offered
from web.access import person
from web.registers.controls import Control, control, texts_of
from web.registers.names import names


@dataclass(frozen=True, slots=True)
class Drawn:
    """One step: what its small form asks, and whether it is the one that was just refused."""

    step: Step
    controls: tuple[Control, ...]
    open: bool


def steps(
    session: Session, row: Register, tried: str = "", errors: Iterable[FieldError] = ()
) -> tuple[Drawn, ...]:
    """The steps this person may take, in the order the register declares them."""
    told = offered(session, row, person())
    return tuple(_drawn(session, row, one, tried == one.name, errors) for one in told)


def _drawn(
    session: Session, row: Register, step: Step, tried: bool, errors: Iterable[FieldError]
) -> Drawn:
    asked = [field_of(type(row), name) for name in step.asks]
    typed = request.form if tried else {}
    texts = {f.name: typed.get(f.name, texts_of(row)[f.name]) for f in asked}
    called = names(session, [(f, texts[f.name]) for f in asked if f.kind == "ref"])
    wrong = tuple(errors) if tried else ()
    drawn = [
        control(f, texts[f.name], [e.cause for e in wrong if e.field == f.name], called)
        for f in asked
    ]
    return Drawn(step, tuple(drawn), tried)
