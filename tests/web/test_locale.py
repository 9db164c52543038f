"""Times, spans and figures as the office writes them, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from web.build import WEB
from web.catalogue import TRANSLATIONS
from web.locale import ago, day, duration, figure, local, moment, rate, size

KEYWORDS = {"_": None, "_l": None, "ngettext": (1, 2)}
AT = datetime(2026, 11, 21, 0, 0, 7, tzinfo=UTC)


def test_moments_are_shanghai_time() -> None:
    assert moment(AT) == "2026-11-21 08:00"
    assert moment(AT, seconds=True) == "2026-11-21 08:00:07"
    assert day(datetime(2026, 11, 20, 17, tzinfo=UTC)) == "2026-11-21"
    assert (moment(None), day(None)) == ("—", "—")


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError):
        local(datetime(2026, 11, 21))  # noqa: DTZ001 - the very thing that must be refused


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-5, "0 秒", "0 s"),
        (45.9, "45 秒", "45 s"),
        (60, "1 分钟", "1 min"),
        (12 * 60, "12 分钟", "12 min"),
        (3600, "1 小时", "1 h"),
        (3600 * 4 + 600, "4 小时 10 分钟", "4 h 10 min"),
        (86400 * 3 + 3600 * 4 + 59, "3 天 4 小时", "3 d 4 h"),
        (86400 + 300, "1 天", "1 d"),
    ],
)
def test_durations(shell: APIFlask, seconds: float, zh: str, en: str) -> None:
    with shell.test_request_context("/"):
        assert duration(seconds) == zh
    with shell.test_request_context("/?lang=en"):
        assert duration(timedelta(seconds=seconds)) == en


def test_ago(shell: APIFlask) -> None:
    with shell.test_request_context("/"):
        assert ago(AT, now=AT + timedelta(minutes=12)) == "12 分钟"
        assert ago(None) == "—"


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (None, "—"),
        (0, "0 bit/s"),
        (9.994, "9.99 bit/s"),
        (999, "999 bit/s"),
        (999.6, "1 kbit/s"),
        (31.38e6, "31.4 Mbit/s"),
        (2_048_000, "2.05 Mbit/s"),
        (1e11, "100 Gbit/s"),
        (100e6, "100 Mbit/s"),
    ],
)
def test_rates(bits: float | None, text: str) -> None:
    assert rate(bits) == text


def test_sizes_and_figures() -> None:
    assert [size(n) for n in (None, 512, 1024)] == ["—", "512 B", "1 KiB"]
    assert size(1_342_177_280) == "1.25 GiB"
    assert [figure(None), figure(1284), figure(38.64, 1)] == ["—", "1,284", "38.6"]


def test_language_is_chosen_by_address_then_cookie_then_person(shell: APIFlask) -> None:
    client = shell.test_client()
    assert "没有这个页面" in client.get("/none").text
    assert "No such page" in client.get("/none?lang=en").text
    assert "No such page" in client.get("/none").text  # remembered
    assert "没有这个页面" in client.get("/none?lang=zh").text
    assert "没有这个页面" in client.get("/none?lang=xx").text


def test_every_text_of_the_pages_has_its_english() -> None:
    """Each page module brings its own .po; a text without English would show as Chinese."""
    known = set()
    for path in (TRANSLATIONS / "en" / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            known |= {m.id for m in read_po(file) if m.id and m.string and not m.fuzzy}
    found = extract_from_dir(
        str(WEB),
        method_map=[("assets/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords=KEYWORDS,
    )
    missing = {f"{file}:{line} {text}" for file, line, text, _, _ in found if text not in known}
    assert missing == set()
