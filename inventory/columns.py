"""Column types that keep one canonical form: aware UTC time, MAC, IP, sealed secrets."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from inventory.secret import Sealed
from inventory.text import ip as canonical_ip
from inventory.text import mac as canonical_mac


class UtcDateTime(TypeDecorator[datetime]):
    """Aware time in, aware UTC out, on both databases; a naive time is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: the database keeps aware UTC only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Mac(TypeDecorator[str]):
    """A MAC address as aa:bb:cc:dd:ee:ff, whatever notation came in."""

    impl = String(17)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return canonical_mac(value) if value else value


class Ip(TypeDecorator[str]):
    """An IPv4 or IPv6 address in its canonical text form (RFC 5952 for IPv6)."""

    impl = String(39)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return canonical_ip(value) if value else value


class Secret(TypeDecorator[Sealed]):
    """Keeps ciphertext only: plain text is refused, so it cannot be stored by mistake."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, Sealed):
            return value.token if value else None
        raise ValueError("a secret must be sealed before it is stored")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(value)


class ip_order(FunctionElement[str]):  # noqa: N801  (named as it is written in a statement)
    """Sorts addresses by value: 10.1.1.2 before 10.1.1.10."""

    inherit_cache = True
    name = "ip_order"


@compiles(ip_order, "postgresql")
def _as_inet(element: ip_order, compiler: Any, **options: Any) -> str:
    return f"CAST(NULLIF({compiler.process(element.clauses, **options)}, '') AS inet)"


@compiles(ip_order)
def _as_function(element: ip_order, compiler: Any, **options: Any) -> str:
    """SQLite has no address type; `inventory.db` gives it this function."""
    return f"ip_order({compiler.process(element.clauses, **options)})"


class walked(FunctionElement[str]):  # noqa: N801  (named as it is written in a statement)
    """A column that SQLite may look at but not search by: it keeps no figures of how rows lie, and
    would rather fetch a whole county by its index than walk a list in its order."""

    inherit_cache = True
    name = "walked"


@compiles(walked)
def _as_itself(element: walked, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(walked, "sqlite")
def _without_index(element: walked, compiler: Any, **options: Any) -> str:
    """https://sqlite.org/optoverview.html, 5: a unary plus changes nothing else."""
    return f"+{compiler.process(element.clauses, **options)}"


def ip_key(address: str | None) -> bytes | None:
    """Bytes that sort as the address does: IPv4 first, then IPv6, as PostgreSQL has it."""
    if not address:
        return None
    known = ip_address(address)
    return bytes([known.version]) + known.packed
