"""What periods would show if nothing changed: centre, standard deviation and skewness, from a baseline.

>>> counts = np.array([[108, 12], [86, 9], [130, 20], [75, 5], [169, 31], [58, 2], [96, 14]])
>>> seen = Observed.from_counts(counts, [0, 1])
>>> found = expectation_of(seen, np.ones(7, dtype=bool), variation="chance")
>>> float(found.centre[0].round(4)), float(found.sigma[0].round(4))
(0.1141, 0.029)
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxstats.scores.trends.beyond_chance import D2, autocorrelation, carry_of, range_error, ratio, spread_of
from cxstats.scores.trends.middles import middle_scores
from cxstats.scores.trends.series import ScoreSeries

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Variation = Literal["estimated", "chance", "laney"]
Weekday = Literal["keep", "adjust"]

FEWEST_PERIODS: Final = 5
FEWEST_WEEKDAYS: Final = 4

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The answers of T periods.

    Attributes
    ----------
    estimate
        Score; NaN without answers; shape (T,).
    n
        Number of answers; shape (T,).
    variance_of_mean
        Squared standard error of the score; shape (T,).
    totals
        Weighted number of answers at each point; shape (T, K).
    values
        The metric's value of each point; shape (K,).
    judged
        Whether a period has answers and is not known to be incomplete; shape (T,).
    weekday
        Day of the week of daily periods, 0 is Monday; shape (T,). None for longer ones.
    shares_clusters
        Whether answers come in clusters, which may go on from period to period.
    """

    estimate: Floats
    n: Floats
    variance_of_mean: Floats
    totals: Floats
    values: Floats
    judged: Truths
    weekday: NDArray[np.int64] | None = None
    shares_clusters: bool = False

    @classmethod
    def from_counts(cls, counts: ArrayLike, values: ArrayLike, *, weekday: ArrayLike | None = None) -> "Observed":
        """Make it from counts of answers, shape (T, K), and the values of the points."""
        totals, points = np.asarray(counts, dtype=np.float64), np.asarray(values, dtype=np.float64)
        n = totals.sum(axis=1)
        shares = np.divide(totals, n[:, None], out=np.full_like(totals, np.nan), where=n[:, None] > 0)
        mean = shares @ points
        variance = np.einsum("tk,tk->t", shares, (points - mean[:, None]) ** 2) / np.where(n > 0, n, np.nan)
        days = None if weekday is None else np.asarray(weekday, dtype=np.int64)
        return cls(mean, n, variance, totals, points, n > 0, days)

    @classmethod
    def from_series(cls, series: ScoreSeries) -> "Observed":
        """Take the one segment of a series."""
        scores, place = series.scores, series.place[0]
        totals = np.where(place[:, None] < 0, 0.0, scores.tally.totals[place])
        design = scores.tally.design
        return cls(
            estimate=series.estimate[0],
            n=series.n[0].astype(np.float64),
            variance_of_mean=series.standard_error[0] ** 2,
            totals=totals,
            values=np.asarray(scores.metric.values, dtype=np.float64),
            judged=(series.n[0] > 0) & ~series.incomplete,
            weekday=series.starts.day_of_week.to_numpy().astype(np.int64) if series.every == "day" else None,
            shares_clusters=design is not None and design.clusters is not None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What T periods would show if nothing changed.

    Attributes
    ----------
    centre, sigma, skewness
        Of each period's score; shape (T,); sigma is NaN without answers.
    in_baseline
        Whether a period is in the baseline; shape (T,).
    dispersion
        By how much periods vary more than their answers explain, as a ratio of standard deviations; 1 by chance alone.
        Where ups and downs add to sampling error that of the median period.
    centre_error
        Standard error of the centre, in sigmas of a usual period.
    sigma_error
        Relative standard error of sigma; 0 where the answers themselves say it.
    autocorrelation
        Correlation of neighbouring periods in the baseline, after what is expected.
    design_effect
        Variance of the scores under the design over that of simple random samples.
    middle
        Median of what each period's answers show by chance; shape (T,); NaN without answers. With few answers near an
        end of the scale it is that end.
    spread
        Standard deviation of ups and downs that add to sampling error, in the metric's unit; 0 where there are none,
        or where limits are wider by a ratio.
    carry
        Correlation of neighbouring periods that limits allow for; 0 where there is no sign of one.
    """

    centre: Floats
    sigma: Floats
    skewness: Floats
    in_baseline: Truths
    dispersion: float
    centre_error: float
    sigma_error: float
    autocorrelation: float
    middle: Floats
    design_effect: float = 1.0
    spread: float = 0.0
    carry: float = 0.0

    @property
    def periods(self) -> int:
        """Number of periods in the baseline."""
        return int(self.in_baseline.sum())

    @property
    def usual_sigma(self) -> float:
        """Median sigma of the periods with answers."""
        return float(np.nanmedian(self.sigma))


def expectation_of(
    seen: Observed, in_baseline: Truths, *, variation: Variation = "estimated", weekday: Weekday = "keep"
) -> Expectation:
    """Return what periods would show if they went on as in the baseline.

    The centre is the score of all answers of the baseline, and the sampling variance of a period's score that of those
    answers over its n (times their design effect). What varies beyond it is found by the moving ranges of the
    standardised scores: as ups and downs of one standard deviation, whatever the number of answers, which add to
    sampling error, or as a ratio, as Laney has it.

    Where later periods are judged by a baseline, neighbours of the baseline that go together widen limits as well, as
    far as their correlation is sure. Without later periods they may be the change that is looked for.

    Parameters
    ----------
    seen
        The answers of T periods.
    in_baseline
        Which periods to go by; shape (T,).
    variation
        ``"estimated"`` adds ups and downs where periods vary by more than chance. Where they vary by less and the
        answers come in clusters, which may be the same in every period, it takes the ratio. ``"laney"`` takes the ratio
        whatever it is; ``"chance"`` takes 1.
    weekday
        ``"adjust"`` gives each day of the week a centre of its own.

    References
    ----------
    Laney (2002), Improved control charts for attributes. Quality Engineering 14.
    Cryer and Ryan (1990), The estimation of sigma for an X chart: MR/d2 or S/c4? Journal of Quality Technology 22.
    """
    used = in_baseline & seen.judged
    if used.sum() < FEWEST_PERIODS:
        raise ValueError(
            f"a baseline needs at least {FEWEST_PERIODS} complete periods with answers; it has {int(used.sum())}"
        )
    pooled = seen.totals[used].sum(axis=0)
    shares = pooled / pooled.sum()
    mean = float(shares @ seen.values)
    variance = float(shares @ (seen.values - mean) ** 2)
    if variance <= 0:
        raise ValueError("all answers of the baseline have the same value, so that there is nothing to set limits by")
    effect = _design_effect(seen, used)
    with np.errstate(divide="ignore"):
        chance = np.where(seen.n > 0, np.sqrt(variance * effect / seen.n), np.nan)
    usual, groups = _usual_shares(seen, used, shares, weekday)
    centre, m = usual @ seen.values, int(used.sum())
    # The centres are estimated from the same periods, which lie closer to them than later ones.
    deviation = (seen.estimate - centre)[used] / np.sqrt(1 - groups / m)
    z = deviation / chance[used]
    judges = variation == "estimated" and bool((seen.judged & ~used).any())
    carry = carry_of(z) if judges else 0.0
    how: Variation = "laney" if _may_be_calm(seen, z, variation) else variation
    own, spread = _own_sigma(chance, deviation, used, carry=carry, variation=how)
    sigma = own * np.where(used, 1.0, np.sqrt(1 + groups / m))
    third = float(shares @ (seen.values - mean) ** 3) / variance**1.5
    return Expectation(
        centre=centre,
        sigma=sigma,
        # That of the effective number of answers: what varies beyond chance is bounded by the scale as well.
        skewness=third * own / np.sqrt(variance),
        in_baseline=used,
        dispersion=float(np.median(own[used] / chance[used])),
        centre_error=float(np.linalg.norm((seen.n * own)[used]) / seen.n[used].sum() / np.nanmedian(own[used])),
        sigma_error=range_error(m) if how == "laney" or (own != chance)[used].any() else 0.0,
        autocorrelation=autocorrelation(z),
        middle=middle_scores(seen.n / max(effect, 1.0), usual, seen.values),
        design_effect=effect,
        spread=spread,
        carry=carry,
    )


def individuals_of(seen: Observed, in_baseline: Truths) -> Expectation:
    """Return the same by the moving ranges of the scores alone, whatever the number of answers (XmR).

    References
    ----------
    Wheeler and Chambers (1992), Understanding Statistical Process Control.
    """
    used = in_baseline & seen.judged
    m = int(used.sum())
    if m < FEWEST_PERIODS:
        raise ValueError(f"a baseline needs at least {FEWEST_PERIODS} complete periods with answers; it has {m}")
    x = seen.estimate[used]
    sigma, mean = float(np.abs(np.diff(x)).mean() / D2), float(x.mean())
    if sigma <= 0:
        raise ValueError("all scores of the baseline are equal, so that there is nothing to set limits by")
    shape = seen.estimate.shape
    return Expectation(
        centre=np.full(shape, mean),
        sigma=np.where(seen.n > 0, sigma, np.nan),
        skewness=np.zeros(shape),
        in_baseline=used,
        dispersion=float("nan"),
        centre_error=float(1 / np.sqrt(m)),
        sigma_error=range_error(m),
        autocorrelation=autocorrelation(x),
        middle=np.full(shape, np.median(x)),
    )


def _design_effect(seen: Observed, used: Truths) -> float:
    """Pool the design effects of periods, which by themselves are guessed from few clusters."""
    known = used & np.isfinite(seen.variance_of_mean)
    n, totals = seen.n[known], seen.totals[known]
    shares = totals / totals.sum(axis=1, keepdims=True)
    mean = shares @ seen.values
    within = np.einsum("tk,tk->t", shares, (seen.values - mean[:, None]) ** 2)
    expected = float(n @ within)
    return float(n**2 @ seen.variance_of_mean[known]) / expected if expected > 0 else 1.0


def _may_be_calm(seen: Observed, z: Floats, variation: Variation) -> bool:
    """Say whether periods vary by less than their answers say because the same clusters answer in every one."""
    return variation == "estimated" and seen.shares_clusters and ratio(z) < 1


def _own_sigma(
    chance: Floats, deviation: Floats, used: Truths, *, carry: float, variation: Variation
) -> tuple[Floats, float]:
    """Return the standard deviation of each period about the true centre, and that of ups and downs that add to it."""
    if variation == "chance":
        return chance, 0.0
    if variation == "laney":
        return chance * ratio(deviation / chance[used], carry), 0.0
    spread = spread_of(deviation, chance[used], carry=carry)
    return (np.sqrt(chance**2 + spread**2) if spread else chance), spread


def _usual_shares(seen: Observed, used: Truths, shares: Floats, weekday: Weekday) -> tuple[Floats, int]:
    """Return the shares of the points expected of each period, (T, K), and the number of groups beside the first."""
    found = np.tile(shares, (len(seen.n), 1))
    if weekday == "keep":
        return found, 0
    if seen.weekday is None:
        raise ValueError("weekday='adjust' is for daily scores; longer periods hold every day of the week")
    days = np.unique(seen.weekday[seen.judged])
    for day in days:
        those = used & (seen.weekday == day)
        if those.sum() < FEWEST_WEEKDAYS:
            raise ValueError(
                f"weekday='adjust' needs at least {FEWEST_WEEKDAYS} {_WEEKDAYS[day]}s in the baseline; "
                f"it has {int(those.sum())}"
            )
        totals = seen.totals[those].sum(axis=0)
        found[seen.weekday == day] = totals / totals.sum()
    return found, len(days) - 1
