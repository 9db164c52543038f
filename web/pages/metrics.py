"""/metrics for Prometheus: free for a scraper on this machine, by token for everybody else."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

import psutil
from flask import Blueprint, Response, abort, g, request
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.role import can
from inventory.run import STATES as JOB_STATES
from web.access import public
from web.current import database, settings
from web.exposition import CONTENT_TYPE, Family, Sample, exposition, family
from web.lending import CHALLENGE
from web.queries.figures import database_bytes, jobs, last_seconds, poll_times
from web.queries.overview import counts
from web.queries.sweeps import pulse

bp = Blueprint("metrics", __name__)

_DEVICES = ("up", "down", "unreachable", "unknown", "paused")
_SWEEPS = ("status", "counters")
_QUANTILES = (0.5, 0.9, 0.99)
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counts, ages and sizes; no name and no address of any device."""
    if not _local():
        _need_view()
    with database().view(EVERYTHING) as session:
        text = exposition([*_console(session), *_process()])
    return Response(text, content_type=CONTENT_TYPE)


def _local() -> bool:
    """Asked from this machine by nobody else's order: what a proxy forwards is a stranger's."""
    asked = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    peer = ip_address(asked["REMOTE_ADDR"].partition("%")[0])
    return peer.is_loopback and not any(name in request.headers for name in _FORWARDED)


def _need_view() -> None:
    if g.person is None:
        challenge = {"WWW-Authenticate": CHALLENGE}
        abort(Response("token needed\n", 401, challenge, content_type="text/plain"))
    if not can(g.person, "view"):
        abort(403)


def _console(session: Session) -> Iterator[Family]:
    last = pulse(session, settings().status_seconds, datetime.now(UTC))
    age = None if last.at is None else (datetime.now(UTC) - last.at).total_seconds()
    yield _by("netops_devices", "Devices by state.", "state", counts(session), _DEVICES)
    yield family("netops_sweep_age_seconds", "gauge", "Seconds since a status sweep finished.", age)
    took = {kind: seconds for kind in _SWEEPS if (seconds := last_seconds(session, kind))}
    help_text = "How long the last finished sweep took."
    yield _by("netops_sweep_duration_seconds", help_text, "kind", took, tuple(took))
    yield _poll_ms(poll_times(session))
    yield _by("netops_jobs", "Kept job runs by state.", "state", jobs(session), tuple(JOB_STATES))
    size = database_bytes(session)
    yield family("netops_database_bytes", "gauge", "Size of the register's database.", size)


def _by(name: str, text: str, label: str, told: Mapping[str, float], keys: Sequence[str]) -> Family:
    samples = tuple(Sample(told.get(key, 0), {label: key}) for key in keys)
    return Family(name, "gauge", text, samples)


def _poll_ms(times: Sequence[float]) -> Family:
    """Quantiles by nearest rank over the newest poll of each device."""
    ranked = (
        Sample(times[math.ceil(q * len(times)) - 1], {"quantile": str(q)})
        for q in (_QUANTILES if times else ())
    )
    totals = (Sample(math.fsum(times), {}, "_sum"), Sample(len(times), {}, "_count"))
    text = "Milliseconds taken by the newest poll of each watched device."
    return Family("netops_poll_ms", "summary", text, (*ranked, *totals))


def _process() -> Iterator[Family]:
    """The web process, by the names that Prometheus' own client libraries use."""
    mine = psutil.Process()
    with mine.oneshot():
        times = mine.cpu_times()
        yield family(
            "process_cpu_seconds_total", "counter", "CPU time used.", times.user + times.system
        )
        yield family(
            "process_resident_memory_bytes", "gauge", "Resident memory.", mine.memory_info().rss
        )
        yield family("process_open_fds", "gauge", "Open file descriptors.", mine.num_fds())
        yield family("process_threads", "gauge", "Threads.", mine.num_threads())
        yield family(
            "process_start_time_seconds", "gauge", "Start, Unix seconds.", mine.create_time()
        )
