"""Hostile texts in every field of every register, and in what devices say: no page runs them,
and nobody changes anything by looking."""

import json
from collections.abc import Mapping
from html import escape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.act import EVERYTHING
from inventory.audit import AuditRow
from inventory.register import fields, registers
from tests.web.siege import MARK, SEERS, Fort, Page, urls

Answers = Mapping[tuple[str, str], TestResponse]


@pytest.fixture(scope="module")
def answers(fort: Fort) -> Answers:
    """Everything there is to GET, asked by everybody who sees anything: (who, address) → answer."""
    found = {}
    seen: set[str] = set()  # a page of a register is drawn alike for whoever may see it
    for who in SEERS:
        browser = fort.county.login(who)
        for _rule, url in urls(fort.county, fort.rows, "GET"):
            if url not in seen:
                found[who, url] = answer = browser.get(url)
                seen |= {url} if answer.status_code == 200 and url.startswith("/r/") else set()
    return found


def test_nothing_breaks(answers: Answers) -> None:
    assert [(key, a.status_code) for key, a in answers.items() if a.status_code >= 500] == []


def test_every_page_says_a_hostile_text_as_a_text(answers: Answers) -> None:
    pages = {key: a for key, a in answers.items() if a.mimetype == "text/html"}
    shown = [url for (_, url), answer in pages.items() if MARK in answer.text]
    assert len(shown) > 60, "the crawl no longer shows the probes"
    assert {key: bad for key, a in pages.items() if (bad := Page(a.text).found)} == {}


def test_json_is_no_page(answers: Answers) -> None:
    """A browser that opens JSON or a sheet must not look for tags in it."""
    rest = {
        key: a for key, a in answers.items() if a.mimetype != "text/html" and a.status_code == 200
    }
    loud = {key for key, a in rest.items() if a.headers.get("X-Content-Type-Options") != "nosniff"}
    assert loud == set()
    assert any(MARK in a.text for a in rest.values() if a.mimetype == "application/json")
    for answer in rest.values():
        if answer.mimetype == "application/json":
            json.loads(answer.text)


@pytest.mark.parametrize("slug", [s for s, cls in sorted(registers().items()) if cls.shown])
def test_the_probe_is_really_there(fort: Fort, answers: Answers, slug: str) -> None:
    """Each text field of a row is shown on its page: else the crawl would prove nothing."""
    cls = registers()[slug]
    with fort.county.database.view(EVERYTHING) as session:
        row = session.get_one(cls, fort.rows[slug])
    texts = {f.name: getattr(row, f.name) for f in fields(cls) if f.kind in ("text", "note")}
    told = [escape(v).replace("&#x27;", "&#39;") for v in texts.values() if v and MARK in v]
    assert told or slug in ("grants", "unstable-limits", "log-days"), (
        "no text field of this register holds the probe"
    )
    page = "".join(
        a.text
        for (_, url), a in answers.items()
        if f"/{row.id}" in url and a.mimetype != "application/pdf"
    )
    assert [text for text in told if text.replace("&quot;", "&#34;") not in page] == []


def test_looking_changes_nothing(fort: Fort, answers: Answers) -> None:
    """A GET may leave a note (of an export, say); it is never an act on a decided row."""
    since = min(row.seq for row in fort.county.rows(select(AuditRow)) if row.act == "附件")
    later = fort.county.rows(
        select(AuditRow).where(AuditRow.seq > since, AuditRow.change != "event")
    )
    acts = {row.act for row in later if row.actor != "system"}
    assert (len(answers) > 0, acts) == (True, set())
