"""Looking at what is kept: text, raw bytes, differences, who wrote a line, and searching all of it.

Whoever asks has decided which rows may be seen: nothing here takes a path or a name from a person.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backups.content import text_of
from backups.difference import DiffRow, counted, replaced, side_by_side
from backups.gitrun import GitFailed
from backups.textgit import BadPattern, Blamed, Hit, TextRepo, check_pattern, grep
from backups.vault import Vault
from backups.veil import Veil, profile_of
from inventory.act import EVERYTHING
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.db import Database
from inventory.device import Device
from inventory.secret import Key
from inventory.shanghai import SHANGHAI
from inventory.store import Damaged
from inventory.vault_key import data_key, founded

LONGEST_WORDS = 200
MOST = 2000  # lines a search tells


class Looks:
    """What is kept in one home."""

    def __init__(self, database: Database, key: Key, home: Path) -> None:
        self.database = database
        self.home = home
        self._key = key

    @cached_property
    def vault(self) -> Vault:
        """Opened (its key made) outside of any session. Raises SecretError."""
        key = data_key(self.database, self._key, "configs")
        return Vault(self.home / "vault" / "configs", key)

    @cached_property
    def veil(self) -> Veil:
        return Veil(self.vault.key)

    def repo(self, name: str) -> TextRepo:
        return TextRepo(self.home / "configs", name)

    def text(self, snapshot: ConfigSnapshot) -> str:
        """Its text without secrets; "" for what is no text. Raises Damaged."""
        if not snapshot.commit:
            return self._hidden(snapshot) if snapshot.readable else ""
        return self.repo(snapshot.repo).text(snapshot.device_id, snapshot.commit)

    def _hidden(self, snapshot: ConfigSnapshot) -> str:
        """Of one that a damaged history could not take: from the vault. Raises Damaged. Where
        nothing was ever encrypted, to look at it makes no key."""
        if not founded(self.database, "configs"):
            raise Damaged("这个值守台没有加密过配置，找不到它的原文")
        with self.database.view(EVERYTHING) as session:
            profile = session.get_one(Device, snapshot.device_id).profile
        text = text_of(snapshot.origin, self.raw(snapshot)) or ""
        return self.veil.redacted(snapshot.device_id, profile_of(profile), text)

    def raw(self, snapshot: ConfigSnapshot) -> bytes:
        """The bytes as they were told, with every secret: for restoring only. Raises Damaged."""
        place = self.vault.find(snapshot.centre_id, snapshot.device_id, snapshot.id)
        header, content = self.vault.read(place)
        if header.further.get("form") != snapshot.form:
            raise Damaged("备份文件与目录登记的不符，可能被换过")
        return content

    def diff(self, older: ConfigSnapshot, newer: ConfigSnapshot) -> list[DiffRow]:
        """Both texts side by side, every line. Raises Damaged."""
        return side_by_side(self.text(older), self.text(newer), self.hunks(older, newer, 0))

    def unified(self, older: ConfigSnapshot, newer: ConfigSnapshot) -> str:
        """The difference as a patch, "" when the texts are the same. Raises Damaged."""
        told = self.hunks(older, newer, 3)
        begin = told.find("@@ ")
        if begin < 0:
            return ""
        signs = zip(("---", "+++"), (older, newer), strict=True)
        heads = [f"{sign} {_at(one.taken_at)} {one.form[:12]}" for sign, one in signs]
        return "\n".join([*heads, told[begin:]])

    def counts(self, older: ConfigSnapshot, newer: ConfigSnapshot) -> tuple[int, int]:
        """(lines added, lines removed). Raises Damaged."""
        return counted(self.hunks(older, newer, 0))

    def hunks(self, older: ConfigSnapshot, newer: ConfigSnapshot, context: int) -> str:
        """What `git diff` tells; the two may lie in different repositories (a device that moved).
        Raises Damaged."""
        if not (older.commit and newer.commit):
            return replaced(self.text(older), self.text(newer))
        other = self.repo(older.repo).git.folder / "objects"
        git = replace(self.repo(newer.repo).git, others=(other,))
        options = ("--histogram", "--text", "--no-ext-diff", "--no-textconv", f"-U{context}")
        sides = [f"{one.commit}:{one.device_id}.txt" for one in (older, newer)]
        try:
            return git.run("diff", *options, *sides, "--").decode()
        except GitFailed as error:
            raise Damaged(f"两份配置无法比较：{error.words[:300]}") from None

    def blame(self, snapshot: ConfigSnapshot) -> list[Blamed]:
        """Each line with the version it came with. Raises Damaged."""
        if not snapshot.commit:
            return []
        told = self.repo(snapshot.repo).blame(snapshot.device_id, snapshot.commit)
        query = (
            select(ConfigSnapshot.commit, ConfigSnapshot.id)
            .where(ConfigSnapshot.device_id == snapshot.device_id)
            .order_by(ConfigSnapshot.taken_at.desc(), ConfigSnapshot.id.desc())
        )
        with self.database.view(EVERYTHING) as session:
            rows = {commit: key for commit, key in session.execute(query)}  # noqa: C416
        return [replace(line, snapshot_id=rows.get(line.commit, "")) for line in told]

    def search(
        self, words: str, device_ids: Collection[str], at: datetime | None = None, *,
        regex: bool = False,
    ) -> Iterator[Hit]:  # fmt: skip
        """Lines that hold these words, in either case, in the newest configuration of each of these
        devices, or in that of the moment `at`; at most MOST. Raises BadPattern, Damaged."""
        if not words.strip() or len(words) > LONGEST_WORDS or not words.isprintable():
            raise BadPattern(f"请输入要查找的文字，最多 {LONGEST_WORDS} 个字，不能换行")
        with self.database.view(EVERYTHING) as session:
            versions = _versions(session, set(device_ids), at)
        if regex and not versions:
            check_pattern(words)
        left = MOST
        for name, commits in sorted(versions.items()):
            for hit in grep(self.repo(name), words, commits, regex=regex):
                if not left:
                    return
                left -= 1
                yield hit


def _versions(
    session: Session, device_ids: Collection[str], at: datetime | None
) -> dict[str, list[str]]:
    """For each repository the commits at which these devices stand, or stood at that moment."""
    row = ConfigSnapshot
    query = select(row.device_id, row.repo, row.commit).where(row.commit != "")
    if at is None:
        query = query.join(ConfigState, ConfigState.snapshot_id == row.id)
    else:
        last = (
            select(row.device_id, func.max(row.taken_at).label("at"))
            .where(row.taken_at <= at, row.commit != "")
            .group_by(row.device_id)
            .subquery()
        )
        query = query.join(last, (last.c.device_id == row.device_id) & (last.c.at == row.taken_at))
    found: dict[str, list[str]] = defaultdict(list)
    for device_id, repo, commit in session.execute(query):
        if device_id in device_ids:
            found[repo].append(commit)
    return found


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
