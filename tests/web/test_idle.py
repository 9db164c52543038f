"""A login left alone ends, and so does a day's work; a page that refreshes itself is no work."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from inventory.session import LoginSession
from tests.web.county import County


def aged(county: County, **times: datetime) -> None:
    with county.database.observe() as session:
        session.execute(update(LoginSession).values(**times))


def login_of(county: County) -> LoginSession:
    found: LoginSession = county.rows(select(LoginSession))[0]
    return found


def test_a_login_left_alone_ends(county: County) -> None:
    net = county.login("net")
    aged(county, seen_at=datetime.now(UTC) - timedelta(minutes=15, seconds=5))
    answer = net.get("/", follow_redirects=True)
    assert "超过 15 分钟没有操作，已退出登录。" in answer.text
    assert login_of(county).ended == "idle"


def test_work_keeps_it_alive_and_a_live_fragment_does_not(county: County) -> None:
    net = county.login("net")
    long_ago = datetime.now(UTC) - timedelta(minutes=14)
    aged(county, seen_at=long_ago)
    assert net.get("/status/live", headers={"X-Live": "1"}).status_code == 200
    assert login_of(county).seen_at == long_ago
    net.get("/")
    assert datetime.now(UTC) - login_of(county).seen_at < timedelta(minutes=1)


def test_a_days_work_ends_it(county: County) -> None:
    net = county.login("net")
    aged(county, begun_at=datetime.now(UTC) - timedelta(hours=8, seconds=5))
    answer = net.get("/", follow_redirects=True)
    assert "登录已满 8 小时，请重新登录。" in answer.text
    assert login_of(county).ended == "absolute"


def test_a_fragment_of_an_ended_login_moves_the_whole_page(county: County) -> None:
    net = county.login("net")
    aged(county, seen_at=datetime.now(UTC) - timedelta(hours=1))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/r/devices"}
    answer = net.get("/status/live", headers=headers)
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fr%2Fdevices"
