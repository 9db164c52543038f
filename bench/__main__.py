"""python -m bench NAME [options]: human lines, then one JSON object of named ratios."""

import argparse
import importlib
import inspect
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

FOLDER = Path(__file__).parent / "benches"
ROUNDS = 5


class Bench(Protocol):
    """A module of `bench/benches`; options of `run` with a default become command options."""

    title: str

    def run(self, rounds: int, **options: int) -> Mapping[str, float]: ...


def benches() -> Mapping[str, Bench]:
    """Every bench, by name: adding one is dropping in a file."""
    names = sorted(file.stem for file in FOLDER.glob("[a-z]*.py"))
    return {name: cast("Bench", _module(name)) for name in names}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bench.benches.{name}")


def table(results: Mapping[str, Mapping[str, float]], found: Mapping[str, Bench]) -> str:
    """All results as a Markdown page."""
    lines = [
        "# Benchmarks",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, "
        f"{os.cpu_count()} CPUs. Ratios of clients that took turns inside one run; below 1 we "
        "are cheaper.",
    ]
    for name, ratios in results.items():
        lines += ["", f"## {name}: {found[name].title}", "", "| ratio | value |", "|---|---|"]
        lines += [f"| {key} | {value} |" for key, value in ratios.items()]
    return "\n".join(lines) + "\n"


def _parser(found: Mapping[str, Bench]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--all", action="store_true", help="run every bench")
    parser.add_argument("--table", type=Path, help="write the results to this Markdown file")
    names = parser.add_subparsers(dest="name")
    for name, bench in found.items():
        command = names.add_parser(name, help=bench.title)
        command.add_argument("--rounds", type=int, default=ROUNDS)
        for option in list(inspect.signature(bench.run).parameters.values())[1:]:
            command.add_argument(f"--{option.name}", type=int, default=option.default)
    return parser


def main() -> None:
    """Run one bench, or all."""
    found = benches()
    parser = _parser(found)
    options = vars(parser.parse_args())
    everything, page, name = options.pop("all"), options.pop("table"), options.pop("name")
    if everything:
        results = {each: dict(bench.run(ROUNDS)) for each, bench in found.items()}
        if page:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(table(results, found), encoding="utf-8")
        print(json.dumps(results))
    elif name:
        print(json.dumps(dict(found[name].run(**options))))
    else:
        parser.print_help()


if __name__ == "__main__":
    main()
