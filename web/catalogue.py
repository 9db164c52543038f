"""Translations: every page module brings its own .po file; the running console reads one .mo."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"


class CatalogueError(RuntimeError):
    """The catalogues contradict each other; the text names the file and the words."""


def compile_translations(root: Path = TRANSLATIONS) -> None:
    """Merge every <language>/LC_MESSAGES/*.po into messages.mo, so that each page module may
    bring its own file. Raises CatalogueError when two files translate one text differently."""
    for folder in sorted(root.glob("*/LC_MESSAGES")):
        catalogue = Catalog(locale=folder.parent.name)
        for path in sorted(folder.glob("*.po")):
            _merge(catalogue, path)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        _write_if_new(folder / "messages.mo", compiled.getvalue())


def _merge(catalogue: Catalog, path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file):
            known = catalogue.get(message.id) if message.id else None
            if known is not None and known.string != message.string:
                raise CatalogueError(f"{path.name}：“{message.id}”与另一个文件译法不同，请统一")
            if message.id and message.string:
                catalogue.add(message.id, message.string)


def _write_if_new(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
