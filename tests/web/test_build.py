"""The front-end build: pinned, quiet about registries, and idle when nothing changed."""

import gzip
import json
import re
from pathlib import Path

import pytest

from web.build import ASSETS, build
from web.bundle import DIST, NotBuilt, read_manifest
from web.icons import names

BUNDLES = ["apidocs.css", "apidocs.js", "app.css", "app.js", "chart.js", "icons.svg"]


def test_a_second_build_does_nothing() -> None:
    build()
    assert build() is False


def test_the_manifest_names_what_was_built() -> None:
    files = read_manifest()
    assert sorted(files) == [*BUNDLES, "log.js", "picker.css", "picker.js", "securitykey.js"]
    for name in files.values():
        packed = gzip.decompress((DIST / f"{name}.gz").read_bytes())
        assert packed == (DIST / name).read_bytes()


def test_without_a_build_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt) as error:
        read_manifest(tmp_path)
    assert str(error.value) == "前端尚未构建：请运行 python -m web.build（make run 会自动完成）"


def test_the_lock_names_no_host_and_pins_exactly() -> None:
    lock = (ASSETS / "package-lock.json").read_text("utf-8")
    package = json.loads((ASSETS / "package.json").read_text("utf-8"))
    pins = {**package["dependencies"], **package["devDependencies"]}
    assert "://" not in lock
    assert '"resolved"' not in lock
    assert {n: v for n, v in pins.items() if not v.replace(".", "").isdigit()} == {}
    assert {n: json.loads(lock)["packages"][f"node_modules/{n}"]["version"] for n in pins} == pins


def test_the_first_page_stays_small() -> None:
    """A county's line is slow: the shell's script and style, packed, in bytes."""
    files = read_manifest()
    packed = {n: (DIST / f"{files[n]}.gz").stat().st_size for n in ("app.js", "app.css")}
    assert {name: size for name, size in packed.items() if size > 80_000} == {}


def test_every_icon_that_a_template_names_is_listed() -> None:
    """One that is not draws nothing, and nobody is told."""
    named = re.compile(r'ui\.icon\("([a-z0-9-]+)"|ui\.button\(_\("[^"]*"[^)]*\), "([a-z0-9-]+)"')
    listed = set(names(ASSETS / "icons.txt"))
    pages = (ASSETS.parent / "templates").rglob("*.html")
    used = {a or b for page in pages for a, b in named.findall(page.read_text("utf-8"))}
    assert len(used) > 40
    assert used - listed == set()


def test_every_icon_in_use_is_listed() -> None:
    sprite = (DIST / read_manifest()["icons.svg"]).read_text("utf-8")
    listed = names(ASSETS / "icons.txt")
    assert [n for n in listed if f'id="icon-{n}"' not in sprite] == []
    assert len(listed) == len(set(listed))
