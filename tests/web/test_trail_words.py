"""Whence an act came is told in words, on every page that shows who did what."""

import pytest
from apiflask import APIFlask

from tests.web.county import County
from tests.web.reader import words
from web.trail_words import whence


@pytest.mark.parametrize(
    ("origin", "zh", "en"),
    [
        ("page 10.41.2.7", "网页 10.41.2.7", "Page 10.41.2.7"),
        ("worker", "后台", "Background"),
        ("pager", "pager", "pager"),
        ("", "", ""),
    ],
)
def test_a_way_in_words(shell: APIFlask, origin: str, zh: str, en: str) -> None:
    for language, word in (("zh", zh), ("en", en)):
        with shell.test_request_context(f"/?lang={language}"):
            assert whence(origin) == word


def test_no_page_tells_it_raw(county: County) -> None:
    net, trail = county.login("net"), county.login("trail")
    assert net.post(f"/devices/{county.ids['core']}/pause", {"paused": "yes"}).status_code == 302
    for page in (net.get(f"/devices/{county.ids['core']}/changes"), trail.get("/audit/")):
        assert "网页 127.0.0.1" in words(page.text)
        assert "page 127.0.0.1" not in words(page.text)
