"""The `netops` command in process, with the exit code it should have."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from web.cli import netops as group

CENTRE = "410225"
SECRET = "s3cret-community"

Run = Callable[..., Result]


def invoke(home: Path, *words: str, code: int = 0, stdin: str = "", **settings: str) -> Result:
    env: dict[str, str | None] = {"NETOPS_HOME": str(home), **settings}
    result = CliRunner().invoke(group, list(words), input=stdin, env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def listed(run: Run, *words: str) -> list[dict[str, str]]:
    """The devices, as `device list --json` tells them."""
    found: list[dict[str, str]] = told(run("device", "list", "--json", *words))
    return found
