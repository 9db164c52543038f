"""`netops config rebuild`: readable histories, lost or damaged, made anew from the vault."""

from dataclasses import dataclass
from datetime import UTC, datetime

import click
from sqlalchemy import select

from backups.configs import Shelf
from backups.mending import curable, flaws, mend
from backups.rewriting import Rewritten
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.config_snapshot import ConfigSnapshot
from inventory.store import Damaged
from web.cli.config import config
from web.cli.telling import as_json, table, tell
from web.settings import Settings
from web.up import opened, site_of


@dataclass(frozen=True, slots=True)
class _Looked:
    """What became of one history: `wrong` is what is still wrong with it, "" when it is sound."""

    repo: str
    wrong: str
    done: Rewritten | None = None


def join(_netops: click.Group) -> None:
    config.add_command(rebuild)


@click.command()
@as_json
@click.pass_obj
def rebuild(settings: Settings, as_json: bool) -> None:
    """核对各配置历史库，损坏或丢失的用加密原文重建，原来的移到一旁；还有读不出来的则退出码为 1。"""
    with opened(settings) as database:
        site = site_of(settings, database)
        shelf = Shelf(database, site.key, site.home)
        names = select(ConfigSnapshot.repo).where(ConfigSnapshot.commit != "").distinct()
        with database.view(EVERYTHING) as session:
            found = sorted(session.scalars(names))
        looked = [_looked(shelf, name) for name in found]
    _answer(looked, as_json)
    raise SystemExit(1 if any(one.wrong for one in looked) else 0)


def _looked(shelf: Shelf, name: str) -> _Looked:
    try:
        with shelf.repo(name).git.locked():
            found = flaws(shelf, name)
            if not found or not curable(shelf, name, found):
                return _Looked(name, found[0] if found else "")
            act = system("重建配置历史库", "cli", f"核对发现损坏：{found[0][:200]}")
            done = mend(shelf, name, act, datetime.now(UTC))
            return _Looked(name, "；".join(flaws(shelf, name)[:1]), done)
    except (NotKept, Damaged) as error:
        return _Looked(name, error.reason)


def _answer(looked: list[_Looked], as_json: bool) -> None:
    rows = [
        {"history": one.repo, "rebuilt": one.done is not None, "wrong": one.wrong,
         "versions": one.done.versions if one.done else None,
         "lost": list(one.done.lost) if one.done else [],
         "aside": str(one.done.aside or "") if one.done else ""}
        for one in looked
    ]  # fmt: skip
    if as_json:
        tell(rows)
        return
    words = [f"已重建 {one.done.versions} 版" if one.done else "" for one in looked]
    table(("历史库", "结果", "原来的移到", "仍有的问题"), [
        (row["history"], word or ("" if row["wrong"] else "完好"), row["aside"], row["wrong"])
        for row, word in zip(rows, words, strict=True)
    ])  # fmt: skip
