"""What a month of the duty log is made of, as plain frozen facts: the screen, the paper, the sheet
and the archive all tell these and nothing else (Article 71; duty C4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from inventory.log_sections import SECTIONS

KINDS: Mapping[str, str] = {
    "workday": "工作日", "makeup": "调休上班", "rest": "休息日", "holiday": "节假日",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "signed": "已审签", "open": "未审签", "unfilled": "未填", "rest": "无记录", "ahead": "未到",
    "before": "启用前",
}  # fmt: skip


def state_of(sheets: Sequence[str], kind: str, ahead: bool, before: bool = False) -> str:
    """How it stands with a day whose sheets are in these states: a key of STATES. Nothing is owed
    `before` the centre's first sheet."""
    if sheets:
        return "signed" if all(state == "signed" for state in sheets) else "open"
    if ahead:
        return "ahead"
    if before:
        return "before"
    return "unfilled" if kind in ("workday", "makeup") else "rest"


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature; `stands` is False once the content was corrected or given back since."""

    meaning: str
    name: str
    on_behalf: str
    at: datetime
    method: str
    digest: str
    number: int
    stands: bool


@dataclass(frozen=True, slots=True)
class Addendum:
    """A row of the book of errors that stands beside an entry, or beside the whole sheet."""

    number: str
    kind: str
    what: str
    right: str
    found_by: str
    filled_at: datetime | None
    closed: bool
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; `section` is a key of SECTIONS, `things` names equipment and watched object."""

    number: str
    section: str
    at: datetime
    recorded_at: datetime
    late: bool
    text: str
    things: str
    author: str
    addenda: tuple[Addendum, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one person answers for: so many entries, or 无 (`blank`)."""

    author: str
    entries: int
    blank: bool
    signed: bool
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The leader gave the sheet back."""

    at: datetime
    by: str
    remark: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One day sheet; `state` is a key of `log_day.STATES`, `voided` counts entries taken back by
    their authors before they signed."""

    id: str
    shift: str
    state: str
    unsigned: str
    remark: str
    digest: str
    lines: tuple[Line, ...]
    voided: int
    parts: tuple[Part, ...]
    signatures: tuple[Signed, ...]
    returned: tuple[Returned, ...]
    addenda: tuple[Addendum, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """One shift handed over."""

    number: str
    shift: str
    giver: str
    taker: str
    state: str
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar, with or without a sheet. `lacking`: shift → who was on duty and has
    not signed; `dismissed` counts drafts of the console that were left out."""

    day: date
    kind: str
    name: str
    ahead: bool
    sheets: tuple[Sheet, ...]
    lacking: Mapping[str, tuple[str, ...]]
    dismissed: int
    handed: tuple[Handed, ...]
    before: bool = False

    @property
    def state(self) -> str:
        """A key of STATES."""
        return state_of([one.state for one in self.sheets], self.kind, self.ahead, self.before)


@dataclass(frozen=True, slots=True)
class Month:
    """The month of one centre that begins on `first`; `provisional`: nobody has entered that year's
    holidays, so the working days are Monday to Friday."""

    centre_id: str
    centre: str
    first: date
    provisional: bool
    days: tuple[Day, ...]

    @property
    def lines(self) -> Iterator[Line]:
        return (line for sheet in self.sheets for line in sheet.lines)

    @property
    def sheets(self) -> Iterator[Sheet]:
        return (sheet for day in self.days for sheet in day.sheets)

    @property
    def counts(self) -> Mapping[str, int]:
        """Section → number of entries, sections of none included."""
        told = [line.section for line in self.lines]
        return {section: told.count(section) for section in SECTIONS}

    @property
    def states(self) -> Mapping[str, int]:
        """State of a day → number of days."""
        told = [day.state for day in self.days]
        return {state: told.count(state) for state in STATES}

    @property
    def complete(self) -> bool:
        """Is every day past, and signed by the leader wherever somebody was to write?"""
        return all(day.state in ("signed", "rest") for day in self.days)

    @property
    def signers(self) -> Mapping[tuple[str, str], int]:
        """(meaning, name) → how many sheets or parts that person signed and that still stand."""
        found: dict[tuple[str, str], int] = {}
        for one in self._given():
            if one.stands:
                found[one.meaning, one.name] = found.get((one.meaning, one.name), 0) + 1
        return dict(sorted(found.items()))

    def _given(self) -> Iterator[Signed]:
        for sheet in self.sheets:
            yield from sheet.signatures
            for part in sheet.parts:
                yield from part.signatures
