"""The rule of calibration: exact interval of the rate, both sides, its error rate."""

import numpy as np
import pytest
from scipy import stats

from cxstats.scores.calibration import REPLICATES, Claim, Verdict, check_claim


def always(rng, n):
    return np.ones(n, dtype=bool)


def coin(rate):
    return lambda rng, n: rng.random(n) < rate


@pytest.mark.parametrize("happened", [0, 1, 93, 1_900, 2_000])
def test_the_interval_is_scipys_exact_one(happened):
    found = Verdict(Claim("x", 0.95, always), happened, 2_000).interval
    expected = stats.binomtest(happened, 2_000).proportion_ci(0.99, method="exact")
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("happened", "side", "holds"),
    [
        (1_900, "equal", True), (1_960, "equal", False), (1_840, "equal", False),
        (1_960, "at least", True), (1_840, "at least", False), (1_880, "at least", True),
        (1_960, "at most", False), (1_840, "at most", True), (2_000, "at least", True), (0, "at most", True),
    ],
)  # fmt: skip
def test_a_claim_holds_when_the_interval_reaches_the_nominal_rate(happened, side, holds):
    assert Verdict(Claim("x", 0.95, always, side), happened, 2_000).holds is holds


def test_a_true_claim_fails_at_most_one_time_in_a_hundred():
    checked = [check_claim(Claim(f"coin {k}", 0.95, coin(0.95))).holds for k in range(1_000)]
    # One-sided 99.9 % bound for a rate of 1 %.
    assert 1_000 - sum(checked) <= stats.binom.ppf(0.999, 1_000, 0.01)


def test_a_claim_that_is_wrong_by_three_points_is_found_out():
    assert not any(check_claim(Claim(f"coin {k}", 0.95, coin(0.92))).holds for k in range(100))


def test_the_same_claim_has_the_same_replicates_whatever_else_is_claimed():
    one, same, other = (check_claim(Claim(name, 0.5, coin(0.5)), seed=3) for name in ("a", "a", "b"))
    assert one.happened == same.happened != other.happened


def test_too_few_replicates_and_too_few_outcomes_are_refused():
    with pytest.raises(ValueError, match="replicates must be at least 2,000; got 100"):
        check_claim(Claim("x", 0.5, coin(0.5)), replicates=100)
    with pytest.raises(ValueError, match=r"needs 2,000 outcomes; 'x' has shape \(5,\)"):
        check_claim(Claim("x", 0.5, lambda rng, n: np.ones(5, dtype=bool)))
    assert REPLICATES == 2_000
