"""What is kept is looked at again: every history and every file of the vault once in thirty nights,
a part of them each night. A backup that nobody reads is a hope (Article 141)."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.configs import Reconciled, Shelf
from backups.mending import curable, flaws, mend
from backups.rewriting import rows_of
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.home import HomeFact, home_fact
from inventory.notice import tell
from inventory.shanghai import today
from inventory.store import Damaged
from playbooks.site import Site
from playbooks.verifying import last_night

FACT = "configs_checked"
_NIGHTS = 30
_AT_ONCE = 500  # rows read together
_NAMED = 10  # damaged backups of one device named in a notice
_STEP = "请从第二台机器或光盘恢复；设备还在运行的，先重新备份一次。"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look found: how many files and histories were read whole, and the devices of which
    something is damaged ("" for a history of which nobody knows whose part it is)."""

    at: datetime
    files: int
    histories: int
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Damage:
    device_id: str
    words: str


def due(site: Site, now: datetime) -> bool:
    """Nobody has looked since the last three o'clock of the night, Shanghai time."""
    with site.database.view(EVERYTHING) as session:
        before = last(session)
    return before is None or not last_night(now) <= before.at <= now


def last(session: Session) -> Checked | None:
    """What the last look found; None before the first."""
    told = home_fact(session, FACT)
    if not told:
        return None
    facts = json.loads(told)
    at, damaged = datetime.fromisoformat(facts["at"]), tuple(facts["damaged"])
    return Checked(at, facts["files"], facts["histories"], damaged)


def look(site: Site, now: datetime) -> Checked:
    """Read tonight's part, and that of the nights on which nobody looked; tell what is damaged."""
    shelf = Shelf(site.database, site.key, site.home)
    with site.database.view(EVERYTHING) as session:
        turns = _turns(last(session), now)
        repos = [name for name in session.scalars(select(ConfigSnapshot.repo).distinct()) if name]
        files = [key for key in session.scalars(select(ConfigSnapshot.id)) if _turn(key) in turns]
    histories = [name for name in repos if _turn(name) in turns]
    found = [*_in_vault(shelf, files), *_in_histories(shelf, repos, histories, now)]
    devices = tuple(sorted({damage.device_id for damage in found}))
    checked = Checked(now, len(files), len(histories), devices)
    with site.database.observe() as session:
        _tell(session, site, found)
        _keep(session, checked)
    _pack(shelf, repos)
    return checked


def begin(site: Site) -> Reconciled:
    """At each start: enter what a crash has cut off, and tell what had to be set aside."""
    found = Shelf(site.database, site.key, site.home).reconcile()
    if found.aside:
        words = "；".join(f"{name}：{why}" for name, why in found.aside[:_NAMED])
        with site.database.observe() as session:
            tell(
                session, "wrong", f"有 {len(found.aside)} 个配置备份文件读不出来，已移到隔离目录",
                text=f"{words}。{_STEP}", centre_id=site.centre_id, right="operate",
                level="warning", link="/configs/", key="vault:quarantine",
            )  # fmt: skip
    return found


def _turns(before: Checked | None, now: datetime) -> Collection[int]:
    """The nights since the last look, as places in the round."""
    day = today(now).toordinal()
    nights = day - today(before.at).toordinal() if before else 1
    return {(day - back) % _NIGHTS for back in range(min(max(nights, 1), _NIGHTS))}


def _turn(name: str) -> int:
    return crc32(name.encode()) % _NIGHTS


def _in_vault(shelf: Shelf, keys: list[str]) -> Iterator[_Damage]:
    for row in _rows(shelf, keys):
        try:
            shelf.raw(row)
        except Damaged as error:
            yield _Damage(row.device_id, f"{row.label}：{error.reason}")


def _in_histories(
    shelf: Shelf, names: Iterable[str], whole: Collection[str], now: datetime
) -> Iterator[_Damage]:
    """Each night every history is asked for all versions; those of tonight are read whole."""
    for name in names:
        wrong = flaws(shelf, name, whole=name in whole)
        if wrong and curable(shelf, name, wrong):
            wrong = _mended(shelf, name, wrong, now)
        if wrong:
            named = list(_unreadable(shelf, [row.id for row in rows_of(shelf, name)]))
            yield from named or [_Damage("", f"配置历史库 {name}：{'；'.join(wrong)[:300]}")]


def _mended(shelf: Shelf, name: str, wrong: list[str], now: datetime) -> list[str]:
    """What is still wrong after the history was written anew. It is looked at once more while
    nobody writes: read while it is packed, a sound one lacks things."""
    try:
        with shelf.repo(name).git.locked():
            again = flaws(shelf, name)
            if not again or not curable(shelf, name, again):
                return again
            act = system("重建配置历史库", reason=f"每夜核对发现损坏：{again[0][:200]}")
            mend(shelf, name, act, now)
    except (NotKept, Damaged) as error:
        return [*wrong, error.reason]
    return flaws(shelf, name)


def _unreadable(shelf: Shelf, keys: list[str]) -> Iterator[_Damage]:
    """Whose versions a damaged history can no longer tell."""
    for row in _rows(shelf, keys):
        try:
            shelf.text(row)
        except Damaged as error:
            yield _Damage(row.device_id, f"{row.label}：{error.reason}")


def _rows(shelf: Shelf, keys: list[str]) -> Iterator[ConfigSnapshot]:
    for at in range(0, len(keys), _AT_ONCE):
        chosen = select(ConfigSnapshot).where(ConfigSnapshot.id.in_(keys[at : at + _AT_ONCE]))
        with shelf.database.view(EVERYTHING) as session:
            rows = session.scalars(chosen).all()
        yield from rows


def _tell(session: Session, site: Site, found: Iterable[_Damage]) -> None:
    by_device: Mapping[str, list[str]] = defaultdict(list)
    for damage in found:
        by_device[damage.device_id].append(damage.words)
    for device_id, words in by_device.items():
        device = session.get(Device, device_id) if device_id else None
        tell(
            session, "wrong",
            f"{device.name if device else '配置历史库'}的配置备份有 {len(words)} 处损坏",
            text=f"{'；'.join(words[:_NAMED])}。{_STEP}", level="critical", right="operate",
            centre_id=device.centre_id if device else site.centre_id,
            link=f"/configs/devices/{device_id}" if device_id else "/configs/",
            key=f"vault:{device_id or 'history'}",
        )  # fmt: skip


def _keep(session: Session, checked: Checked) -> None:
    facts = {
        "at": checked.at.isoformat(), "files": checked.files, "histories": checked.histories,
        "damaged": list(checked.damaged),
    }  # fmt: skip
    session.merge(HomeFact(name=FACT, value=json.dumps(facts)))


def _pack(shelf: Shelf, names: Iterable[str]) -> None:
    for name in names:
        if not shelf.repo(name).git.folder.is_dir():
            continue  # one that is gone is not founded anew here
        try:
            with shelf.repo(name).alone() as writer:
                writer.pack()
        except (NotKept, Damaged):
            continue  # a full disk or a damaged history is told where it hurts
