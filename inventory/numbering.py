"""Numbers that people quote: the next tag, the next paper of the year."""

from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.register import Register
from inventory.shanghai import today


def next_number(session: Session, cls: type[Register], name: str, prefix: str, width: int) -> str:
    """`prefix` and the number after the highest one in use, at least `width` digits.

    One act at a time writes (see `inventory.guard`), so two never get the same. Rows outside the
    scope count, too: a number is never given twice.
    """
    column = getattr(cls, name)
    table = cls.__table__
    stored = table.c[column.key]
    query = select(stored).where(stored.startswith(prefix, autoescape=True))
    if session.connection().dialect.name == "sqlite":  # LIKE would read every number there is
        query = query.where(stored >= prefix, stored < f"{prefix}~")
    longest = query.order_by(func.length(stored).desc(), stored.desc())
    taken = [str(one) for one in session.connection().execute(longest.limit(20)).scalars()]
    waiting: list[Any] = [row for row in session.new if isinstance(row, cls)]
    taken += [value for row in waiting if (value := getattr(row, name) or "").startswith(prefix)]
    numbers = [int(rest) for one in taken if (rest := one.removeprefix(prefix)).isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:0{width}d}"


class Yearly:
    """Mixin of a register with a `number`: a row that came without one gets the next of its year
    when it is written, WX-2026-0001 with the `prefix` WX."""

    prefix: ClassVar[str]

    def prepare(self: Any, session: Session) -> None:
        if not self.number:
            prefix = f"{self.prefix}-{today().year}-"
            self.number = next_number(session, type(self), "number", prefix, 4)
        super().prepare(session)  # type: ignore[misc]  # the register's own, next in line
