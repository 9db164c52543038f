"""Whether a readable history is whole, and what is done when it is not: it is written anew from the
vault, and the trail says so."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.looks import Looks
from backups.rewriting import STAMP, Rewritten, rewrite, rows_of, set_aside
from backups.textgit import TextRepo, fsck
from inventory.act import Act
from inventory.audit import note
from inventory.config_snapshot import ConfigSnapshot
from inventory.notice import settle, tell
from inventory.store import Damaged


def flaws(looks: Looks, name: str, *, whole: bool = True) -> list[str]:
    """What is wrong with a history, line by line: against the catalogue, and, `whole`, within."""
    rows = rows_of(looks, name)
    commits = {row.commit for row in rows}
    lacking = looks.repo(name).lacks({row.device_id for row in rows}, commits)
    return (fsck(looks.repo(name)) if whole else []) + lacking


def curable(looks: Looks, name: str, found: Sequence[str]) -> bool:
    """Would writing it anew mend any of these flaws? A version that the vault has lost as well
    stays lost, and alone is no reason."""
    gone = {line.removesuffix(" missing") for line in found if line.endswith(" missing")}
    rows = [(row, _names(row)) for row in rows_of(looks, name)]
    known = set().union(*(names for _row, names in rows))
    lacking = [row for row, names in rows if names & gone]
    return len(gone) < len(found) or not gone <= known or any(_sound(looks, r) for r in lacking)


def lately(repo: TextRepo, now: datetime) -> bool:
    """Was one set aside within a day? What comes back at once is no accident of its files."""
    since = f"{repo.name}-{(now - timedelta(days=1)).astimezone(UTC):{STAMP}}"
    return any(place.name > since for place in set_aside(repo).glob(f"{repo.name}-2*.git"))


def mend(looks: Looks, name: str, act: Act, now: datetime) -> Rewritten:
    """Write a history anew, and tell. Only for whoever holds its lock. Raises NotKept, Damaged."""
    done = rewrite(looks, name, now)
    with looks.database.transaction(act) as session:
        _tell(session, act, done)
    return done


def _tell(session: Session, act: Act, done: Rewritten) -> None:
    query = select(ConfigSnapshot.centre_id, ConfigSnapshot.device_id).distinct()
    rows = session.execute(query.where(ConfigSnapshot.repo == done.repo)).all()
    centre_id = rows[0].centre_id if rows else None
    aside = f"原来的移到了 configs/damaged/{done.aside.name}" if done.aside else "原来的已经不在"
    lost = f"；{len(done.lost)} 版的加密原文也读不出来，没能恢复" if done.lost else ""
    told = {"历史库": done.repo, "版本": done.versions, "没能恢复": len(done.lost), "原来的": aside}
    note(session, act, "ConfigHistory", done.repo[:26], centre_id, told)
    for key in {"vault:history", *(f"history:{row.device_id}" for row in rows)}:
        settle(session, key)
    if centre_id is not None:
        tell(
            session, "wrong", f"配置历史库 {done.repo} 已用加密原文重建", centre_id=centre_id,
            text=f"{act.reason}。重建了 {done.versions} 版{lost}；{aside}，请查明磁盘为什么出错。",
            right="operate", level="critical" if done.lost else "warning", link="/configs/",
        )  # fmt: skip


def _names(row: ConfigSnapshot) -> set[str]:
    return {row.commit, f"refs/heads/{row.device_id}"}


def _sound(looks: Looks, row: ConfigSnapshot) -> bool:
    try:
        return bool(looks.raw(row))
    except Damaged:
        return False
