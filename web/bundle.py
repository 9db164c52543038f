"""The built front end as the running console sees it: hashed names, looked up in a manifest."""

import json
from pathlib import Path

DIST = Path(__file__).parent / "static" / "dist"


class NotBuilt(RuntimeError):
    """The front end has not been built in this checkout."""

    def __init__(self) -> None:
        super().__init__("前端尚未构建：请运行 python -m web.build（make run 会自动完成）")


def read_manifest(dist: Path = DIST) -> dict[str, str]:
    """{"app.js": "app-3XQ7.js", …}. Raises NotBuilt when there is none."""
    try:
        files: dict[str, str] = json.loads((dist / "manifest.json").read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        raise NotBuilt from None
    return files
