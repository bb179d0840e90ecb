"""Dose-response curves: against R (Hmisc, splines, sandwich), the laws of natural splines, level and coverage."""

import numpy as np
import pandas as pd
import pytest

from cxstats.drivers.shapes import FEWEST_IN_BIN, dose_response
from cxstats.drivers.splines import KNOT_QUANTILES, knots_of, natural_spline

COUNTS = sorted(KNOT_QUANTILES)


@pytest.fixture
def minutes():
    rng = np.random.default_rng(8)
    x, z = rng.gamma(2, 2, 400).round(1), rng.normal(size=(400, 2))
    y = 5 - 0.4 * np.sqrt(x) + z @ [0.3, -0.2] + rng.normal(size=400) * (0.5 + 0.1 * x)
    return y, x, z


@pytest.mark.parametrize("count", COUNTS)
def test_basis_and_curve_agree_with_r(figures, count):
    data = figures("natural_spline")["data"]
    expected = next(case for case in figures("natural_spline")["curves"] if case["count"] == count)
    knots = knots_of(data["x"], count)
    assert knots == pytest.approx(expected["knots"], abs=1e-12)
    assert natural_spline(data["x"][:10], knots) == pytest.approx(np.array(expected["basis"]), abs=1e-10)
    found = dose_response(data["y"], data["x"], controls=data["z"], knots=count)
    curve = found.curve(expected["at"])
    assert curve["estimate"].to_numpy() == pytest.approx(expected["estimate"], abs=1e-8)
    assert curve["standard_error"].to_numpy() == pytest.approx(expected["standard_error"], abs=1e-8)
    assert found.p_linear == pytest.approx(expected["p_linear"], rel=1e-6)


def test_spline_is_straight_beyond_its_outer_knots_and_smooth_within():
    knots = np.array([1.0, 2, 4, 7])
    beyond = natural_spline(np.r_[np.linspace(-5, 1, 7), np.linspace(7, 12, 7)], knots)
    assert np.diff(beyond[:7], n=2, axis=0) == pytest.approx(0, abs=1e-12)
    assert np.diff(beyond[7:], n=2, axis=0) == pytest.approx(0, abs=1e-12)
    step = 1e-3
    bends = np.diff(natural_spline(np.arange(0, 8, step), knots), n=2, axis=0) / step**2
    # The second derivative is continuous: no jump between neighbours.
    assert np.abs(np.diff(bends, axis=0)).max() < 0.01


def test_few_values_get_knots_of_their_own():
    steps = np.repeat([3, 4, 5, 6, 7], [900, 50, 30, 10, 10])
    knots = knots_of(steps)
    assert len(np.unique(knots)) == len(knots) >= 3
    assert set(knots) <= {3, 4, 5, 6, 7}
    assert knots_of([1, 2, 3] * 5, 7) == pytest.approx([1, 2, 3])


def test_three_values_are_fitted_exactly():
    rng = np.random.default_rng(2)
    x = np.repeat([1.0, 2, 3], 40)
    y = rng.normal(size=120) + np.repeat([1, 5, 2], 40)
    found = dose_response(y, x)
    assert found.curve([1, 2, 3])["estimate"].to_numpy() == pytest.approx(y.reshape(3, 40).mean(axis=1))
    assert found.bins["estimate"].to_numpy() == pytest.approx(y.reshape(3, 40).mean(axis=1))


def test_average_of_the_curve_is_that_of_the_answers(minutes):
    y, x, z = minutes
    found = dose_response(y, x, controls=z)
    assert found.curve(np.sort(x))["estimate"].mean() == pytest.approx(y.mean())
    assert np.average(found.bins["estimate"], weights=found.bins["n"]) == pytest.approx(y.mean())


def test_change_is_the_difference_of_two_places_and_antisymmetric(minutes):
    y, x, z = minutes
    found = dose_response(y, x, controls=z)
    start, stop = found.curve([2, 8])["estimate"]
    there, back = found.change(2, 8), found.change(8, 2)
    assert there.estimate == pytest.approx(stop - start)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_simultaneous_band_is_wider_and_the_table_has_both(minutes):
    y, x, z = minutes
    table = dose_response(y, x, controls=z).to_frame()
    assert list(table.columns) == ["x", "n", "estimate", "standard_error", "low", "high", "band_low", "band_high"]
    assert (table["band_low"] < table["low"]).all()
    assert (table["band_high"] > table["high"]).all()
    assert table["x"].between(*np.quantile(x, [0.01, 0.99])).all()


def test_bins_hold_everybody_and_none_is_tiny(minutes):
    y, x, _ = minutes
    bins = dose_response(y, x, bins=8).bins
    assert bins["n"].sum() == len(y)
    assert (bins["n"] >= FEWEST_IN_BIN).all()
    assert (bins["first"].to_numpy()[1:] > bins["last"].to_numpy()[:-1]).all()
    plain = [y[(x >= low) & (x <= high)].mean() for low, high in zip(bins["first"], bins["last"], strict=True)]
    assert bins["estimate"].to_numpy() == pytest.approx(plain)


def test_few_different_values_are_bins_themselves_and_rare_ones_are_joined():
    rng = np.random.default_rng(1)
    steps = np.repeat([3, 4, 5, 6, 9, 12], [50, 60, 40, 12, 4, 3])
    found = dose_response(rng.normal(size=len(steps)), steps)
    assert found.bins[["first", "last"]].to_numpy().tolist() == [[3, 3], [4, 4], [5, 5], [6, 12]]
    assert found.at.tolist() == [3, 4, 5, 6, 9, 12]


def test_equal_weights_change_nothing_and_unequal_ones_move_the_curve(minutes):
    y, x, z = minutes
    plain = dose_response(y, x, controls=z).to_frame()
    pd.testing.assert_frame_equal(dose_response(y, x, controls=z, weights=np.full(400, 7.0)).to_frame(), plain)
    moved = dose_response(y, x, controls=z, weights=np.where(y > 4, 2.0, 1.0)).to_frame()
    assert (moved["estimate"] > plain["estimate"]).all()


def test_answers_repeated_within_clusters_count_once(minutes):
    y, x, z = minutes
    own = dose_response(y, x, controls=z, clusters=np.arange(400))
    twice = dose_response(
        np.tile(y, 2), np.tile(x, 2), controls=np.tile(z, (2, 1)), clusters=np.tile(np.arange(400), 2), knots=own.knots
    )
    assert twice.covariance == pytest.approx(own.covariance, rel=1e-6)
    assert twice.degrees_of_freedom == own.degrees_of_freedom == 399


def test_sentence_names_the_changes_and_the_shape(minutes):
    y, x, z = minutes
    said = dose_response(y, x, controls=z).sentence(unit="minute", good="high")
    assert said.startswith("Going from ")
    assert "minutes costs 0." in said
    assert "straight line (p " in said
    with pytest.raises(ValueError, match="good must be"):
        dose_response(y, x).sentence(good="yes")
    assert "Straight line: p" in dose_response(y, x)._repr_html_()


def test_level_of_the_test_of_a_straight_line():
    rng = np.random.default_rng(31)

    def p_value():
        x = rng.gamma(2, 2, 300)
        return dose_response(3 + 0.3 * x + (rng.standard_exponential(300) - 1) * (0.5 + 0.2 * x), x).p_linear

    found = sum(p_value() < 0.05 for _ in range(300))
    # 99.9 % limits of 300 at 5 %.
    assert 4 <= found <= 29


def test_bands_cover():
    rng = np.random.default_rng(32)
    knots, coefficients = np.array([1.0, 3, 5, 9]), np.array([2.0, 0.5, -0.9, 1.1])
    at = np.linspace(0.5, 10, 40)
    truth = np.column_stack([np.ones(40), natural_spline(at, knots)]) @ coefficients
    one, all_of_it = 0, 0
    for _ in range(200):
        x = rng.uniform(0.5, 10, 250)
        mean = np.column_stack([np.ones(250), natural_spline(x, knots)]) @ coefficients
        found = dose_response(mean + rng.normal(size=250) * (0.5 + 0.1 * x), x, knots=knots)
        point, band = found.curve(at), found.curve(at, band="simultaneous")
        one += point["low"][20] <= truth[20] <= point["high"][20]
        all_of_it += ((band["low"] <= truth) & (truth <= band["high"])).all()
    # 99.9 % limits of 200 at 95 %.
    assert 179 <= one <= 199
    assert all_of_it >= 179


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [1, 2] * 20}, "at least 3 different values; got 2"),
        ({"knots": 8}, "number of knots must be one of 3, 4, 5, 6, 7; got 8"),
        ({"knots": [3, 2, 1]}, "at least 3 increasing numbers"),
        ({"bins": 1}, "bins must be at least 2; got 1"),
        ({"x": [np.nan] * 40}, "x must be finite; 40 values are not"),
        ({"confidence_level": 95}, "confidence_level"),
    ],
)
def test_what_cannot_be_answered_is_refused(change, message):
    data = {"y": np.arange(40) % 7, "x": np.arange(40.0), **change}
    with pytest.raises(ValueError, match=message):
        dose_response(data.pop("y"), data.pop("x"), **data)


def test_an_unknown_band_is_refused(minutes):
    y, x, _ = minutes
    with pytest.raises(ValueError, match="'pointwise' or 'simultaneous'; got 'wide'"):
        dose_response(y, x).curve(band="wide")
