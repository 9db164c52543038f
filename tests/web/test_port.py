"""Where the console listens, on real sockets."""

import socket

import pytest

from web.port import NoPort, answers, free_port

HERE = "127.0.0.1"


def test_the_port_asked_for_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("NETOPS_PORT", str(port))
        with pytest.raises(NoPort, match=f"端口 {port} 已被占用"):
            free_port(HERE, port)
        with pytest.raises(NoPort, match=f"端口 {port} 已被占用"):
            free_port("0.0.0.0", port)
    assert free_port(HERE, port) == port


def test_the_next_free_one_while_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETOPS_PORT", raising=False)
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        assert port < free_port(HERE, port) < port + 50


def test_an_address_of_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETOPS_PORT", raising=False)
    with pytest.raises(NoPort, match=r"不能在 192\.0\.2\.1 监听（.+）：NETOPS_HOST 应为本机的地址"):
        free_port("192.0.2.1", 8080)


def test_somebody_answers_or_not() -> None:
    with socket.create_server((HERE, 0)) as server:
        port = server.getsockname()[1]
        assert answers(HERE, port)
    assert not answers(HERE, port)
