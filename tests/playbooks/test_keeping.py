"""Every night a part of what is kept is read again, and what is damaged is named."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.chain import AuditRow
from inventory.db import Database
from inventory.keys import new_key
from inventory.notice import Notice
from playbooks.keeping import begin, due, last, look
from playbooks.site import Site, open_site
from tests.backups.conftest import FIRST, NOW, Stack, grown, stacked

NIGHT = NOW.replace(hour=20)  # four in the morning in China


@pytest.fixture
def stack(sqlite_database: Database, tmp_path: Path) -> Stack:
    return stacked(sqlite_database, tmp_path)


@pytest.fixture
def site(stack: Stack) -> Site:
    return open_site(stack.database, stack.home, stack.home / "secret.key")


def told(site: Site) -> list[tuple[str, str, str]]:
    """(title, text, centre) of every notice."""
    with site.database.view(EVERYTHING) as session:
        rows = session.scalars(select(Notice).order_by(Notice.title))
        return [(row.title, row.text, row.centre_id) for row in rows]


def flip(place: Path) -> None:
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.chmod(0o600)
    place.write_bytes(data)


def test_in_thirty_nights_everything_is_read_once(site: Site, stack: Stack) -> None:
    for n in range(20):
        stack.keep(grown(FIRST, n), n)
    assert due(site, NIGHT)
    found = []
    for night in range(30):
        now = NIGHT + timedelta(days=night)
        assert due(site, now)
        found.append(look(site, now))
        assert not due(site, now + timedelta(hours=5))
    assert sum(one.files for one in found) == 20
    assert sum(one.histories for one in found) == 1
    assert told(site) == []
    off = look(site, NIGHT + timedelta(days=90))  # the box was off: the whole round at once
    assert (off.files, off.histories, off.damaged) == (20, 1, ())
    with site.database.view(EVERYTHING) as session:
        assert last(session) == off


def test_what_is_damaged_is_named_with_its_device(site: Site, stack: Stack) -> None:
    kept = [stack.keep(FIRST), stack.keep(grown(FIRST, 1), 1)]
    far = stack.keep(FIRST.replace("LK-CORE", "LK-PBX"), 2, device=stack.far)
    shelf = stack.shelf()
    flip(shelf.vault.find(stack.county.id, stack.switch, kept[0].snapshot_id))
    shelf.vault.find(stack.county.id, stack.far, far.snapshot_id).unlink()
    commit = stack.rows(stack.far)[0].commit
    where = shelf.repo("410225").git
    blob = where.run("rev-parse", f"{commit}:{stack.far}.txt").decode().strip()
    flip(where.folder / "objects" / blob[:2] / blob[2:])
    look(site, NIGHT - timedelta(days=60))
    found = look(site, NIGHT)
    assert found.damaged == tuple(sorted([stack.switch, stack.far]))
    by_title = {title: (text, centre) for title, text, centre in told(site)}
    assert set(by_title) == {
        "核心交换机的配置备份有 1 处损坏", "程控交换机的配置备份有 2 处损坏",
        "配置历史库 410225 已用加密原文重建",
    }  # fmt: skip
    assert "2026-11-20 10:30 每日巡检：" in by_title["核心交换机的配置备份有 1 处损坏"][0]
    assert "410225" in by_title["程控交换机的配置备份有 2 处损坏"][0]
    assert "1 版的加密原文也读不出来" in by_title["配置历史库 410225 已用加密原文重建"][0]
    assert {centre for _text, centre in by_title.values()} == {stack.county.id}
    assert stack.shelf().text(stack.rows()[0])  # its original is lost, not what people read
    look(site, NIGHT + timedelta(days=31))
    assert len(told(site)) == 3  # nobody is told twice while it is unread
    assert len(list((stack.home / "configs" / "damaged").iterdir())) == 1


def test_a_history_that_is_gone_is_back_the_next_morning(site: Site, stack: Stack) -> None:
    stack.keep(FIRST)
    shelf = stack.shelf()
    before = shelf.text(stack.rows()[0])
    folder = shelf.repo("410225").git.folder
    look(site, NIGHT - timedelta(days=60))
    for nights in range(2):  # on whatever night it is, not once in thirty only
        folder.rename(folder.with_name(f"{nights}.away"))
        assert look(site, NIGHT + timedelta(days=nights)).damaged == ()
        assert shelf.text(stack.rows()[0]) == before
    assert {title for title, _, _ in told(site)} == {"配置历史库 410225 已用加密原文重建"}


def test_what_lacked_only_while_somebody_wrote_is_not_written_anew(
    site: Site, stack: Stack
) -> None:
    """Git moves what it packs: who reads meanwhile finds things missing."""
    stack.keep(FIRST)
    git = stack.shelf().repo("410225").git
    away = git.folder.with_suffix(".away")
    with ThreadPoolExecutor(1) as aside:
        with git.locked():
            git.folder.rename(away)
            looking = aside.submit(look, site, NIGHT)
            wait((looking,), timeout=1)  # by now it has seen that
            away.rename(git.folder)
        assert looking.result(60).damaged == ()
    assert not (site.home / "configs" / "damaged").exists()
    with site.database.view(EVERYTHING) as session:
        assert not session.scalars(select(AuditRow).where(AuditRow.thing == "ConfigHistory")).all()


def test_a_start_tells_what_it_set_aside(site: Site, stack: Stack) -> None:
    kept = stack.keep(FIRST)
    good = stack.shelf().vault.find(stack.county.id, stack.switch, kept.snapshot_id)
    good.with_name(f"{new_key()}.cfg").write_bytes(b"torn")
    assert len(begin(site).aside) == 1
    ((title, text, _centre),) = told(site)
    assert "1 个配置备份文件读不出来" in title
    assert "开头已损坏" in text
    assert begin(site).aside == ()
