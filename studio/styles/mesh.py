"""Names for the face landmarker's 478 points, as far as the styles draw with them.

Left and right are the picture's, not the subject's: the picture is what gets drawn.
Source of the numbering: MediaPipe's canonical face mesh, with irises.
"""

from __future__ import annotations

from dataclasses import dataclass

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
JAW = (58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288)
CHEEKS = (
    (116, 117, 118, 119, 100, 142, 36, 205, 187, 123),
    (345, 346, 347, 348, 329, 371, 266, 425, 411, 352),
)
FOREHEAD = (107, 66, 105, 104, 69, 108, 151, 337, 299, 333, 334, 296, 336, 9)
NOSE = (168, 122, 174, 198, 49, 48, 64, 98, 97, 2, 326, 327, 294, 278, 279, 420, 399, 351)

LIPS_UPPER_OUT = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_UPPER_IN = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_LOWER_IN = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIPS_LOWER_OUT = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)

NOSE_BASE = (98, 97, 2, 326, 327)
NOSE_TIP = 4
BRIDGE = 168
CHIN = 152
FOREHEAD_TOP = 10
TEMPLES = (234, 454)


@dataclass(frozen=True, slots=True)
class EyeMesh:
    """One eye and its brow; every row runs from the outer corner to the inner one."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    pouch: tuple[int, ...]
    brow_top: tuple[int, ...]
    brow_bottom: tuple[int, ...]
    iris: int
    iris_ring: tuple[int, ...]
    side: int  # -1 = the picture's left, +1 = its right: the way from the nose outwards


EYES = (
    EyeMesh(
        upper=(33, 246, 161, 160, 159, 158, 157, 173, 133),
        lower=(33, 7, 163, 144, 145, 153, 154, 155, 133),
        crease=(247, 30, 29, 27, 28, 56, 190),
        pouch=(110, 24, 23, 22, 26, 112),
        brow_top=(70, 63, 105, 66, 107),
        brow_bottom=(46, 53, 52, 65, 55),
        iris=468,
        iris_ring=(469, 470, 471, 472),
        side=-1,
    ),
    EyeMesh(
        upper=(263, 466, 388, 387, 386, 385, 384, 398, 362),
        lower=(263, 249, 390, 373, 374, 380, 381, 382, 362),
        crease=(467, 260, 259, 257, 258, 286, 414),
        pouch=(339, 254, 253, 252, 256, 341),
        brow_top=(300, 293, 334, 296, 336),
        brow_bottom=(276, 283, 282, 295, 285),
        iris=473,
        iris_ring=(474, 475, 476, 477),
        side=1,
    ),
)
