"""Pages in Debian's own Chromium: served by waitress, watched for every complaint of the browser.

Import the fixtures `chromium` and `visit` into a conftest. `visit(url)` opens a page; when the test
ends, any console error, page error, CSP violation or failed request fails it.

    @pytest.fixture
    def site(app):
        with serve(app) as url:
            yield url

    def test_status(site, visit):   # in this order: pages are closed before their server stops
        page = visit(site + "/status", width=390, height=844)
        assert (axe(page), overflow(page)) == ([], 0)

Playwright keeps an event loop running in the thread that started it, so `chromium` lives no longer
than a module: elsewhere `asyncio.run` must work.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from tests.lab import need_programs
from tests.patience import PAGE
from web.build import ASSETS, build

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
Visit = Callable[..., Page]
expect.set_options(timeout=PAGE)


@contextmanager
def serve(app: Any, port: int = 0) -> Iterator[str]:
    """The WSGI application on a free loopback port (or `port`), in a thread; yields its address."""
    sockets: dict[int, Any] = {}
    server: Any = create_server(app, map=sockets, host="127.0.0.1", port=port, threads=4)
    enough = threading.Event()

    def run() -> None:
        """The loop closes its own sockets: closing them from outside would trip its select."""
        while not enough.is_set():
            wasyncore.loop(timeout=0.1, map=sockets, count=1)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        enough.set()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    need_programs("chromium")
    build()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


# What a page says that still asks for its bell while its console is already going.
_LEFT_ALONE = ("net::ERR_", "htmx:sendError", "htmx:afterRequest")


class Complaints(list[str]):
    """What the browser grumbled about; `expected` holds parts of texts that are intended. `over`:
    the test has come to its end, and its console may end before its pages."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []
        self.over = False

    def append(self, text: str) -> None:
        if not (self.over and any(part in text for part in _LEFT_ALONE)):
            super().append(text)

    def failed(self, request: Request) -> None:
        """What the browser itself gave up, because the page was left or closed, is no failure: a
        server that breaks off has other names (ERR_EMPTY_RESPONSE, ERR_CONNECTION_RESET …)."""
        if request.failure != "net::ERR_ABORTED":
            self.append(f"failed: {request.url} {request.failure}")

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: said.type == "error" and self.append(said.text))
        page.on("pageerror", lambda error: self.append(f"page error: {error}"))
        page.on("requestfailed", self.failed)

    def unexpected(self) -> list[str]:
        return [text for text in self if not any(part in text for part in self.expected)]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def visit(chromium: Browser, complaints: Complaints) -> Iterator[Visit]:
    """`visit(url, width=1366, height=768, **context)` opens a page in a fresh profile."""
    contexts = []

    def go(url: str, width: int = 1366, height: int = 768, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai", **options
        )
        context.set_default_timeout(PAGE)
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page)
        page.goto(url)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


# A colour on its way to another (a window that has just become narrow) is nobody's contrast. Ended,
# not awaited: a page that draws no frames would never come to the end of it.
STILL = """for (const one of document.getAnimations())
    if (one instanceof CSSTransition) one.finish();"""


def axe(page: Page) -> list[str]:
    """WCAG 2.0/2.1 A and AA violations as "rule: element"; [] is what a page should give.

    Evaluated through the debugger, because the CSP of the page rightly refuses injected scripts.
    """
    page.evaluate((ASSETS / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    page.wait_for_function("width => innerWidth === width", arg=(page.viewport_size or {})["width"])
    result = page.evaluate(
        f"""() => {{
            {STILL}
            return axe.run(document, {{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}});
        }}"""
    )
    return [
        f"{found['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window; 0 means no horizontal scroll."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def shot(page: Page, name: str) -> None:
    """Keep a picture for human eyes when SCREENSHOTS names a directory."""
    place = os.environ.get("SCREENSHOTS")
    if place:
        Path(place).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(place) / f"{name}.png"), full_page=True)
