"""Saved filters: a list a person comes back to, by name. The URL's query says all of it."""

from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import points_to
from inventory.register import CentreRegister, entry


class SavedFilter(CentreRegister):
    """One person's named view of one register."""

    __tablename__ = "saved_filter"
    slug: ClassVar[str] = "filters"
    title: ClassVar[str] = "常用筛选"
    names: ClassVar[tuple[str, ...]] = ("name", "register", "person_id")
    shown: ClassVar[bool] = False

    name: Mapped[str] = entry("名称", required=True, listed=True, longest=40)
    register: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(500))
    person_id: Mapped[str] = mapped_column(points_to("person.id"), index=True)
