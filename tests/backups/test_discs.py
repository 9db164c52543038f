"""Disc images: made by the real xorriso, read by readers that are not ours (pycdlib, bagit), and
refused when they are not what was made."""

import csv
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pycdlib
import pytest

from backups import iso
from backups.bag import BadBag, Payload, check, write_tags
from backups.disc_making import Making, image_of, make_discs, plan_of, remake
from backups.disc_names import Names
from backups.disc_reading import (
    COMMAND,
    NoList,
    Wanted,
    read_device,
    read_folder,
    read_list,
    rebuild_from_discs,
)
from backups.iso import NotMade, Unreadable
from backups.pace import Pace, Stopped
from backups.set_reading import extract
from backups.vault import NotKept
from inventory.disc_progress import Made
from tests.backups.disc_parts import ABOUT, KEY, load, making, noise
from tests.lab import need_programs
from tests.patience import until
from tests.spoiling import spoil_end

CAPACITY = 3_000_000
LONG = "yearly-report-" * 14 + ".xls"  # 200 characters: no reader of Joliet shows so many


def _say(_words: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def burned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Making, list[Made]]:
    """A quarter on three discs: a database (encrypted), logs, documents with a file larger than a
    disc, a configuration."""
    need_programs("xorriso")
    home = tmp_path_factory.mktemp("discs")
    documents = {
        "报表/一季度.doc": b"plain words", f"报表/{LONG}": b"long name", "报表/a:b?.txt": b"odd",
        "大文件.bin": noise(3_400_000, 1),
    }  # fmt: skip
    logs = {f"fw/{n:03d}.log": noise(3000, n) for n in range(40)}
    loads = [
        load(home, 1, "software", {"dump.sql": noise(900_000, 2)}, plain=False),
        load(home, 2, "logs", logs, plain=True),
        load(home, 3, "documents", documents, plain=True),
    ]
    order = making(home, loads, CAPACITY)
    return order, make_discs(order, Pace(), _say)


def _out(image: Path, into: Path) -> Path:
    iso.extract(str(image), "/", into, Pace())
    for place in [into, *into.rglob("*")]:
        if not place.is_symlink():
            place.chmod(0o755 if place.is_dir() else 0o644)
    return into


@pytest.fixture(scope="module")
def folders(
    burned: tuple[Making, list[Made]], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """Each disc as a folder, as if somebody had copied it."""
    order, made = burned
    top = tmp_path_factory.mktemp("out")
    return [_out(image_of(order.folder, one.ordinal), top / f"d{one.ordinal}") for one in made]


def _wanted(order: Making, made: Made) -> Wanted:
    plan = plan_of(order.folder, made.ordinal)
    name = ABOUT.identifier(made.ordinal)
    return Wanted(name, ABOUT.number, made.size, made.sha256, made.md5, plan)


def test_each_disc_is_a_bag_that_stands_alone(
    burned: tuple[Making, list[Made]], folders: list[Path]
) -> None:
    order, made = burned
    assert len(made) == 3
    for one, folder in zip(made, folders, strict=True):
        assert image_of(order.folder, one.ordinal).stat().st_size == one.size <= CAPACITY
        kept = bagit.Bag(str(folder))
        assert kept.validate()
        assert kept.info["Bag-Count"] == f"{one.ordinal} of 3"
        assert kept.info["External-Identifier"] == f"GP-2026-0001/D0{one.ordinal}"
        readme = (folder / "说明.txt").read_bytes()
        assert readme.startswith(b"\xef\xbb\xbf")
        assert "设备返修" in readme.decode("utf-8-sig")
        told = (folder / "链接.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
        assert told == [f"SJ-2026-000{n},'=current,/etc/passwd" for n in (2, 3)]  # the plain ones
        sums = subprocess.run(
            ["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=folder, check=False
        )
        assert sums.returncode == 0
    listed = (folders[0] / "全套清单.csv").read_bytes()
    assert listed == (folders[2] / "全套清单.csv").read_bytes()
    assert listed.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))))
    there = {path for one in folders for path in _payload(one)}
    assert {row["文件"] for row in rows} == there
    assert any(row["原名称"].endswith(LONG) for row in rows)
    assert not (order.folder / "work").exists()  # nothing plain stays behind


def _payload(folder: Path) -> Iterator[str]:
    for place in (folder / "data").rglob("*"):
        if place.is_file():
            yield place.relative_to(folder).as_posix()


def test_another_reader_sees_the_same(burned: tuple[Making, list[Made]]) -> None:
    """pycdlib knows nothing of xorriso; Joliet is what Windows shows."""
    order, made = burned
    for one in made:
        disc = pycdlib.PyCdlib()
        disc.open(str(image_of(order.folder, one.ordinal)))
        assert disc.pvd.volume_identifier.decode().strip() == one.volume
        text = io.BytesIO()
        disc.get_file_from_iso_fp(text, joliet_path="/manifest-sha256.txt")
        for line in text.getvalue().decode().splitlines():
            digest, path = line.split("  ", 1)
            data = io.BytesIO()
            disc.get_file_from_iso_fp(data, joliet_path=f"/{path}")
            assert sha256(data.getvalue()).hexdigest() == digest, path
        disc.close()


def test_what_was_divided_is_joined_and_what_is_sealed_opens(
    burned: tuple[Making, list[Made]], folders: list[Path], tmp_path: Path
) -> None:
    order, _made = burned
    for folder in folders:
        shutil.copytree(folder / "data", tmp_path / "data", dirs_exist_ok=True)
    for name in ("join.py", "拆分文件.csv"):
        shutil.copy(folders[1] / name, tmp_path)
    words = [sys.executable, "join.py", "拆分文件.csv"]
    assert subprocess.run(words, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    whole = next(tmp_path.rglob("大文件.bin"))
    assert sha256(whole.read_bytes()).digest() == sha256(noise(3_400_000, 1)).digest()
    part = next(tmp_path.rglob("大文件.bin.002"))
    part.write_bytes(b"x" + part.read_bytes()[1:])
    whole.unlink()
    assert subprocess.run(words, cwd=tmp_path, check=False, capture_output=True).returncode == 1
    assert not whole.exists()
    place = tmp_path / "data" / order.sources.loads[0].place
    extract(place, KEY, tmp_path / "out", None, Pace())
    assert (tmp_path / "out" / "dump.sql").read_bytes() == noise(900_000, 2)


def test_hostile_names_lose_nothing_and_are_found_again(tmp_path: Path) -> None:
    """Parts get no other file's name, and sources may be called what no reader can show."""
    need_programs("xorriso")
    big = noise(3_400_000, 1)
    files = {"x": big, "x.001": b"one", "X.002": b"two", "x~2": b"three", "aux.h": b"a",
             "a\nb": b"n", "-rf": b"r", "\udcff": b"f"}  # fmt: skip
    loads = [
        replace(load(tmp_path, 1, "documents", files, plain=True), name="OA:*“库” ."),
        replace(load(tmp_path, 2, "documents", {"e": b"e"}, plain=False), name="oa_*“库”"),
    ]
    order = making(tmp_path, loads, CAPACITY)
    made = make_discs(order, Pace(), _say)
    discs = [_out(image_of(order.folder, one.ordinal), tmp_path / one.volume) for one in made]
    (told,) = rebuild_from_discs(discs, Pace())
    assert [bool(one.folders) for one in told.sets] == [True, True] and not told.wrong
    for disc in discs:
        shutil.copytree(disc / "data", tmp_path / "all" / "data", dirs_exist_ok=True)
    listed = (discs[0] / "全套清单.csv").read_text(encoding="utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(listed)) if row["备份编号"] == "SJ-2026-0001"]
    assert _joined(discs[0], tmp_path / "all") == (0, big)
    whole = [row for row in rows if row["共几段"] == "1"]
    found = {(tmp_path / "all" / row["文件"]).read_bytes() for row in whole}
    assert len(whole) == len(files) - 1 and found == set(files.values()) - {big}
    assert not [r["文件"] for r in rows if r["文件"].rpartition("/")[2].startswith("aux.")]
    assert _joined(discs[0], tmp_path / "all") == (1, big), "what was joined is not written over"
    next((tmp_path / "all").rglob("x~3.002")).unlink()
    next((tmp_path / "all").rglob("x~3")).unlink()
    assert _joined(discs[0], tmp_path / "all") == (1, None)


def _joined(disc: Path, folder: Path) -> tuple[int, bytes | None]:
    """What the written instruction makes of the parts: its exit code and the file."""
    for name in ("join.py", "拆分文件.csv"):
        shutil.copy(disc / name, folder)
    words = [sys.executable, "join.py", "拆分文件.csv"]
    ran = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    assert "Traceback" not in ran.stderr
    whole = next(folder.rglob("x~3"), None)
    return ran.returncode, whole.read_bytes() if whole else None


def test_reads_back_what_was_made_and_nothing_else(
    burned: tuple[Making, list[Made]], folders: list[Path], tmp_path: Path
) -> None:
    order, made = burned
    first, second = (_wanted(order, one) for one in made[:2])
    image = image_of(order.folder, 1)
    longer = tmp_path / "longer.iso"  # a drive reads some blocks more than were burned
    longer.write_bytes(image.read_bytes() + bytes(300_000))
    assert read_device(str(image), first, Pace()) == read_device(str(longer), first, Pace())
    with pytest.raises(Unreadable, match="这是 GP-2026-0001/D01，应为 GP-2026-0001/D02"):
        read_device(str(image), second, Pace())
    other = Wanted("GP-2026-0009/D01", "GP-2026-0009", first.size, "0" * 64, "", first.plan)
    with pytest.raises(Unreadable, match="另一套光盘 GP-2026-0001/D01"):
        read_device(str(image), other, Pace())
    bad = tmp_path / "bad.iso"
    data = bytearray(image.read_bytes())
    at = data.index(noise(3000, 0)) if noise(3000, 0) in data else len(data) // 2
    data[at : at + 2] = bytes(255 - one for one in data[at : at + 2])
    bad.write_bytes(data)
    with pytest.raises(Unreadable, match="个文件损坏：/data"):
        read_device(str(bad), first, Pace())
    cut = tmp_path / "cut.iso"
    cut.write_bytes(image.read_bytes()[:700_000])
    with pytest.raises(Unreadable, match="不完整"):
        read_device(str(cut), first, Pace())
    assert read_folder(folders[0], first, Pace())
    with pytest.raises(Unreadable, match="放错了"):
        read_folder(folders[0], second, Pace())
    assert iso.damaged(str(image), Pace()) == []


def test_reads_what_somebody_read_elsewhere(
    burned: tuple[Making, list[Made]], folders: list[Path]
) -> None:
    order, made = burned
    first, second = (_wanted(order, one) for one in made[:2])
    lines = _told(folders[0])
    elsewhere = lines.replace("  ./", " *D:\\").replace("/", "\\")
    assert read_list(elsewhere.encode("gb18030"), first)
    assert read_list(f"\ufeff{lines}".encode("utf-16-le"), first)
    with pytest.raises(Unreadable, match="没有读到"):
        read_list(lines.encode(), second)
    data = next(line for line in lines.splitlines() if "./data/" in line)
    with pytest.raises(Unreadable, match="1 个文件没有读到"):
        read_list(lines.replace(data, "").encode(), first)
    with pytest.raises(Unreadable, match="1 个文件内容不符"):
        read_list(lines.replace(data, _spoilt(data)).encode(), first)
    manifest = next(line for line in lines.splitlines() if line.endswith("/manifest-sha256.txt"))
    with pytest.raises(Unreadable, match=r"manifest-sha256\.txt 内容不符"):
        read_list(lines.replace(manifest, _spoilt(manifest)).encode(), first)


def _told(folder: Path) -> str:
    """What the documented command prints at the top of a disc."""
    command = COMMAND.partition(" >")[0]
    return subprocess.run(["sh", "-c", command], cwd=folder, stdout=-1, check=True).stdout.decode()


def _spoilt(line: str) -> str:
    return ("0" if line[0] != "0" else "1") + line[1:]


def test_what_needs_no_disc_proves_none(
    burned: tuple[Making, list[Made]], folders: list[Path]
) -> None:
    """The digests of the image stand in the register, the manifest in the image."""
    order, made = burned
    first = _wanted(order, made[0])
    shown = (made[0].sha256, f"{made[0].md5.upper()}  D01.iso", "all is well")
    for sent in (*shown, (folders[0] / "manifest-sha256.txt").read_text()):
        with pytest.raises(NoList, match="sha256sum"):
            read_list(sent.encode(), first)


def test_the_catalogue_comes_back_from_the_discs_alone(
    burned: tuple[Making, list[Made]], folders: list[Path], tmp_path: Path
) -> None:
    order, _made = burned
    (whole,) = rebuild_from_discs(folders, Pace())
    assert (whole.number, whole.period, whole.missing, whole.wrong) == (
        "GP-2026-0001", "2026Q4", (), (),
    )  # fmt: skip
    assert {one.number: one.form for one in whole.sets} == {
        "SJ-2026-0001": "sealed", "SJ-2026-0002": "plain", "SJ-2026-0003": "plain",
    }  # fmt: skip
    sealed = next(one for one in whole.sets if one.form == "sealed")
    assert sealed.manifest is not None
    assert sealed.manifest.facts.set_id == order.sources.loads[0].set_id
    shutil.copytree(folders[0], tmp_path / "d1")
    victim = next(one for one in (tmp_path / "d1/data").rglob("*") if one.is_file())
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    (part,) = rebuild_from_discs([tmp_path / "d1", tmp_path], Pace())
    assert part.missing == (2, 3)
    assert "内容不符" in part.wrong[0]
    assert "不是备份光盘的目录" in part.wrong[1]
    assert json.loads((folders[2] / "sets.json").read_text())["discs"] == 3


def test_burns_to_a_drive_and_reads_it(
    burned: tuple[Making, list[Made]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drive of xorriso's own, on a file: no real burner was ever tried."""
    order, made = burned
    medium = tmp_path / "medium"
    medium.touch()
    monkeypatch.setenv("NETOPS_DRIVES", f"stdio={medium}")
    (drive,) = iso.drives()
    assert drive == f"stdio:{medium}"
    iso.burn(image_of(order.folder, 2), drive, Pace())
    assert read_device(drive, _wanted(order, made[1]), Pace()) == made[1].sha256
    with pytest.raises(NotMade, match="没有刻成"):
        iso.burn(image_of(order.folder, 2), "/dev/null/none", Pace())


def test_a_disc_made_again_holds_what_it_held(
    burned: tuple[Making, list[Made]], tmp_path: Path
) -> None:
    order, made = burned
    image = image_of(order.folder, 1)
    before, second = image.read_bytes(), int(image.stat().st_mtime)
    until(lambda: int(time.time()) > second)  # an image says when it was made, to the second
    image.unlink()
    (again,) = remake(order, [1], Pace())
    assert (again.files, again.sets) == (made[0].files, made[0].sets)
    with pytest.raises(Unreadable):  # another image; the same content
        read_device(str(image), _wanted(order, made[0]), Pace())
    assert read_folder(_out(image, tmp_path / "out"), _wanted(order, made[0]), Pace())
    image.write_bytes(before)
    victim = order.sources.loads[0].folder / "content.000"
    whole = victim.read_bytes()
    try:
        spoil_end(victim)
        discs = [one.ordinal for one in made if order.sources.loads[0].set_id in one.sets]
        with pytest.raises(NotMade, match="与原来刻入的不同"):
            remake(order, discs, Pace())
    finally:
        victim.write_bytes(whole)


def test_stopped_refused_or_killed_leaves_what_was_there(tmp_path: Path) -> None:
    need_programs("xorriso")
    one = load(tmp_path, 1, "logs", {"a.log": noise(300_000, 3)}, plain=True)
    order = making(tmp_path, [one], CAPACITY)
    make_discs(order, Pace(), _say)
    before = image_of(order.folder, 1).read_bytes()
    with pytest.raises(Stopped):
        make_discs(order, Pace(stop=lambda: True), _say)
    small = making(tmp_path, [one], 400_000)
    with pytest.raises(NotMade, match="更大的光盘"):
        make_discs(small, Pace(), _say)
    for point in ("laid", "image 1", "imaged"):
        child = os.fork()
        if child == 0:  # as by kill -9: nothing of ours runs any more
            dying = Making(
                order.folder, ABOUT, order.sources, CAPACITY, 0,
                lambda name, point=point: os._exit(9) if name == point else None,  # type: ignore[misc]
            )  # fmt: skip
            make_discs(dying, Pace(), _say)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert image_of(order.folder, 1).read_bytes() == before
        assert (order.folder / "work").exists()
    make_discs(order, Pace(), _say)
    assert not (order.folder / "work").exists()
    assert iso.damaged(str(image_of(order.folder, 1)), Pace()) == []


def test_a_full_disk_leaves_the_images_that_were_there(tmp_path: Path) -> None:
    """A file that may not grow any further is refused as on a full disk: xorriso's, or our own."""
    need_programs("xorriso")
    one = load(tmp_path, 1, "logs", {"a.log": noise(300_000, 3)}, plain=True)
    order = making(tmp_path, [one], CAPACITY)
    make_discs(order, Pace(), _say)
    before = _tree(order.folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (400_000, 200_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            with pytest.raises((NotMade, NotKept), match="磁盘"):
                make_discs(order, Pace(), _say)
            with pytest.raises((NotMade, NotKept), match="磁盘"):
                remake(order, [1], Pace())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert _tree(order.folder) == before


def _tree(folder: Path) -> dict[str, bytes]:
    places = [one for one in folder.rglob("*") if one.is_file()]
    return {str(one.relative_to(folder)): one.read_bytes() for one in places}


def test_bags_and_names_that_are_hard(tmp_path: Path) -> None:
    """What bagit writes, we read; what is wrong with a bag is told by name."""
    (tmp_path / "one.txt").write_text("1")
    (tmp_path / "二 %.txt").write_text("2")
    bagit.make_bag(str(tmp_path), checksums=["sha256"])
    check(tmp_path, Pace())
    (tmp_path / "data/three").write_text("3")
    with pytest.raises(BadBag, match="文件数"):
        check(tmp_path, Pace())
    (tmp_path / "data/three").unlink()
    (tmp_path / "data/one.txt").write_text("7")
    with pytest.raises(BadBag, match=r"one\.txt：内容不符"):
        check(tmp_path, Pace())
    own = tmp_path / "own"
    (own / "data").mkdir(parents=True)
    (own / "data/a\nb%0A.txt").write_text("x")
    digest = sha256(b"x").hexdigest()
    write_tags(own, [Payload("data/a\nb%0A.txt", 1, digest, "")], {"Contact-Name": "李\n网"})
    check(own, Pace())
    names = Names()
    told = [names.of(path) for path in ("A/x.txt", "a/X.txt", "A/x.txt ", "b/" + "长" * 200, "b/")]
    assert len({one.casefold() for one in told}) == len(told)
    assert all(len(part) <= 103 for one in told for part in one.split("/"))
