"""What a person is told when nothing can be imagined.

Refusal (consent.errors)
└── ImaginationRefused          code, what happened, why, what to do next
    ├── NotAvailable            no models here, or no memory for any plan
    └── PictureRefused          what was drawn may not be shown: unsafe, like a photograph, broken
"""

from __future__ import annotations

from consent.errors import Refusal


class ImaginationRefused(Refusal):
    """Root of the refusals of this family."""


class NotAvailable(ImaginationRefused):
    """This machine cannot imagine now; the other families still draw."""


class PictureRefused(ImaginationRefused):
    """A finished picture failed a check and was thrown away."""
