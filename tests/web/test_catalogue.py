"""Several catalogues become one, and contradictions are refused."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from web.catalogue import CatalogueError, compile_translations


def _catalogue(folder: Path, name: str, pairs: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in pairs.items())
    (folder / name).write_text(text, "utf-8")


def test_several_catalogues_become_one(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    _catalogue(folder, "a.po", {"正常": "Normal", "设备": "Devices"})
    _catalogue(folder, "b.po", {"正常": "Normal", "链路": "Links"})
    compile_translations(tmp_path)
    with (folder / "messages.mo").open("rb") as file:
        merged = {m.id: m.string for m in read_mo(file) if m.id}
    assert merged == {"正常": "Normal", "设备": "Devices", "链路": "Links"}


def test_one_text_translated_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    _catalogue(folder, "a.po", {"正常": "Normal"})
    _catalogue(folder, "b.po", {"正常": "OK"})
    with pytest.raises(CatalogueError) as error:
        compile_translations(tmp_path)
    assert str(error.value) == "b.po：“正常”与另一个文件译法不同，请统一"
