"""The easel of the fake studio: likeness by the seed, and a grey square for a selfie."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from consent.errors import ConsentRefused, Refusal
from outputs.types import Profile, Released, StoredOutput
from studio.likeness.types import Band, Dropped, Likeness, MeasuredPreview, Measures
from studio.styles.types import Controls
from tests.studio.ui.fake_styles import draw, released

if TYPE_CHECKING:
    from tests.studio.ui.fakes import FakeStudio

BANDS = ((Band.STRONG, 92), (Band.FAIR, 55), (Band.LOOSE, 12))


def likeness_of(seed: int) -> Likeness:
    band, percentile = BANDS[seed % len(BANDS)]
    return Likeness(
        band=band,
        title=f"{band.value.capitalize()} likeness",
        percentile=percentile,
        among_own=percentile,
        measures=Measures(shape_error=0.031, skin_drift=2.4, kept=("glasses",)),
        sentences=("The features sit where yours sit.", "Your skin tone is kept."),
        dropped=(Dropped(7, "The mouth had moved."),) if seed else (),
    )


@dataclass
class FakeEasel:
    """Measures nothing, and remembers what was asked for."""

    studio: FakeStudio

    def measured(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None],
    ) -> MeasuredPreview:
        shown = self.studio.preview(token, style, controls, seed, still_wanted=still_wanted)
        recipe = {"style": style, "seed": seed, "controls": dict(controls)}
        return MeasuredPreview(shown, likeness_of(seed), recipe)

    def again(self, token: str, output_id: str, *, vary: bool) -> str:
        recipe = self._output(token, output_id).recipe
        if recipe is None:
            raise ConsentRefused(
                "recipe_unknown",
                "How this picture was drawn was not kept.",
                why="It is older.",
                next_step="Make it anew.",
            )
        seed = int(str(recipe["seed"])) + int(vary)
        controls = recipe["controls"]
        assert isinstance(controls, dict)
        return self.studio.make(token, str(recipe["style"]), controls, seed)

    def portrait(self, token: str, style: str) -> bytes:
        self.studio.refuse_if("portrait")
        self.studio.opened(token)
        return _grey_square()

    def portrait_of(self, token: str, output_id: str) -> bytes:
        self._output(token, output_id)
        return _grey_square()

    def glimpse(self, token: str, job_id: str) -> Released:
        view = self.studio.job(token, job_id)
        if view.glimpse == 0:
            raise Refusal(
                "no_glimpse",
                "There is nothing to see yet.",
                why="Only what is labelled is shown.",
                next_step="Wait a moment.",
            )
        picture = draw(view.style, {"palette": "night"}, view.glimpse, 256)
        return released(picture, "webp", 256, Profile.PREVIEW)

    def _output(self, token: str, output_id: str) -> StoredOutput:
        self.studio.output(token, output_id, "png")
        found = self.studio.opened(token).outputs
        return next(output for output in found if output.id == output_id)


def _grey_square() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (512, 512), "#8a8a8a").save(buffer, "JPEG")
    return buffer.getvalue()
