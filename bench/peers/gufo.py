"""gufo-snmp's synchronous session, bare, in the console's own mode: known instances by packed
GETs, the other columns by GETBULK. Passwords are made into keys beforehand, as the console does.
"""

from typing import Any

from gufo.snmp import Aes128Key, Sha256Key, SnmpVersion, User
from gufo.snmp.sync import SnmpSession
from gufo.snmp.user import KeyType

from bench.measure import Work
from bench.visits import GET_ROOM, MAX_REPETITIONS, WARM_UP, Visits, complete
from netops.reading import SnmpAuth


def client(visits: Visits) -> Work:
    """Prepare the work, which returns how many devices it read in full."""
    if visits.auth.version == "v2c":
        how: dict[str, Any] = {"version": SnmpVersion.v2c, "community": visits.auth.community}
    else:
        how = {"version": SnmpVersion.v3, "user": _user(visits.auth)}
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


def _user(auth: SnmpAuth) -> User:
    auth_key, priv_key = (
        Sha256Key.get_master_key(secret.encode()) for secret in (auth.auth_secret, auth.priv_secret)
    )
    return User(
        auth.user,
        auth_key=Sha256Key(auth_key, key_type=KeyType.Master),
        priv_key=Aes128Key(priv_key, key_type=KeyType.Master),
    )
