"""Styles that exist nowhere, and abstract pictures with a label."""

from __future__ import annotations

import hashlib
import io
import random

from PIL import Image, ImageDraw

from outputs.types import Profile, Released
from studio.styles.attributes.corrections import correction_controls
from studio.styles.types import Choice, Controls, Family, Range, Style, Words

PALETTE = {
    "warm": ("#F3C9A5", "#C8452B", "#3B2A20"),
    "cool": ("#C9DDE8", "#2F6F8F", "#14242E"),
    "night": ("#3A3550", "#B58BD9", "#0F0D18"),
}

NOTICE = """What you agree to

Selfsame draws you, and only you. This is the whole text.

What is used
- Five pictures from your camera.
- Numbers that describe your face, encrypted.

How long
As long as you choose, one year at most. Then everything is deleted without being asked.

Your rights
You can end this at any time, with one button, and receive a deletion receipt.

Who is responsible
nobody *in particular*
Contact: none
"""

NOTICE_DE = """Worin du einwilligst

Selfsame zeichnet dich, und nur dich. Das ist der ganze Text.

Was gebraucht wird
- Fünf Bilder aus deiner Kamera.
- Zahlen, die dein Gesicht beschreiben, verschlüsselt.
"""


WORDS = {
    "woollen scarf": "Clothes",
    "denim jacket": "Clothes",
    "round hat": "Clothes",
    "forest": "Setting",
    "harbour": "Setting",
    "starry sky": "Setting",
    "crimson": "Colour",
    "teal": "Colour",
}
MOST_WORDS = 3


def imagined_styles() -> tuple[Style, ...]:
    """Return two styles that take their time."""
    engines = {"auto": "The best that is ready", "sd15": "Small", "klein": "Large"}
    parts = {"whole": "The whole picture", "face": "The face only"}
    controls = (
        Range("strength", "How far from the photo", 0.0, 1.0, 0.05, 0.5),
        Words("words", "Words to add", WORDS, MOST_WORDS),
        Choice("part", "What is imagined", parts, "whole"),
        Choice("engine", "Model", engines, "auto"),
    )
    return tuple(
        Style(
            name,
            title,
            Family.IMAGINED,
            summary,
            "Apache-2.0",
            "trainedAlgorithmicMedia",
            controls,
            is_slow=True,
            selfies=4,
        )
        for name, title, summary in (
            ("clay", "Clay bust", "A bust modelled by hand in coloured clay."),
            ("synthwave", "Synthwave", "Neon light and a low sun."),
        )
    )


def fake_styles() -> tuple[Style, ...]:
    """Return styles of three families: eight that draw at once, and two imagined ones."""
    names = (
        ("toon", "Toon", Family.ILLUSTRATED, "Clean lines and flat colour."),
        ("ink", "Ink", Family.ILLUSTRATED, "Black brush lines on paper."),
        ("riso", "Riso", Family.ILLUSTRATED, "Two inks, slightly apart."),
        ("cutout", "Cut-out", Family.ILLUSTRATED, "Layers of coloured paper."),
        ("gouache", "Gouache", Family.PAINTED, "Opaque strokes, few colours."),
        ("watercolour", "Watercolour", Family.PAINTED, "Thin washes that bleed."),
        ("pastel", "Pastel", Family.PAINTED, "Chalk on rough paper."),
        ("oil", "Oil", Family.PAINTED, "Thick strokes along the face."),
    )
    controls = (
        Range("line", "Line weight", 0.5, 3.0, 0.1, 1.2),
        Range("levels", "Shading levels", 2, 6, 1, 3),
        Choice("palette", "Palette", {name: name.capitalize() for name in PALETTE}, "warm"),
        Choice(
            "background", "Background", {"plain": "Plain", "rays": "Rays", "dots": "Dots"}, "plain"
        ),
    )
    by_hand = correction_controls(("monk", "hair_colour", "hair_length", "glasses", "facial_hair"))
    quick = tuple(
        Style(
            name,
            title,
            family,
            summary,
            "CC-BY-4.0" if family is Family.ILLUSTRATED else "Apache-2.0",
            "algorithmicMedia",
            (*controls, *by_hand) if family is Family.ILLUSTRATED else controls,
            attribution="“Somebody” by Nobody" if family is Family.ILLUSTRATED else "",
            source="https://example.org/art" if family is Family.ILLUSTRATED else "",
        )
        for name, title, family, summary in names
    )
    return (*quick, *imagined_styles())


def draw(style: str, controls: Controls, seed: int, side: int, media: str = "WEBP") -> bytes:
    """Return an abstract picture with a label: circles and a ground, no face."""
    paper, accent, ink = PALETTE[str(controls.get("palette", "warm"))]
    rng = random.Random(f"{style}{seed}")
    image = Image.new("RGB", (side, side), paper)
    pen = ImageDraw.Draw(image)
    for _ in range(3):
        x, y, r = rng.random() * side, rng.random() * side, side * rng.uniform(0.15, 0.4)
        pen.ellipse((x - r, y - r, x + r, y + r), outline=accent, width=side // 60)
    weight = max(2, int(side / 160 * float(controls.get("line", 1.2))))
    pen.ellipse(
        (side * 0.3, side * 0.2, side * 0.7, side * 0.7), fill=accent, outline=ink, width=weight
    )
    pen.pieslice((side * 0.15, side * 0.65, side * 0.85, side * 1.4), 180, 360, fill=ink)
    pen.rounded_rectangle(
        (side * 0.74, side * 0.03, side * 0.97, side * 0.15), side * 0.02, fill="#111"
    )
    pen.text((side * 0.855, side * 0.09), "AI", fill="#fff", anchor="mm", font_size=side * 0.07)
    buffer = io.BytesIO()
    image.save(buffer, media)
    return buffer.getvalue()


def released(data: bytes, media: str, side: int, profile: Profile) -> Released:
    digest = hashlib.sha256(data).hexdigest()
    return Released(data, f"image/{media.lower()}", digest, side, side, profile)
