"""A person's own rows with what a dry run says of each: corrected, they are brought again."""

from collections import defaultdict

from inventory.headers import CAUSE
from inventory.plan import Plan
from inventory.sheets.returned import write_returned
from web.registers.uploads import Brought


def returned(given: Brought, found: Plan) -> bytes:
    """XLSX; the column of the causes is one that an import reads past."""
    headers = {told.label: header for header, told in given.fit.read.items()}
    causes = defaultdict(list)
    for error in found.errors:
        causes[error.number].append((headers.get(error.label, ""), f"{error.label}：{error.cause}"))
    return write_returned(given.sheet, CAUSE, causes)
