"""The JSON API under /api/v1; its parts are in `web.api`, its document at /api/docs."""

from web.api import devices, jobs, readings, registers, samples  # noqa: F401  (each adds its operations)
from web.api.door import bp

__all__ = ["bp"]
