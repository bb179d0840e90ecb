"""The public names exist, are documented, and the wings import to the left only."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import cxstats


def test_every_public_name_exists_and_is_documented():
    assert len(cxstats.__all__) == len(set(cxstats.__all__))
    for name in cxstats.__all__:
        thing = getattr(cxstats, name)
        assert name in cxstats.__doc__ or name in ("Association", "ShareAmong", "Reading")
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing)


def test_what_checkers_see_is_what_is_imported_when_used():
    tree = ast.parse(Path(cxstats.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {node.module.removeprefix("cxstats."): sorted(a.name for a in node.names) for node in block.body}
    rooms = cxstats._ROOMS
    assert seen == {room: sorted(names) for room, names in rooms.items()}
    assert sorted(name for names in rooms.values() for name in names) == sorted(cxstats.__all__)
    assert set(cxstats.__all__) <= set(dir(cxstats))


def test_what_is_not_used_is_not_imported():
    code = "import cxstats, sys; cxstats.Scale; print([m for m in sys.modules if 'cxstats.drivers' in m])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
