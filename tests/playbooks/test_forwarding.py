"""Copies of audit rows: sent once, again after an outage, never a secret, to a real rsyslogd."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.audit import head, note
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.home import HomeFact
from inventory.notice import Notice, NoticeReceipt
from inventory.secret import Key
from playbooks import forwarding
from playbooks.site import Site, open_site
from tests.peers import free_port
from tests.rsyslog import Rsyslog

SECRET = "s3cret-community"


@pytest.fixture
def site(founded_database: Database, tmp_path: Path) -> Site:
    return open_site(founded_database, tmp_path, tmp_path / "secret.key")


def write(site: Site, *words: str) -> None:
    for word in words:
        act = system(word)
        with site.database.transaction(act) as session:
            note(session, act, "Person", "p1", None, {"什么": word})


def seqs(lines: list[str]) -> list[int]:
    return [int(found[1]) for line in lines if (found := re.search(r'seq="(\d+)"', line))]


def newest(site: Site) -> int:
    with site.database.view(EVERYTHING) as session:
        return head(session)[0]


@pytest.mark.parametrize("way", ["tcp", "udp"])
def test_each_new_row_goes_out_once(site: Site, rsyslog: Rsyslog, way: str) -> None:
    site = replace(site, syslog=f"{way}://127.0.0.1:{rsyslog.port}")
    assert forwarding.forward(site) == 0, "what was there before is not sent"
    first = newest(site) + 1
    write(site, "启用", "授权")
    assert forwarding.forward(site) == 2
    assert forwarding.forward(site) == 0
    write(site, "停用")
    assert forwarding.forward(site) == 1
    lines = rsyslog.lines(3)
    assert sorted(seqs(lines)) == [first, first + 1, first + 2]
    assert all(f'act="{word}"' in "".join(lines) for word in ("启用", "授权", "停用"))


def test_what_happened_during_an_outage_follows(site: Site, rsyslog: Rsyslog) -> None:
    site = replace(site, syslog=f"tcp://127.0.0.1:{rsyslog.port}")
    forwarding.forward(site)
    first = newest(site) + 1
    rsyslog.stop()
    write(site, *(f"事项 {n}" for n in range(7)))
    assert forwarding.forward(site) == 0
    assert forwarding.forward(site) == 0
    with site.database.view(EVERYTHING) as session:
        [notice] = session.scalars(select(Notice))
        seq, why = forwarding.forwarded(session)
    assert (notice.title, notice.right, seq) == ("审计记录送不到日志服务器", "trail", first - 1)
    assert "拒绝连接" in why
    rsyslog.start()
    assert forwarding.forward(site) == 7
    assert seqs(rsyslog.lines(7)) == list(range(first, first + 7))
    with site.database.view(EVERYTHING) as session:
        assert forwarding.forwarded(session) == (first + 6, "")
        assert all(copy.read_at for copy in session.scalars(select(NoticeReceipt)))


def test_a_restart_between_sending_and_noting_sends_again(site: Site, rsyslog: Rsyslog) -> None:
    site = replace(site, syslog=f"tcp://127.0.0.1:{rsyslog.port}")
    forwarding.forward(site)
    first = newest(site) + 1
    write(site, "一", "二")
    forwarding.forward(site)
    with site.database.observe() as session:
        fact = session.get_one(HomeFact, forwarding.FACT)
        fact.value = json.dumps({"seq": first, "failed": ""})
    assert forwarding.forward(site) == 1
    assert seqs(rsyslog.lines(3)) == [first, first + 1, first + 1]


def test_a_thousand_rows_go_out_in_one_turn(site: Site, rsyslog: Rsyslog) -> None:
    site = replace(site, syslog=f"tcp://127.0.0.1:{rsyslog.port}")
    forwarding.forward(site)
    first, act = newest(site) + 1, system("许多")
    with site.database.transaction(act) as session:
        for number in range(1200):
            note(session, act, "Person", "p1", None, {"n": number})
    assert forwarding.forward(site) == 1200
    assert seqs(rsyslog.lines(1200)) == list(range(first, first + 1200))


def test_a_secret_stays_at_home(site: Site, rsyslog: Rsyslog) -> None:
    site = replace(site, syslog=f"tcp://127.0.0.1:{rsyslog.port}")
    forwarding.forward(site)
    sealed = Key.load(site.home / "secret.key").seal(SECRET)
    with site.database.transaction(system("登记凭据")) as session:
        centre = session.scalars(select(Centre)).first()
        assert centre is not None
        session.add(Credential(centre_id=centre.id, name="只读", kind="v2c", community=sealed))
    assert forwarding.forward(site) == 1
    [line] = rsyslog.lines(1)
    assert "（保密）" in line
    assert SECRET not in line
    assert sealed.token not in line


def test_nothing_leaves_unless_it_is_set_up(site: Site) -> None:
    write(site, "一")
    assert forwarding.forward(site) == 0
    with site.database.view(EVERYTHING) as session:
        assert forwarding.forwarded(session) == (-1, "")


def test_a_chain_that_was_cut_sends_what_it_grows_anew(site: Site) -> None:
    with site.database.observe() as session:
        session.add(HomeFact(name=forwarding.FACT, value=json.dumps({"seq": 9999, "failed": ""})))
    site = replace(site, syslog=f"udp://127.0.0.1:{free_port()}")
    assert forwarding.forward(site) == 0
    with site.database.view(EVERYTHING) as session:
        assert forwarding.forwarded(session) == (newest(site), "")
