"""The nightly look at the audit trail: when it is due, what it keeps, whom it tells."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from inventory import triggers, witness
from inventory.act import EVERYTHING, system
from inventory.audit import head, note
from inventory.chain import Head
from inventory.db import Database
from inventory.notice import Notice
from inventory.run import Event, JobRun
from inventory.verdict import judge, last, read
from playbooks import duties, verifying
from playbooks.dispatch import Pool
from playbooks.jobs import Job, Unfinished, take_asked
from playbooks.site import Site, open_site

NIGHT = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 03:00 of the 22nd in Shanghai


@pytest.fixture
def site(founded_database: Database, tmp_path: Path) -> Site:
    return open_site(founded_database, tmp_path, tmp_path / "secret.key")


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(2)
    yield pool
    pool.close()


def look(site: Site, pool: Pool) -> JobRun:
    """Ask for a look, and do it as the worker does."""
    verifying.ask(site, datetime.now(UTC))
    [run_id] = take_asked(site, pool, duties.WORKS)
    pool.close()
    with site.database.view(EVERYTHING) as session:
        return session.get_one(JobRun, run_id)


def test_a_sound_trail_is_kept_and_its_head_published(site: Site, pool: Pool) -> None:
    run = look(site, pool)
    with site.database.view(EVERYTHING) as session:
        verdict, newest = last(session), Head(*head(session))
        assert session.scalars(select(Notice)).all() == []
    assert (run.state, run.done, run.note) == ("done", newest.seq, "")
    assert verdict is not None
    assert (verdict.good, verdict.head, verdict.words()) == (True, newest, [])
    assert verdict == read(run.outcome)
    assert witness.published(site.home) == [newest]


def test_what_is_wrong_is_told_once_to_whoever_holds_the_trail(site: Site, pool: Pool) -> None:
    with site.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_kept_update"))
        connection.execute(text("UPDATE audit SET act = '改过' WHERE seq = 9"))
    run = look(site, pool)
    assert run.state == "done"
    assert "第 9 行被改过" in run.note
    assert "audit_kept_update" in run.note
    with site.database.view(EVERYTHING) as session:
        verdict = last(session)
        [notice] = session.scalars(select(Notice))
        [event] = session.scalars(select(Event))
    assert verdict is not None
    assert verdict.broken is not None
    assert (verdict.broken.seq, verdict.missing) == (9, ("audit_kept_update",))
    assert (notice.level, notice.right, notice.link) == ("critical", "trail", "/audit/")
    assert "第 9 行被改过" in notice.text
    assert (event.kind, event.text) == ("audit", run.note)
    assert witness.published(site.home) == [], "a bad head is no witness"
    verifying.conclude(site, verdict)
    with site.database.view(EVERYTHING) as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_a_tail_cut_while_the_console_was_off_is_found(site: Site, pool: Pool) -> None:
    verifying.witness(site)
    with site.database.engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text("DELETE FROM audit WHERE seq > 50"))
        triggers.install(connection)
    verifying.witness(site)
    assert "第 51 行起没有了" in look(site, pool).note


def test_it_is_due_after_three_at_night_and_after_an_outage(site: Site) -> None:
    assert verifying.due(site, NIGHT), "nobody ever looked"
    with site.database.view(EVERYTHING) as session:
        first = judge(session, [], NIGHT + timedelta(minutes=1))
    verifying.conclude(site, first)
    for hours, due in ((1, False), (20, False), (23.9, False), (24, True), (24 * 30, True)):
        assert verifying.due(site, NIGHT + timedelta(hours=hours)) is due


def test_what_waits_already_is_not_asked_again(site: Site) -> None:
    duties.trail(site)
    duties.trail(site)
    with site.database.view(EVERYTHING) as session:
        runs = session.scalars(select(JobRun)).all()
    assert [(run.kind, run.state, run.requested_by) for run in runs] == [
        ("verify", "asked", "system")
    ]


def long_chain(site: Site) -> None:
    act = system("许多")
    with site.database.transaction(act) as session:
        for number in range(5000):
            note(session, act, "Person", "p1", None, {"n": number})


def job(site: Site, pool: Pool) -> Job:
    now = datetime.now(UTC)
    verifying.ask(site, now)
    with site.database.observe() as session:
        run = session.scalars(select(JobRun)).one()
        run.state = "running"
        return Job(site, pool, run.id, "", {})


def test_a_look_can_be_cancelled(site: Site, pool: Pool) -> None:
    long_chain(site)
    asked = job(site, pool)
    with site.database.observe() as session:
        session.get_one(JobRun, asked.run_id).cancel_requested = True
    assert verifying.verify_now(asked) == {}
    with site.database.view(EVERYTHING) as session:
        assert session.get_one(JobRun, asked.run_id).done == 5000
        assert last(session) is None


def test_a_look_that_the_end_of_the_console_cuts_short_is_no_verdict(
    site: Site, pool: Pool
) -> None:
    long_chain(site)
    asked = job(site, pool)
    pool.stopping.set()
    with pytest.raises(Unfinished, match="重新核对"):
        verifying.verify_now(asked)
    with site.database.view(EVERYTHING) as session:
        assert last(session) is None
