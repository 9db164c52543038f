"""Every table in one place: importing this module maps them all and sets the session's rules."""

from inventory import (  # noqa: F401
    audit,
    centre,
    credential,
    device,
    guard,
    home,
    hostkey,
    interface,
    person,
    run,
    saved,
    state,
)
from inventory.db import Base

metadata = Base.metadata
