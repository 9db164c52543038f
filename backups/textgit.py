"""The history of configurations: git repositories of redacted text, one for each centre.

Each device has a branch of its own (`refs/heads/<device id>`) with one file, `<device id>.txt`: its
history, and what a search may see, are exactly its own, however many devices the centre has, and
renaming a device changes nothing. Nothing but ids and commit ids ever becomes part of a command.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from backups.gitrun import TOO_LONG, WHOLE, Git, GitFailed, refused
from inventory.explained import Explained
from inventory.store import Damaged

_ID = re.compile(r"[0-9A-Za-z]{1,26}")
_EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # a tree without files, known to every git
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPO = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}")
_REPLACE = "refs/replace/"  # git looks up here what it is asked for, also what is lost
_LOOSE, _PACKS = 2000, 20  # more than that is packed anew
UNKNOWN = "未知"


@dataclass(frozen=True, slots=True)
class Note:
    """What a version says of itself: `author` as the device named them, "" when nobody did."""

    author: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Blamed:
    """One line, and the version it came with. `snapshot_id` is "" where the catalogue has none."""

    number: int
    text: str
    commit: str
    at: datetime
    author: str
    snapshot_id: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that was found."""

    device_id: str
    number: int
    text: str
    commit: str


class BadPattern(Explained):
    """The expression to search for is none; `reason` in Chinese."""


@dataclass(frozen=True, slots=True)
class TextRepo:
    """The repository `name` in `folder`; see `Git.alone` for who may write."""

    folder: Path
    name: str

    @property
    def git(self) -> Git:
        if not _REPO.fullmatch(self.name):
            raise ValueError(f"not a repository: {self.name!r}")
        return Git(self.folder / f"{self.name}.git")

    @contextmanager
    def alone(self) -> Iterator["Writer"]:
        """Be the only writer of this repository; founded where there is none. Raises NotKept,
        Damaged."""
        with self.git.alone() as git:
            yield Writer(self, git)

    def tip(self, device_id: str) -> str:
        """The newest version of one device, "" when there is none."""
        found = self._told("for-each-ref", "--format=%(objectname)", _branch(device_id))
        return found.decode().strip()

    def text(self, device_id: str, commit: str) -> str:
        """One version. Raises Damaged."""
        return self._told("cat-file", "blob", _file(device_id, commit)).decode()

    def blame(self, device_id: str, commit: str) -> list[Blamed]:
        """Each line of a version with the version it came with. Raises Damaged."""
        _file(device_id, commit)
        told = self._told("blame", "--porcelain", commit, "--", f"{device_id}.txt")
        former = self._former()
        lines = _blamed(told.decode().split("\n"))
        return [replace(one, commit=former.get(one.commit, one.commit)) for one in lines]

    def log(self, device_id: str) -> list[str]:
        """The commits of one device, newest first. Raises Damaged."""
        return self._told("rev-list", _branch(device_id), "--").decode().split()

    def lacks(self, devices: Collection[str], commits: Collection[str]) -> list[str]:
        """What is not there of the branches of these devices and of these versions, line by line;
        what git says when it cannot even tell."""
        asked = [*map(_branch, sorted(devices)), *sorted(commits)]
        try:
            told = self.git.run("cat-file", "--batch-check", given="\n".join([*asked, ""]).encode())
        except GitFailed as error:
            return error.words.split("\n")
        return [line for line in told.decode().split("\n") if line.endswith(" missing")]

    def _former(self) -> dict[str, str]:
        """Versions that were written anew (`Writer.stand_for`), and the names they are known by."""
        told = self._told("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", _REPLACE)
        return dict(line.split(" ") for line in reversed(told.decode().splitlines()))

    def _told(self, *words: str) -> bytes:
        try:
            return self.git.run(*words)
        except GitFailed as error:
            raise Damaged(f"配置历史库 {self.name} 读不出来：{error.words[:300]}") from None


def grep(repo: TextRepo, words: str, commits: Sequence[str], *, regex: bool) -> Iterator[Hit]:
    """Lines of these versions, of whatever device, that hold the words (in either case). Raises
    BadPattern, Damaged."""
    if any(not _COMMIT.fullmatch(commit) for commit in commits):
        raise ValueError("not a commit")
    how = "--extended-regexp" if regex else "--fixed-strings"
    options = ("-z", "-n", "-i", "--text", "--full-name", "--no-color", how, "-e", words)
    try:
        for line in repo.git.lines("grep", *options, *commits, "--"):
            where, number, text = line.split(b"\0", 2)
            commit, _, path = where.decode().partition(":")
            found = text.decode(errors="replace")
            yield Hit(path.removesuffix(".txt"), int(number), found, commit)
    except GitFailed as error:
        if regex and error.words.startswith(("fatal: -e option", "fatal: command line")):
            cause = error.words.rpartition(": ")[2]
            raise BadPattern(f"正则表达式有误：{cause}；请改正，或改用普通文字查找") from None
        if error.words == TOO_LONG:
            raise BadPattern("查找太久，已停止；请把表达式写得更具体，或改用普通文字") from None
        raise Damaged(f"配置历史库 {repo.name} 读不出来：{error.words[:300]}") from None


def check_pattern(words: str) -> None:
    """Ask the very program that searches, although there is nothing to search: an expression that
    is wrong is so wherever nothing is kept yet. Raises BadPattern."""
    with TemporaryDirectory() as folder:
        repo = TextRepo(Path(folder), "empty")
        repo.git.make()
        list(grep(repo, words, [_EMPTY], regex=True))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who may write to a repository: there is one at a time (`TextRepo.alone`)."""

    repo: TextRepo
    git: Git

    def commit(self, device_id: str, text: str, note: Note, *, known: bool = False) -> str:
        """Add a version of one device's text and return its commit; the one before when nothing is
        different. `known`: there were versions of it here before. Raises NotKept, Damaged."""
        try:
            tip, newest = self._newest(device_id)
        except (GitFailed, OSError) as error:
            raise refused(error) from None
        if known and not tip:
            raise Damaged(f"配置历史库 {self.repo.name} 里这台设备以前的配置不见了")
        return tip if newest == text.encode() else self.commits(device_id, tip, [(text, note)])[0]

    def commits(self, device_id: str, tip: str, versions: Sequence[tuple[str, Note]]) -> list[str]:
        """Add versions one after another upon `tip` ("" for the first); all of them or none. Raises
        NotKept, Damaged."""
        parts, before = [], tip
        for mark, (text, note) in enumerate(versions, 1):
            parts.append(_version(device_id, mark, before, text, note))
            before = f":{mark}"
        try:
            fresh = b"".join([*parts, b"done\n"])
            told = self.git.run("fast-import", "--quiet", "--done", given=fresh)
        except (GitFailed, OSError) as error:
            self.git.clear()
            raise refused(error) from None
        return told.decode().split()

    def stand_for(self, names: Mapping[str, str]) -> None:
        """Let commits (values) be found under the names of others that are lost (keys). Raises
        NotKept, Damaged."""
        told = "".join(f"create {_REPLACE}{lost} {here}\n" for lost, here in names.items())
        try:
            self.git.run("update-ref", "--stdin", given=told.encode())
            self.git.run("pack-refs", "--all")
        except (GitFailed, OSError) as error:
            raise refused(error) from None

    def _newest(self, device_id: str) -> tuple[str, bytes | None]:
        """(commit, text) of the newest version, both of it in one question."""
        asked = f"{_branch(device_id)}\n{_branch(device_id)}:{device_id}.txt\n"
        told = self.git.run("cat-file", "--batch", given=asked.encode())
        head, _, rest = told.partition(b"\n")
        if head.endswith(b" missing"):
            return "", None
        commit, _kind, size = head.split(b" ")
        head, _, rest = rest[int(size) + 1 :].partition(b"\n")
        return commit.decode(), rest[:-1] if not head.endswith(b" missing") else None

    def pack(self) -> bool:
        """Keep the repository small: pack it when there is much to pack; whether there was. Raises
        NotKept, Damaged."""
        try:
            told = self.git.run("count-objects", "-v").decode().split("\n")
            counts = dict(line.split(": ", 1) for line in told if ": " in line)
            much = int(counts["count"]) > _LOOSE or int(counts["packs"]) > _PACKS
            if much:
                self.git.run("gc", "--quiet", seconds=WHOLE)
        except (GitFailed, OSError) as error:
            raise refused(error) from None
        return much


def fsck(repo: TextRepo) -> list[str]:
    """What git finds wrong in the whole repository, line by line; nothing when it is sound."""
    try:
        options = ("--full", "--strict", "--no-dangling", "--no-progress")
        repo.git.run("fsck", *options, seconds=WHOLE)
    except GitFailed as error:
        return error.words.split("\n")
    return []


def _branch(device_id: str) -> str:
    if not _ID.fullmatch(device_id):
        raise ValueError(f"not an id: {device_id!r}")
    return f"refs/heads/{device_id}"


def _file(device_id: str, commit: str) -> str:
    if not _COMMIT.fullmatch(commit) or not _ID.fullmatch(device_id):
        raise ValueError(f"not a version: {commit!r} {device_id!r}")
    return f"{commit}:{device_id}.txt"


def _version(device_id: str, mark: int, before: str, text: str, note: Note) -> bytes:
    """A version in the words of `git fast-import`, which makes blob, tree and commit and moves the
    branch in one step, or, cut short, none of it: the branch moves only from `before` on. It
    answers with the commit."""
    at = f"{int(note.at.timestamp())} +0800"
    parts = [
        f"commit {_branch(device_id)}\n", f"mark :{mark}\n",
        f"author {_plain(note.author)} <> {at}\n",
        f"committer 值守台 <> {at}\n", _data(note.words), f"from {before}\n" if before else "",
        f"M 100644 inline {device_id}.txt\n", _data(text), f"get-mark :{mark}\n",
    ]  # fmt: skip
    return "".join(parts).encode()


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def _plain(name: str) -> str:
    """A name as a commit may carry it: a device can call its users anything."""
    told = "".join(c if c.isprintable() and c not in "<>" else " " for c in name)
    return " ".join(told.split()).strip(".,:;\"'\\ ") or UNKNOWN


def _blamed(lines: list[str]) -> Iterator[Blamed]:
    """`git blame --porcelain`: a commit's facts stand only where it is named for the first time."""
    facts: dict[str, dict[str, str]] = {}
    commit, number = "", 0
    for line in lines:
        if line.startswith("\t"):
            told = facts[commit]
            at = datetime.fromtimestamp(int(told["author-time"]), UTC)
            author = told["author"] if told["author"] != UNKNOWN else ""
            yield Blamed(number, line[1:], commit, at, author)
        elif _COMMIT.match(line):
            commit, _, number_of = line.split(" ")[:3]
            number = int(number_of)
            facts.setdefault(commit, {})
        elif line:
            name, _, value = line.partition(" ")
            facts[commit][name] = value
