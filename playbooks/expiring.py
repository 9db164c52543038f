"""Daily: which device passwords, and which leave given for a time, end; who is told in time."""

from datetime import date, timedelta

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.credential import Credential
from inventory.credential_state import CredentialState
from inventory.notice import tell
from inventory.policy import policy
from playbooks.site import Site

_AHEAD, _MODE_AHEAD = timedelta(days=7), timedelta(days=14)


def remind(site: Site, day: date) -> None:
    """Tell of every device password that is due, and of the small-centre mode's end."""
    _passwords(site, day)
    _small_centre(site, day)


def _small_centre(site: Site, day: date) -> None:
    """From its end on codes are asked for and jobs kept apart: a fortnight to get ready."""
    with site.database.observe() as session:
        rules = policy(session)
        until = rules.small_until if rules.small_centre else None
        if until is None or until > day + _MODE_AHEAD:
            return
        over = until < day
        tell(
            session, "due", f"小中心模式{'已于' if over else '将于'} {until} 结束",
            text="结束后三员不再兼任技术岗位，动态码不再暂缓。请配齐人员，或拟新的安全策略版本。",
            centre_id=site.centre_id, right="policy", link="/admin/security/",
            level="warning", key=f"small:{until}:{over}",
        )  # fmt: skip


def _passwords(site: Site, day: date) -> None:
    """Due dates afresh (the policy may have changed), and a notice for each that is near."""
    with site.database.view(EVERYTHING) as session:
        rules = policy(session)
        rows = session.scalars(select(Credential).where(Credential.retired_at.is_(None))).all()
        due = {row.id: row.due_on(rules) for row in rows}
    with site.database.observe() as session:
        for row in rows:
            seen = session.get(CredentialState, row.id)
            if seen is None:  # registered before the console kept these
                seen = CredentialState(credential_id=row.id, centre_id=row.centre_id, weak={})
                session.add(seen)
            seen.due_on = due[row.id]
        for row in rows:
            when = due[row.id]
            if when is None or when > day + _AHEAD:
                continue
            past = "，已逾期" if when < day else ""
            tell(
                session, "due", f"设备凭据“{row.name}”的口令应于 {when} 更换{past}",
                centre_id=row.centre_id, right="credentials", link=f"/credentials/{row.id}/rotate/",
                level="warning" if past else "info", key=f"secret:{row.id}:{when}{past}",
            )  # fmt: skip
