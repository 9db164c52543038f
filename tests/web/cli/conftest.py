"""A founded home, and the command in it."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result

from tests.local_sources import allow
from tests.web.cli.command import CENTRE, Run, invoke


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home just founded, copied for each test."""
    home = tmp_path_factory.mktemp("founded")
    invoke(home, "init", "--centre", CENTRE)
    return home


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    place = Path(shutil.copytree(founded, tmp_path / "home"))
    allow(place, tmp_path)
    return place


@pytest.fixture
def run(home: Path) -> Run:
    """`run("device", "list", code=0, stdin="")`: the verb in that home."""

    def go(*words: str, code: int = 0, stdin: str = "") -> Result:
        return invoke(home, *words, code=code, stdin=stdin)

    return go
