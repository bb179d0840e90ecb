"""Where effort starts to rise: a line with one kink, the place of the kink with an interval, and whether there is one.

>>> rng = np.random.default_rng(5)
>>> steps = 3 + rng.poisson(2.5, 3_000)
>>> ease = np.clip(np.rint(5.5 - 0.6 * np.maximum(steps - 5, 0) + rng.normal(0, 1.2, 3_000)), 1, 7)
>>> found = find_threshold(ease, steps)
>>> found.found, bool(found.location.low < 5 < found.location.high)
(True, True)
"""

from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxstats.drivers.broken_lines import (
    TRIM,
    Floats,
    best_place,
    crossed_products,
    hinges,
    kinked_errors,
    sandwich,
    straight_line,
)
from cxstats.drivers.columns import Columns, columns_of
from cxstats.drivers.figures import PLAIN, Limits, Wording, p_in_words
from cxstats.drivers.kinks import KinkInference, p_of_no_kink, p_of_no_more, places_to_look_at
from cxstats.scores.intervals import require_confidence_level

FEWEST_VALUES: Final = 4
CROWDED: Final = 0.25


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where the effect of a driver changes.

    Attributes
    ----------
    location
        Place of the kink, in the driver's unit. Where there is none its interval says little.
    below, above
        Slope on each side, in units of the outcome per unit of the driver.
    change
        Slope above minus slope below.
    straight
        Slope of the line without a kink.
    p_value
        Of the hypothesis that there is no kink anywhere in the searched range.
    p_more
        Of the hypothesis that one kink is all: a second one, a curve or a ceiling of the scale makes it small, and then
        the place is that of the best broken line and need not be where anything starts.
    at_end
        Share of the answers up to the place that lie at one end of the outcome's observed range. A scale that ends
        there hides small changes, so that the kink of the mean lies later than where effort starts to rise.
    searched
        First and last place that a kink was looked for.
    n
        Answers used.
    confidence_level
        Of all intervals.
    alpha
        A threshold is said to be found when the p-value is below this.
    wording
        How people read it.
    """

    location: Limits
    below: Limits
    above: Limits
    change: Limits
    straight: Limits
    p_value: float
    p_more: float
    at_end: float
    searched: tuple[float, float]
    n: int
    confidence_level: float
    alpha: float
    wording: Wording = PLAIN

    @property
    def found(self) -> bool:
        """Whether there is evidence of a threshold."""
        return self.p_value < self.alpha

    @property
    def bends_more(self) -> bool:
        """Whether there is evidence that one kink is not the whole shape."""
        return self.p_more < self.alpha

    @property
    def crowded(self) -> bool:
        """Whether so many answers up to the place lie at one end of the scale that it may be moved: a quarter."""
        return self.at_end >= CROWDED

    @property
    def bounded(self) -> tuple[bool, bool]:
        """Whether the data bound the place from below, from above; otherwise the limit is where the search ended."""
        return self.location.low > self.searched[0], self.location.high < self.searched[1]

    def to_frame(self) -> pd.DataFrame:
        """Tidy table: ``part``, ``n``, ``estimate``, ``standard_error``, ``low``, ``high``.

        The parts are ``location``, ``below``, ``above``, ``change`` and ``straight``.
        """
        parts = {name: getattr(self, name) for name in ("location", "below", "above", "change", "straight")}
        rows = [(name, self.n, part.estimate, part.standard_error, part.low, part.high) for name, part in parts.items()]
        return pd.DataFrame(rows, columns=["part", "n", "estimate", "standard_error", "low", "high"])

    def sentence(
        self,
        *,
        unit: str | None = None,
        units: str | None = None,
        points: str | None = None,
        good: Literal["high", "low"] | None = None,
    ) -> str:
        """Say it to a manager.

        Parameters
        ----------
        unit, units
            One unit of the driver, and more of them; those of `wording` unless given.
        points
            Unit of the outcome as it is said.
        good
            Which end of the outcome is good; known where the threshold is that of a model. A slope towards the bad end
            costs, one towards the good end brings.

        Raises
        ------
        ValueError
            If which end is good is neither known nor given.
        """
        words = self.wording.said(unit=unit, units=units, points=points, good=good)
        many, factor = words.many, words.factor
        below, above, straight = (
            slope.scaled(factor).cost_in_words(words.points) for slope in (self.below, self.above, self.straight)
        )
        base = f"p {p_in_words(self.p_value)}, n = {self.n:,}"
        first, last = self.searched
        if not self.found:
            return f"No threshold found between {first:g} and {last:g} {many} ({base}): each {words.unit} {straight}."
        place, low, high = self.location.rounded()
        open_below, open_above = (not known for known in self.bounded)
        limits = f"{low}{' or less' if open_below else ''} to {high}{' or more' if open_above else ''}"
        more = f" One kink is not the whole shape (p {p_in_words(self.p_more)})." if self.bends_more else ""
        if self.crowded:
            share = f"{100 * self.at_end:.0f} % of the answers up to there lie at one end of the scale"
            more += f" {share}, which hides small changes: it may start earlier."
        return (
            f"Up to {place} {many} ({limits}) each {words.unit} {below}; beyond, each {above}.{more}"
            f" ({self.confidence_level * 100:g} % intervals; no threshold: {base}.)"
        )

    def _repr_html_(self) -> str:
        verdict = "Threshold" if self.found else "No threshold found"
        head = escape(f"{verdict} (p {p_in_words(self.p_value)}, {self.confidence_level * 100:g} % intervals)")
        return f"<p><b>{head}</b></p>{self.to_frame().to_html(index=False, border=0, justify='left')}"


def find_threshold(
    y: ArrayLike,
    x: ArrayLike,
    *,
    controls: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    candidates: ArrayLike | None = None,
    confidence_level: float = 0.95,
    alpha: float = 0.05,
) -> Threshold:
    """Look for the place where the effect of a driver changes.

    The model is y = a + below x + (above - below) (x - place)+ + controls, fitted by least squares over all places
    between the second smallest and the second largest value of x that leave 5 % of the answers on each side. Of a
    driver that counts, such as steps, the place may lie between whole numbers.

    "No threshold" is tested by the largest robust score statistic over all places, against the chance that any of them
    is so large. The interval for the place holds every place that is not rejected by its likelihood ratio; the
    distribution of that ratio is drawn from the robust covariance of the data under each place, given how large a
    change the data show, so that it stays valid when there is hardly a kink. The intervals of the slopes come from the
    same draws and so include that the place is estimated. The draws are the same at every call.

    Parameters
    ----------
    y
        Outcome, shape (N,).
    x
        Driver, shape (N,); at least four different values.
    controls
        What else is held constant, shape (N, C), without intercept.
    weights
        Probability weights, shape (N,); rows of weight zero are left out.
    clusters
        Which cluster each answer belongs to, shape (N,).
    candidates
        Only these places, such as whole steps; unless given, all in the range.
    confidence_level
        Between 0 and 1.
    alpha
        Level of the test, between 0 and 1.

    Returns
    -------
    Threshold

    Raises
    ------
    ValueError
        If shapes differ, something is not finite, x has too few values or leaves no room, a candidate lies outside
        the range, or controls follow from each other.

    References
    ----------
    Hudson (1966), Fitting segmented curves whose join points have to be estimated. JASA 61; the exact place.
    Davies (1987), Hypothesis testing when a nuisance parameter is present only under the alternative. Biometrika 74;
    the test.
    Hansen (2017), Regression kink with an unknown threshold. Journal of Business and Economic Statistics 35; the
    interval by inversion.
    Andrews and Mikusheva (2016), Conditional inference with a functional nuisance parameter. Econometrica 84; the
    conditioning.

    Examples
    --------
    >>> minutes = np.linspace(0, 10, 400)
    >>> effort = 2 + 0.5 * np.maximum(minutes - 4, 0) + np.random.default_rng(1).normal(0, 0.5, 400)
    >>> print(find_threshold(effort, minutes).sentence(unit="minute", good="low"))  # doctest: +ELLIPSIS
    Up to 4.0 minutes (... to ...) each minute costs nothing clear (...); beyond, each costs 0.5... points (...). ...
    """
    require_confidence_level(confidence_level)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1; got {alpha}")
    data = columns_of(y, x, controls=controls, weights=weights, clusters=clusters)
    first, last = _range(data.x)
    rows = straight_line(data.y, data.x, controls=data.controls, weights=data.weights, clusters=data.clusters)
    low, high = ((end - rows.centre) / rows.spread for end in (first, last))
    if candidates is None:
        place = best_place(rows, low, high)
        errors, error = kinked_errors(rows, place)
        tested, places = places_to_look_at(rows, (low, high), place, error)
    else:
        tested = places = (_within(candidates, (first, last)) - rows.centre) / rows.spread
        place = float(places[hinges(rows, places).gain.argmax()])
        errors, error = kinked_errors(rows, place)
    found = hinges(rows, places)
    inferred = KinkInference(
        rows,
        found,
        crossed_products(rows, found),
        sandwich(rows, found, errors),
        int(found.gain.argmax()),
        confidence_level,
        candidates is None,
    )
    return Threshold(
        *inferred.all_limits(),
        p_of_no_kink(rows, hinges(rows, tested)),
        p_of_no_more(rows, tested, place, error),
        _at_end(data, rows.centre + rows.spread * place),
        (first, last) if candidates is None else _ends(rows.centre + rows.spread * places),
        len(data.x),
        confidence_level,
        alpha,
    )


def _at_end(data: Columns, place: float) -> float:
    """Share of the answers up to a place at the end of the range where they crowd most."""
    ends = np.stack([data.y == data.y.min(), data.y == data.y.max()])
    up_to = data.weights * (data.x <= place)
    return float((ends @ up_to).max() / up_to.sum())


def _range(x: Floats) -> tuple[float, float]:
    values = np.unique(x)
    if len(values) < FEWEST_VALUES:
        raise ValueError(f"x must take at least {FEWEST_VALUES} different values; got {len(values)}")
    low, high = np.quantile(x, [TRIM, 1 - TRIM], method="inverted_cdf")
    first, last = max(values[1], low), min(values[-2], high)
    if first >= last:
        raise ValueError(
            f"x must leave {TRIM * 100:g} % of the answers on each side of a place; almost all are {low:g}"
        )
    return float(first), float(last)


def _within(candidates: ArrayLike, searched: tuple[float, float]) -> Floats:
    places = np.unique(np.asarray(candidates, dtype=np.float64))
    if not len(places) or not ((places >= searched[0]) & (places <= searched[1])).all():
        raise ValueError(f"candidates must lie between {searched[0]:g} and {searched[1]:g}; got {places.tolist()}")
    return places


def _ends(places: Floats) -> tuple[float, float]:
    return float(places[0]), float(places[-1])
