"""The list of bindings, its form, and requests read line by line, in a real browser: they fit."""

from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_approvals_look import enter
from tests.web.test_bindings import SHEET, act, brought, ranged, rows

__all__ = ["ranged"]  # a fixture


def test_the_pages_fit(visit: Visit, county: County, ranged: County) -> None:
    net = county.login("net")
    brought(net, SHEET)
    act(net, "ask", [row.id for row in rows(county).values() if row.holder])
    first = next(row for row in rows(county).values() if row.state == "draft")
    seen = {
        "net": ("/r/bindings", f"/r/bindings/{first.id}", "/r/bindings/new", "/r/prefixes"),
        "leader": ("/approvals/", "/approvals/lines/binding"),
    }
    with serve(county.app) as url:
        for who, pages in seen.items():
            page = enter(visit, url, who, 1366, 768)
            for number, (width, path) in enumerate((w, p) for w in (1366, 390) for p in pages):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(url + path)
                shot(page, f"bindings-{who}-{number}")
                assert (path, width, axe(page), overflow(page)) == (path, width, [], 0)
