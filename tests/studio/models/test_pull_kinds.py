"""The weights of every kind, as the tests draw with them, over the wire and back on a shelf."""

from __future__ import annotations

import pytest

from studio.models.hub import Hub
from studio.models.pull import Wish, pull
from studio.models.shelf import Shelf
from studio.models.types import Kind
from tests.studio.models.shelves import Told
from tests.tiny.catalogue import REVISION
from tests.tiny.hub import tiny_hub


def held(shelf):
    """Return every file of a shelf by repository and path."""
    return {
        entry.repo: {
            file.path: (shelf.folder(entry) / file.path).read_bytes() for file in entry.files
        }
        for entry in shelf.catalogue.entries
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_that_was_pulled_is_the_one_that_was_laid_there(tiny_shelf, tmp_path, kind):
    models = tiny_shelf.catalogue.of(kind)
    shelf = Shelf(tmp_path, tiny_shelf.catalogue, frozenset())
    with tiny_hub(files=held(tiny_shelf), commit=REVISION) as served:
        assert shelf.missing(kind) == models.needs
        hub = Hub(served.address)
        wishes = [
            Wish(entry, shelf.wanted(kind, entry)) for entry in (*models.needs, *models.helps)
        ]
        pull(shelf, wishes, hub, Told())
        hub.close()
    assert shelf.missing(kind) == ()
    roles = [entry.role for entry in (*models.needs, *models.helps)]
    there, here = tiny_shelf.files(kind, roles), shelf.files(kind, roles)
    assert here.fingerprint == there.fingerprint
    assert here.weights == there.weights
