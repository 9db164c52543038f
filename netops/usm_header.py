"""Whose engine and which user an SNMPv3 message names, before anything of it is believed.

BER, just far enough: version, header data, then the security parameters of RFC 3414, 2.4.
"""

_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30
_V3 = b"\x03"


def engine_and_user(octets: bytes) -> tuple[bytes, str]:
    """The authoritative engine's id and the user's name; empty for what is no SNMPv3 message."""
    try:
        message, _ = _value(octets, _SEQUENCE)
        version, rest = _value(message, _INTEGER)
        if version != _V3:
            return b"", ""
        _, rest = _value(rest, _SEQUENCE)
        parameters, _ = _value(_value(rest, _OCTETS)[0], _SEQUENCE)
        engine, rest = _value(parameters, _OCTETS)
        _boots, rest = _value(rest, _INTEGER)
        _time, rest = _value(rest, _INTEGER)
        user, _ = _value(rest, _OCTETS)
    except (IndexError, ValueError):
        return b"", ""
    return engine, user.decode("utf-8", "replace")


def _value(octets: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first element, which must be of that tag, and what follows it."""
    if octets[0] != tag:
        raise ValueError(tag)
    size, start = octets[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(octets[2:start], "big")
    if len(octets) < start + size:
        raise ValueError(size)
    return octets[start : start + size], octets[start + size :]
