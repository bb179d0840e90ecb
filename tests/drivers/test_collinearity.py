"""Drivers that nearly say the same: correlations as numpy's, canonical ones by two ways, exact functions."""

import numpy as np
import pytest

from cxstats.drivers.collinearity import entangled_pairs, explained_by_others


def dummies(codes):
    return np.eye(codes.max() + 1)[codes][:, 1:]


def test_pairs_are_found_by_their_correlation():
    rng = np.random.default_rng(3)
    one, w = rng.normal(size=300), rng.gamma(2, size=300)
    near, far = one + 0.3 * rng.normal(size=300), one + 2 * rng.normal(size=300)
    columns = {name: part[:, None] for name, part in {"one": one, "near": -near, "far": far}.items()}
    (pair,) = entangled_pairs(columns)
    assert (pair.one, pair.other, pair.exact) == ("one", "near", None)
    assert pair.correlation == pytest.approx(np.corrcoef(one, -near)[0, 1], rel=1e-12)
    weighted = np.cov(one, -near, aweights=w)
    (pair,) = entangled_pairs(columns, weights=w)
    assert pair.correlation == pytest.approx(weighted[0, 1] / np.sqrt(weighted[0, 0] * weighted[1, 1]), rel=1e-12)


def test_an_exact_function_is_found_whichever_comes_first():
    rng = np.random.default_rng(3)
    repeats = np.where(rng.random(200) < 0.7, 0, 1 + rng.poisson(0.6, 200)).astype(float)
    solved = (repeats == 0).astype(float)
    for order in (["solved", "repeats"], ["repeats", "solved"]):
        columns = {name: {"solved": solved, "repeats": repeats}[name][:, None] for name in order}
        (pair,) = entangled_pairs(columns)
        assert pair.exact == ("solved", "repeats")
    team, agent = np.arange(200) % 4, np.arange(200) % 16
    (pair,) = entangled_pairs({"agent": dummies(agent), "team": dummies(team)})
    assert pair.exact == ("team", "agent")
    assert pair.correlation == pytest.approx(1, rel=1e-9)


def test_what_others_explain_is_r_squared_and_does_not_depend_on_the_coding_of_levels():
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 4, 300)
    x, z = codes + rng.normal(size=300), rng.normal(size=300)
    found = explained_by_others({"x": x[:, None], "z": z[:, None], "level": dummies(codes)})
    design = np.column_stack([np.ones(300), z, dummies(codes)])
    left = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    assert found["x"] == pytest.approx(1 - np.var(left) / np.var(x), rel=1e-10)
    other = explained_by_others({"x": x[:, None], "z": z[:, None], "level": dummies((codes + 1) % 4)})
    assert other == pytest.approx(found, rel=1e-9)
    assert explained_by_others({"x": x[:, None]}) == {"x": 0.0}
