"""What a person brought to be imported: the file as it was kept, and how its columns fit."""

from collections import OrderedDict
from dataclasses import dataclass

from inventory import exchange, fitting, upload
from inventory.fitting import Fit
from inventory.headers import words
from inventory.plan import Plan
from inventory.register import Register
from inventory.sheet import Sheet, read
from web.access import person
from web.current import database, settings

_RECENT = 4  # plans held for paging: one of 20,000 rows takes some 50 MB
_plans: OrderedDict[tuple[str, ...], Plan] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Brought:
    """A kept file: its digest, the name it came by, the sheet of the workbook that was asked for
    ("" the one that fits best), its table as the person wrote it, and what each column is."""

    digest: str
    name: str
    page: str
    sheet: Sheet
    fit: Fit

    @property
    def table(self) -> Sheet:
        """What an import reads of it."""
        return fitting.fitted(self.sheet, self.fit)


def keep(data: bytes) -> str:
    return upload.keep(settings().home, data)


def brought(cls: type[Register], digest: str, name: str, page: str = "") -> Brought:
    """The table in a kept file; raises SheetError."""
    data = upload.kept(settings().home, digest)
    sheet = read(data, name, sheet=page or None, known=words(cls))
    with database().view(person().scope) as session:
        said = fitting.chosen(session, cls, person().centre_id)
    return Brought(digest, name, page, sheet, fitting.fit(cls, sheet, said))


def planned(cls: type[Register], given: Brought) -> Plan:
    """What the file would do now; raises SheetError."""
    with database().view(person().scope) as session:
        found = exchange.plan(session, cls, given.table)
    key = _key(cls, given.digest, given.page)
    _plans[key] = found
    while len(_plans) > _RECENT:
        _plans.popitem(last=False)
    return found


def recent(cls: type[Register], digest: str, page: str) -> Plan | None:
    """The last dry run of this file by this person, to be leafed through: confirming compares it
    with the register as it is then."""
    return _plans.get(_key(cls, digest, page))


def _key(cls: type[Register], digest: str, page: str) -> tuple[str, ...]:
    return (person().id, cls.slug, digest, page)
