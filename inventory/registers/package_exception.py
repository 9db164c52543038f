"""Business packages that a unit need not have: replaced or given up, on whose word (Article 69)."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.business_package import labels
from inventory.entry import supply
from inventory.register import CentreRegister, entry


class PackageException(CentreRegister):
    """One package that is not asked for at this unit and whatever is below it."""

    __tablename__ = "package_exception"
    slug: ClassVar[str] = "package-exceptions"
    title: ClassVar[str] = "业务软件不适用"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (69,)
    names: ClassVar[tuple[str, ...]] = ("package", "centre_id")
    order: ClassVar[str] = "package"
    edit_act: ClassVar[str] = "record"

    package: Mapped[str] = entry("业务软件类别", required=True, listed=True, longest=40)
    reason: Mapped[str] = entry("原因", required=True, listed=True, searched=True)
    document_no: Mapped[str] = entry(
        "依据文号", required=True, listed=True, searched=True, longest=80
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_package_exception", "centre_id", "package", unique=True),)


supply("PackageException", "package", labels)
