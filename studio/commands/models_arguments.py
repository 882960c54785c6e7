"""What may be said after `python app.py models`."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "a name that `models list` prints, or a kind: sd15, sdxl, klein"


def add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models` and its actions to the command line."""
    models = commands.add_parser(
        "models",
        help="fetch, check and choose the weights that the Imagined family draws with",
        description="Status 0: done; 1: refused, not here, damaged or not fetched, and it says "
        "why; 130: stopped, and the same command goes on. Only `pull` reaches the network.",
    )
    models.add_argument("--json", action="store_true", help="print JSON")
    actions = models.add_subparsers(dest="action", metavar="action")
    _action(
        actions, "list", "what there is, its licence, and what is here (also without an action)"
    )
    pull = _action(actions, "pull", "fetch what is missing or damaged, and check all of it")
    pull.add_argument("names", metavar="NAME", nargs="+", help=NAME)
    verify = _action(actions, "verify", "read every file anew and compare it with its pin")
    verify.add_argument("names", metavar="NAME", nargs="*", help=f"{NAME}; none: all that is here")
    remove = _action(actions, "remove", "delete weights; of your own, forget them only")
    remove.add_argument("names", metavar="NAME", nargs="+", help=NAME)
    remove.add_argument(
        "--forget",
        action="store_true",
        help="their pins too: the next pull believes what it is given",
    )
    where = _action(actions, "where", "print the folder of weights, or of all of them")
    where.add_argument("name", metavar="NAME", nargs="?", help=NAME)
    add = _action(actions, "add", "take a checkpoint or a LoRA of your own, where it lies")
    add.add_argument(
        "path",
        metavar="PATH",
        type=Path,
        help="a .safetensors file, or the folder of A1111 or ComfyUI",
    )
    use = _action(actions, "use", "draw with these: of your own, or another entry for its role")
    use.add_argument("name", metavar="NAME", help="a name that `models list` prints")
    use.add_argument("--not", dest="is_off", action="store_true", help="no longer")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, says: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=says)
    action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    return action
