"""Choosing a password: what the policy, the owner's names and the passwords before it forbid."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.password import About, weaknesses
from inventory.person import Person
from inventory.policy import policy


def about(session: Session, person: Person) -> About:
    """What everybody knows about this person; the units above count, whatever the scope."""
    table = Centre.__table__
    own = select(table.c.path).where(table.c.id == person.centre_id)
    path = session.connection().execute(own).scalar() or ""
    above = select(table.c.name).where(table.c.id.in_(path.strip("/").split("/")))
    return About(person.login, person.name, tuple(session.connection().scalars(above)))


def unfit(session: Session, person: Person, password: str) -> tuple[str, ...]:
    """Why this person may not take this password, in words; () when nothing stands against it."""
    rules = policy(session)
    told = weaknesses(
        password, about(session, person),
        length=rules.password_length, classes=rules.password_classes,
    )  # fmt: skip
    if not told and person.had(password, rules.password_history):
        return (f"不能与现用或最近 {rules.password_history} 次用过的口令相同",)
    return told
