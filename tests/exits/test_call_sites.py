"""Every place in the sources that can hand out bytes is known, and may be there for a reason."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from consent.adapters.tables import Base
from tests.exits.calls import Site, _Finder, sites, sources

KNOWN = Path(__file__).with_name("sites.txt")
LINE = re.compile(r"(?P<file>\S+) (?P<function>\S+) (?P<call>.+?)(?: x(?P<count>\d+))?")
# Modules that may name a picture that nobody may see yet.
HOLDS_RENDERS = {
    "outputs/clips.py": "bounds of a clip",
    "outputs/label.py": "burns the label",
    "outputs/label_clip.py": "places the label in every frame",
    "outputs/marks.py": "applies marks and reads them back",
    "outputs/release.py": "the exit",
    "outputs/sizes.py": "makes a render smaller",
    "outputs/types.py": "what a render is",
    "studio/jobs/stylists.py": "draws",
    "studio/jobs/workshop.py": "names what it hands to the release",
}
SEALED_COLUMNS = {
    ("captures", "sealed_evidence"): "numbers, sealed under the subject's key",
    ("captures", "template"): "128 numbers, sealed under the subject's key",
    ("jobs", "sealed_controls"): "what was asked for, sealed under the subject's key",
    ("outputs", "sealed_notes"): "words and numbers, sealed under the subject's key",
    ("probes", "sealed_numbers"): "numbers, sealed under the subject's key",
    ("records", "signature"): "a signature",
    ("reports", "sealed_words"): "words, sealed under the master key",
    ("wrapped_keys", "wrapped"): "a key, sealed under the master key",
    ("log_leaves", "leaf"): "kind, time and commitment",
    ("log_nodes", "hash"): "a hash",
    ("log_head", "root"): "a hash",
}


def known():
    """Return every listed site, how many calls it has, and why it may be there."""
    found, reasons = Counter(), {}
    for paragraph in KNOWN.read_text(encoding="utf-8").split("\n\n")[1:]:
        lines = paragraph.strip().splitlines()
        reason = " ".join(line[2:] for line in lines if line.startswith("# "))
        for line in lines:
            if line.startswith("# "):
                continue
            match = LINE.fullmatch(line)
            assert match, f"{line!r} is no site"
            site = Site(match["file"], match["function"].removeprefix("-"), match["call"])
            assert site not in reasons, f"{site} is listed twice"
            found[site], reasons[site] = int(match["count"] or 1), reason
    return found, reasons


def test_no_bytes_leave_in_a_way_that_is_not_listed():
    listed, reasons = known()
    new = sites() - listed
    assert not new, (
        "These calls can hand bytes to a disk, a browser, a network or a log, and are not in "
        f"{KNOWN.name}. Let pictures pass through outputs.release; then list each call with the "
        "reason why no unmarked picture of a person can pass there:\n"
        + "\n".join(f"{site} x{count}" for site, count in sorted(new.items()))
    )
    assert all(len(reason) > 10 for reason in reasons.values())


def test_no_listed_way_has_gone():
    gone = known()[0] - sites()
    assert not gone, (
        f"These calls are in {KNOWN.name} and in no source any more. Take their lines out, and "
        "look where their bytes go now:\n" + "\n".join(map(str, sorted(gone)))
    )


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("def f(a): cv2.imwrite('x.png', a)", "cv2.imwrite"),
        ("def f(a): Image.fromarray(a).save('x.png')", "Image.fromarray(a).save"),
        ("def f(a): open('x', 'wb').write(a)", "open"),
        ("def f(a): open('x', mode=how)", "open"),
        ("def f(p, a): p.open('ab')", "p.open"),
        ("def f(p, a): os.open(p, flags)", "os.open"),
        ("def f(p, a): p.write_bytes(a)", "p.write_bytes"),
        ("def f(p): return map(p.write_bytes, [b''])", "p.write_bytes (handed on)"),
        ("from shutil import copyfile as c", "copyfile (imported as c)"),
        ("def f(a): return Response(a)", "Response"),
        ("def f(a): return FileResponse(a)", "FileResponse"),
        ("async def f(s, a): await s.send_bytes(a)", "s.send_bytes"),
        ("def f(a): return gr.Image(a)", "gr.Image"),
        ("def f(a): np.save('x', a)", "np.save"),
        ("def f(a): tempfile.NamedTemporaryFile().write(a)", "tempfile.NamedTemporaryFile"),
        ("def f(a): log.info(a)", "log.info"),
        ("def f(a): return 'data:image/png;base64,' + a", "data:image"),
        ("def f(a): return f'data:image/png;base64,{a}'", "data:image"),
        ("class A:\n def f(self): self.store.put('k', b'')", "self.store.put"),
        ("@save(x)\ndef f(): pass", "save"),
    ],
)
def test_a_new_way_would_be_found(source, call):
    finder = _Finder("new.py")
    finder.visit(ast.parse(source))
    assert call in {site.call for site in finder.found}


@pytest.mark.parametrize(
    "source",
    [
        "def f(p): return open(p).read()",
        "def f(p): return p.open('rb')",
        "def f(p): return Image.open(p)",
        "def f(a: zipfile.ZipFile) -> None: pass",
        "def f(x): return math.log(x)",
    ],
)
def test_what_only_reads_is_no_way_out(source):
    finder = _Finder("new.py")
    finder.visit(ast.parse(source))
    assert not finder.found


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("Released", {"outputs/release.py"}),
        ("CheckedCopy", {"outputs/annotated.py"}),
        ("Render", {"studio/jobs/stylists.py"}),
    ],
)
def test_only_one_module_makes_them(what, where):
    makers = {
        file
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == what
    }
    assert makers == where


def test_a_picture_that_nobody_may_see_yet_is_in_few_hands():
    holders = {
        file
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "outputs.types"
        if {"Render", "Clip"} & {name.name for name in node.names}
    }
    assert holders == set(HOLDS_RENDERS) - {"outputs/types.py"}


RENDERS = ("stylist.render", "stylist.framed", "stylist.glimpse", "self._drawn", "self._imagined")


def test_a_job_hands_its_render_to_the_release_and_to_nothing_else():
    """What draws a render is released by its function, or by the one that it returns it to."""
    for maker in RENDERS[:3]:
        callers = {file for file, tree in sources().items() if [*_calls(tree, maker)]}
        assert callers == {"studio/jobs/workshop.py"}, maker
    tree = sources()["studio/jobs/workshop.py"]
    makers = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            calls = [call for maker in RENDERS for call in _calls(function, maker)]
            inner = {
                node
                for each in ast.walk(function)
                if isinstance(each, ast.FunctionDef) and each is not function
                for node in ast.walk(each)
            }
            own = [call for call in calls if call not in inner]
            if own:
                makers[function.name] = (function, own)
    assert set(makers) == {"render_and_release", "preview", "show", "_drawn", "_imagined"}
    for name, (function, calls) in makers.items():
        returned = {node.value for node in ast.walk(function) if isinstance(node, ast.Return)}
        for call in calls:
            if call in returned:
                assert name in {"_drawn", "_imagined"}
            else:
                assert _uses(function, _name_of(function, call)) == _released(function)


def _name_of(function, call):
    (assigned,) = (
        node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.value is call
    )
    (name,) = map(ast.unparse, assigned.targets)
    return name


def _uses(tree, name):
    uses = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    assert uses
    return uses


def _released(function):
    ends = ("self.releaser.mark", "self.releaser.preview")
    return [call.args[0] for end in ends for call in _calls(function, end)]


def test_a_drawing_that_gets_no_marks_is_measured_and_nothing_else():
    """What a stylist draws for a try is an argument of the gauge, and of nothing else."""
    for end in ("stylist.picture", "stylist.attempts", "_gauge.judge"):
        callers = {file for file, tree in sources().items() if [*_calls(tree, end)]}
        assert callers == {"studio/jobs/tries.py"}, end
    tree = sources()["studio/jobs/tries.py"]
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for name in ("choose", "look"):
        judged = [call.args[-1] for call in _calls(functions[name], "_gauge.judge")]
        assert _uses(functions[name], "picture") == judged


def test_a_slow_drawing_is_measured_and_framed_and_nothing_else():
    """An attempt's picture goes through the gauge to whoever frames it for the release."""
    tree = sources()["studio/jobs/tries.py"]
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    (judged,) = _calls(functions["_judge"], "_gauge.judge")
    assert ast.unparse(judged.args[-1]) == "made.picture"
    imagine = functions["imagine"]
    (returned,) = (node.value for node in ast.walk(imagine) if isinstance(node, ast.Return))
    (waiting,) = (call.args[0] for call in _calls(imagine, "good.append"))
    assert set(_uses(imagine, "picture")) == {waiting.elts[1], returned}
    callers = {file for file, tree in sources().items() if [*_calls(tree, "tries.imagine")]}
    assert callers == {"studio/jobs/workshop.py"}
    (imagined,) = (
        node
        for node in ast.walk(sources()["studio/jobs/workshop.py"])
        if isinstance(node, ast.FunctionDef) and node.name == "_imagined"
    )
    (framed,) = _calls(imagined, "stylist.framed")
    assert _uses(imagined, "picture") == [framed.args[0]]


def _calls(tree, end):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(end):
            yield node


def test_no_column_holds_a_picture():
    columns = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == set(SEALED_COLUMNS), (
        "A column that holds bytes is new or gone: say in SEALED_COLUMNS what lies there, and how "
        "it is sealed."
    )
