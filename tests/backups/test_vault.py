"""Encrypted files: whole or not there, and whatever is done to one is noticed."""

import json
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backups.vault import Header, NotKept, Vault
from inventory.act import system
from inventory.db import Database
from inventory.keys import new_key
from inventory.resealing import rotate
from inventory.secret import Key
from inventory.store import Damaged
from inventory.vault_key import data_key
from tests.backups.conftest import stacked

TEXT = "sysname 兰考\n local-user ops password cipher Plain@Word\nreturn\n".encode()
KEY = bytes(range(32))
_FILL = """
import os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from backups.vault import Header, NotKept, Vault
told = Header("s", "d", "c", datetime.now(UTC), "sweep", "", 9000)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
try:
    Vault(Path(sys.argv[1]), bytes(32)).write(told, os.urandom(9000))
except NotKept as error:
    print(error.reason)
"""


def header(content: bytes, **facts: str) -> Header:
    return Header(
        snapshot=new_key(), device=new_key(), centre=new_key(), taken_at=datetime.now(UTC),
        origin="sweep", sha256=sha256(content).hexdigest(), size=len(content), further=facts,
    )  # fmt: skip


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", KEY)


def test_a_file_tells_what_it_is_and_hides_what_it_holds(vault: Vault) -> None:
    told = header(TEXT, author="张三")
    place = vault.write(told, TEXT)
    assert vault.read(place) == (told, TEXT)
    data = place.read_bytes()
    assert b"Plain@Word" not in data
    assert json.loads(data.split(b"\n")[1])["further"] == {"author": "张三"}
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert {stat.S_IMODE(above.stat().st_mode) for above in (place.parent, vault.folder)} == {0o700}
    assert list(vault.files()) == list(vault.of_device(told.device)) == [place]
    assert not list((vault.folder / "drafts").iterdir())
    assert repr(KEY) not in repr(vault)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_damage(vault: Vault, where: float, bit: int) -> None:
    place = vault.write(header(TEXT), TEXT)
    data = bytearray(place.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    place.write_bytes(data)
    with pytest.raises(Damaged):
        vault.read(place)


def test_a_file_cut_off_moved_or_under_another_key_is_damage(vault: Vault) -> None:
    told = header(TEXT)
    place = vault.write(told, TEXT)
    elsewhere = vault.place(replace(told, snapshot=new_key()))
    elsewhere.write_bytes(place.read_bytes())
    with pytest.raises(Damaged, match="另一份备份"):
        vault.read(elsewhere)
    with pytest.raises(Damaged, match="备份密钥"):
        Vault(vault.folder, bytes(32)).read(place)
    for size in (0, 10, 120, len(place.read_bytes()) - 1):
        elsewhere.write_bytes(place.read_bytes()[:size])
        with pytest.raises(Damaged):
            vault.read(elsewhere)
    aside = vault.set_aside(elsewhere)
    assert aside.is_file()
    assert list(vault.files()) == [place]
    place.unlink()
    with pytest.raises(Damaged, match="已不在"):
        vault.read(place)


def test_ids_alone_lead_to_a_file(vault: Vault) -> None:
    for bad in ("../../etc", "a/b", "", "x" * 27, "a.b"):
        with pytest.raises(ValueError, match="not an id"):
            vault.find(new_key(), bad, new_key())
        with pytest.raises(ValueError, match="not an id"):
            vault.of_device(bad)


def test_a_full_disk_takes_nothing(vault: Vault) -> None:
    """The limit of a file's size stands for it: the kernel refuses in the middle of the write."""
    command = [sys.executable, "-c", _FILL, str(vault.folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "磁盘已满" in told
    assert not list(vault.files())
    assert not list((vault.folder / "drafts").iterdir())


def test_a_folder_that_is_a_file_refuses_with_a_cause(vault: Vault) -> None:
    vault.folder.write_bytes(b"")
    with pytest.raises(NotKept, match="没有保存"):
        vault.write(header(TEXT), TEXT)


def test_the_data_key_is_one_and_outlives_the_console_s_key(
    database: Database, tmp_path: Path
) -> None:
    stack = stacked(database, tmp_path)
    first = data_key(database, stack.key, "configs")
    assert data_key(database, stack.key, "data") != first
    place = Vault(tmp_path / "vault", first).write(header(TEXT), TEXT)
    list(rotate(database, tmp_path / "secret.key", system("更换加密密钥")))
    again = data_key(database, Key.load(tmp_path / "secret.key"), "configs")
    assert again == first
    assert Vault(tmp_path / "vault", again).read(place)[1] == TEXT
