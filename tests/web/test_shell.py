"""What every answer carries: headers, CSRF, error pages, ETags; asked without a browser."""

import gzip
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask import request
from flask.testing import FlaskClient

from inventory.db import Database
from web import create_app
from web.build import WEB
from web.security import kept_key
from web.settings import Settings

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def test_security_headers(client: FlaskClient) -> None:
    headers = client.get("/kitchen/quiet").headers
    wanted = {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    assert {name: headers[name] for name in wanted} == wanted
    assert "Strict-Transport-Security" not in headers


def test_https_brings_hsts_and_a_secure_cookie(
    settings: Settings, sqlite_database: Database
) -> None:
    app = create_app(replace(settings, https_only=True), sqlite_database)
    headers = app.test_client().get("/none").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = {part.split("=")[0] for part in headers["Set-Cookie"].split("; ")}
    assert cookie == {"netops", "Secure", "HttpOnly", "Path", "SameSite"}


def test_no_template_has_inline_style_or_script() -> None:
    inline = re.compile(r"""\sstyle=|\son[a-z]+=|hx-on|<style|<script(?![^>]*\bsrc=)""")
    found = [
        f"{path.name}:{number}"
        for path in (WEB / "templates").rglob("*.html")
        if path.parent.name != "papers"  # drawn as PDF, never sent to a browser
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []


def test_a_post_without_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/kitchen/save")
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert "刚才的操作没有执行。" in answer.text


def test_a_post_with_the_token_is_done(client: FlaskClient) -> None:
    match = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/kitchen/quiet").text)
    assert match
    by_form = client.post("/kitchen/save", data={"csrf_token": match[1]})
    by_htmx = client.post("/kitchen/save", headers={"X-CSRFToken": match[1]})
    assert (by_form.status_code, by_htmx.status_code) == (302, 302)


@pytest.mark.parametrize(
    ("code", "title", "english"),
    [
        (400, "请求有误", "The request makes no sense"),
        (403, "没有权限", "Not permitted"),
        (404, "没有这个页面", "No such page"),
        (413, "文件太大", "The file is too large"),
        (429, "操作太频繁", "Too many attempts"),
        (500, "值守台出错", "The console failed"),
    ],
)
def test_error_pages(client: FlaskClient, code: int, title: str, english: str) -> None:
    page = f"/kitchen/stop/{code}"
    chinese, in_english = client.get(page), client.get(f"{page}?lang=en")
    assert (chinese.status_code, in_english.status_code) == (code, code)
    assert f"<h1>{title}</h1>" in chinese.text
    assert f"<h1>{english}</h1>" in in_english.text
    main = re.search("<main.*</main>", in_english.text, re.DOTALL)
    assert main and not re.search("[一-鿿]", main[0])


def test_a_failure_shows_a_number_and_logs_the_trace(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/kitchen/break")
    number = re.search(r"RuntimeError · ([0-9a-z]{26})", answer.text)
    assert (answer.status_code, bool(number)) == (500, True)
    assert "s3cret" not in answer.text
    assert number and number[1] in caplog.text


def test_the_api_answers_in_json(client: FlaskClient) -> None:
    answer = client.get("/api/none")
    assert answer.status_code == 404
    assert answer.json == {
        "message": "没有这个页面：请从左侧菜单重新进入，或用搜索查找名称、编号或地址。",
        "detail": "Not Found",
    }


def test_too_large_an_upload(settings: Settings, sqlite_database: Database) -> None:
    app = create_app(replace(settings, upload_mb=1), sqlite_database)
    answer = app.test_client().post("/login", data={"login": "x" * 1_000_001})
    assert answer.status_code == 413
    assert "文件没有保存" in answer.text


def test_an_unchanged_fragment_costs_nothing(client: FlaskClient) -> None:
    first = client.get("/kitchen/fragment")
    second = client.get("/kitchen/fragment", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, second.status_code, second.data) == (200, 304, b"")


def test_pages_are_packed(client: FlaskClient) -> None:
    plain = client.get("/kitchen/fragment", headers={"Accept-Encoding": "identity"})
    packed = client.get("/kitchen/quiet", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "<h1>安静</h1>" in gzip.decompress(packed.data).decode()
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_built_files_are_kept_for_good(client: FlaskClient, shell: APIFlask) -> None:
    with shell.test_request_context():
        address = shell.jinja_env.globals["asset"]("app.js")
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"htmx" in gzip.decompress(answer.data)
    assert client.get("/dist/../settings.py").status_code == 404


def test_an_ended_login_moves_the_whole_page(client: FlaskClient) -> None:
    plain = client.get("/kitchen/ended")
    inside = client.get(
        "/kitchen/ended",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/devices?x=1"},
    )
    assert (plain.status_code, plain.headers["Location"]) == (302, "/login?next=/kitchen/ended")
    assert (inside.status_code, inside.data) == (200, b"")
    assert inside.headers["HX-Redirect"] == "/login?next=%2Fdevices%3Fx%3D1"


def test_the_demo_says_so_on_every_page(
    client: FlaskClient, settings: Settings, sqlite_database: Database
) -> None:
    real = create_app(settings, sqlite_database).test_client()
    assert "演示县：所有设备均为模拟" in client.get("/kitchen/quiet").text
    assert "演示县：所有设备均为模拟" in client.get("/none").text
    assert "演示县" not in real.get("/none").text


def test_the_navigation_marks_where_we_are(client: FlaskClient) -> None:
    mark = 'href="/kitchen/" aria-current="page"'
    assert mark in client.get("/kitchen/quiet").text
    assert mark not in client.get("/login").text


def test_the_session_key_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "new" / "session.key"
    first = kept_key(place)
    assert (kept_key(place), len(first) >= 32) == (first, True)
    assert place.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in place.parent.iterdir()] == ["session.key"]


def test_a_trusted_proxy_speaks_for_the_browser(
    settings: Settings, sqlite_database: Database
) -> None:
    said = {"X-Forwarded-For": "10.41.3.7", "X-Forwarded-Proto": "https"}
    seen = {}
    for proxies in (0, 1):
        app = create_app(replace(settings, proxies=proxies), sqlite_database)
        with app.test_client() as client:
            client.get("/none", headers=said)
            seen[proxies] = (request.remote_addr, request.scheme)
    assert seen == {0: ("127.0.0.1", "http"), 1: ("10.41.3.7", "https")}
