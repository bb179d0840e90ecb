"""False alarms and delays: exact rates against simulation, the baseline's error, skewed limits against the binomial."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import binom

from cxstats.scores.trends.alarm_rules import LINES, signals
from cxstats.scores.trends.beyond_chance import carry_of, range_error
from cxstats.scores.trends.expectations import Observed, expectation_of
from cxstats.scores.trends.false_alarms import (
    STEADY_RATE,
    Error,
    delay_of,
    false_alarm_rate,
    limit_for,
    outer_line,
    widening,
)
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Shewhart, named_kind
from cxstats.scores.trends.tracks import averaged, lines, middle_of, skewed, summed

CERTAIN = Error(0.0, 0.0)


def first_alarms(rules, z):
    """Return the period of the first alarm in each row; its length and one where there is none."""
    at = {q: np.full(z.shape[1], q) for q in LINES}
    broken = [np.any([signs != 0 for signs in signals(row, at, rules).values()], axis=0) for row in z]
    return np.array([np.argmax(row) + 1 if row.any() else z.shape[1] + 1 for row in broken])


def test_rates_of_rules_agree_with_simulation():
    rng, length = np.random.default_rng(1), 300
    rules = ("beyond", "two-of-three", "nine-on-a-side")
    found = first_alarms(rules, rng.standard_normal((2_000, length)))
    alarmed = found <= length
    seen = alarmed.sum() / np.minimum(found, length).sum()
    rate = false_alarm_rate(Shewhart(rules), np.nan, CERTAIN)
    assert abs(seen - rate) < 3 * rate / np.sqrt(alarmed.sum())


def test_the_rate_with_steady_runs_is_at_most_a_little_too_high():
    rng, length = np.random.default_rng(2), 300
    rules = ("beyond", "two-of-three", "nine-on-a-side", "six-rising")
    found = first_alarms(rules, rng.standard_normal((2_000, length)))
    seen = (found <= length).sum() / np.minimum(found, length).sum()
    rate = false_alarm_rate(Shewhart(rules), np.nan, CERTAIN)
    assert 0.9 * rate < seen < rate * 1.03
    alone = false_alarm_rate(Individuals(("six-rising",)), np.nan, CERTAIN)
    assert alone == STEADY_RATE == pytest.approx(1 / 420)


@pytest.mark.parametrize("error", [Error(0.0, 0.0), Error(0.15, 0.0), Error(0.2, 0.12)])
def test_a_rate_that_allows_for_the_baseline_is_its_mean_over_baselines(error):
    """Alarms of three sigmas by a centre and a sigma that are off, against the plain mean."""
    rng = np.random.default_rng(3)
    centre = error.centre * rng.standard_normal(400_000)
    degrees = 1 / (2 * error.sigma**2) if error.sigma else np.inf
    sigma = np.sqrt(rng.chisquare(degrees, 400_000) / degrees) if error.sigma else np.ones(400_000)
    plain = (ndtr(-3 * sigma - centre) + ndtr(-3 * sigma + centre)).mean()
    assert false_alarm_rate(Shewhart(("beyond",)), np.nan, error) == pytest.approx(plain, rel=0.02)


@pytest.mark.parametrize("kind", [Ewma(0.2), Ewma(0.1, 100), Cusum(1.0), Cusum(1.8, 52)])
@pytest.mark.parametrize("error", [CERTAIN, Error(0.196, 0.0), Error(0.14, 0.11)])
def test_limits_are_set_so_that_the_rate_is_the_one_wanted(kind, error):
    limit = limit_for(kind, error)
    assert 1 / false_alarm_rate(kind, limit, error) == pytest.approx(kind.periods_between, rel=1e-3)
    # What is less sure has to be wider.
    assert limit >= limit_for(kind, CERTAIN) - 1e-4


def test_known_limits_of_averages_and_sums():
    """Crowder (1989) and Montgomery (2013): weight .1 with 2.814 has 500, sums with .5 and 5 have 465."""
    assert limit_for(Ewma(0.1, 500), CERTAIN) == pytest.approx(2.814, abs=0.001)
    assert limit_for(Cusum(1.0, 465.44), CERTAIN) == pytest.approx(5.0, abs=0.001)


def test_delays_agree_with_simulation():
    rng, shift = np.random.default_rng(4), 1.2
    z = shift + rng.standard_normal((4_000, 60))
    smooth = np.array([averaged(row, np.zeros(60), 0.2) for row in z])
    when = np.argmax(np.abs(smooth) > 2.86 * np.sqrt(0.2 / 1.8), axis=1) + 1
    found = delay_of(Ewma(0.2), 2.86, shift=shift)
    assert when.mean() == pytest.approx(found.mean[0], rel=0.03)
    assert abs(np.median(when) - found.quantile(0.5)[0]) <= 1
    rising = np.array([summed(row, 0.5)[0] for row in z])
    assert (np.argmax(rising > 4, axis=1) + 1).mean() == pytest.approx(
        delay_of(Cusum(1.0), 4.0, shift=-shift).mean[0], rel=0.03
    )


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95, 0.98])
@pytest.mark.parametrize("n", [20, 50, 200, 1_000])
def test_skewed_limits_keep_the_rate_where_normal_ones_do_not(share, n):
    """Exact binomial chance of one period beyond its limits; 2.7 in a thousand is meant."""
    rates = {}
    for style in ("skewed", "normal"):
        counts = np.tile([round(10_000 * (1 - share)), round(10_000 * share)], (8, 1))
        # One more period of n answers, judged by a baseline of many.
        good = round(n * share)
        seen = Observed.from_counts(np.vstack([counts, [n - good, good]]), [0, 1])
        found = expectation_of(seen, np.arange(9) < 8, variation="chance")
        at = lines(found, style, seen.values)
        low, high = at[-3.0][-1] * n, at[3.0][-1] * n
        rates[style] = binom.cdf(np.ceil(low - 1e-9) - 1, n, share) + binom.sf(np.floor(high + 1e-9), n, share)
    assert rates["skewed"] < 0.0032
    assert rates["skewed"] <= rates["normal"] + 1e-12
    if n * (1 - share) <= 1:
        assert rates["normal"] > 0.007


@given(st.floats(-3, 3), st.sampled_from([1.0, 2.0, 3.0]))
def test_skewed_lines_keep_their_order_and_mirror(skewness, q):
    gamma = np.array([skewness])
    ladder = [float(skewed(level, gamma)[0]) for level in (-3.0, -2.0, 0.0, 2.0, 3.0)]
    assert all(a <= b + 1e-12 for a, b in pairwise(ladder))
    assert skewed(q, gamma)[0] == pytest.approx(-skewed(-q, -gamma)[0])
    assert skewed(0.0, gamma)[0] == 0


def test_the_error_of_a_mean_moving_range_agrees_with_simulation():
    rng = np.random.default_rng(5)
    for m in (12, 26, 52):
        ranges = np.abs(np.diff(rng.standard_normal((20_000, m)), axis=1)).mean(axis=1)
        assert ranges.std() / ranges.mean() == pytest.approx(range_error(m), rel=0.03)


def test_settings_are_checked():
    with pytest.raises(ValueError, match="chart 'ewna' not found; did you mean 'ewma'"):
        named_kind("ewna")
    with pytest.raises(ValueError, match="rule 'beyon' not found"):
        Shewhart(("beyon",))
    with pytest.raises(ValueError, match="at least one, each once"):
        Individuals(())
    with pytest.raises(ValueError, match="weight must be above 0 and at most 1"):
        Ewma(1.2)
    with pytest.raises(ValueError, match="shift must be above 0"):
        Cusum(-0.05)
    with pytest.raises(ValueError, match="periods_between must be at least 10"):
        Ewma(periods_between=2)
    with pytest.raises(ValueError, match="limits 'exact' not found"):
        Shewhart(limits="exact")


@pytest.mark.parametrize("kind", [Ewma(), Cusum(shift=1.0)])
@pytest.mark.parametrize("centre", [0.2, 0.45])
@pytest.mark.parametrize("sigma", [0.1, 0.35])
def test_a_limit_is_found_however_short_the_baseline(kind, centre, sigma):
    error = Error(centre, sigma)
    limit = limit_for(kind, error)
    assert false_alarm_rate(kind, limit, error) == pytest.approx(1 / kind.periods_between, rel=1e-2)


def test_lines_set_apart_have_the_rate_of_their_simulation():
    rng, length, apart = np.random.default_rng(6), 400, 0.15
    rules = ("beyond", "two-of-three", "nine-on-a-side")
    z = rng.standard_normal((2_000, length))
    at = {q: np.full(length, q + apart * np.sign(q)) for q in LINES}
    middle = (np.full(length, -apart), np.full(length, apart))
    broken = [np.any([s != 0 for s in signals(row, at, rules, middle=middle).values()], axis=0) for row in z]
    found = np.array([np.argmax(row) + 1 if row.any() else length + 1 for row in broken])
    alarmed = found <= length
    seen = alarmed.sum() / np.minimum(found, length).sum()
    rate = false_alarm_rate(Shewhart(rules), 3 + apart, CERTAIN)
    assert abs(seen - rate) < 3 * rate / np.sqrt(alarmed.sum())


@pytest.mark.parametrize("rules", [("beyond",), ("beyond", "two-of-three", "nine-on-a-side"), ("six-rising",)])
def test_outer_lines_share_the_rate_of_one_chart(rules):
    kind, error = Shewhart(rules), Error(0.14, 0.1)
    assert outer_line(kind, error, 1) == 3
    lined = kind if rules != ("six-rising",) else Shewhart(("beyond",))
    line = outer_line(kind, error, 20)
    one = false_alarm_rate(lined, np.nan, error)
    assert 20 * false_alarm_rate(lined, line, error) == pytest.approx(one, rel=0.01)


@pytest.mark.parametrize("share", [0.8, 0.95])
@pytest.mark.parametrize("n", [1, 5, 20, 200])
def test_runs_of_coarse_scores_come_at_most_as_often_as_of_fine_ones(share, n):
    """Exact binomial chance of a period on either side of the centre, between mean and median of few answers."""
    counts = np.tile([round(10_000 * (1 - share)), round(10_000 * share)], (8, 1))
    good = round(n * share)
    seen = Observed.from_counts(np.vstack([counts, [n - good, good]]), [0, 1])
    found = expectation_of(seen, np.arange(9) < 8, variation="chance")
    low, high = (line[-1] * n for line in middle_of(found))
    assert binom.cdf(np.ceil(low) - 1, n, share) <= 0.5
    assert binom.sf(np.floor(high), n, share) <= 0.5


def test_a_correlation_widens_averages_by_their_error_and_sums_by_their_long_run():
    """Variance of an average of a first-order autoregression, term by term, and of a long sum."""
    carry, weight = 0.3, 0.2
    k = np.arange(400)
    own = weight * (1 - weight) ** k
    together = carry ** np.abs(k[:, None] - k[None, :])
    assert widening(Ewma(weight), carry) == pytest.approx(np.sqrt(own @ together @ own / (own @ own)), rel=1e-9)
    assert widening(Cusum(1.0), carry) == pytest.approx(together.sum() / 400, rel=0.01)
    assert widening(Ewma(), 0.0) == widening(Cusum(), 0.0) == 1


def test_a_sure_correlation_is_kept_and_an_unsure_one_is_not():
    rng = np.random.default_rng(7)
    none = np.array([carry_of(row) for row in rng.standard_normal((2_000, 52))])
    assert (none == 0).mean() > 0.75
    assert none.mean() < 0.025
    long = np.zeros(20_000)
    for t in range(1, len(long)):
        long[t] = 0.5 * long[t - 1] + rng.standard_normal()
    assert carry_of(long) == pytest.approx(0.5, abs=0.03)
    assert carry_of(np.zeros(5)) == 0
