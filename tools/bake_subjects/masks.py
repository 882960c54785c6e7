"""What each pixel of a baked frame shows: the same scene in flat colours, one per region.

Every ray keeps the colour that it met first: four rays across and four down vote for each pixel of
the mask and for its neighbours, so that thin strands go to the hair or to the wall, whichever fills
more there.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from PIL import Image

from tools.bake_subjects import materials
from tools.bake_subjects.actions import FRAMES, Light, Pose
from tools.bake_subjects.geometry import Template
from tools.bake_subjects.hair import Barber
from tools.bake_subjects.parameters import SUBJECTS, HairStyle, Subject
from tools.bake_subjects.render import Quality, build, set_up

MASKED = ("still_00", "mouth_open_03")  # frames that have a mask: calm, and with teeth to see
WIDTH, HEIGHT = 640, 480  # pixels of the mask
RAYS = 4  # across and down, for each pixel
# In the order of the palette; the studio's tests read them by these numbers.
REGIONS = (
    *("background", "skin", "neck", "hair", "brows", "eyes"),
    *("lips", "mouth", "teeth", "beard", "clothes", "frames"),
)
LEVELS = (0.0, 0.5, 1.0)
COLOURS = dict(zip(REGIONS, itertools.product(LEVELS, repeat=3), strict=False))
# The jaw's line on the template, metres: height above the ground over the way back from the chin.
CHIN, JAW_ANGLE = (-0.195, 0.603), (-0.115, 0.648)


def bake_masks(folder: Path, subjects: list[str]) -> None:
    """Write `<folder>/<subject>/<frame>.png` for every mask not there yet."""
    template = Template()
    for name, frame in itertools.product(subjects, MASKED):
        path = folder / name / f"{frame}.png"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet = Image.fromarray(_labels(template, SUBJECTS[name], FRAMES[frame]), mode="P")
        sheet.putpalette([round(255 * x) for colour in COLOURS.values() for x in colour])
        sheet.save(path, optimize=True)
        print(path, path.stat().st_size, flush=True)


def _labels(template: Template, subject: Subject, pose: Pose) -> np.ndarray:
    """(HEIGHT, WIDTH) uint8: the index among REGIONS that most rays of a pixel met."""
    head = template.pose(subject, pose)
    set_up(Quality(WIDTH * RAYS, HEIGHT * RAYS, samples=1))
    _look_once()
    build(template, subject, head, Barber(template, subject).dress(head), light=Light.ROOM)
    _repaint(template, subject)
    with tempfile.TemporaryDirectory() as scratch:
        to = Path(scratch) / "regions.png"
        bpy.context.scene.render.filepath = str(to)
        bpy.ops.render.render(write_still=True)
        seen = cv2.cvtColor(cv2.imread(str(to)), cv2.COLOR_BGR2RGB)
    levels = np.round(seen / 127.5).astype(int) @ (9, 3, 1)
    rays = np.minimum(levels, len(REGIONS) - 1)
    cells = rays.reshape(HEIGHT, RAYS, WIDTH, RAYS)
    votes = ((cells == k).mean(axis=(1, 3)) for k in range(len(REGIONS)))
    return np.stack([cv2.blur(share, (3, 3)) for share in votes]).argmax(axis=0).astype(np.uint8)


def _look_once() -> None:
    """One ray per pixel, no bounce, no mixing of neighbours, no curve on the colours."""
    scene = bpy.context.scene
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = 0
    scene.cycles.pixel_filter_type = "BOX"
    scene.cycles.filter_width = 0.01
    scene.view_settings.view_transform = "Raw"


def _repaint(template: Template, subject: Subject) -> None:
    """Give everything in the scene the flat colour of its region."""
    grown = ["brows", "lashes"]
    grown += ["hair"] if subject.hair.style is not HairStyle.BALD else []
    grown += ["beard"] if subject.beard else []
    strands = sorted(o.name for o in bpy.data.objects if o.name.startswith("strands"))
    kinds = dict(zip(strands, grown, strict=True))
    wear = {"teeth": "teeth", "tongue": "mouth", "eye": "eyes", "rib": "clothes", "frame": "frames"}
    for thing in list(bpy.data.objects):
        if thing.type in ("LIGHT", "CAMERA"):
            continue
        material = thing.data.materials[0]
        name = re.sub(r"\.\d+$", "", material.name)
        if thing.name in kinds:
            thing.hide_render = kinds[thing.name] == "lashes"
            thing.data.materials[0] = _flat(kinds[thing.name].replace("lashes", "eyes"))
        elif name == "cloth":
            materials.shine(material, COLOURS["clothes"])
        elif name == "skin":
            _paint_skin(thing, material, template)
        else:
            thing.data.materials[0] = _flat(wear.get(name, "background"))
    bpy.context.scene.world.node_tree.nodes["Background"].inputs[1].default_value = 0


def _flat(region: str) -> Any:
    material = materials.plain(region)
    materials.shine(material, COLOURS[region])
    return material


def _paint_skin(thing: Any, material: Any, template: Template) -> None:
    """Skin, and on it neck, lips and the mouth's inside, with hard borders."""
    used = np.unique(template.body)
    _, y, z = template.vertices[used].T
    share = (y - CHIN[0]) / (JAW_ANGLE[0] - CHIN[0])
    below = CHIN[1] + share * (JAW_ANGLE[1] - CHIN[1]) - z
    data = thing.data.attributes.new("below_jaw", "FLOAT", "POINT").data
    data.foreach_set("value", np.ascontiguousarray(below, np.float32))
    materials.shine_in_parts(material, COLOURS)
