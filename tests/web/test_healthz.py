"""/healthz and /metrics: exact shapes, honest states, cheap, and open to nobody else."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from werkzeug.test import TestResponse

from inventory.db import Database, open_database
from inventory.device import Device
from inventory.state import DeviceState
from tests.web.county import County, selects
from web import create_app
from web.exposition import CONTENT_TYPE, Family, Sample, exposition
from web.settings import Settings

NOBODY = {"up": 0, "down": 0, "unreachable": 0, "unknown": 0}


@pytest.fixture
def county(both: County) -> County:
    return both


@pytest.fixture
def client(county: County) -> FlaskClient:
    return county.app.test_client()


def _told(answer: TestResponse) -> dict[str, Any]:
    """What it says beside when this process began."""
    told = dict(answer.json or {})
    assert datetime.fromisoformat(told.pop("started")) < datetime.now(UTC)
    return told


def test_before_any_sweep_it_is_degraded(county: County, client: FlaskClient) -> None:
    answer = client.get("/healthz")
    devices = NOBODY | {"unknown": len(county.ids)}
    assert (answer.status_code, _told(answer)) == (
        200, {"status": "degraded", "devices": devices, "sweep_age_s": None}
    )  # fmt: skip


def test_it_is_ok_while_sweeps_finish(county: County, client: FlaskClient) -> None:
    county.at = datetime.now(UTC) - timedelta(minutes=2, seconds=5)
    county.sweep(core="down", edge="down", leaf="down")
    told = _told(client.get("/healthz"))
    age = told.pop("sweep_age_s")
    devices = {"up": 2, "down": 1, "unreachable": 2, "unknown": 0}
    assert told == {"status": "ok", "devices": devices}
    assert 5 <= age < 60


@pytest.mark.parametrize(("seconds", "status"), [(170, "ok"), (190, "degraded")])
def test_three_periods_are_too_late(
    county: County, client: FlaskClient, seconds: int, status: str
) -> None:
    county.ran("status", datetime.now(UTC) - timedelta(seconds=seconds))
    county.ran("status", datetime.now(UTC), state="running")
    assert client.get("/healthz").json["status"] == status


def test_paused_and_retired_devices_are_not_counted(county: County, client: FlaskClient) -> None:
    county.sweep()
    with county.database.observe() as session:  # never polled: no row at all
        session.execute(delete(DeviceState).where(DeviceState.device_id == county.ids["leaf"]))
    with county.database.transaction(county.act("city")) as session:
        session.get_one(Device, county.ids["ups"]).paused = True
        session.get_one(Device, county.ids["leaf"]).note = "x"
    told = client.get("/healthz").json["devices"]
    assert told == {"up": 3, "down": 0, "unreachable": 0, "unknown": 1}
    with county.database.transaction(county.act("city")) as session:
        session.get_one(Device, county.ids["leaf"]).turn(gone=True)
    assert client.get("/healthz").json["devices"] == told | {"unknown": 0}


def test_it_costs_two_statements_also_for_a_browser(county: County) -> None:
    county.sweep()
    browser = county.login("net")
    with selects(county.database) as seen:
        browser.get("/healthz")
    assert len(seen) == 2


def test_without_its_database_it_is_down(settings: Settings, county: County) -> None:
    county.database.close()
    gone = open_database("postgresql+psycopg://netops@127.0.0.1:1/none")
    answer = create_app(settings, gone).test_client().get("/healthz")
    assert (answer.status_code, _told(answer)) == (
        503, {"status": "down", "devices": NOBODY, "sweep_age_s": None}
    )  # fmt: skip


def test_metrics_of_a_swept_county(county: County, client: FlaskClient) -> None:
    county.sweep(core="down", edge="down", leaf="down")
    county.ran("counters", county.at, outcome={"seconds": 1.25})
    answer = client.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    wanted = {
        'netops_devices{state="up"} 2', 'netops_devices{state="down"} 1',
        'netops_devices{state="unreachable"} 2', 'netops_devices{state="unknown"} 0',
        'netops_devices{state="paused"} 0',
        'netops_sweep_duration_seconds{kind="status"} 0.5',
        'netops_sweep_duration_seconds{kind="counters"} 1.25',
        'netops_poll_ms{quantile="0.5"} 12', 'netops_poll_ms{quantile="0.99"} 12',
        "netops_poll_ms_sum 60", "netops_poll_ms_count 5",
        'netops_jobs{state="done"} 2', 'netops_jobs{state="asked"} 0',
    }  # fmt: skip
    assert wanted - set(lines) == set()
    told = {line.split(" ")[0]: float(line.split(" ")[1]) for line in lines if line[0] != "#"}
    assert told["netops_database_bytes"] > 100_000
    assert told["process_resident_memory_bytes"] > 10_000_000
    assert 0 < told["netops_sweep_age_seconds"] < 3600


def test_metrics_before_any_sweep_say_nothing_they_do_not_know(client: FlaskClient) -> None:
    text = client.get("/metrics").text
    assert "netops_sweep_age_seconds" not in text
    assert "netops_sweep_duration_seconds" not in text
    assert "netops_poll_ms_count 0" in text
    assert "quantile" not in text


def test_metrics_do_not_grow_with_the_county(county: County, client: FlaskClient) -> None:
    county.sweep()
    with selects(county.database) as seen:
        client.get("/metrics")
    assert len(seen) <= 8


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("10.41.9.9", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),  # what a proxy forwards is a stranger's
    ],
)
def test_metrics_need_a_login_from_elsewhere(
    county: County, client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    origin = {"REMOTE_ADDR": address}
    stranger = client.get("/metrics", environ_overrides=origin, headers=headers)
    login = {"environ_overrides": origin, "headers": {**headers, **county.token("tech")}}
    assert stranger.status_code == 401
    assert stranger.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "netops_devices" not in stranger.text
    assert client.get("/metrics", **login).status_code == 200


def test_a_spoofed_address_behind_a_trusted_proxy_is_a_stranger(
    settings: Settings, sqlite_database: Database
) -> None:
    app = create_app(replace(settings, proxies=1), sqlite_database)
    answer = app.test_client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert answer.status_code == 401


def test_families_are_written_as_prometheus_reads_them() -> None:
    family = Family(
        "x_total", "counter", "One\nline \\ here",
        (Sample(1, {}), Sample(0.5, {"name": 'a"b\\c\nd', "unit": "℃"}), Sample(2, {}, "_sum")),
    )  # fmt: skip
    empty = Family("y", "gauge", "", ())
    assert exposition([family, empty]) == (
        "# HELP x_total One\\nline \\\\ here\n"
        "# TYPE x_total counter\n"
        "x_total 1\n"
        'x_total{name="a\\"b\\\\c\\nd",unit="℃"} 0.5\n'
        "x_total_sum 2\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"),
        (2**60, "1.152921504606847e+18"), (0.1, "0.1"), (3, "3"),
    ],
)  # fmt: skip
def test_odd_numbers(value: float, text: str) -> None:
    assert exposition([Family("x", "gauge", "", (Sample(value, {}),))]).endswith(f"x {text}\n")


@given(st.text())
def test_any_label_stays_on_one_line_and_can_be_read_back(text: str) -> None:
    written = exposition([Family("x", "gauge", "h", (Sample(1, {"l": text}),))])
    line = written.split("\n")[2]
    found = re.fullmatch(r'x\{l="((?:[^"\\\n]|\\["\\n])*)"\} 1', line)
    assert found is not None
    plain = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
    assert re.sub(r'\\["\\n]', lambda mark: plain[mark[0]], found[1]) == text
