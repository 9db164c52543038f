"""The whole look at the audit trail: every row, the heads outside, the triggers; and what it said.

The last one is kept as a fact of the home, so that pages show it without looking again.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory import log_seals, seals, triggers
from inventory.chain import Broken, Head, head, verify
from inventory.home import HomeFact, home_fact

FACT = "audit_verified"
_NAMED = 20  # rows that are no longer as they were signed: the first are enough to begin with


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look found at `at`: `head` the newest row, `broken` the first thing wrong with the
    chain, `missing` the triggers that do not stand, `witnesses` how many heads it was held to,
    `seals` what is no longer as it was fixed or signed, a sentence each."""

    at: datetime
    head: Head
    broken: Broken | None
    missing: tuple[str, ...]
    witnesses: int
    seals: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.broken is None and not self.missing and not self.seals

    def words(self) -> list[str]:
        """What is wrong, a Chinese sentence each; nothing when all is well."""
        told = [str(self.broken)] if self.broken else []
        gone = [f"数据库里防篡改的触发器不在或被改动：{'、'.join(self.missing)}"]
        return [*told, *(gone if self.missing else []), *self.seals]

    def facts(self) -> dict[str, Any]:
        """As JSON has it; `read` is the way back."""
        return asdict(self) | {
            "at": self.at.isoformat(),
            "missing": list(self.missing),
            "seals": list(self.seals),
        }


def judge(
    session: Session,
    witnesses: Collection[Head],
    now: datetime,
    watch: Callable[[int], None] = lambda seq: None,
) -> Verdict:
    """Look at everything; `watch` is told how far it is and may raise to end it."""
    broken = verify(session, witnesses=witnesses, watch=watch)
    missing = tuple(triggers.missing(session.connection()))
    unlike = tuple(map(str, [*seals.verify(session), *log_seals.verify(session)][:_NAMED]))
    return Verdict(now, Head(*head(session)), broken, missing, len(witnesses), unlike)


def keep(session: Session, verdict: Verdict) -> None:
    """The last word on the trail, until the next look."""
    session.merge(HomeFact(name=FACT, value=json.dumps(verdict.facts())))


def last(session: Session) -> Verdict | None:
    """What the last look said; None before the first."""
    told = home_fact(session, FACT)
    return read(json.loads(told)) if told else None


def read(facts: Mapping[str, Any]) -> Verdict:
    """A verdict out of its `facts`."""
    broken = facts["broken"]
    return Verdict(
        at=datetime.fromisoformat(facts["at"]),
        head=Head(**facts["head"]),
        broken=Broken(**broken) if broken else None,
        missing=tuple(facts["missing"]),
        witnesses=facts["witnesses"],
        seals=tuple(facts.get("seals", ())),
    )
