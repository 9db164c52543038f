"""What nobody may change at will: each change says why, beside who and when (Articles 98–110)."""

from collections.abc import Iterator
from typing import Any, ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from inventory.register import FieldError


class Reasoned:
    """Mixin of a register with a `reason`: when one of the `guarded` fields changes, the reason
    must be told anew. The audit trail keeps every one of them."""

    guarded: ClassVar[tuple[str, ...]] = ()

    def check(self: Any, session: Session) -> Iterator[FieldError]:
        yield from self.reasons()

    def reasons(self: Any) -> Iterator[FieldError]:
        """The change that came without a reason of its own."""
        state = inspect(self)
        if not state.persistent or state.attrs.reason.history.has_changes():
            return
        changed = [name for name in self.guarded if state.attrs[name].history.has_changes()]
        if changed:
            labels = "、".join(self.wrong(name, "").label for name in changed)
            yield self.wrong("reason", f"{labels}有变更，请写明这次变更的原因和同意人")
