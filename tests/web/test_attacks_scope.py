"""People of another county: no row of this one in any answer, and no trace of how many there are.

What strangers are shown is compared before and after the county is filled: it must be the same,
totals and all.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from inventory.act import system
from inventory.audit import AuditRow
from inventory.db import open_database
from inventory.person import Person
from inventory.workdays import CalendarDay
from tests.web.county import Browser, County, found_county
from tests.web.siege import MARK, STRANGERS, Fort, besiege, strangers, urls, whisper
from web import create_app
from web.settings import Settings

SPEAKING = re.compile(r'csrf-token" content="[^"]*"|name="csrf_token"[^>]*>|[0-9a-z]{26}')
TIME = re.compile(r"<time[^>]*>[^<]*</time>|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?|\d\d:\d\d(:\d\d)?")
# What is left on the disk is not ours to hold still.
ROOM = re.compile(r'(可用磁盘空间</span>\s*<span class="stat-value">)[^<]*')
HOSTILE = re.compile(rf'{MARK}(&#34;|&quot;|\\")(>|&gt;)'.encode())  # not our own question
# Pages about the whole box: its health, and the one chain whose numbers everybody's acts share.
WHOLE = ("console", "audit", "metrics", "healthz", "sheets.export", "openapi", "session")


OF_A_ROW = {"id", "device_id", "job_id", "key"}
Views = tuple[Fort, Mapping[str, Browser], dict[tuple[str, str], str]]


@dataclass(frozen=True)
class Sighting:
    """What one address answered one stranger: `text` is what a page without a row says."""

    rule: Rule
    status: int
    marked: bool
    text: str


Sightings = Mapping[tuple[str, str], Sighting]


@pytest.fixture(scope="module")
def views(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    """The county filled, and what strangers saw while it was empty."""
    home = tmp_path_factory.mktemp("scope")
    shutil.copy(sqlite_template, home / "netops.db")
    database = open_database(f"sqlite:///{home}/netops.db")
    county = found_county(create_app(Settings(home=home), database), database, Settings(home=home))
    strangers(county)
    browsers = {who: county.login(who) for who in STRANGERS}
    before = {
        key: seen.text
        for who, browser in browsers.items()
        for key, seen in _seen(county, who, browser, {})
    }
    rows = besiege(county) | whisper(county)
    with county.database.transaction(system("停用")) as session:  # the calendar is everybody's
        session.get_one(CalendarDay, rows["calendar"]).turn(gone=True)
    yield Fort(county, rows), browsers, before
    database.close()


@pytest.fixture(scope="module", params=STRANGERS)
def sightings(views: Views, request: pytest.FixtureRequest) -> Sightings:
    """Every address as one stranger sees it, now that the county is full."""
    fort, browsers, _before = views
    return dict(_seen(fort.county, request.param, browsers[request.param], fort.rows))


def _seen(
    county: County, who: str, browser: Browser, rows: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], Sighting]]:
    """Addresses with a row last: such a page may leave a word to be shown on the next."""
    for rule, url in sorted(urls(county, rows, "GET"), key=lambda one: not _of_all(one[0])):
        if rows or _of_all(rule):
            answer = browser.get(url)
            text = _plain(answer) if _of_all(rule) else ""
            marked = MARK.encode() in answer.data
            yield (who, url), Sighting(rule, answer.status_code, marked, text)


def _of_all(rule: Rule) -> bool:
    """A page without a row in its address."""
    return not rule.arguments - {"slug", "class_name"} and not rule.endpoint.startswith(WHOLE)


def _plain(answer: TestResponse) -> str:
    text = answer.mimetype in ("text/html", "application/json", "text/plain")
    if answer.status_code != 200 or not text:
        return str(answer.status_code)
    told = ROOM.sub(r"\1R", SPEAKING.sub("I", answer.text))
    lines = TIME.sub("T", told).splitlines()
    # in no order: who is seen again within the minute moves up the list of logins
    return "\n".join([str(answer.status_code), *sorted(lines)])


def test_what_a_stranger_sees_does_not_depend_on_us(views: Views, sightings: Sightings) -> None:
    _fort, _browsers, before = views
    known = {key: seen for key, seen in sightings.items() if key in before}
    other = [key for key, seen in known.items() if before[key] != seen.text]
    assert (len(known) > 100, other) == (True, [])


def test_no_row_of_ours_by_its_own_address(sightings: Sightings) -> None:
    """Guessing an id finds nothing: it answers like a row that is not there."""
    assert [key for key, seen in sightings.items() if seen.marked] == []
    rows = {key: seen for key, seen in sightings.items() if seen.rule.arguments & OF_A_ROW}
    # a notice of others leads to one's own list
    found = [key for key, seen in rows.items() if seen.status not in (302, 403, 404, 422)]
    assert (len(rows) > 200, found) == (True, [])


def test_no_question_reaches_beyond(views: Views) -> None:
    """Search, sort, filters and the API's questions, asked for what is ours."""
    fort, browsers, _before = views
    place, core = fort.county.centres["county"], fort.county.ids["core"]
    pages = (
        f"q={MARK}&sort=-name&like={fort.rows['devices']}&job={fort.rows['job']}",
        f"centre_id={place.id}&parent_id={core}&tab=retired&print=1",
    )
    api = (f"search={MARK}&sort=-name", f"centre={place.code}", f"centre={place.id}")
    for who in ("far", "far_sys"):
        browser = browsers[who]
        for rule, url in urls(fort.county, fort.rows, "GET"):
            if not _of_all(rule):
                continue
            for question in api if url.startswith("/api/") else pages:
                body = browser.get(f"{url}?{question}").data
                assert not re.search(HOSTILE, body), (who, url, question)


def test_no_act_reaches_beyond(views: Views) -> None:
    """Every POST with an id of ours, with a stranger's own good token."""
    fort, browsers, _before = views
    ours = {fort.county.ids["core"], *fort.rows.values()}
    for who, browser in browsers.items():
        for rule, url in urls(fort.county, fort.rows, "POST"):
            if rule.arguments & OF_A_ROW:
                # the token of their own page is good: it is the row that is not theirs
                answer = browser.client.post(url, data={"csrf_token": browser.token},
                                             headers={"X-CSRFToken": browser.token})  # fmt: skip
                assert answer.status_code in (302, 400, 403, 404, 409, 422), (who, url)
    their = {p.id for p in fort.county.rows(select(Person).where(Person.login.in_(STRANGERS)))}
    acts = fort.county.rows(select(AuditRow).where(AuditRow.actor.in_(their)))
    assert [(row.act, row.thing) for row in acts if row.thing_id in ours] == []
