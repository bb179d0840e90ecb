"""Tables under benchmarks/ are computed, not typed: cells of them are computed again."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from cxstats.scores.calibration import check_claim

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


sys.path.insert(0, str(BENCHMARKS))


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CALIBRATION = loaded("calibration")
COVERAGE = loaded("exact_coverage")


@pytest.mark.parametrize("claim", CALIBRATION.QUICK, ids=lambda claim: claim.name)
def test_a_claim_holds_and_the_committed_table_says_what_was_seen(claim):
    verdict = check_claim(claim, seed=CALIBRATION.SEED)
    assert verdict.holds, verdict.in_words()
    lines = (BENCHMARKS / "calibration.md").read_text(encoding="utf-8").splitlines()
    assert CALIBRATION.row(verdict) in lines


def test_every_claim_is_in_the_table_and_those_that_fail_are_few():
    text = (BENCHMARKS / "calibration.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.search(r"\| (yes|NO) \|$", line)]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [claim.name for claim in CALIBRATION.EVERY]
    # One true claim in a hundred fails by chance.
    assert sum(row.endswith("| NO |") for row in rows) <= 2


@pytest.mark.parametrize(
    ("family", "method", "n"),
    [
        ("share", "score", 10), ("share", "jeffreys", 20), ("share", "clopper-pearson", 50), ("share", "t", 5),
        ("net score", "score", 20), ("net score", "mover", 10), ("net score", "wald", 50),
        ("mean of 5 points", "score", 10), ("mean of 5 points", "bootstrap-percentile", 5),
        ("mean of 7 points", "t", 10), ("mean of 7 points", "score", 5), ("mean of 11 points", "score", 5),
    ],
)  # fmt: skip
def test_a_cell_of_the_coverage_table_is_what_is_computed(family, method, n):
    text = (BENCHMARKS / "exact_coverage.md").read_text(encoding="utf-8")
    chapter = text.split(f"## {family.capitalize()}\n")[1].split("\n## ")[0]
    line = next(row for row in chapter.splitlines() if row.startswith(f"| {method} |"))
    shown = line.split("|")[2 + COVERAGE.SIZES.index(n)].strip()
    one = next(each for each in COVERAGE.families() if each.name == family)
    grid = COVERAGE.study(one, method, n)[0]
    assert not grid["simulated"]
    assert shown == f"{grid['mean']:.3f} ({grid['minimum']:.2f}), {grid['width']:.3f}"
