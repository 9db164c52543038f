"""What one person alone can do to the three administrators, and who is told of it.

A password set for somebody else could be used to act as them: the one it is hears of it, and so do
whoever grants rights and whoever reads the trail: one of them is always somebody else.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory.grant import Grant, held
from inventory.notice import tell
from inventory.person import Person
from inventory.role import ROLES, SEPARATED


def warn(session: Session, person: Person) -> None:
    """Tell of a reset of this person's password, if it opens one of the three seats."""
    seats = {one.role for one in held(session, person.id, datetime.now(UTC))} & set(SEPARATED)
    if not seats:
        return
    by = session.info["act"].actor_name
    roles = "、".join(ROLES[role] for role in sorted(seats))
    title = f"{person.name}（{roles}）的口令已由{by}重设"
    text = "如果不是本人要求的，请立即告知分管领导和审计管理员。"
    here, level = person.centre_id, "critical"
    tell(session, "security", title, text=text, person_id=person.id, centre_id=here, level=level)
    for right in ("grants", "trail"):
        tell(session, "security", title, text=text, right=right, centre_id=here, level=level)


def ended(session: Session, grant: Grant) -> None:
    """Tell that one of the three seats was taken away: one person alone may do that, so
    nobody does it unseen."""
    if grant.role not in SEPARATED or grant.agreed_at is None or grant.lapses_at is not None:
        return
    by = session.info["act"].actor_name
    title = f"授权已由{by}停用：{grant.headline}"
    for right in ("second", "trail"):
        tell(
            session, "security", title, right=right, centre_id=grant.centre_id, level="critical",
            link=f"/r/grants/{grant.id}",
        )  # fmt: skip
