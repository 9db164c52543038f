"""Lease files as rows: the forms their manuals give, told at one moment."""

from datetime import UTC, datetime

from netops.sighted import ArpRow
from netops.table_lease import rows

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SOON, GONE = int(NOW.timestamp()) + 600, int(NOW.timestamp()) - 1

DNSMASQ = f"""\
{SOON} 28:6e:d4:00:00:01 10.41.10.21 pc21 01:28:6e:d4:00:00:01
{GONE} 28:6e:d4:00:00:02 10.41.10.22 pc22 *
0 28:6e:d4:00:00:03 10.41.10.23 * *
{SOON} 06-28:6e:d4:00:00:04 10.41.10.24 ring *
duid 00:01:00:01:2a:2a:2a:2a:28:6e:d4:00:00:09
{SOON} 7340033 fd00::21 pc21 00:01:00:01:2a:2a:2a:2a:28:6e:d4:00:00:01
"""

HEAD = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
    "user_context\n"
)


def _kea(ip: str, mac: str, expire: int, state: int = 0) -> str:
    return f"{ip},{mac},,600,{expire},1,0,0,,{state},\n"


def test_dnsmasq_tells_who_holds_an_address_until_when() -> None:
    assert rows([DNSMASQ], NOW) == (
        ArpRow("10.41.10.21", "28:6e:d4:00:00:01"),
        ArpRow("10.41.10.23", "28:6e:d4:00:00:03"),
    )


def test_the_last_line_of_kea_counts_also_over_two_files() -> None:
    older = HEAD + _kea("10.41.10.31", "28:6e:d4:00:00:11", SOON)
    older += _kea("10.41.10.32", "28:6e:d4:00:00:12", SOON)
    newer = HEAD + _kea("10.41.10.31", "28:6e:d4:00:00:13", SOON)  # lent to another one since
    newer += _kea("10.41.10.32", "28:6e:d4:00:00:12", 0)  # given back
    newer += _kea("10.41.10.33", "28:6e:d4:00:00:14", GONE)
    newer += _kea("10.41.10.34", "28:6e:d4:00:00:15", SOON, state=1)  # declined
    newer += "10.41.10.35,28:6e:d4"  # a line still being written
    assert rows([older + newer], NOW) == (ArpRow("10.41.10.31", "28:6e:d4:00:00:13"),)


def test_both_servers_and_none() -> None:
    assert len(rows([DNSMASQ, HEAD + _kea("10.41.10.31", "28:6e:d4:00:00:11", SOON)], NOW)) == 3
    assert rows(["", HEAD], NOW) == ()
