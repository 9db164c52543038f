"""Syslog as it really arrives: a dozen headers, two encodings, two framings, and nonsense."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.syslog import MOST, Frames, read

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)  # noon in China


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]


HEADERS = [
    (
        "<189>Sep 12 2026 10:00:00 SW %%01X/5/Y(s)[1]:z",
        utc(2026, 9, 12, 2),
        "SW",
        "%%01X/5/Y(s)[1]:z",
    ),
    ("<189>Sep 12 2026 10:00:00+08:00 DST SW X/5/Y:z", utc(2026, 9, 12, 2), "SW", "X/5/Y:z"),
    ("<189>Sep 12 2026 10:00:00 DST SW X/5/Y:z", utc(2026, 9, 12, 2), "SW", "X/5/Y:z"),
    ("%Jun 26 17:08:35:809 2008 SW S/4/L: v", utc(2008, 6, 26, 9, 8, 35, 809000), "SW", "S/4/L: v"),
    (
        "<189>Oct  9 14:59:04 2009 SW %%10S/5/L(l):v",
        utc(2009, 10, 9, 6, 59, 4),
        "SW",
        "%%10S/5/L(l):v",
    ),
    ("<187>2009-09-21T15:32:55 SW %%10I/3/L: d", utc(2009, 9, 21, 7, 32, 55), "SW", "%%10I/3/L: d"),
    (
        "2011-08-18 18:08:56 HUAWEI %%01C/5/L(l):v",
        utc(2011, 8, 18, 10, 8, 56),
        "HUAWEI",
        "%%01C/5/L(l):v",
    ),
    ("<189>45: *Mar  1 18:48:50.483 UTC: %S-5-C: x", None, "", "%S-5-C: x"),
    (
        "<189>45: *Nov 22 03:59:50.483 UTC: %S-5-C: x",
        utc(2026, 11, 22, 3, 59, 50, 483000),
        "",
        "%S-5-C: x",
    ),
    (
        "<189>45: SW1: Nov 22 11:48:50 CST: %S-5-C: x",
        utc(2026, 11, 22, 3, 48, 50),
        "SW1",
        "%S-5-C: x",
    ),
    ("<189>45: Nov 22 11:48:50 EST: %S-5-C: x", None, "", "%S-5-C: x"),
    ("<189>45: 3d12h: %S-5-C: x", None, "", "%S-5-C: x"),
    ("18:47:02: %S-5-C: x", None, "", "%S-5-C: x"),
    ("<189>: 2026 Nov 22 11:48:50 CST: %V-5-C: x", utc(2026, 11, 22, 3, 48, 50), "", "%V-5-C: x"),
    ("<189>*Nov 22 11:59:00: RG-SW %S-5-C: x", utc(2026, 11, 22, 3, 59), "RG-SW", "%S-5-C: x"),
    ("<190>Nov 22 2026 11:48:50: SW2: %S-5-C: x", utc(2026, 11, 22, 3, 48, 50), "SW2", "%S-5-C: x"),
    (
        "<34>Oct 11 22:14:15 mymachine su: failed",
        utc(2026, 10, 11, 14, 14, 15),
        "mymachine",
        "su: failed",
    ),
    ("Oct 11 22:14:15 sshd[12]: x", utc(2026, 10, 11, 14, 14, 15), "", "sshd[12]: x"),
    (
        "<34>1 2003-10-11T22:14:15.003Z my.host su - ID47 - \ufeffx",
        utc(2003, 10, 11, 22, 14, 15, 3000),
        "my.host",
        "su: x",
    ),
    (
        '<34>1 2003-08-24T05:14:15.000003-07:00 h app 8 - [a b="]\\]"][c] x',
        utc(2003, 8, 24, 12, 14, 15, 3),
        "h",
        "app[8]: x",
    ),
    ("<34>1 - - - - - -", None, "", ""),
    ("<13>root: hi", None, "", "root: hi"),
    ("<999>x", None, "", "<999>x"),
    ("<13>Feb 29 10:00:00 h x y", None, "h", "x y"),
    ("<13>Sep 31 2026 10:00:00 h x y", None, "h", "x y"),
    ("", None, "", ""),
]


@pytest.mark.parametrize(("line", "at", "host", "text"), HEADERS)
def test_a_header_is_taken_apart(line: str, at: datetime | None, host: str, text: str) -> None:
    said = read(line.encode(), NOW)
    assert (said.at, said.host, said.text) == (at, host, text)


def test_the_year_left_out_is_the_nearest() -> None:
    new_year = utc(2027, 1, 1, 0, 0, 5)
    assert read(b"<13>Jan  1 08:00:04 h x y", new_year).at == utc(2027, 1, 1, 0, 0, 4)
    assert read(b"<13>Dec 31 23:59:59 h x y", new_year).at == utc(2026, 12, 31, 15, 59, 59)
    assert read(b"<13>Jan  1 08:00:04 h x y", utc(2026, 12, 31, 23, 59)).at == utc(
        2027, 1, 1, 0, 0, 4
    )


def test_severity_is_the_priority_without_its_facility() -> None:
    assert [read(b"<%d>x" % pri, NOW).severity for pri in (0, 189, 191)] == [0, 5, 7]
    assert read(b"x", NOW).severity is None


def test_each_message_is_decoded_for_itself() -> None:
    text = "端口已关闭"
    for octets in (text.encode("utf-8"), text.encode("gb18030")):
        assert read(b"<13>Nov 22 12:00:00 h S/1/T: " + octets, NOW).text == f"S/1/T: {text}"
    long = ("<13>x " + "汉" * MOST).encode()
    assert set(read(long, NOW).text[2:]) == {"汉"}, "the letter cut in half is no sign of GBK"


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=3 * MOST))
def test_nonsense_is_a_message_without_control_characters(octets: bytes) -> None:
    said = read(octets, NOW)
    assert len(said.text) <= MOST
    assert said.text.isprintable() or not any(ord(letter) < 32 for letter in said.text)
    said.text.encode()  # can be stored


MESSAGES = [b"<13>one two", "<14>第二条".encode(), b"<15>three\nlines\nof it", b"<16>last"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=30))
def test_counted_messages_survive_any_split(cuts: list[int]) -> None:
    stream = b"".join(b"%d %s" % (len(each), each) for each in MESSAGES)
    assert _fed(stream, cuts) == MESSAGES


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=30), st.sampled_from([b"\n", b"\r\n", b"\0"])
)
def test_lines_survive_any_split(cuts: list[int], end: bytes) -> None:
    lines = [each for each in MESSAGES if b"\n" not in each]
    assert _fed(end.join(lines), cuts) == lines, "the last one has no end but the connection's"


def _fed(stream: bytes, cuts: list[int]) -> list[bytes]:
    frames, found = Frames(), []
    while stream:
        size = cuts[0]
        cuts = [*cuts[1:], size]
        found += frames.feed(stream[:size])
        stream = stream[size:]
    return [*found, *frames.end()]


def test_an_endless_line_is_cut_and_forgotten() -> None:
    frames, found = Frames(), []
    for _ in range(100):
        found += frames.feed(b"x" * 65536)
        assert len(frames._rest) <= MOST
    found += frames.feed(b"y\n<13>after\n")
    assert found == [b"x" * MOST, b"<13>after"]


def test_a_long_counted_message_is_cut_and_the_next_found() -> None:
    frames = Frames()
    assert frames.feed(b"50000 " + b"z" * 30000) == [b"z" * MOST]
    assert frames.feed(b"z" * 20000 + b"8 <13>next") == [b"<13>next"]
    assert frames.feed(b"999999 x\n<13>y\n") == [b"999999 x", b"<13>y"], "nobody may announce that"
