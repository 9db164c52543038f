"""How others read the same cells from the same devices: bare gufo-snmp, pysnmp, net-snmp.

Each function prepares and returns the work; the work returns how many devices it read in full.
Every visit opens a session of its own, and what a poller does once a month is done before:
imports, passwords made into keys, one visit to warm up.
"""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.measure import Work
from netops.reading import SnmpAuth

MAX_REPETITIONS = 25
GET_ROOM = 32  # instances in one GET, as many as fit a 1,400-byte answer
WARM_UP = "127.0.0.2"  # a device of the fleet that is never measured


@dataclass(frozen=True, slots=True)
class Visits:
    """What is to be read from each of the addresses: the same for every client.

    `port_columns` have a row for each of the `indexes`, which a poller knows from the visit
    before; how many rows `other_columns` have is not known beforehand. `cells` is how many
    values a complete answer of one device holds.
    """

    addresses: tuple[str, ...]
    port: int
    auth: SnmpAuth
    scalars: tuple[str, ...]
    port_columns: tuple[str, ...]
    other_columns: tuple[str, ...]
    indexes: tuple[str, ...]
    cells: int

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, for clients that walk."""
        return self.port_columns + self.other_columns


def complete(visits: Visits, cells: Iterable[int]) -> int:
    """The number of devices; RuntimeError unless all of them were read in full."""
    read = list(cells)
    if read != [visits.cells] * len(visits.addresses):
        raise RuntimeError(f"wanted {visits.cells} cells of each device, got {sorted(set(read))}")
    return len(read)


def gufo(visits: Visits) -> Work:
    """gufo-snmp's synchronous session in the console's own mode: the known instances by packed
    GETs, the other columns by GETBULK."""
    from gufo.snmp import SnmpVersion
    from gufo.snmp.sync import SnmpSession

    if visits.auth.version == "v2c":
        how: dict[str, Any] = {"version": SnmpVersion.v2c, "community": visits.auth.community}
    else:
        how = {"version": SnmpVersion.v3, "user": _gufo_user(visits.auth)}

    known = [f"{column}.{index}" for index in visits.indexes for column in visits.port_columns]
    chunks = [known[at : at + GET_ROOM] for at in range(0, len(known), GET_ROOM)]

    def visit(address: str) -> int:
        with SnmpSession(addr=address, port=visits.port, **how) as session:
            if visits.auth.version == "v3":
                session.refresh()
            cells = len(session.get_many(visits.scalars))
            cells += sum(len(session.get_many(chunk)) for chunk in chunks)
            for column in visits.other_columns:
                cells += sum(1 for _ in session.getbulk(column, MAX_REPETITIONS))
        return cells

    visit(WARM_UP)
    return lambda: complete(visits, map(visit, visits.addresses))


def _gufo_user(auth: SnmpAuth) -> Any:
    from gufo.snmp import Aes128Key, Sha256Key, User
    from gufo.snmp.user import KeyType

    auth_key, priv_key = (
        Sha256Key.get_master_key(secret.encode()) for secret in (auth.auth_secret, auth.priv_secret)
    )
    return User(
        auth.user,
        auth_key=Sha256Key(auth_key, key_type=KeyType.Master),
        priv_key=Aes128Key(priv_key, key_type=KeyType.Master),
    )


def pysnmp(visits: Visits) -> Work:
    """pysnmp's asyncio API at its cheapest: no MIB look-ups, all columns in one GETBULK."""
    from pysnmp.hlapi.v3arch.asyncio import SnmpEngine

    loop = asyncio.new_event_loop()
    engine = SnmpEngine()
    visit = _pysnmp_visit(engine, visits)

    async def all_visits() -> list[int]:
        cells = [await visit(address) for address in visits.addresses]
        engine.close_dispatcher()
        await asyncio.sleep(0)  # lets its timer see that it has been cancelled
        return cells

    loop.run_until_complete(visit(WARM_UP))
    return lambda: complete(visits, loop.run_until_complete(all_visits()))


def _pysnmp_visit(engine: Any, visits: Visits) -> Callable[[str], Awaitable[int]]:
    from pysnmp.hlapi.v3arch import asyncio as snmp

    context = snmp.ContextData()
    who = _pysnmp_user(visits.auth)

    def ask(oids: Sequence[str]) -> list[Any]:
        return [snmp.ObjectType(snmp.ObjectIdentity(oid)) for oid in oids]

    async def visit(address: str) -> int:
        device = await snmp.UdpTransportTarget.create((address, visits.port), timeout=10)
        answer = await snmp.get_cmd(
            engine, who, device, context, *ask(visits.scalars), lookupMib=False
        )
        cells = len(_checked(answer))
        where = {column: column for column in visits.columns}
        while where:
            answer = await snmp.bulk_cmd(
                engine, who, device, context, 0, MAX_REPETITIONS, *ask(list(where.values())),
                lookupMib=False,
            )  # fmt: skip
            cells += _advance(where, [str(name) for name, _ in _checked(answer)])
        return cells

    return visit


def _pysnmp_user(auth: SnmpAuth) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as snmp

    if auth.version == "v2c":
        return snmp.CommunityData(auth.community, mpModel=1)
    return snmp.UsmUserData(
        auth.user,
        auth.auth_secret,
        auth.priv_secret,
        authProtocol=snmp.USM_AUTH_HMAC192_SHA256,
        privProtocol=snmp.USM_PRIV_CFB128_AES,
    )


def _checked(answer: Any) -> Any:
    failure, status, _, varbinds = answer
    if failure or status:
        raise RuntimeError(f"pysnmp: {failure or status}")
    return varbinds


def _advance(where: dict[str, str], names: Sequence[str]) -> int:
    """Count the cells of one GETBULK answer, note where each column stands, drop ended ones."""
    cells = 0
    columns = list(where)
    for number, name in enumerate(names):
        column = columns[number % len(columns)]
        if column not in where:
            continue
        if name.startswith(f"{column}."):
            where[column] = name
            cells += 1
        else:
            del where[column]
    return cells


def snmpbulkwalk(visits: Visits) -> Work:
    """net-snmp's command line: snmpget for the scalars, snmpbulkwalk for each column."""
    who = _net_snmp_options(visits.auth)

    def visit(address: str) -> int:
        where = f"{address}:{visits.port}"
        get = ["snmpget", *who, where, *visits.scalars]
        walk = ["snmpbulkwalk", *who, f"-Cr{MAX_REPETITIONS}", where]
        calls = [get, *([*walk, column] for column in visits.columns)]
        lines = [line for call in calls for line in _output(call).splitlines()]
        return sum("No Such" not in line for line in lines)

    visit(WARM_UP)
    return lambda: complete(visits, map(visit, visits.addresses))


def _net_snmp_options(auth: SnmpAuth) -> list[str]:
    common = ["-Onq", "-m", ""]
    if auth.version == "v2c":
        return [*common, "-v2c", "-c", auth.community]
    return [
        *common, "-v3", "-u", auth.user, "-l", "authPriv", "-a", auth.auth_protocol,
        "-A", auth.auth_secret, "-x", auth.priv_protocol, "-X", auth.priv_secret,
    ]  # fmt: skip


def _output(call: Sequence[str]) -> str:
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout
