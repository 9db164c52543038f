"""The sheet of a backup key: printed, given into somebody's keeping, proved by what it opens
(Articles 141–143; duty E10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.act import Act
from inventory.audit import note
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.shanghai import today
from inventory.stepping import Step, Taken, moving, offer, refused

OPENS = ("good", "damaged", "expired")  # sets of which copies or discs may be about


@dataclass(frozen=True, slots=True)
class Opens:
    """How many sets a key opens, of which periods."""

    count: int
    first: str
    last: str


def opens(session: Session, key: BackupKey) -> Opens:
    """What its sheet says that it opens, as far as the catalogue knows."""
    query = select(
        func.count(), func.min(BackupSet.period), func.max(BackupSet.period)
    ).where(BackupSet.key_id == key.id, BackupSet.state.in_(OPENS))  # fmt: skip
    count, first, last = session.execute(query).one()
    return Opens(count, first or "", last or "")


def printed(session: Session, key: BackupKey, act: Act) -> None:
    """Note that the sheet is printed now. The sheet itself is kept nowhere."""
    with moving(session, key):
        key.printed_at = datetime.now(UTC)
    told: Mapping[str, str] = {"密钥指纹": key.print_id}
    note(session, act, BackupKey.__name__, key.id, key.centre_id, told)


def proved(session: Session, key: BackupKey) -> None:
    """What was typed from the sheet is this key."""
    with moving(session, key):
        key.proved_on = today()


def _escrow(_session: Session, key: BackupKey, _taken: Taken) -> None:
    if key.printed_at is None:
        raise refused(key, "kept_at", "还没有打印过密钥单，请先打印")
    if key.proved_on is None:
        raise refused(key, "kept_at", "还没有用密钥单验证过，请先照单录入一遍，确认没有印坏")
    key.escrowed_on = key.escrowed_on or today()
    if key.state == "new":
        key.state = "escrowed"


offer(
    BackupKey,
    Step(
        "escrow", "登记托管", ("new", "escrowed", "replaced"), _escrow,
        asks=("keeper_id", "kept_at", "escrowed_on"), needs=("keeper_id", "kept_at"),
        help="密钥单由专人保管在保险柜等处，不与备份介质和光盘放在一起。",
    ),
)  # fmt: skip
