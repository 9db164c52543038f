"""A confidential book leaves by the API as by a sheet: a leader has agreed to it first, and the
trail tells of it (Articles 117, 122; duty F2). A program reads a whole book in one go."""

from apiflask import HTTPError
from flask_babel import gettext as _

from inventory.export_request import consented
from inventory.register import Register
from inventory.shanghai import today
from web.access import person
from web.current import database
from web.leaving import exported


def unless_consented(cls: type[Register]) -> None:
    """HTTPError 403, saying what to do, while nobody has agreed that this person takes it along."""
    with database().view(person().scope) as session:
        if consented(session, person(), cls, today()):
            return
    told = _("“%(name)s”是敏感台账，用接口读取也须先在网页上提出导出申请，经分管领导批准。",
             name=_(cls.title))  # fmt: skip
    raise HTTPError(403, told)


def taken(cls: type[Register], rows: int, row_id: str = "") -> None:
    """Note in the trail that so many rows of a confidential book, or this one, were read."""
    if cls.confidential:
        exported(cls.title, cls.__name__, {"kind": "api", "rows": rows}, row_id)
