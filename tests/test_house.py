"""The house keeps its own rules: schema and classes agree, nothing is half done, pins hold."""

import ast
import gc
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy import inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from inventory.db import Base, Database
from inventory.indexing import mapped
from inventory.migrations import alembic_config, migrate
from inventory.register import Register
from inventory.schema import metadata

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("inventory", "netops", "backups", "playbooks", "web")
MODULE, TESTS, FUNCTION, SHORT = 400, 600, 50, 5  # lines; a file of tests is a list
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Where packages come from is the machine's business; so is where it keeps this folder.
ELSEWHERE = re.compile(
    r"/work/|(?<![\w.])(?:pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(?:org|com)"
    r"|deb\.debian\.org|unpkg\.com|jsdelivr)"
)
WRITTEN_BY = re.compile(r"co-authored-by|language model|\bAI[- ]", re.IGNORECASE)
THIS = Path(__file__).relative_to(ROOT)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, or of the archive when there is no repository here."""
    if not (ROOT / ".git").exists():
        ours = (path for name in (*PACKAGES, "tests", "bench", "debian") for path in _below(name))
        return (*ours, *(path for path in ROOT.iterdir() if path.is_file()))
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def _below(folder: str) -> Iterator[Path]:
    built = {"node_modules", "static", "__pycache__", "out"}
    found = (path for path in (ROOT / folder).rglob("*") if path.suffix != ".mo")
    return (path for path in found if path.is_file() and not built & set(path.parts))


@cache
def texts() -> tuple[tuple[Path, str], ...]:
    """(path in the repository, content) of every text file but this one, which names the words."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple((path, text) for path, text in found if path != THIS)


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Every Python module, parsed. Millions of nodes, none of them garbage: to look through them
    again and again takes three times as long as to make them."""
    gc.disable()
    try:
        return tuple((path, ast.parse(text)) for path, text in texts() if path.suffix == ".py")
    finally:
        gc.freeze()
        gc.enable()


def frozen(path: Path) -> bool:
    """A migration is written by Alembic, and never changed once it has run somewhere."""
    return path.match("migrations/versions/*.py")


def of_the_console() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, tree) for path, tree in modules() if path.parts[0] in PACKAGES)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_migrations_make_what_the_classes_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": mapped}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_go_back_and_forth(database: Database) -> None:
    before = _schema(database)
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert [name for name in _schema(database) if name != "alembic_version"] == []
    migrate(database.engine)
    assert _schema(database) == before


def _schema(database: Database) -> dict[str, object]:
    with database.engine.connect() as connection:
        seen = inspect(connection)
        return {
            name: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)),
                sorted(_told(index) for index in seen.get_indexes(name)),
                sorted(str(key["constrained_columns"]) for key in seen.get_foreign_keys(name)),
            )
            for name in seen.get_table_names()
        }


def _told(index: ReflectedIndex) -> str:
    """An index without the objects that never equal each other: its condition as text."""
    where = [str(condition) for condition in index.get("dialect_options", {}).values()]
    return f"{index['name']} {index['unique']} {index['column_names']} {where}"


def test_registers_tell_each_other_apart() -> None:
    """One slug each; and no column is called like an idea every register has: it would hide it."""
    found = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, Register)]
    slugs = [cls.slug for cls in found]
    assert sorted(slugs) == sorted(set(slugs))
    ideas = {name for name in vars(Register) if not name.startswith("_")}
    common = {"retired_at", "search", "sort_key"}
    hidden = {cls.__name__: (ideas - common) & set(inspect(cls).columns.keys()) for cls in found}
    assert {name: hides for name, hides in hidden.items() if hides} == {}


def test_every_module_says_what_it_is() -> None:
    assert [str(path) for path, tree in modules() if not ast.get_docstring(tree)] == []


def test_every_public_name_that_is_not_plain_says_what_it_is() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in of_the_console()
        if not frozen(path)
        for node in _public(tree)
        if not ast.get_docstring(node) and not _plain(path, node)
    ]
    assert silent == []


Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(tree: ast.Module) -> Iterator[Named]:
    named = (node for node in tree.body if isinstance(node, Named))
    return (node for node in named if not node.name.startswith("_"))


def _plain(path: Path, node: Named) -> bool:
    """A view's route, a command's help and a schema's fields speak for it, a source's module says
    what it asks; so does a body hardly longer than a docstring would be."""
    told = bool(node.decorator_list) or path.match("web/api/*.py")
    told = told or (path.match("web/todos/*.py") and node.name == "todo")
    return told or (node.end_lineno or 0) - node.lineno < SHORT


def test_modules_and_functions_stay_short() -> None:
    ours = [(path, tree) for path, tree in modules() if not frozen(path)]
    long = [f"{path}: {n} lines" for path, tree in ours if (n := _end(tree)) > _room(path)]
    long += [
        f"{path}:{node.lineno} {node.name}: {n} lines"
        for path, tree in ours
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (n := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION
    ]
    assert long == []


def _room(path: Path) -> int:
    return TESTS if path.parts[0] == "tests" else MODULE


def _end(tree: ast.Module) -> int:
    return tree.body[-1].end_lineno or 0


def test_nothing_is_left_half_done() -> None:
    assert lines_with(UNFINISHED) == []


def test_no_file_knows_where_it_was_made() -> None:
    assert lines_with(ELSEWHERE) == []
    assert lines_with(WRITTEN_BY) == []


def test_the_front_end_is_pinned_without_an_address() -> None:
    lock = (ROOT / "web/assets/package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def asked() -> tuple[Requirement, ...]:
    """What pyproject.toml asks for, with all its extras."""
    told = project()["project"]
    extras = told["optional-dependencies"].values()
    return tuple(map(Requirement, [*told["dependencies"], *(r for e in extras for r in e)]))


def pinned() -> dict[str, str]:
    """name -> version of requirements.lock."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}


@pytest.mark.parametrize("requirement", asked(), ids=lambda requirement: requirement.name)
def test_the_lock_pins_what_the_project_asks(requirement: Requirement) -> None:
    operators = [spec.operator for spec in requirement.specifier]
    assert operators == ["=="], "an open range installs something else tomorrow"
    assert pinned()[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_changes_have_a_place_for_the_next_ones() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[Unreleased\]\n\n### \w+\n- \S", changes, re.MULTILINE)


def test_the_wheel_takes_along_what_the_console_reads() -> None:
    """Data files of the packages match what pyproject.toml packs; .po files are compiled."""
    packed = project()["tool"]["setuptools"]["package-data"]["*"]
    sources = {".py", ".po"}
    data = [path for path, _ in texts() if path.parts[0] in PACKAGES and path.suffix not in sources]
    served = [path for path in data if path.parts[:2] != ("web", "assets")]  # bundled into static
    assert [str(path) for path in served if not any(path.match(kind) for kind in packed)] == []


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_system_packages_are_told_once_in_order(name: str) -> None:
    packages = (ROOT / f"debian/{name}.txt").read_text("utf-8").split()
    assert packages == sorted(set(packages))
