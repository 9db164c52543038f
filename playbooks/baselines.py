"""The templates that come with the console (`playbooks/templates/*.yaml`): offered, never in force
by themselves. A centre takes one over as a draft of its own, changes it, and has it approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import config_rendering
from inventory.config_template import ConfigTemplate
from inventory.yaml_text import load as load_yaml

FOLDER = Path(__file__).parent / "templates"
UNPROVEN = "模板语法未经实机验证"


@dataclass(frozen=True, slots=True)
class Baseline:
    """One of them. `proven`: its lines were held against what a device shows."""

    key: str
    name: str
    family: str
    proven: bool
    source: str
    note: str
    body: str

    @property
    def wanted(self) -> tuple[str, ...]:
        """The facts it asks for."""
        return config_rendering.wanted(self.body)


@cache
def baselines() -> Mapping[str, Baseline]:
    """Every one by its file's name."""
    found = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        found[file.stem] = Baseline(key=file.stem, **load_yaml(file))
    return found


def take_over(session: Session, one: Baseline, centre_id: str) -> ConfigTemplate:
    """A draft of the centre's own, with the next free version. Raises KeyError for none such."""
    query = select(ConfigTemplate.version).where(
        ConfigTemplate.centre_id == centre_id, ConfigTemplate.name == one.name
    )
    used = set(session.scalars(query))
    version = next(str(n) for n in range(1, len(used) + 2) if str(n) not in used)
    row = ConfigTemplate(
        centre_id=centre_id, name=one.name, version=version, family=one.family, source=one.source,
        proven=one.proven, note=one.note if one.proven else f"{UNPROVEN}。{one.note}",
        body=one.body,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
