"""The console looks at itself: machine, background, database, samples, audit chain, versions."""

import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _l

from inventory.act import EVERYTHING
from inventory.audit import head
from inventory.chain import Head
from inventory.run import KINDS, STATES
from inventory.verdict import last
from netops.host import Host, facts
from playbooks.reception import reception
from playbooks.site import KEPT_DAYS
from web.access import allowed
from web.current import database, settings
from web.fragment import fragment
from web.locale import language
from web.navigation import NavItem
from web.queries import health
from web.queries.figures import database_bytes
from web.queries.sweeps import pulse, recent
from web.runs import counted
from web.settings import SETTINGS
from web.trail_words import faults, told

bp = Blueprint("console", __name__, url_prefix="/console")
nav = NavItem("console.index", _l("值守台自检"), "heart-rate-monitor", 90)

PACKAGES = (
    "netops-console", "flask", "apiflask", "waitress", "sqlalchemy", "alembic", "psycopg",
    "gufo-snmp", "gufo-ping", "netmiko", "paramiko", "apscheduler", "cryptography",
)  # fmt: skip
_SWEEPS = 12
_OURS = ("web.cli", "netops up")  # how the supervisor of `netops up` shows in the process list


@bp.get("/")
@allowed("health")
def index() -> str:
    return _page()


@bp.get("/live")
@allowed("health")
def live() -> Response:
    return fragment("console_live.html", **_now())


@bp.post("/verify")
@allowed("health")
def verify() -> str:
    """Look at the audit chain again, row by row; bounded, see `web.queries.health`."""
    with database().view(EVERYTHING) as session:
        chain = health.look_at_chain(session)
    return _page(chain=chain)


def _page(chain: health.Chain | None = None) -> str:
    with database().view(EVERYTHING) as session:
        newest, verdict = Head(*head(session)), last(session)
    return render_template(
        "console.html", chain=chain, newest=newest, verdict=verdict, told=told, faults=faults,
        versions=list(_versions()), settings_shown=list(_settings()), **_now(),
    )  # fmt: skip


def _now() -> dict[str, Any]:
    now = datetime.now(UTC)
    with database().view(EVERYTHING) as session:
        last = pulse(session, settings().status_seconds, now)
        sweeps, size = recent(session, _SWEEPS), database_bytes(session)
        received = reception(session)
    return {
        "host": _host(), "pulse": last, "sweeps": sweeps, "database_size": size,
        "engine": health.engine(database()), "samples": health.samples(settings().home / "history"),
        "received": received, "kept_days": KEPT_DAYS, "counted": counted, "kinds": KINDS,
        "run_states": STATES, "part_of": _part_of,
    }  # fmt: skip


def _host() -> Host:
    """This machine; with all that `netops up` runs when that started us, else with us alone."""
    parent = os.getppid()
    host = facts(settings().home, root=parent if parent > 1 else None)
    starter = host.processes[0].command if host.processes else ""
    if any(name in starter for name in _OURS):
        return host
    return replace(host, processes=tuple(p for p in host.processes if p.pid == os.getpid()))


def _part_of(command: str) -> str:
    """What a process is for: `python -m web.cli --home … worker` is the worker; of any other
    the module or the program."""
    words = command.split()[1:]
    if "web.cli" in words or not words:
        return words[-1] if words else command
    return words[1] if words[0] == "-m" and len(words) > 1 else words[0].rpartition("/")[2]


def _versions() -> Iterator[tuple[str, str]]:
    yield "Python", platform.python_version()
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _settings() -> Iterator[tuple[str, str, str]]:
    """(variable, value in force, what it means); a secret only tells whether it is set."""
    for setting in SETTINGS:
        value = getattr(settings(), setting.field)
        shown = ("••••••" if value else "—") if setting.secret else str(value)
        yield setting.name, shown, setting.en if language() == "en" else setting.zh
