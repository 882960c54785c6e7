"""What subjects wear: a knitted shirt with a ribbed collar, and glasses."""

from __future__ import annotations

import numpy as np

from tools.bake_subjects import materials
from tools.bake_subjects.blender import add_mesh, add_tube
from tools.bake_subjects.geometry import EYES, SKIN_END, Head, Template
from tools.bake_subjects.parameters import Glasses, Subject


def add_shirt(template: Template, subject: Subject, head: Head) -> None:
    """Add the shirt and the rib at its neckline."""
    x, y, z = template.vertices.T
    above = z - (
        0.546 + 0.035 * np.clip((y + 0.16) / 0.12, 0, 1) + 0.55 * np.clip(np.abs(x) - 0.05, 0, 0.06)
    )
    shirt = add_mesh(
        head.vertices,
        template.shirt,
        materials.cloth(subject.shirt),
        attributes={"above_collar": above},
        smooth=1,
    )
    thicker = shirt.modifiers.new("thickness", "DISPLACE")
    thicker.strength, thicker.mid_level = 0.002, 0
    band = tuple(0.86 * c for c in subject.shirt)
    rib = materials.plain("rib", Base_Color=band, Roughness=0.9)
    add_tube(_neckline(template, head, above), rib, 0.0042, closed=True)


def add_glasses(template: Template, head: Head, glasses: Glasses) -> None:
    """Add a wire frame that moves with the head."""
    wire = materials.plain("frame", Base_Color=(0.015, 0.015, 0.02), Roughness=0.25)
    for line in _frame_lines(template, head, glasses):
        add_tube(head.hang(line), wire, 0.0013)


def _neckline(template: Template, head: Head, above: np.ndarray) -> np.ndarray:
    """The shirt's edge as a closed line: where its grid crosses the collar's height."""
    quads = template.shirt
    edges = np.concatenate([quads[:, [i, (i + 1) % 4]] for i in range(4)])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    a, b = above[edges[:, 0]], above[edges[:, 1]]
    crossing = (a * b < 0) & (np.abs(template.vertices[edges].mean(1)[:, 0]) < 0.13)
    share = (a / np.where(a == b, 1, a - b))[crossing, None]
    ends = edges[crossing]

    def along(v: np.ndarray) -> np.ndarray:
        return v[ends[:, 0]] * (1 - share) + v[ends[:, 1]] * share

    home = along(template.vertices)
    home = home - home.mean(0)
    line = along(head.vertices)[np.argsort(np.arctan2(home[:, 0], home[:, 1]))]
    for _ in range(3):
        line = (np.roll(line, 1, 0) + 2 * line + np.roll(line, -1, 0)) / 4
    return line


def _frame_lines(template: Template, head: Head, glasses: Glasses) -> list[np.ndarray]:
    """Rims, temples and bridge, fitted to the resting head."""
    rest, home = head.rest, template.vertices[:SKIN_END]
    front = rest[EYES[0][0] : EYES[1][1], 1].min() - 0.010
    around = np.linspace(0, 2 * np.pi, 49)
    # On the template: the side of the head where the ears stand off.
    ear = (np.abs(home[:, 0]) > 0.0745) & (np.abs(home[:, 2] - 0.695) < 0.040)
    ear &= np.abs(home[:, 1] + 0.1075) < 0.0375

    def bent(t: np.ndarray) -> np.ndarray:
        return np.sign(t) * np.abs(t) ** glasses.squareness

    lines = []
    for eye, side in zip(EYES, (1, -1), strict=True):
        centre = rest[slice(*eye)].mean(0)
        x = centre[0] + side * 0.001 + glasses.width * bent(np.cos(around))
        outward = np.maximum((x - centre[0]) * side, 0)
        z = centre[2] - 0.004 + glasses.height * bent(np.sin(around))
        lines.append(np.stack([x, front + 0.25 * outward, z], axis=1))
        pinna = rest[:SKIN_END][ear & (np.sign(home[:, 0]) == side)]
        hinge, height = centre[0] + side * glasses.width, centre[2] + 0.004
        top, behind = np.abs(pinna[:, 0]).min() * side, pinna[:, 1].mean()
        temple = (
            (hinge, front + 0.006, height),
            (hinge + side * 0.006, front + 0.012, height),
            (top + side * 0.004, behind - 0.03, height),
            (top + side * 0.003, behind + 0.005, height - 0.006),
        )
        lines.append(np.array(temple))
    inner = rest[slice(*EYES[0])].mean(0)[0] - glasses.width
    t = np.linspace(-1, 1, 9)
    arch = rest[slice(*EYES[0])].mean(0)[2] + 0.001 + 0.003 * (1 - t**2)
    lines.append(np.stack([inner * t, front - 0.002 - 0.001 * (1 - t**2), arch], axis=1))
    return lines
