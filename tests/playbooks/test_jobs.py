"""What people ask for: claimed once, told as it goes, stopped when asked, never lost."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

from inventory.act import EVERYTHING
from inventory.credential import Credential
from inventory.keys import new_key
from inventory.run import JobRun
from playbooks.duties import WORKS
from playbooks.jobs import Job, close_orphans, take_asked
from tests.agents import NAME
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


def run_of(county: County, key: str) -> JobRun:
    with county.site.database.view(EVERYTHING) as session:
        return session.get_one(JobRun, key)


def until_ended(county: County, key: str, seconds: float = 20) -> JobRun:
    deadline = time.monotonic() + seconds
    while not (run := run_of(county, key)).ended:
        assert time.monotonic() < deadline, f"still {run.state}: {run.note}"
        time.sleep(0.02)
    return run


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
        assert go.wait(10)
        return {"stopped": job.cancelled()}

    key = ask(county, "walk", county.real)
    take_asked(county.site, county.pool, {"walk": work})
    assert begun.wait(10)
    with county.site.database.observe() as session:
        session.get_one(JobRun, key).cancel_requested = True
    go.set()
    run = until_ended(county, key)
    assert (run.state, run.outcome) == ("cancelled", {"stopped": True})


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
