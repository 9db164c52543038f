"""A login left alone ends; a page that refreshes itself does not keep it alive."""

import time

from flask.testing import FlaskClient


def _seen(client: FlaskClient, ago: int) -> None:
    with client.session_transaction() as session:
        session["person"], session["seen"] = "nobody", int(time.time()) - ago


def test_a_login_left_alone_ends(client: FlaskClient) -> None:
    _seen(client, 30 * 60 + 5)
    answer = client.get("/kitchen/quiet")
    assert "超过 30 分钟没有操作，已退出登录。" in answer.text
    with client.session_transaction() as session:
        assert "person" not in session


def test_work_keeps_it_alive(client: FlaskClient) -> None:
    _seen(client, 29 * 60)
    client.get("/kitchen/quiet")
    with client.session_transaction() as session:
        assert time.time() - session["seen"] < 60


def test_a_live_fragment_does_not(client: FlaskClient) -> None:
    _seen(client, 29 * 60)
    client.get("/kitchen/fragment", headers={"X-Live": "1"})
    with client.session_transaction() as session:
        assert time.time() - session["seen"] >= 29 * 60
