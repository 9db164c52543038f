"""pysnmp's asyncio API at its cheapest: no MIB look-ups, all columns in one GETBULK."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as snmp

from bench.measure import Work
from bench.visits import MAX_REPETITIONS, WARM_UP, Visits, complete
from netops.reading import SnmpAuth


def client(visits: Visits) -> Work:
    """Prepare the work, which returns how many devices it read in full."""
    loop = asyncio.new_event_loop()
    engine = snmp.SnmpEngine()
    visit = _visit(engine, visits)

    async def all_visits() -> list[int]:
        cells = [await visit(address) for address in visits.addresses]
        engine.close_dispatcher()
        await asyncio.sleep(0)  # lets its timer see that it has been cancelled
        return cells

    loop.run_until_complete(visit(WARM_UP))
    return lambda: complete(visits, loop.run_until_complete(all_visits()))


def _visit(engine: Any, visits: Visits) -> Callable[[str], Awaitable[int]]:
    context = snmp.ContextData()
    who = _user(visits.auth)

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


def _user(auth: SnmpAuth) -> Any:
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
