"""The catalogue of sets from discs alone: each set they tell of is entered, once every disc that a
backup lies on was given and read whole."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.disc_reading import Found, rebuild_from_discs
from backups.disc_reading import Rebuilt as Discs
from backups.pace import Pace
from backups.set_catalogue import Lies, Rebuilt, enter
from inventory.act import Act
from inventory.db import Database
from inventory.disc_set import DiscSet
from inventory.secret import Key
from inventory.store import Damaged


def rebuild_discs(
    database: Database, folders: Sequence[Path], act: Act, pace: Pace, key: Key
) -> Rebuilt:
    """Enter the backups of these discs (folders), encrypted and plain ones, as found on them;
    `damaged` are those that are not whole here, each as (its folder on the disc, why). One
    transaction for each. Raises Unreadable when none is a disc, Stopped."""
    entered: list[str] = []
    known: list[str] = []
    damaged: list[tuple[Path, str]] = []
    for discs in rebuild_from_discs(folders, pace):
        for one in discs.sets:
            try:
                fresh = _enter(database, discs, one, act, key)
            except Damaged as error:
                damaged.append((Path(discs.number, one.number), error.reason))
            else:
                (entered if fresh else known).append(one.set_id)
    return Rebuilt(tuple(entered), tuple(known), tuple(damaged))


def _enter(database: Database, discs: Discs, one: Found, act: Act, key: Key) -> bool:
    """Whether it was not in the catalogue. Raises Damaged."""
    if one.missing:
        raise Damaged(f"还缺第 {_numbers(one.missing)} 张，请把这一套的光盘一起给出")
    if broken := [n for n in one.discs if n in discs.broken]:
        raise Damaged(f"第 {_numbers(broken)} 张不完整：{'；'.join(discs.wrong)}")
    if one.manifest is None or one.manifest.facts.set_id != one.set_id:
        raise Damaged("盘上记的备份清单已损坏，请用另一份副本")
    with database.transaction(act) as session:
        label = f"{discs.number} 第 {_numbers(one.discs)} 张"
        lies = Lies("disc", _paper(session, discs.number), label)
        return enter(session, one.manifest, lies, key)


def _paper(session: Session, number: str) -> str:
    """The disc set, where the register has it still."""
    return session.scalars(select(DiscSet.id).where(DiscSet.number == number)).first() or ""


def _numbers(ordinals: Sequence[int]) -> str:
    return "、".join(str(one) for one in ordinals)
