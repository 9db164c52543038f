"""Audit rows as syslog: to the letter of RFC 5424, and as a real rsyslogd takes them."""

import re
import socket
import threading
from datetime import UTC, datetime

import pytest

from netops.syslog_out import Message, Receiver, encoded, receiver, send
from tests.peers import free_port
from tests.rsyslog import Rsyslog

AT = datetime(2026, 11, 22, 1, 2, 3, 4567, tzinfo=UTC)


def message(text: str = "李网 修改设备", **facts: str) -> Message:
    return Message(AT, "update", {"seq": "7", **facts}, text)


def test_the_message_is_the_grammar_of_the_rfc() -> None:
    octets = encoded(message(), "udp", "lankao")
    assert octets == (
        b'<110>1 2026-11-22T01:02:03.004567Z lankao netops - update [netops@32473 seq="7"] '
        b"\xef\xbb\xbf" + "李网 修改设备".encode()
    )


def test_what_would_end_a_value_is_escaped() -> None:
    octets = encoded(message(act='改"名\\称]'), "udp", "x")
    assert 'act="改\\"名\\\\称\\]"]'.encode() in octets


def test_a_line_break_starts_no_second_message() -> None:
    octets = encoded(message("一\n<110>1 二", act="a\r\nb"), "tcp", "x")
    assert b"\n" not in octets
    assert "一 <110>1 二".encode() in octets


@pytest.mark.parametrize(("way", "longest"), [("udp", 2048), ("tcp", 8000)])
def test_a_long_text_is_cut_between_letters(way: str, longest: int) -> None:
    octets = encoded(message("网" * 9000), way, "x")
    assert longest - 3 < len(octets) <= longest
    assert octets.decode().endswith("网")


def test_a_host_name_is_plain() -> None:
    assert b"Z lkn-1 netops" in encoded(message(), "udp", "lk n-1兰考")
    assert b"Z - netops" in encoded(message(), "udp", "兰考")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("udp://10.1.1.1:514", Receiver("udp", "10.1.1.1", 514)),
        ("tcp://log.example:6514", Receiver("tcp", "log.example", 6514)),
        ("tcp://[::1]:514", Receiver("tcp", "::1", 514)),
    ],
)
def test_where_to_send(text: str, found: Receiver) -> None:
    assert receiver(text) == found
    assert str(found) == text


@pytest.mark.parametrize(
    "text", ["10.1.1.1", "udp://10.1.1.1", "tls://h:1", "udp://:514", "tcp://h:0", "tcp://h:99999",
             "tcp://h:514/x", "udp://u@h:1"],
)  # fmt: skip
def test_what_is_no_receiver_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="udp://"):
        receiver(text)


@pytest.mark.parametrize("way", ["udp", "tcp"])
def test_a_real_rsyslogd_understands_it(rsyslog: Rsyslog, way: str) -> None:
    sent = [message(f"李网 修改设备 {n}", seq=str(n), act='改"名]') for n in range(300)]
    send(Receiver(way, "127.0.0.1", rsyslog.port), sent, "lankao")
    lines = rsyslog.lines(300)
    first = lines[0].split("|")
    assert first[:6] == [
        "110", "1", "2026-11-22T01:02:03.004567Z", "lankao", "netops", "update",
    ]  # fmt: skip
    assert first[6] == '[netops@32473 seq="0" act="改\\"名\\]"]'
    assert first[7].lstrip("\ufeff") == "李网 修改设备 0"
    found = [int(re.search(r'seq="(\d+)"', line)[1]) for line in lines]  # type: ignore[index]
    assert sorted(found) == list(range(300))


def test_nobody_there_is_told() -> None:
    for way in ("udp", "tcp"):
        with pytest.raises(OSError, match="refused"):
            send(Receiver(way, "127.0.0.1", free_port()), [message()] * 3, "x")


def test_a_receiver_that_breaks_off_has_not_got_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            line, _address = server.accept()
            line.recv(10)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            line.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(OSError, match=r"reset|pipe|connected"):
            send(Receiver("tcp", "127.0.0.1", server.getsockname()[1]), [message()] * 9, "x")
        thread.join()
