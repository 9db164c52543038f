"""Records of use go when the policy lets them, never before six months; audit rows never go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING
from inventory.attempt import LoginTry
from inventory.audit import head
from inventory.db import Database
from inventory.keys import new_key
from inventory.person import Person
from inventory.policy import Policy
from inventory.run import JobRun
from inventory.session import LoginSession
from playbooks import duties
from playbooks.retention import retain
from playbooks.site import Site, open_site

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def site(founded_database: Database, tmp_path: Path) -> Site:
    return open_site(founded_database, tmp_path, tmp_path / "secret.key")


def record(site: Site, *days: int) -> None:
    """A login, a failed login, a job and a sweep that many days ago."""
    with site.database.observe() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        for number in days:
            at = NOW - timedelta(days=number)
            session.add(LoginTry(key=f"person:{number}", failures=1, last_at=at))
            session.add(
                LoginSession(
                    token_hash=new_key(), person_id=person.id, begun_at=at, seen_at=at,
                    centre_id=person.centre_id,
                )
            )  # fmt: skip
            for kind in ("walk", "status"):
                session.add(
                    JobRun(
                        site="local", kind=kind, slot=new_key(), centre_id=site.centre_id,
                        state="done", requested_at=at, ended_at=at,
                    )
                )  # fmt: skip


def left(site: Site) -> dict[str, int]:
    with site.database.view(EVERYTHING) as session:

        def count(cls: type, *conditions: object) -> int:
            query = select(func.count()).select_from(cls)
            return session.scalar(query.where(*conditions)) or 0  # type: ignore[arg-type]

        return {
            "tries": count(LoginTry),
            "logins": count(LoginSession),
            "walks": count(JobRun, JobRun.kind == "walk"),
            "sweeps": count(JobRun, JobRun.kind == "status"),
        }


def test_four_hundred_days_when_nobody_decided(site: Site) -> None:
    record(site, 1, 29, 31, 399, 401)
    retain(site, NOW)
    assert left(site) == {"tries": 1, "logins": 4, "walks": 4, "sweeps": 2}


def test_tidying_keeps_every_audit_row(site: Site) -> None:
    with site.database.view(EVERYTHING) as session:
        before = head(session)
    record(site, 4000)
    duties.tidy(site)
    assert left(site) == {"tries": 0, "logins": 0, "walks": 0, "sweeps": 0}
    with site.database.view(EVERYTHING) as session:
        assert head(session) == before


def test_the_database_refuses_less_than_six_months(database: Database) -> None:
    table = Policy.__table__
    values = {
        column.key: column.default.arg
        for column in table.columns
        if column.default is not None and not column.default.is_callable
    }
    facts = {"id": "p", "name": "短", "centre_id": "c", "kept_days": 183, "search": "",
             "sort_key": "", "revision": 1}  # fmt: skip
    with pytest.raises(IntegrityError, match="six_months"), database.engine.begin() as connection:
        connection.execute(table.insert().values(values | facts))
