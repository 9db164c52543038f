"""Recognisable secrets, and whether any of them stands in what the console said or kept."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

PLANTED = {
    "community": "pl4nted-Community-x7",
    "auth_secret": "pl4nted-AuthKey-x7",
    "priv_secret": "pl4nted-PrivKey-x7",
    "ssh password": "pl4nted-Login#x7",
    "enable": "pl4nted-Enable#x7",
    "database": "pl4nted-Database#x7",
    "staged": "pl4nted-Staged#x7",
    "smtp": "pl4nted-Smtp#x7",
    "query": "access_token=pl4nted-Query-x7",
    "signing": "pl4nted-Signing#x7",
    "totp": "PLANTEDTOTPSECRETX7ABCDEFGHIJKLM",
    "token": "netops_pl4nted-Token-x7-0123456789abcdef",
    "session key": "pl4nted-SessionKey-x7-0123456789abcdef-0123456789",
    "typed": "pl4nted-Typed#x7",
}


def leaks(said: str | bytes) -> list[str]:
    """The names of the planted secrets that stand in it: plain, quoted for an address or a form,
    in base64 or hexadecimal, also inside the parts of a zipped sheet."""
    raw = said.encode() if isinstance(said, str) else said
    everything = b"\n".join([raw, *_parts(raw)])
    return [name for name, text in PLANTED.items() if any(s in everything for s in _spelt(text))]


def leaks_in(folder: Path, *but: str) -> list[tuple[str, str]]:
    """(file, name of the secret) for every file below, databases and logs too, except `but`."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in but)
    return [(path.name, name) for path in files for name in leaks(path.read_bytes())]


def _parts(raw: bytes) -> Iterator[bytes]:
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            yield from (book.read(name) for name in book.namelist())


def _spelt(text: str) -> set[bytes]:
    plain = text.encode()
    whole = b64encode(plain).rstrip(b"=")[:-1]  # what follows it changes the last character
    return {plain, quote(text, safe="").encode(), whole, plain.hex().encode()}
