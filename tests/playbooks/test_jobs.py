"""What people ask for: claimed once, told as it goes, stopped when asked, never lost."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import select

from backups.pace import Pace
from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.grant import Grant
from inventory.keys import new_key
from inventory.person import Person
from inventory.run import KINDS, RIGHTS, STOPPABLE, JobRun
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import Job, close_orphans, take_asked
from tests.agents import NAME
from tests.patience import PATIENCE, until
from tests.playbooks.conftest import County


def ask(county: County, kind: str, subject: str = "", **params: Any) -> str:
    key = new_key()
    with county.site.database.observe() as session:
        session.add(
            JobRun(
                id=key,
                site="local",
                kind=kind,
                slot=key,
                subject=subject,
                params=params,
                centre_id=county.site.centre_id,
                requested_at=datetime.now(UTC),
            )
        )
    return key


def somebody(county: County, *roles: str) -> str:
    """The id of a person with these roles in the county."""
    with county.site.database.transaction(system("授权")) as session:
        who = Person(centre_id=county.site.centre_id, login="net", name="李网")
        session.add(who)
        for role in roles:
            session.add(
                Grant(
                    centre_id=county.site.centre_id,
                    person_id=who.id,
                    role=role,
                    agreed_at=datetime.now(UTC),
                )
            )
    return who.id


def test_what_is_asked_for_later_waits(county: County) -> None:
    later, before = ask(county, "poll", county.real), ask(county, "poll", county.real)
    now = datetime.now(UTC)
    with county.site.database.observe() as session:
        session.get_one(JobRun, later).requested_at = now + timedelta(seconds=50)
        session.get_one(JobRun, before).requested_at = now + timedelta(days=1)  # clock set back
    assert take_asked(county.site, county.pool, WORKS) == [before]
    until_ended(county, before)
    with county.site.database.observe() as session:
        session.get_one(JobRun, later).requested_at = now
    assert take_asked(county.site, county.pool, WORKS) == [later]
    until_ended(county, later)


def test_who_asked_must_still_have_the_right_when_the_work_begins(county: County) -> None:
    ids = [somebody(county, "network_admin"), "nobody"]
    for who, state in zip(ids, ("done", "failed"), strict=True):
        key = ask(county, "poll", county.real)
        by(county, key, who)
        take_asked(county.site, county.pool, WORKS)
        assert until_ended(county, key).state == state
    assert "权限" in run_of(county, key).note
    with county.site.database.transaction(system("撤销")) as session:
        for grant in session.scalars(select(Grant).where(Grant.person_id == ids[0])):
            grant.turn(gone=True)
    key = ask(county, "poll", county.real)
    by(county, key, ids[0])
    assert take_asked(county.site, county.pool, WORKS) == []
    assert run_of(county, key).state == "failed"


def test_every_kind_of_work_says_which_right_it_takes() -> None:
    assert set(WORKS) <= set(RIGHTS)


def by(county: County, key: str, person: str) -> None:
    with county.site.database.observe() as session:
        session.get_one(JobRun, key).requested_by = person


def run_of(county: County, key: str) -> JobRun:
    with county.site.database.view(EVERYTHING) as session:
        return session.get_one(JobRun, key)


def until_ended(county: County, key: str) -> JobRun:
    until(lambda: run_of(county, key).ended, lambda: run_of(county, key).note, pause=0.02)
    return run_of(county, key)


def do(county: County, key: str) -> JobRun:
    assert take_asked(county.site, county.pool, WORKS) == [key]
    return until_ended(county, key)


def test_poll_now(county: County) -> None:
    run = do(county, ask(county, "poll", county.real))
    assert (run.state, run.outcome["why"]) == ("done", "")
    run = do(county, ask(county, "poll", county.silent))
    assert run.state == "done"
    assert "127.0.0.1" in run.outcome["why"]


def test_walk(county: County) -> None:
    run = do(county, ask(county, "walk", county.real, oid="1.3.6.1.2.1.1.5"))
    assert run.outcome == {"rows": [["1.3.6.1.2.1.1.5.0", "bytes", NAME]], "cut": False}


def test_a_walk_of_nonsense_fails_with_the_reason(county: County) -> None:
    run = do(county, ask(county, "walk", county.real, oid="sysName"))
    assert run.state == "failed"
    assert "sysName" in run.note


def test_a_walk_of_a_silent_device_fails_with_the_reason(county: County) -> None:
    run = do(county, ask(county, "walk", county.silent))
    assert run.state == "failed"
    assert "127.0.0.1" in run.note


def test_discovery_finds_the_agent_and_marks_what_is_known(county: County) -> None:
    with county.site.database.view(EVERYTHING) as session:
        credential = session.query(Credential).one().id
    key = ask(
        county, "discover", range="127.0.0.1-3", credentials=[credential],
        ports=[county.agent.port], ping=False, scope=["/"],
    )  # fmt: skip
    run = do(county, key)
    first = run.outcome["found"][0]
    assert (first["address"], first["sys_name"], first["known"]) == ("127.0.0.1", NAME, "服务器")
    assert first["credential"] == credential
    assert (run.done, run.total, run.outcome["asked"]) == (3, 3, 3)


def test_a_credential_outside_the_asker_s_scope_is_not_used(county: County) -> None:
    with county.site.database.view(EVERYTHING) as session:
        credential = session.query(Credential).one().id
    key = ask(
        county, "discover", range="127.0.0.1", credentials=[credential],
        ports=[county.agent.port], ping=False, scope=["/elsewhere/"],
    )  # fmt: skip
    assert do(county, key).outcome["found"] == []


def test_of_several_workers_one_takes_the_job(county: County) -> None:
    done: list[str] = []

    def work(job: Job) -> Mapping[str, Any]:
        done.append(job.run_id)
        return {}

    key = ask(county, "walk", county.real)
    with ThreadPoolExecutor(4) as many:
        takers = [many.submit(take_asked, county.site, county.pool, {"walk": work}) for _ in "1234"]
        taken = [each for taker in takers for each in taker.result()]
    assert taken == [key]
    until_ended(county, key)
    assert done == [key]


def test_cancelling_stops_the_work(county: County) -> None:
    begun, go = Event(), Event()

    def work(job: Job) -> Mapping[str, Any]:
        begun.set()
        assert go.wait(PATIENCE)
        return {"stopped": job.cancelled()}

    key = ask(county, "walk", county.real)
    take_asked(county.site, county.pool, {"walk": work})
    assert begun.wait(PATIENCE)
    with county.site.database.observe() as session:
        session.get_one(JobRun, key).cancel_requested = True
    go.set()
    run = until_ended(county, key)
    assert (run.state, run.outcome) == ("cancelled", {"stopped": True})


def test_what_takes_hours_ends_when_it_is_stopped_and_with_the_worker(county: County) -> None:
    pool = Pool(1)

    def work(job: Job) -> Mapping[str, Any]:
        assert not job.halted()
        if job.params["by"] == "worker":
            pool.stopping.set()
        else:
            with job.site.database.observe() as session:
                session.get_one(JobRun, job.run_id).cancel_requested = True
        Pace(stop=job.halted).spend(1)
        return {}

    for by, state in (("person", "cancelled"), ("worker", "failed")):
        key = ask(county, "walk", county.real, by=by)
        take_asked(county.site, pool, {"walk": work})
        run = until_ended(county, key)
        assert (run.state, run.outcome) == (state, {"stopped": True})
    assert "值守台停止时正在执行" in run.note
    pool.close()


def test_a_job_that_breaks_ends_as_failed_without_its_trace(county: County) -> None:
    def work(_job: Job) -> Mapping[str, Any]:
        raise ZeroDivisionError("secret-in-message")

    key = ask(county, "walk", county.real)
    take_asked(county.site, county.pool, {"walk": work})
    run = until_ended(county, key)
    assert (run.state, run.outcome) == ("failed", {"detail": "ZeroDivisionError"})
    assert "secret" not in run.note


def test_a_worker_that_died_leaves_no_job_running_for_ever(county: County) -> None:
    key = ask(county, "walk", county.real)
    with county.site.database.observe() as session:
        session.get_one(JobRun, key).state = "running"
    assert close_orphans(county.site) == 1
    assert run_of(county, key).state == "failed"
    assert "重新发起" in run_of(county, key).note


def test_every_kind_of_work_is_done_by_somebody() -> None:
    """What the clock asks for by itself is no request; prints are the web layer's."""
    by_the_clock = {"status", "counters", "identity", "sightings"}
    assert {*KINDS} == {*WORKS, "print"} | by_the_clock
    assert {*RIGHTS} == {*WORKS, "print"}
    assert {*KINDS} >= STOPPABLE
