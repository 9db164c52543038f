"""What a page needs to show one run of work, on its own page or inside another."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from inventory.role import can
from inventory.run import KINDS, STATES, STOPPABLE, JobRun
from web.access import person
from web.queries.runs import BOOKS, OF_DEVICES
from web.states import word_of

_PATIENCE = 15  # seconds after which a request nobody took says that the worker is not there


def run_facts(run: JobRun) -> dict[str, Any]:
    """The variables of job_progress.html."""
    waited = (datetime.now(UTC) - run.requested_at).total_seconds()
    return {
        "run": run, "KINDS": KINDS, "JOB_STATES": STATES, "STOPPABLE": STOPPABLE,
        "forgotten": run.state == "asked" and waited > _PATIENCE,
        "may_operate": can(person(), "operate"), "stop": "",
    }  # fmt: skip


def counted(counts: Mapping[str, int]) -> str:
    """The devices of a sweep by state: 正常 30 · 中断 1."""
    return " · ".join(f"{word_of(state)} {number}" for state, number in counts.items() if number)


def about(run: JobRun) -> str:
    """The page of what a run is about; "" for what has none of its own."""
    if run.kind in BOOKS:
        return url_for("registers.show", slug=BOOKS[run.kind], id=run.subject)
    return url_for("devices.show", id=run.subject) if run.kind in OF_DEVICES else ""
