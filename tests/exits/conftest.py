from __future__ import annotations

from tests.outputs.conftest import authority, clock, reader, releaser, signer

__all__ = ["authority", "clock", "reader", "releaser", "signer"]
