"""Embeds the drawn heads with the studio's own network and writes the cohort."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from studio.face.meter import FaceMeter

SOURCE = (
    "One entry for each of {count} adult phenotypes of anny 0.6.2 (Apache-2.0; MakeHuman data, "
    "CC0), sampled from seeds and drawn with Cycles by tools/cohort: nobody was scanned, "
    "photographed or copied."
)


def main() -> None:
    """Write one template for each head in which exactly one face is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("heads", type=Path)
    parser.add_argument("out", type=Path)
    weights = Path(sys.prefix) / "share" / "selfsame" / "weights"
    parser.add_argument("--weights", type=Path, default=weights)
    options = parser.parse_args()
    meter = FaceMeter(options.weights)
    templates = []
    for path in sorted(options.heads.glob("*.png")):
        with Image.open(path) as picture:
            image = np.asarray(picture.convert("RGB"))
        faces = meter.faces(image)
        if len(faces) != 1:
            print(f"{path.name}: {len(faces)} faces, left out")
            continue
        templates.append([round(value, 5) for value in meter.embed(image, faces[0])])
    meter.close()
    source = SOURCE.format(count=len(templates))
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in templates)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(
        f'{{"version":1,"source":{json.dumps(source)},"templates":[\n{rows}\n]}}\n', "utf-8"
    )
    print(f"{options.out}: {len(templates)} templates, {options.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
