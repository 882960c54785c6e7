"""Files of the creator's own, looked at again before they are drawn with."""

from __future__ import annotations

from studio.models.collection import Item
from studio.models.errors import ModelDamaged, ModelMissing, ModelRefused
from studio.models.hashes import Hashes
from studio.models.headers import read_header
from studio.models.inspection import words_of
from studio.models.origins import require_origin


class OwnFiles:
    """Tells whether they are still what was added, and still accepted."""

    def __init__(self, hashes: Hashes, accepted: frozenset[str]) -> None:
        """Read nothing yet.

        Args:
            hashes: remembers what was read.
            accepted: names of licences that the operator accepted in the settings.
        """
        self._hashes = hashes
        self._accepted = accepted
        self._allowed: set[Item] = set()

    def verify(self, item: Item) -> str:
        """Return the SHA-256 of a file; it is read once until it changes.

        Raises:
            ModelMissing: it is not there any more.
            ModelDamaged: it is another one than was added.
            ModelRefused: the operator does not accept its licence, or no longer.
        """
        out = f"draw without it with: python app.py models use {item.name} --not"
        if not item.path.is_file():
            raise ModelMissing(f"{item.path} is not there any more. Put it back, or {out}")
        found = self._hashes.of(item.path)
        if found != item.sha256:
            raise ModelDamaged(
                f"{item.path} is another file than the one that was added. Add it anew with: "
                f"python app.py models add {item.path}, or {out}"
            )
        if item not in self._allowed:
            try:
                require_origin(item.path, words_of(read_header(item.path)), self._accepted)
            except ModelRefused as error:
                raise ModelRefused(f"{item.path.name}: {error} Or {out}") from error
            self._allowed.add(item)
        return found
