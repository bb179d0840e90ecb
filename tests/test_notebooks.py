"""Stored notebooks are honest: run in order, with outputs and figures, nothing skipped, few outputs unchecked."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
CHECKED, SKIPPED = "nbval-check-output", {"nbval-skip", "nbval-ignore-output", "nbval-raises-exception"}


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def outputs(path):
    return [output for cell in code_cells(path) for output in cell["outputs"]]


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebook:
    def test_was_run_once_from_top_to_bottom(self, path):
        counts = [cell["execution_count"] for cell in code_cells(path)]
        assert counts == list(range(1, len(counts) + 1))

    def test_shows_no_error_and_no_warning(self, path):
        assert not [o for o in outputs(path) if o["output_type"] == "error" or o.get("name") == "stderr"]

    def test_has_its_figures(self, path):
        drawn = [cell for cell in code_cells(path) if "plt.show()" in "".join(cell["source"])]
        assert drawn
        assert all(any("image/png" in o.get("data", {}) for o in cell["outputs"]) for cell in drawn)

    def test_skips_nothing_and_checks_its_claims(self, path):
        tags = [set(cell["metadata"].get("tags", [])) for cell in code_cells(path)]
        assert not [t for t in tags if t & SKIPPED]
        assert sum(CHECKED in t for t in tags) >= 5

    def test_checked_cells_have_something_to_compare(self, path):
        for cell in code_cells(path):
            if CHECKED in cell["metadata"].get("tags", []):
                assert cell["outputs"]
                assert all(set(o["data"]) & {"text/markdown", "text/html"} for o in cell["outputs"])

    def test_asks_in_the_title_and_ends_with_limits(self, path):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first, last = ("".join(cells[k]["source"]) for k in (0, -1))
        assert first.startswith("# ")
        assert first.rstrip().endswith("?")
        assert last.startswith("## Limits")

    def test_cells_are_short_and_define_nothing(self, path):
        for cell in code_cells(path):
            source = "".join(cell["source"])
            settings = "parameters" in cell["metadata"].get("tags", [])
            assert len(source.splitlines()) <= (30 if settings else 15)
            assert "def " not in source
            assert "import warnings" not in source
            assert "pip install" not in source

    def test_names_no_path_of_this_machine(self, path):
        assert "/home/" not in path.read_text(encoding="utf-8")
        assert str(Path(__file__).parent.parent) not in path.read_text(encoding="utf-8")
