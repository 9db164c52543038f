"""How far a set of discs is: images made, burned, read back; the set is as far as its slowest disc,
and its backups have a copy more once every disc they lie on was read (Article 142(3); duty E7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.disc import GOOD, Disc, DiscCheck
from inventory.disc_set import DiscSet
from inventory.notice import tell
from inventory.shanghai import today
from inventory.stepping import moving

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Made:
    """One image as it lies on disk. `sets` are the ids of the backups on it."""

    ordinal: int
    volume: str
    size: int
    files: int
    sha256: str
    md5: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One reading of one disc: how (a key of HOWS), "" or why it is not the disc that was made."""

    how: str
    reason: str = ""
    sha256: str = ""
    by_id: str | None = None
    author: str = "值守台"


def identifier(paper: DiscSet, ordinal: int) -> str:
    """What tells this disc from every other: the bag's External-Identifier."""
    return f"{paper.number}/D{ordinal:02d}"


def discs_of(session: Session, paper: DiscSet) -> Sequence[Disc]:
    """The discs of a set in their order."""
    query = select(Disc).where(Disc.disc_set_id == paper.id, Disc.retired_at.is_(None))
    return session.scalars(query.order_by(Disc.ordinal)).all()


def made(session: Session, paper: DiscSet, images: Sequence[Made], left_out: str = "") -> None:
    """The images lie on disk: a disc for each, and the set is `imaged`; `left_out` is what there is
    but is not on them, and why."""
    known = {one.ordinal: one for one in discs_of(session, paper)}
    with moving(session, paper, *known.values()):
        for image in images:
            _disc(session, paper, known.pop(image.ordinal, None), image, len(images))
        for spare in known.values():
            spare.state, spare.retired_at = "planned", datetime.now(UTC)
        paper.discs, paper.size = len(images), sum(one.size for one in images)
        paper.left_out, paper.state = left_out, "imaged"
    _copies(session, paper)


def remade(session: Session, paper: DiscSet, images: Iterable[Made]) -> None:
    """Images of single discs that had to be made again."""
    known = {one.ordinal: one for one in discs_of(session, paper)}
    with moving(session, paper, *known.values()):
        for image in images:
            _disc(session, paper, known[image.ordinal], image, paper.discs)
    follow(session, paper)


def burned(session: Session, disc: Disc, where: str, who: str) -> None:
    """A drive of this machine wrote it."""
    with moving(session, disc):
        disc.state, disc.made_by, disc.burned_by, disc.burned_on = "burned", where, who, today()
    follow(session, session.get_one(DiscSet, disc.disc_set_id))


def checked(session: Session, disc: Disc, found: Finding) -> None:
    """It was read: good, or to be burned again. What was found stays for good."""
    now = datetime.now(UTC)
    session.add(
        DiscCheck(
            centre_id=disc.centre_id, disc_id=disc.id, at=now, how=found.how,
            result="failed" if found.reason else "ok", reason=found.reason, author=found.author,
            sha256=found.sha256, by_id=found.by_id,
        )
    )  # fmt: skip
    with moving(session, disc):
        if found.reason:
            disc.state = "imaged" if disc.state == "burned" else "spoiled"
            _tell(session, disc, found.reason)
        else:
            disc.state = "stored" if disc.state == "stored" else "verified"
            disc.checked_at, disc.recheck_on = now, today(now) + YEAR
    follow(session, session.get_one(DiscSet, disc.disc_set_id))


def follow(session: Session, paper: DiscSet) -> None:
    """After a disc has moved: the set is as far as its slowest disc."""
    states = {one.state for one in discs_of(session, paper)}
    with moving(session, paper):
        if states <= {"stored"} and paper.state == "closed":
            return
        if states <= set(GOOD):
            _step_to(session, paper, "read")
        elif states <= {"burned", *GOOD}:
            _step_to(session, paper, "burned")
        else:
            _step_to(session, paper, "imaged")
    _copies(session, paper)


def _disc(session: Session, paper: DiscSet, disc: Disc | None, image: Made, total: int) -> None:
    if disc is None:
        disc = Disc(
            centre_id=paper.centre_id, disc_set_id=paper.id, ordinal=image.ordinal,
            identifier=identifier(paper, image.ordinal),
        )  # fmt: skip
        session.add(disc)
        session.flush()
    with moving(session, disc):
        disc.total, disc.volume, disc.size, disc.files = (
            total, image.volume, image.size, image.files,
        )  # fmt: skip
        disc.sha256, disc.md5, disc.sets = image.sha256, image.md5, "\n".join(image.sets)
        disc.state, disc.made_by, disc.burned_by, disc.burned_on = "imaged", None, None, None


_WAY = ("imaged", "burned", "read")


def _step_to(session: Session, paper: DiscSet, state: str) -> None:
    """One step at a time, as the flow of the paper has it."""
    if paper.state in _WAY and state in _WAY and paper.state != state:
        here, there = _WAY.index(paper.state), _WAY.index(state)
        for word in _WAY[here + 1 : there + 1] if there > here else (state,):
            paper.state = word
            session.flush()
    elif paper.state == "closed":
        paper.state, paper.closed_at = "imaged", None
        session.flush()


def _copies(session: Session, paper: DiscSet) -> None:
    """Each backup on the discs, verified once every disc that it lies on was read back."""
    discs = discs_of(session, paper)
    query = select(BackupCopy).where(BackupCopy.place == "disc", BackupCopy.place_id == paper.id)
    known = {one.set_id: one for one in session.scalars(query)}
    for set_id in sorted({one for disc in discs for one in disc.sets.split()}):
        on = [disc for disc in discs if set_id in disc.sets.split()]
        _copy(session, paper, known.pop(set_id, None), set_id, on)
    for gone in known.values():
        gone.state, gone.reason = "missing", "重新制作的光盘上没有这份备份"


def _copy(
    session: Session, paper: DiscSet, copy: BackupCopy | None, set_id: str, on: Sequence[Disc]
) -> None:
    if copy is None:
        copy = BackupCopy(
            centre_id=paper.centre_id, set_id=set_id, place="disc", place_id=paper.id,
            place_name=paper.number, made_at=datetime.now(UTC), size=0,
        )  # fmt: skip
        session.add(copy)
        session.flush()
    good = all(disc.state in GOOD for disc in on)
    with moving(session, copy):
        numbers = "、".join(str(disc.ordinal) for disc in on)
        copy.place_name = f"{paper.number} 第 {numbers} 张"
        copy.state = "verified" if good else "copying"
        copy.reason = "" if good else "光盘还没有全部回读核对"
        times = [disc.checked_at for disc in on if disc.checked_at]
        copy.verified_at = min(times) if good and times else None


def _tell(session: Session, disc: Disc, reason: str) -> None:
    tell(
        session, "due", f"光盘 {disc.label} 核对不符，请重刻：{reason}"[:200],
        centre_id=disc.centre_id, right="record", level="warning",
        link=f"/r/{disc.slug}/{disc.id}", key=f"disc:{disc.id}:{disc.state}",
    )  # fmt: skip
