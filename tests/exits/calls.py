"""Finds every call in the sources that can hand bytes to a disk, a browser, a network or a log."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("app.py", "consent", "outputs", "studio")

# What is called, by its last name and whatever it is called on: what is found for nothing is
# listed with its reason, and nothing is missed because it is called on something unknown.
WORDS = {
    "disk": """write write_bytes write_text writelines writestr imwrite imwritemulti imencode
        imencodemulti VideoWriter save save_all tofile savez savez_compressed savetxt dump
        copyfile copyfileobj copy2 copytree symlink_to hardlink_to rename mkstemp mkdtemp mux
        NamedTemporaryFile TemporaryFile SpooledTemporaryFile TemporaryDirectory memmap
        SharedMemory ZipFile TarFile GzipFile""",
    "browser": """Response JSONResponse HTMLResponse PlainTextResponse StreamingResponse
        FileResponse RedirectResponse StaticFiles send send_json send_text send_bytes mount
        mount_gradio_app""",
    "network": """urlopen urlretrieve Request Session Client AsyncClient HTTPConnection
        HTTPSConnection stream
        create_connection create_server socket run Popen call check_call check_output system post
        request sendall sendto""",
    "words": """print debug info warning error exception critical log basicConfig FileHandler
        print_exc format_exc""",
    "text": "b64encode urlsafe_b64encode b85encode a85encode hexlify",
    "store": "put seal",
}
NAMES = frozenset(name for words in WORDS.values() for name in words.split())
OPENERS = frozenset({"open", "fdopen", "from_url", "LocalStore"})
COMPONENTS = "gr"  # every call on it
NEITHER = {  # called like something that hands out bytes
    "math.log": "a logarithm",
    "np.log": "a logarithm",
    "request.stream": "reads what somebody uploads",
    "router.post": "declares a route; what it answers is a site of its own",
    "job.request": "what the gate is asked",
    "context.turns.run": "runs a handler on a thread",
    "entering.exception": "whether a task failed",
    "self.door.open": "opens a session for a subject",
}
REFERENCES = (NAMES & set(f"{WORDS['disk']} {WORDS['text']}".split())) - {"write", "save"}


class Site(NamedTuple):
    """Calls of one kind in one function."""

    file: str
    function: str  # dotted, empty at the top of a module
    call: str

    def __str__(self) -> str:
        return f"{self.file} {self.function or '-'} {self.call}"


class _Finder(ast.NodeVisitor):
    def __init__(self, file: str) -> None:
        self.file = file
        self.path: list[str] = []
        self.found: Counter[Site] = Counter()

    def visit(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                self.path.append(node.name)
                self.generic_visit(node)
                self.path.pop()
            case ast.arg():
                return  # its annotation calls nothing
            case ast.Call():
                self._call(node)
            case ast.ImportFrom():
                self._import(node)
            case ast.Attribute(attr=name) if name in REFERENCES:
                self._note(f"{ast.unparse(node)} (handed on)")
            case ast.Constant(value=str(text)) if "data:image" in text:
                self._note("data:image")
            case _:
                self.generic_visit(node)

    def _import(self, node: ast.ImportFrom) -> None:
        for name in node.names:
            if name.asname not in {None, name.name} and name.name in NAMES:
                self._note(f"{name.name} (imported as {name.asname})")

    def _call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        last, owner = called.rpartition(".")[2], called.partition(".")[0]
        opens = last in OPENERS and not _only_reads(node, called)
        if (last in NAMES or owner == COMPONENTS or opens) and called not in NEITHER:
            self._note(called)
        for part in ast.iter_child_nodes(node):
            is_callee = part is node.func and isinstance(part, ast.Attribute)
            self.visit(part.value if is_callee else part)

    def _note(self, called: str) -> None:
        site = Site(self.file, ".".join(self.path), called)
        is_word = called.rpartition(".")[2] in WORDS["words"].split()
        self.found[site] = 1 if is_word else self.found[site] + 1  # how often it talks is no matter


def _only_reads(node: ast.Call, called: str) -> bool:
    """Tell whether a file is opened to be read, or a picture in memory."""
    if called in {"Image.open", "image.open"}:
        return True
    if not called.endswith("open") or called == "os.open":
        return False
    of_a_path = called.endswith(".open") and not called.startswith("av.")
    position = 0 if of_a_path else 1
    given: ast.expr | None = node.args[position] if len(node.args) > position else None
    given = next((word.value for word in node.keywords if word.arg == "mode"), given)
    return given is None or (isinstance(given, ast.Constant) and given.value in {"r", "rb", "rt"})


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return every module by its path."""
    roots = [Path(package) for package in PACKAGES]
    files = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py"))]
    return {file.as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def sites() -> Counter[Site]:
    """Return every site and how many calls it has."""
    found: Counter[Site] = Counter()
    for file, tree in sources().items():
        finder = _Finder(file)
        finder.visit(tree)
        found += finder.found
    return found
