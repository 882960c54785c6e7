"""Rights in memory: the pictures of oneself, and the receipts of what was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from studio.service.rights import OwnSelfie
from tests.studio.ui.fake_styles import draw

if TYPE_CHECKING:
    from tests.studio.ui.fakes import FakeStudio


class FakeRights:
    """Stands in for `studio.service.rights.RightsService`."""

    def __init__(self, studio: FakeStudio) -> None:
        self.studio = studio
        self.receipts: dict[str, list[Mapping[str, object]]] = {}

    def archive(self, token: str) -> Iterator[bytes]:
        self.studio.opened(token)
        return iter((b"PK", b"\x05\x06", bytes(18)))

    def deletion_receipts(self, token: str) -> Sequence[Mapping[str, object]]:
        return self.receipts.get(token, [])

    def selfies(self, token: str) -> Sequence[OwnSelfie]:
        kept = self.studio.opened(token).selfies
        return [OwnSelfie(selfie.id, selfie.added_at, "looking straight ahead") for selfie in kept]

    def selfie(self, token: str, selfie_id: str) -> bytes:
        self.studio.opened(token)
        return draw("oil", {"palette": "cool"}, len(selfie_id), 256, "JPEG")

    def delete_selfie(self, token: str, selfie_id: str) -> None:
        subject = self.studio.opened(token)
        subject.selfies = [selfie for selfie in subject.selfies if selfie.id != selfie_id]
