"""What goes wrong with weights.

ModelError                  a sentence for whoever runs the studio: what happened, what to do
├── ModelMissing            the files are not here, or not whole
├── ModelDamaged            a file is not the one that was pinned, or not what its name says
├── ModelRefused            a licence, a file format or an origin that this studio does not take
└── PullFailed              the hub, the network or the disk did not do its part
"""

from __future__ import annotations


class ModelError(Exception):
    """Root of everything that `studio.models` raises."""


class ModelMissing(ModelError):
    """Files are not here."""


class ModelDamaged(ModelError):
    """A file is not the pinned one, is cut short, or holds something else than its name says."""


class ModelRefused(ModelError):
    """These weights are not taken; the message gives the reason."""


class PullFailed(ModelError):
    """A file could not be fetched; what came so far is kept where it can be gone on with."""
