"""Configurations by the API: as far as a token's rights reach, and never a secret."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.run import JobRun
from tests.web.caller import V1
from tests.web.configured import RENEWED, SECRET, two_versions
from tests.web.county import County


@dataclass(frozen=True)
class Program:
    """Somebody's program with a token of theirs."""

    county: County
    token: dict[str, str]

    def get(self, path: str, **query: Any) -> Any:
        client = self.county.app.test_client()
        answer = client.get(V1 + path, query_string=query, headers=self.token)
        assert SECRET not in answer.text
        assert RENEWED not in answer.text
        return answer.json if answer.status_code == 200 else answer.status_code

    def post(self, path: str, body: Any = None) -> Any:
        return self.county.app.test_client().post(V1 + path, json=body, headers=self.token)


def test_a_program_looks(county: County) -> None:
    first, second = two_versions(county)
    county.let_out()
    core, get = county.ids["core"], Program(county, county.token("net")).get

    states = {one["device"]: one for one in get("/configs")["items"]}
    assert (states["兰考核心交换机"]["standing"], states["兰考核心交换机"]["saved"]) == (
        "fresh",
        "no",
    )
    assert get("/configs", tab="old")["total"] == 2
    told = get(f"/devices/{core}/configs")
    assert [one["id"] for one in told["items"]] == [second, first]
    assert get(f"/devices/{core}/configs", page=2)["items"] == []
    assert get(f"/configs/{second}")["author"] == "liwang"
    assert "vlan batch 10 20 30\n" in get(f"/configs/{second}/text")["text"]
    diff = get("/configs/diff", a=second, b=first)
    assert (diff["a"]["id"], diff["added"], diff["removed"]) == (first, 4, 3)
    assert "+vlan batch 10 20 30" in diff["unified"]
    (line,) = get("/configs/search", words="batch", device=core)["items"]
    assert (line["number"], line["snapshot_id"]) == (6, second)
    assert get("/configs/search", words="(", regex=True) == 422
    assert Program(county, county.token("far")).get(f"/configs/{second}/text") == 404


def test_a_program_asks_and_brings(county: County) -> None:
    two_versions(county)
    core, post = county.ids["core"], Program(county, county.token("net")).post
    asked = post(f"/devices/{core}/configs/backup")
    assert (asked.status_code, asked.json["kind"]) == (202, "config")
    both = post("/configs/backup", {"devices": [core, county.ids["edge"]]})
    assert both.status_code == 202
    assert len(county.rows(select(JobRun).where(JobRun.kind == "config"))) == 2
    far = post("/configs/backup", {"devices": [core, county.ids["far"]]})
    assert far.status_code == 404
    told = post(
        f"/devices/{core}/configs/changed", {"reason": "local-user a password cipher Abc%9"}
    )
    assert told.status_code == 201
    assert "Abc%9" not in county.one(ConfigState, core).heard_text
    file = {"name": "a.cfg", "content": b64encode(b"sysname A\n").decode(), "reason": "人工导出"}
    brought = post(f"/devices/{core}/configs", file)
    assert (brought.status_code, brought.json["changed"]) == (201, True)
    assert post(f"/devices/{core}/configs", file).json["changed"] is False
    assert post(f"/devices/{core}/configs", file | {"content": "%"}).status_code == 422
    assert county.one(ConfigState, core).heard_at is None
    looks = Program(county, county.token("tech")).post
    assert looks(f"/devices/{core}/configs/backup").status_code == 403
    assert looks(f"/devices/{core}/configs", file).status_code == 403
    assert len(county.rows(select(ConfigSnapshot))) == 3
