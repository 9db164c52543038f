"""A configuration as lines and sections."""

import pytest

from netops.simulator.cli_config import Configuration

VRP = (
    "#\nsysname A\n#\ninterface GE1\n description up\n shutdown\n#\nip route-static 1 2\n#\nreturn"
)
COMWARE = "#\n sysname A\n#\ninterface GE1\n description up\n#\n ip route-static 1 2\n#\nreturn"


def vrp() -> Configuration:
    return Configuration(VRP, "#", "return", "")


@pytest.mark.parametrize(("text", "margin"), [(VRP, ""), (COMWARE, " ")])
def test_a_configuration_reads_back_as_it_was(text: str, margin: str) -> None:
    configuration = Configuration(text, "#", "return", margin)
    assert f"#\n{configuration.text()}" == text
    assert configuration.lines() == ["sysname A", "ip route-static 1 2"]
    assert configuration.copy().text() == configuration.text()


def test_a_line_joins_its_own_kind_and_a_single_one_its_predecessor() -> None:
    configuration = vrp()
    configuration.put("ip route-static 3 4")
    configuration.put("sysname B", single=["sysname"])
    configuration.put("description down", "interface GE1", ["description"])
    assert configuration.lines() == ["sysname B", "ip route-static 1 2", "ip route-static 3 4"]
    assert configuration.lines("interface GE1") == ["description down", "shutdown"]


def test_the_same_line_twice_is_one_line() -> None:
    configuration = vrp()
    configuration.put("ip route-static 1 2")
    assert configuration.text() == vrp().text()


def test_undo_removes_what_begins_with_it_and_nothing_else() -> None:
    configuration = vrp()
    configuration.put("ip route-static 10 2")
    configuration.drop("ip route-static 1")
    configuration.drop("description", "interface GE1")
    assert configuration.lines() == ["sysname A", "ip route-static 10 2"]
    assert configuration.lines("interface GE1") == ["shutdown"]


def test_a_section_goes_with_its_header() -> None:
    configuration = vrp()
    configuration.open("interface GE10")
    configuration.drop("interface GE1")
    assert configuration.headers("interface") == ["interface GE10"]
    assert configuration.header("INTERFACE ge10") == "interface GE10"
