"""The document of the JSON API keeps its word: every operation, every refusal, every example."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from inventory.db import Database
from inventory.device import Device
from inventory.run import JobRun
from tests.browser import Visit, serve, shot
from tests.web.caller import V1, Caller
from tests.web.county import PASSWORD, County, found_county
from web import create_app
from web.api import answers, config_shapes, examples
from web.settings import Settings


@pytest.fixture
def county(both: County) -> County:
    both.at -= timedelta(hours=2)  # room for later sweeps
    both.sweep(ups="down")
    return both


@pytest.fixture
def net(county: County) -> Caller:
    """The network administrator of 兰考."""
    return Caller(county, "net")


def document(county: County) -> dict[str, Any]:
    answer = county.app.test_client().get("/api/openapi.json", headers=county.token("tech"))
    assert answer.status_code == 200
    return answer.json  # type: ignore[no-any-return]


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def offered(app: APIFlask) -> set[tuple[str, str]]:
    """(method, path) of every operation there is."""
    return {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(V1)
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


def test_every_operation_is_documented(county: County) -> None:
    told = document(county)
    routes = offered(county.app)
    assert {(method, path) for method, path, _ in operations(told)} == routes
    assert len(routes) > 40
    for method, path, operation in operations(told):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where
        assert operation["security"] == [{"token": []}, {"session": []}], where
        done = next(r for code, r in operation["responses"].items() if code.startswith("2"))
        shape = done["content"]["application/json"]
        assert shape["schema"]["$ref"].removeprefix("#/components/schemas/"), where
        assert shape["example"], where
        if method in ("post", "patch") and path.endswith(("devices", "{device_id}")):
            assert operation["requestBody"]["content"]["application/json"]["example"], where
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    assert [tag["name"] for tag in told["tags"]] == [
        "设备", "读数", "作业", "登记", "通知", "审批与签字", "今日待办", "值班日志",
        "配置备份",
        "地址与绑定", "数据备份",
    ]  # fmt: skip


def test_the_document_speaks_both_languages(county: County) -> None:
    client = county.app.test_client()
    token = county.token("tech")
    chinese = client.get("/api/openapi.json", headers=token).json
    english = client.get("/api/openapi.json?lang=en", headers=token).json
    summaries = [o["paths"][f"{V1}/devices"]["get"]["summary"] for o in (chinese, english)]
    assert summaries == ["列出设备", "List devices"]


def test_examples_have_the_documented_shape() -> None:
    shapes = {
        answers.Device: examples.DEVICE, answers.FullDevice: examples.FULL_DEVICE,
        answers.Interface: examples.INTERFACE, answers.Gauge: examples.GAUGE,
        answers.Samples: examples.SAMPLES, answers.Event: examples.EVENT,
        answers.Job: examples.JOB, answers.Centre: examples.CENTRE, answers.Row: examples.ROW,
        answers.Register: examples.REGISTER, answers.DevicePage: examples.page(examples.DEVICE),
        config_shapes.ConfigState: config_shapes.STATE,
        config_shapes.Version: config_shapes.SNAPSHOT,
        config_shapes.ConfigLine: config_shapes.LINE,
    }  # fmt: skip
    for shape, example in shapes.items():
        schema = shape()
        assert schema.validate(example) == {}, shape
        assert {field.data_key or name for name, field in schema.fields.items()} == set(example)


BAD = [
    ("get", "/devices?page=x", 422), ("get", "/devices?per_page=201", 422),
    ("get", "/devices?state=broken", 422), ("get", "/devices?kind=,", 422),
    ("get", "/devices?sort=secret", 422), ("get", "/devices?colour=red", 422),
    ("get", "/devices?search=%00", 400), ("get", "/devices?centre=nowhere", 422),
    ("get", "/devices?retired=perhaps", 422), ("get", "/devices?lang=fr", 422),
    ("get", "/devices/{core}/interfaces?page=-1", 422), ("get", "/devices/none", 404),
    ("get", "/devices/%00", 400), ("get", "/devices/none/interfaces", 404),
    ("get", "/devices/none/gauges", 404), ("get", "/devices/none/events", 404),
    ("get", "/devices/none/samples?interface=1", 404),
    ("get", "/devices/{core}/samples", 422), ("get", "/devices/{core}/samples?interface=0", 422),
    ("get", "/devices/{core}/samples?interface=1&since=2026-01-01", 422),
    ("get", "/devices/{core}/samples?interface=1&since=2026-01-01T00:00:00", 422),
    ("get", "/devices/{core}/samples?interface=1&since=0001-01-01T00:00:00Z", 422),
    ("get", "/devices/{core}/samples?interface=1&since=2026-01-01T00:00:00Z", 422),
    ("get", "/events?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
    ("get", "/devices/{core}/events?since=yesterday", 422), ("get", "/events?until=now", 422),
    ("get", "/centres?tier=planet", 422), ("get", "/registers/none", 404),
    ("get", "/registers/filters", 404), ("get", "/registers/people", 403),
    ("get", "/registers/devices?sort=none", 422), ("get", "/jobs/none", 404),
    ("post", "/jobs/none/cancel", 404), ("post", "/jobs/{ended}/cancel", 409),
    ("post", "/devices/none/poll", 404), ("post", "/devices/{gone}/poll", 409),
    ("post", "/devices", 400), ("patch", "/devices/{core}", 400),
    ("patch", "/devices/none", 404), ("patch", "/devices/{gone}", 409),
    ("get", "/configs?tab=none", 422), ("get", "/configs/none", 404),
    ("get", "/configs/diff", 422), ("get", "/configs/diff?a=none&b=none", 404),
    ("get", "/configs/search", 422), ("get", "/configs/search?words=a&at=soon", 422),
    ("post", "/configs/backup", 422),
    ("get", "/configs/search?words=a&device=none", 404),
    ("get", "/devices/none/configs", 404), ("post", "/devices/{gone}/configs/backup", 409),
    ("post", "/devices/{core}/configs/backup", 409), ("post", "/devices/{core}/configs", 422),
]  # fmt: skip


def test_bad_requests_are_answered_as_documented(county: County, net: Caller) -> None:
    with county.database.transaction(county.act("county")) as session:
        session.get_one(Device, county.ids["ups"]).turn(gone=True)
    known = {"core": county.ids["core"], "gone": county.ids["ups"]}
    known["ended"] = county.rows(select(JobRun.id))[0]
    said = {(m, p): set(o["responses"]) for m, p, o in operations(document(county))}
    shapes = {422: {"message", "errors"}}
    adapter = county.app.url_map.bind("localhost")
    for method, path, code in BAD:
        url = path.format(**known)
        answer = net.send(method, url)
        where = V1 + url.split("?")[0]
        rule, _arguments = adapter.match(where, method.upper(), return_rule=True)
        documented = said[method, re.sub(r"<(\w+)>", r"{\1}", rule.rule)]
        where = f"{method} {url}: {answer.get_data(as_text=True)[:300]}"
        assert (answer.status_code, str(code) in documented) == (code, True), where
        assert set(answer.json or ()) == shapes.get(code, {"message", "detail"}), where
        assert all(error["field"] and error["cause"] for error in answer.json.get("errors", ()))


def test_broken_json_and_wrong_methods(county: County, net: Caller) -> None:
    broken = net.send("post", "/devices", data="{", content_type="application/json")
    assert (broken.status_code, set(broken.json or ())) == (400, {"message", "detail"})
    assert net.post("/devices", [1]).status_code == 400
    method = net.send("delete", f"/devices/{county.ids['core']}")
    assert (method.status_code, "PATCH" in method.headers["Allow"]) == (405, True)
    assert set(method.json or ()) == {"message", "detail"}
    assert net.get("/none").status_code == 404


def test_the_page_shows_every_operation(
    settings: Settings, sqlite_database: Database, visit: Visit
) -> None:
    app = create_app(settings, sqlite_database)
    found_county(app, sqlite_database, settings)
    with serve(app) as address:
        page = visit(f"{address}/login?next=/api/docs")
        page.fill("#login", "net")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.locator(".opblock").nth(40).wait_for()
        assert page.locator(".opblock").count() == len(offered(app))
        page.locator("#operations-设备-get_api_devices").click()
        page.locator("#operations-设备-get_api_devices .try-out__btn").click()
        page.locator("#operations-设备-get_api_devices .execute").click()
        told = page.locator("#operations-设备-get_api_devices .live-responses-table")
        told.get_by_text("兰考核心交换机").first.wait_for()
        shot(page, "api_docs")
