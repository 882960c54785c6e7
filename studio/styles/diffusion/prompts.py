"""What a kind is told: the look, what one sees of the person, and the words that were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.models.types import Kind
from studio.styles.attributes.types import FacialHair, GlassesShape, HairLength, HairTexture, Mouth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.styles.attributes.types import Attributes
    from studio.styles.diffusion.types import Recipe
    from studio.styles.diffusion.vocabulary import Vocabulary

# Heard by kinds with guidance. Photographs first: a result like one is refused.
NEVER = (
    "photo, photorealistic, realistic skin, nude, naked, child, two people, text, watermark, "
    "signature, deformed"
)
NOBODY = "person, people, face, figure"
TURN = "Turn the person in the pictures into this work of art:"
KEPT = (
    "It shows the same person as the pictures: keep the shape of the face, the eyes, the nose, "
    "the mouth, the hairline and the person's own skin tone. Head and shoulders of one clothed "
    "person who faces the viewer. It is clearly artwork, never a photograph. No text."
)
EMPTY = "An empty scene without any people. It is clearly artwork, never a photograph. No text."
_HAIR = {
    HairLength.BALD: "bald head",
    HairLength.SHAVED: "shaved hair",
    HairLength.SHORT: "short {} hair",
    HairLength.MEDIUM: "medium-length {} hair",
    HairLength.LONG: "long {} hair",
}
_FACIAL_HAIR = {
    FacialHair.NONE: "",
    FacialHair.STUBBLE: "stubble",
    FacialHair.MOUSTACHE: "a moustache",
    FacialHair.GOATEE: "a goatee",
    FacialHair.FULL: "a full beard",
}
_GLASSES = {
    GlassesShape.NONE: "",
    GlassesShape.ROUND: "round glasses",
    GlassesShape.SQUARE: "rectangular glasses",
}
_MOUTH = {
    Mouth.CLOSED: "",
    Mouth.SMILE: "a smile",
    Mouth.OPEN_SMILE: "a broad smile",
    Mouth.OPEN: "an open mouth",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A look and the words that were added to it, as one kind is told them.

    Stable Diffusion reads tags, and of them what 77 tokens of CLIP hold; FLUX reads sentences.
    """

    kind: Kind
    recipe: Recipe
    words: str  # as the control accepted them
    vocabulary: Vocabulary

    def prompt(self, attributes: Attributes) -> str:
        """Return what to draw of a person.

        Args:
            attributes: what one sees of them; what somebody is, is never said.
        """
        seen = features(attributes)
        if self._reads_tags:
            # What was asked for comes first: the selfie says the rest, too, if CLIP cuts it off.
            return ", ".join([self.recipe.prompt, "portrait of one person", *self._added(), *seen])
        return " ".join(
            [TURN, self.recipe.prompt, f"The person has {_joined(seen)}.", *self._added(), KEPT]
        )

    def scenery(self) -> str:
        """Return what to draw behind a person, without them."""
        if self._reads_tags:
            return ", ".join([self.recipe.scenery, "empty scenery", *self._added(behind=True)])
        return " ".join([self.recipe.scenery, *self._added(behind=True), EMPTY])

    def negative(self, *, is_scenery: bool) -> str:
        """Return what a kind with guidance keeps away from."""
        parts = (NOBODY if is_scenery else "", self.recipe.negative_prompt, NEVER)
        return ", ".join(part for part in parts if part)

    @property
    def _reads_tags(self) -> bool:
        match self.kind:
            case Kind.SD15 | Kind.SDXL:
                return True
            case Kind.KLEIN:
                return False

    def _added(self, *, behind: bool = False) -> list[str]:
        """Return a phrase for each group; for what lies behind, none of what is worn."""
        return [
            (group.tags if self._reads_tags else group.sentence).format(_joined(own))
            for group, own in self.vocabulary.chosen(self.words)
            if not (behind and group.is_worn)
        ]


def features(attributes: Attributes) -> tuple[str, ...]:
    """Return what a face is known by and a model may lose: hair, beard, glasses, smile."""
    is_straight = attributes.hair_texture is HairTexture.STRAIGHT
    hair = _HAIR[attributes.hair_length].format("" if is_straight else attributes.hair_texture)
    told = (
        " ".join(hair.split()),
        _FACIAL_HAIR[attributes.facial_hair],
        _GLASSES[attributes.glasses],
        _MOUTH[attributes.mouth],
    )
    return tuple(part for part in told if part)


def _joined(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
