#!/usr/bin/env python3
"""打开一份备份，不需要值守台。

用法：
    python3 open_set.py 备份文件夹                 核对：逐个文件解密、解压、比对 SHA-256
    python3 open_set.py 备份文件夹 --list          列出里面的文件
    python3 open_set.py 备份文件夹 --to 新文件夹   核对并取出全部文件

备份文件夹里有 manifest.json、content.000……、listing.000……。密钥在密钥单上，四行；
程序会逐行询问，也可以放在文件里用 --key-file 指定（用后删除）。
需要：Python 3.8 以上、OpenSSL 的 libcrypto、zstd 程序。

It needs nothing but Python's standard library, libcrypto and zstd, so that a set can be opened in
ten years. The format is told in words in FORMAT below.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import ctypes.util
import getpass
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tarfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

FORMAT = """
manifest.json  JSON. "wrapped": base64 of nonce (12 bytes) + AES-256-GCM of the set's key under the
               backup key, authenticated with "netops-set 1 <set_id>". "seal": HMAC-SHA-256 of the
               rest of the manifest (JSON, sorted keys, ASCII), under
               HMAC-SHA-256(set's key, "netops-set 1 manifest").
content.NNN    one line "netops-set 1 content.NNN <set_id>\\n", then frames: 4 bytes big-endian
               (highest bit: last frame of the stream; the rest: length of what follows), then
               AES-256-GCM ciphertext and tag (16 bytes) under the set's key. Nonce: 4 bytes stream
               (content 0, listing 1), 8 bytes number of the frame, counted through all parts.
               Authenticated: the line and the 4 bytes. All plaintexts together: zstd of a tar.
listing.NNN    the same; zstd of one JSON line for each entry of the tar, in its order.
"""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
LINES, LINE = 4, 16  # a key: four lines of sixteen characters, eight bytes and a check in each
STREAMS = ("content", "listing")
LAST, TAG, CHUNK = 1 << 31, 16, 1 << 20


class Unopened(Exception):
    """What stands in the way, in Chinese."""


def key_from_text(text: str) -> bytes:
    """The 32 bytes of a key typed from its sheet. Raises Unopened naming the line that is wrong."""
    lines = [line for line in (_cleaned(line) for line in text.splitlines()) if line]
    if len(lines) == 1 and len(lines[0]) == LINES * LINE:
        lines = [lines[0][start : start + LINE] for start in range(0, LINES * LINE, LINE)]
    if len(lines) != LINES:
        raise Unopened(f"密钥应为 {LINES} 行，现有 {len(lines)} 行；请照密钥单逐行录入")
    return b"".join(_line(number, line) for number, line in enumerate(lines, 1))


def check_of(number: int, data: bytes) -> int:
    """Fifteen bits that tell a typing error, and a line in another line's place."""
    told = hashlib.sha256(b"netops key line %d " % number + data).digest()
    return int.from_bytes(told[:2], "big") >> 1


def _cleaned(line: str) -> str:
    """A line as it may be typed: small letters, full width, spaces, its number in front."""
    plain = unicodedata.normalize("NFKC", line).upper().rpartition(":")[2]
    swapped = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(letter for letter in swapped if letter not in " -\t\u2014\u2013.")


def _line(number: int, line: str) -> bytes:
    if len(line) != LINE:
        raise Unopened(f"密钥第 {number} 行应有 {LINE} 个字符，现有 {len(line)} 个")
    wrong = [letter for letter in line if letter not in ALPHABET]
    if wrong:
        raise Unopened(f"密钥第 {number} 行的“{wrong[0]}”不是密钥单上会有的字符")
    value = 0
    for letter in line:
        value = value << 5 | ALPHABET.index(letter)
    data = (value >> 16).to_bytes(8, "big")
    if value & 0xFFFF != check_of(number, data) << 1:
        raise Unopened(f"密钥第 {number} 行录入有误，与行末的校验字符不符")
    return data


def _loaded(name: str | None) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name) if name else None
    except OSError:
        return None


class Crypto:
    """AES-256-GCM by libcrypto (EVP interface, the same since OpenSSL 1.0.1)."""

    def __init__(self) -> None:
        names = (ctypes.util.find_library("crypto"), "libcrypto.so.3", "libcrypto.so.1.1")
        found = next((lib for lib in map(_loaded, names) if lib is not None), None)
        if found is None:
            raise Unopened("没有找到 OpenSSL 的 libcrypto，请先安装 openssl")
        self.lib = found
        self.lib.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
        self.lib.EVP_aes_256_gcm.restype = ctypes.c_void_p

    def open(self, key: bytes, nonce: bytes, data: bytes, top: bytes) -> bytes | None:
        """The plaintext, or None when it is not exactly what was sealed under this key."""
        body, tag, lib = data[:-TAG], data[-TAG:], self.lib
        out, told = ctypes.create_string_buffer(len(body) + TAG), ctypes.c_int(0)
        context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
        aes = ctypes.c_void_p(lib.EVP_aes_256_gcm())
        try:
            lib.EVP_DecryptInit_ex(context, aes, None, key, nonce)
            lib.EVP_DecryptUpdate(context, None, ctypes.byref(told), top, len(top))
            if body:
                lib.EVP_DecryptUpdate(context, out, ctypes.byref(told), body, len(body))
            lib.EVP_CIPHER_CTX_ctrl(context, 0x11, TAG, tag)
            rest = ctypes.create_string_buffer(TAG)
            good = lib.EVP_DecryptFinal_ex(context, rest, ctypes.byref(told))
        finally:
            lib.EVP_CIPHER_CTX_free(context)
        return out.raw[: len(body)] if good == 1 else None


def manifest_of(folder: Path) -> dict[str, Any]:
    """What the set says of itself. Raises Unopened."""
    try:
        told: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise Unopened(f"{folder} 里没有能读的 manifest.json：不是一份完整的备份") from None
    return told


def set_key_of(manifest: dict[str, Any], key: bytes, crypto: Crypto) -> bytes:
    """The set's own key, and the manifest proved by it."""
    own = hashlib.sha256(key).hexdigest()[:16]
    if own != manifest["print_id"]:
        raise Unopened(f"密钥指纹是 {own}，这份备份要用指纹为 {manifest['print_id']} 的密钥单")
    blob = base64.b64decode(manifest["wrapped"])
    bound = "netops-set 1 {}".format(manifest["set_id"]).encode()
    set_key = crypto.open(key, blob[:12], blob[12:], bound)
    rest = {name: value for name, value in manifest.items() if name != "seal"}
    told = json.dumps(rest, ensure_ascii=True, sort_keys=True).encode()
    if set_key is not None:
        sealing = hmac.new(set_key, b"netops-set 1 manifest", hashlib.sha256).digest()
        if hmac.new(sealing, told, hashlib.sha256).hexdigest() == manifest["seal"]:
            return set_key
    raise Unopened("manifest.json 已被改动；请用另一份副本")


def frames(
    folder: Path, manifest: dict[str, Any], stream: str, set_key: bytes, crypto: Crypto
) -> Iterator[bytes]:
    """The plaintexts of one stream, each proved."""
    number, ended = 0, False
    parts = [part for part in manifest["parts"] if part["name"].startswith(stream + ".")]
    for part in parts:
        with opened(folder, part, manifest["set_id"]) as (file, line):
            while True:
                top = file.read(4)
                if not top:
                    break
                length = int.from_bytes(top, "big")
                sealed = file.read(length & ~LAST)
                nonce = STREAMS.index(stream).to_bytes(4, "big") + number.to_bytes(8, "big")
                data = crypto.open(set_key, nonce, sealed, line + top) if not ended else None
                if data is None:
                    raise Unopened(f"{part['name']} 第 {number + 1} 段已被改动或损坏")
                number, ended = number + 1, bool(length & LAST)
                yield data
    if not ended:
        raise Unopened(f"{parts[-1]['name']} 之后还应有内容：备份不完整")


@contextmanager
def opened(folder: Path, part: dict[str, Any], set_id: str) -> Iterator[tuple[IO[bytes], bytes]]:
    """A part behind its first line, and that line."""
    wanted = "netops-set 1 {} {}\n".format(part["name"], set_id).encode()
    place = folder / part["name"]
    if not place.is_file():
        raise Unopened(f"缺少 {part['name']}；请从另一份副本补齐")
    size = place.stat().st_size
    if size != part["size"]:
        raise Unopened(f"{part['name']} 应为 {part['size']} 字节，现为 {size} 字节")
    with place.open("rb") as file:
        line = file.read(len(wanted))
        if line != wanted:
            raise Unopened(
                f"{part['name']} 的位置上放的是别的内容：{line.decode(errors='replace')}"
            )
        yield file, line


@contextmanager
def unpacked(folder: Path, stream: str, key: bytes) -> Iterator[IO[bytes]]:
    """One stream as it was before zstd. Another copy of this program decrypts; the key goes to it
    through a pipe, never over a command line."""
    if shutil.which("zstd") is None:
        raise Unopened("没有找到 zstd 程序，请先安装（apt install zstd，或 dnf install zstd）")
    program, pipe = str(Path(__file__).resolve()), subprocess.PIPE
    words = [sys.executable, "-I", "-X", "utf8", program, str(folder), "--stream", stream]
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe) as source:
        assert source.stdin and source.stdout and source.stderr
        zstd = subprocess.Popen(
            ["zstd", "-dcq"], stdin=source.stdout, stdout=pipe, stderr=subprocess.DEVNULL
        )
        with zstd:
            assert zstd.stdout
            source.stdout.close()
            source.stdin.write(key)
            source.stdin.close()
            try:
                yield zstd.stdout
                while zstd.stdout.read(CHUNK):
                    pass
            except (tarfile.TarError, ValueError, EOFError):
                zstd.stdout.close()  # or the other copy would wait for somebody to read
                _refuse(source.stderr)
                raise
            zstd.stdout.close()
        _refuse(source.stderr)
    if source.returncode or zstd.returncode:
        raise Unopened("内容无法解压；请用另一份副本")


def _refuse(errors: IO[bytes]) -> None:
    """What the other copy has found wrong."""
    told = errors.read().decode("utf-8", "replace").strip()
    if told:
        raise Unopened(told.rpartition("打不开：")[2]) from None


def walk(folder: Path, key: bytes, into: Path | None) -> Iterator[dict[str, Any]]:
    """Compare every file with the listing; lay it into a folder, too, when there is one. Gives each
    line of the listing as soon as it is proved."""
    listing, content = unpacked(folder, "listing", key), unpacked(folder, "content", key)
    with listing as lines, content as file, _archive(file) as tar:
        for line in lines:
            entry, info = json.loads(line), tar.next()
            tar.members = []  # type: ignore[attr-defined]  # it would remember them all
            if info is None or (info.name, info.size) != (entry["path"], entry["size"]):
                raise Unopened("文件清单与内容对不上：{!a}".format(entry["path"]))
            take(tar, info, entry, into)
            yield entry


def _archive(file: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=file, mode="r|", encoding="utf-8", errors="surrogateescape")


def take(
    tar: tarfile.TarFile, info: tarfile.TarInfo, entry: dict[str, Any], into: Path | None
) -> None:
    """One entry: read, compared, and laid into the folder."""
    place = _place(into, entry["path"]) if into else None
    if info.issym() or info.isdir():
        if place and info.issym():
            place.symlink_to(info.linkname)
        elif place:
            place.mkdir(exist_ok=True)
        return
    told, file = hashlib.sha256(), tar.extractfile(info)
    assert file
    with (place or Path(os.devnull)).open("xb" if place else "wb") as out:
        while chunk := file.read(CHUNK):
            told.update(chunk)
            out.write(chunk)
    if told.hexdigest() != entry["sha256"]:
        raise Unopened("{!a} 的内容与清单里的 SHA-256 不符".format(entry["path"]))
    if place:
        os.utime(place, (info.mtime, info.mtime))


def _place(into: Path, path: str) -> Path:
    """Where a file goes: inside the folder, through no link."""
    *above, name = path.split("/")
    if {"", ".", ".."} & {*above, name}:
        raise Unopened(f"不能取出这样的文件名：{path!a}")
    place = into
    for one in above:
        place /= one
        if place.is_symlink():
            raise Unopened(f"{path!a} 在一个链接之下")
        place.mkdir(exist_ok=True)
    return place / name


def ask_key(place: Path | None) -> bytes:
    """From a file, from a pipe, or typed line by line and not shown."""
    if place:
        return key_from_text(place.read_text("utf-8"))
    if not sys.stdin.isatty():
        return key_from_text(sys.stdin.read())
    typed = [getpass.getpass(f"密钥第 {number} 行：") for number in range(1, LINES + 1)]
    return key_from_text("\n".join(typed))


def stream_out(folder: Path, stream: str) -> None:
    """What the other copy of this program does (`unpacked`)."""
    key, crypto = sys.stdin.buffer.read(), Crypto()
    manifest = manifest_of(folder)
    set_key = set_key_of(manifest, key, crypto)
    for data in frames(folder, manifest, stream, set_key, crypto):
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="打开一份备份，不需要值守台")
    parser.add_argument("folder", type=Path, help="备份文件夹")
    parser.add_argument("--to", type=Path, help="取出到这个新文件夹")
    parser.add_argument("--list", action="store_true", help="列出里面的文件")
    parser.add_argument("--key-file", type=Path, help="写有密钥单四行文字的文件")
    parser.add_argument("--stream", choices=STREAMS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    try:
        if asked.stream:
            stream_out(asked.folder, asked.stream)
        else:
            run(asked.folder, ask_key(asked.key_file), asked.to, asked.list)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads on: whoever did says why
    except (Unopened, OSError, tarfile.TarError, ValueError, KeyError) as error:
        print(f"打不开：{error}", file=sys.stderr)
        return 1
    return 0


def run(folder: Path, key: bytes, into: Path | None, shown: bool) -> None:
    """Prove a whole set, lay it into a folder, tell what is in it."""
    manifest = manifest_of(folder)
    set_key_of(manifest, key, Crypto())
    if into:
        into.mkdir(mode=0o700, parents=True)
    count = 0
    for entry in walk(folder, key, into):
        count += 1
        if shown:
            print("{:>14} {} {!a}".format(entry["size"], entry["modified"], entry["path"]))
    if count != manifest["entries"]:
        raise Unopened("应有 {} 个文件，实有 {} 个".format(manifest["entries"], count))
    names = " ".join(manifest[name] for name in ("number", "source_name", "period"))
    print(f"{names}：{count} 个文件，全部核对无误")


if __name__ == "__main__":
    sys.exit(main())
