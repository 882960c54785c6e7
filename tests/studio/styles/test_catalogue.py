"""Every style says the truth about how its pixels come about."""

from __future__ import annotations

import pytest

from outputs.xmp import GENERATED_TYPES
from studio.styles.catalogue import STYLES
from studio.styles.types import Family

# Illustrated: drawn by a program without any trained generator. Painted: the person's own pixels,
# altered. Imagined: made by a trained generator. docs/provenance.md.
TRUE_TYPES = {
    Family.ILLUSTRATED: "algorithmicMedia",
    Family.PAINTED: "algorithmicallyEnhanced",
    Family.IMAGINED: "trainedAlgorithmicMedia",
}


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_style_names_the_source_type_that_is_true_of_its_family(style):
    assert style.digital_source_type == TRUE_TYPES[style.family]


def test_every_family_counts_as_generated():
    assert set(TRUE_TYPES) == set(Family)
    assert set(TRUE_TYPES.values()) <= GENERATED_TYPES
