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

from cxstats.scores.trends.series import ScoreSeries

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Variation = Literal["estimated", "chance", "laney"]
Weekday = Literal["keep", "adjust"]

FEWEST_PERIODS: Final = 5
FEWEST_WEEKDAYS: Final = 4
D2: Final = 2 / np.sqrt(np.pi)
"""Mean range of two standard normal values: 1.128379; textbooks and R's qcc round it to 1.128."""

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
    centre_error
        Standard error of the centre, in sigmas of a usual period.
    sigma_error
        Relative standard error of sigma; 0 where the answers themselves say it.
    autocorrelation
        Correlation of neighbouring periods in the baseline, after what is expected.
    design_effect
        Variance of the scores under the design over that of simple random samples.
    """

    centre: Floats
    sigma: Floats
    skewness: Floats
    in_baseline: Truths
    dispersion: float
    centre_error: float
    sigma_error: float
    autocorrelation: float
    design_effect: float = 1.0

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

    The centre is the score of all answers of the baseline, and the variance of a period's score that of those answers
    over its n (times their design effect). Times the squared dispersion: the mean moving range of the standardised
    scores over 2 / sqrt(pi), as Laney has it.

    Parameters
    ----------
    seen
        The answers of T periods.
    in_baseline
        Which periods to go by; shape (T,).
    variation
        ``"estimated"`` takes the dispersion where it is above 1, or where the answers come in clusters, which may be
        the same in every period; ``"laney"`` takes it whatever it is; ``"chance"`` takes 1.
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
    centre, groups = _centre(seen, used, mean, weekday)
    m = int(used.sum())
    z = (seen.estimate - centre)[used] / chance[used] / np.sqrt(1 - groups / m)
    found = float(np.abs(np.diff(z)).mean() / D2)
    floor = 1.0 if variation == "estimated" and not seen.shares_clusters else 0.0
    dispersion = 1.0 if variation == "chance" else max(found, floor)
    sigma = dispersion * chance * np.where(used, 1.0, np.sqrt(1 + groups / m))
    third = float(shares @ (seen.values - mean) ** 3) / variance**1.5
    with np.errstate(divide="ignore", invalid="ignore"):
        # That of the effective number of answers: what varies beyond chance is bounded by the scale as well.
        skewness = third * dispersion * np.sqrt(effect / seen.n)
    usual = float(np.nanmedian(seen.n[used]))
    return Expectation(
        centre=centre,
        sigma=sigma,
        skewness=np.where(seen.n > 0, skewness, np.nan),
        in_baseline=used,
        dispersion=dispersion,
        centre_error=float(np.sqrt(usual / seen.n[used].sum())),
        sigma_error=range_error(m) if variation != "chance" and found > floor else 0.0,
        autocorrelation=_autocorrelation(z),
        design_effect=effect,
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
        autocorrelation=_autocorrelation((x - mean) / sigma),
    )


def range_error(periods: int) -> float:
    """Return the relative standard error of a mean moving range of so many independent normal values.

    Exact: neighbouring ranges share a value, others are independent.
    """
    own = 2 - D2**2
    shared = D2**2 * (np.sqrt(3 / 4) + np.arcsin(1 / 2) / 2 - 1)
    return float(np.sqrt((periods - 1) * own + 2 * (periods - 2) * shared) / (periods - 1) / D2)


def _design_effect(seen: Observed, used: Truths) -> float:
    """Pool the design effects of periods, which by themselves are guessed from few clusters."""
    known = used & np.isfinite(seen.variance_of_mean)
    n, totals = seen.n[known], seen.totals[known]
    shares = totals / totals.sum(axis=1, keepdims=True)
    mean = shares @ seen.values
    within = np.einsum("tk,tk->t", shares, (seen.values - mean[:, None]) ** 2)
    expected = float(n @ within)
    return float(n**2 @ seen.variance_of_mean[known]) / expected if expected > 0 else 1.0


def _centre(seen: Observed, used: Truths, mean: float, weekday: Weekday) -> tuple[Floats, int]:
    """Return the centre of each period, and the number of centres beside the first."""
    if weekday == "keep":
        return np.full(seen.estimate.shape, mean), 0
    if seen.weekday is None:
        raise ValueError("weekday='adjust' is for daily scores; longer periods hold every day of the week")
    centre, days = np.full(seen.estimate.shape, mean), np.unique(seen.weekday[seen.judged])
    for day in days:
        those = used & (seen.weekday == day)
        if those.sum() < FEWEST_WEEKDAYS:
            raise ValueError(
                f"weekday='adjust' needs at least {FEWEST_WEEKDAYS} {_WEEKDAYS[day]}s in the baseline; "
                f"it has {int(those.sum())}"
            )
        totals = seen.totals[those].sum(axis=0)
        centre[seen.weekday == day] = totals @ seen.values / totals.sum()
    return centre, len(days) - 1


def _autocorrelation(z: Floats) -> float:
    centred = z - z.mean()
    return float(centred[1:] @ centred[:-1] / (centred @ centred)) if np.ptp(z) > 0 else 0.0
