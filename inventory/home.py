"""Facts about this console itself: is it a demonstration, whose centre is it."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.centre import Centre
from inventory.db import Base, Observed


class HomeFact(Observed, Base):
    """One fact about the home, set when it is founded ("kind" = demo | real, "centre" = id)."""

    __tablename__ = "home_fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def home_fact(session: Session, name: str) -> str:
    found = session.get(HomeFact, name)
    return found.value if found else ""


def home_name(session: Session) -> str:
    """Whose console this is; "" before it is founded."""
    home = session.get(Centre, home_fact(session, "centre"))
    return home.name if home is not None else ""


def is_demo(session: Session) -> bool:
    """A home is a demonstration only if it was founded as one."""
    return home_fact(session, "kind") == "demo"
