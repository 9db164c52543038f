"""What is a whole configuration, and what is not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.config_check import flaw, nothing_saved, settled_on, shrunk, tidy
from netops.errors import Garbled
from netops.profile import profile_named

VRP, IOS = profile_named("huawei_vrp").config, profile_named("cisco_ios").config
LINES = ["#", "sysname R1", "#", "interface GigabitEthernet0/0/1", " description 城关镇", "#"]
GOOD = "\n".join([*LINES, "return", ""])
LOG = "%Sep 12 2026 10:20:30 R1 %%01SHELL/5/CMDRECORD(l)[3]:Recorded."


def with_line(line: str) -> bytes:
    return GOOD.replace("#\ninterface", f"#\n{line}\ninterface").encode()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("", "什么也没有说"),
        (" \r\n\r\n", "什么也没有说"),
        (GOOD.replace("return\n", ""), "没有读到结尾"),
        (GOOD + "<R1>", "没有读到结尾"),
        ("#\n!Software Version V2\n#\nreturn\n", "只有表头"),
        ("Error: The system is busy.\n" + GOOD, "The system is busy"),
        (GOOD.replace("#\ninterface", "% Too many requests\ninterface"), "Too many requests"),
        (GOOD.replace("#\ninterface", "错误：内存不足\ninterface"), "内存不足"),
        (GOOD.replace("#\ninterface", f"{LOG}\ninterface"), "夹进了日志"),
    ],
)
def test_what_is_not_a_whole_configuration_says_why(told: str, words: str) -> None:
    assert words in flaw(VRP, told.encode())


@pytest.mark.parametrize(
    "line",
    [
        " description Error: do not touch",
        " description % Sales",
        "header login information %\nError: none of your business\n% Keep out\n%",
        'header shell information "\nreturn\n<R1>\nError: x\n"',
        '!Last configuration was updated at 2026-09-12 10:20:30+08:00 by "李" ',
    ],
)
def test_what_people_write_is_no_error(line: str) -> None:
    assert flaw(VRP, with_line(line)) == ""
    assert flaw(IOS, b"!\nhostname a\nbanner motd ^C\n% Error ^\nend\n^C\nip x\n!\nend\n") == ""


def test_only_what_surrounds_it_is_taken_away() -> None:
    told = "\r\n2026-09-12 10:20:30.123 +08:00\r\n" + GOOD.replace("\n", "\r\n") + "\r\n\r\n"
    gbk = told.encode("gbk")
    assert tidy(gbk).decode("gbk") == GOOD
    assert tidy(GOOD.replace("#\ninterface", "  ---- More ----\ninterface").encode()) == (
        GOOD.replace("#\ninterface", "interface").encode()
    )


def test_two_looks_at_a_doubtful_answer() -> None:
    whole, torn = GOOD.encode(), with_line(f" shut{LOG}1")
    other = with_line(f"\n{LOG}2")
    assert settled_on(VRP, torn, whole) == whole
    assert settled_on(VRP, other, with_line(f"\n{LOG}3")) == whole
    quoted = with_line(f" description {LOG}")
    assert settled_on(VRP, quoted, quoted) == quoted, "it was configured so"
    for first, second in ((torn, other), (b"", b""), (whole[:20], whole[:20])):
        with pytest.raises(Garbled, match="没有保存这次读到的内容"):
            settled_on(VRP, first, second)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(codec="gb18030", exclude_categories=["C"])), max_size=20))
def test_nothing_that_is_configured_gets_lost(words: list[str]) -> None:
    lines = [f" description {word}" for word in words]
    octets = "\n".join([*LINES, *lines, "return", ""]).encode("gb18030")
    assert tidy(octets) == octets
    assert flaw(VRP, octets) == ""


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(GOOD.encode()) - 2))
def test_no_part_of_a_configuration_is_taken_for_all(at: int) -> None:
    assert flaw(VRP, GOOD.encode()[:at])


def test_a_sudden_shrink_is_noticed() -> None:
    assert shrunk("a\n" * 10, "a\n" * 4)
    assert not shrunk("a\n" * 10, "a\n" * 5)
    assert not shrunk("", "")


@pytest.mark.parametrize(
    "words",
    [
        "startup-config is not present",
        "Error: There is no correct configuration file specified for next startup.",
        "%% Non-volatile configuration memory is not present",
        "The saved-configuration file does not exist.",
    ],
)
def test_nothing_saved_is_understood(words: str) -> None:
    assert nothing_saved(f"\n{words}\n")
    assert not nothing_saved(GOOD)


@pytest.mark.parametrize(
    ("profile", "line"),
    [
        ("huawei_vrp", LOG),
        ("huawei_vrp", "Sep 12 2026 10:20:30+08:00 R1 %%01HWCM/4/CFGCHANGE(l):OID 1.3.6"),
        ("huawei_vrp", "#Sep 12 2026 10:20:30 R1 HWCM/4/TRAPLOG:OID 1.3.6.1.4.1.2011.6.10.2.1"),
        ("h3c_comware", "%Sep 12 10:20:30:123 2026 H3C CFGMAN/5/CFGMAN_CFGCHANGED: -EventIndex=1"),
        ("h3c_comware", "#Sep 12 10:20:30:123 2026 H3C IFNET/3/PHY_UPDOWN: down"),
        ("cisco_ios", "*Mar  1 00:01:02.123: %SYS-5-CONFIG_I: Configured from console"),
        ("cisco_ios", "000123: Sep 12 2026 10:20:30.123 CST: %LINK-3-UPDOWN: Interface Gi0/1"),
        ("cisco_ios", "%LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/1"),
        ("ruijie_os", "*Sep 12 10:20:30: %SYS-5-CONFIG_I: Configured from console by admin"),
    ],
)
def test_log_lines_of_each_vendor_are_noise(profile: str, line: str) -> None:
    assert any(re.fullmatch(noise, line) for noise in profile_named(profile).config.noise)
