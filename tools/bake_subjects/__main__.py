"""Command line: `python -m tools.bake_subjects bake | masks | manifest | check | sheet`.

Each command imports its own needs: `bake` and `masks` run in the bake-time environment, the others
in the project's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.bake_subjects.actions import FRAMES
from tools.bake_subjects.parameters import SUBJECTS

ASSETS = Path(__file__).resolve().parents[2] / "studio" / "subjects" / "assets"


def main() -> None:
    """Parse the command line and run one command."""
    parser = argparse.ArgumentParser(prog="python -m tools.bake_subjects", description=__doc__)
    parser.add_argument("command", choices=("bake", "masks", "manifest", "check", "sheet"))
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the frames")
    parser.add_argument("--subjects", nargs="+", choices=tuple(SUBJECTS), default=list(SUBJECTS))
    parser.add_argument("--frames", nargs="+", choices=tuple(FRAMES), default=list(FRAMES))
    parser.add_argument("--weights", type=Path, help="folder of the models that `check` uses")
    parser.add_argument("--to", type=Path, default=Path("sheet.png"), help="where `sheet` writes")
    options = parser.parse_args()
    match options.command:
        case "bake":
            from tools.bake_subjects.bake import bake  # noqa: PLC0415 - needs its own environment

            bake(options.assets, options.subjects, options.frames)
        case "masks":
            from tools.bake_subjects.masks import bake_masks  # noqa: PLC0415 - needs its own environment

            bake_masks(options.assets, options.subjects)
        case "manifest":
            from tools.bake_subjects.manifest import write_manifest  # noqa: PLC0415 - needs its own environment

            print(write_manifest(options.assets))
        case "check":
            from tools.bake_subjects.check import report  # noqa: PLC0415 - needs its own environment

            if options.weights is None:
                parser.error("check needs --weights")
            print(report(options.assets, options.weights))
        case "sheet":
            from tools.bake_subjects.sheet import write_sheet  # noqa: PLC0415 - needs its own environment

            write_sheet(options.assets, options.to)


if __name__ == "__main__":
    main()
