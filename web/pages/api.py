"""The JSON API under /api/v1; its parts are in `web.api`, its document at /api/docs."""

from web.api import (  # noqa: F401  (each adds its operations)
    addresses,
    approvals,
    backups,
    compliance,
    config_acts,
    configs,
    deliveries,
    devices,
    jobs,
    log,
    notices,
    readings,
    registers,
    rows,
    samples,
    today,
)
from web.api.door import bp

__all__ = ["bp"]
