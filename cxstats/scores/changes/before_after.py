"""Before and after a release: what the score was above what the trend before foretold (interrupted time series).

>>> import numpy as np
>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> rng = np.random.default_rng(4)
>>> weeks = pd.date_range("2026-01-05", periods=30, freq="7D").repeat(300)
>>> happy = rng.random(9_000) < np.where(weeks < pd.Timestamp("2026-06-01"), 0.70, 0.80)
>>> answers = pd.DataFrame({"csat": np.where(happy, 5, 2), "week": weeks})
>>> csat = score(tally(answers, "csat", scale="csat-5", by="week"))
>>> found = before_after(csat, along="week", change="2026-06-01", horizon=6)
>>> found.to_frame()["effect"].tolist()
['at once', 'a week', 'average', 'at the horizon']
"""

from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.scores.changes.interruptions import Interruption, interruption_of
from cxstats.scores.changes.noise import Floats, Integers
from cxstats.scores.changes.placebos import Placebos, placebos_of
from cxstats.scores.changes.segmented import Effects, Errors
from cxstats.scores.changes.series import Every, Series, When, day_text, series_of
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import (
    ALIKE,
    level_text,
    patterns_in_words,
    series_notes,
    size_text,
    variation_in_words,
)
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.sides import sides_of
from cxstats.scores.comparing.two_samples import compare_two
from cxstats.scores.comparing.wording import between_text, difference_text, p_text, unit_of_differences
from cxstats.scores.estimates import Scores
from cxstats.scores.metrics import Metric
from cxstats.scores.trends.calendar import day_of

FEW_BEFORE: Final = 8
FEW_AFTER: Final = 4
"""With fewer periods than these before and after the change, the trends are hardly known."""
A_YEAR: Final = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """The effect of a change on a series of scores, against what the trend before foretold.

    Attributes
    ----------
    series
        The scores, in the order of time.
    against
        Those of a comparison group that the change did not touch; None without.
    change
        Its day.
    left_out
        Name of the period into which the change fell; empty where it fell on a first day.
    interruption
        The scores as they are used, and the model.
    horizon
        Number of periods after the change at which the effect is said; 1 is the first.
    confidence_level
        Of all intervals.
    unsaid
        Why nothing can be said; empty where something can.
    """

    series: Series
    against: Series | None
    change: pd.Timestamp
    left_out: str
    interruption: Interruption
    horizon: int
    confidence_level: float
    unsaid: str = ""

    @property
    def metric(self) -> Metric:
        """Under which metric."""
        return self.series.metric

    @property
    def first(self) -> int:
        """Number of the first period after the change."""
        return self.interruption.first

    def to_frame(self) -> pd.DataFrame:
        """Return the effects, unrounded, in the metric's unit.

        Rows ``at once`` (in the first period after the change), ``a week`` (what is added each period; not where only
        the level may change), ``average`` (over the periods after it) and ``at the horizon``. Columns ``effect``,
        ``after`` (number of periods after the change), ``n_before``, ``n_after``, ``estimate``, ``standard_error``,
        ``low``, ``high``, ``p_value``.
        """
        model, every = self._require_said(), self.series.every
        last = int(model.position[-1]) - self.first + 1
        after = {"at once": 1.0, f"a {every}": np.nan, "average": float(last), "at the horizon": float(self.horizon)}
        rows = model.effects_at([0]), model.slope, model.average, model.effects_at([self.horizon - 1])
        kept = [k for k, row in enumerate(rows) if len(row)]
        found = model.estimated(np.vstack([rows[k] for k in kept]), self.confidence_level)
        names = [list(after)[k] for k in kept]
        before, n = self._after == 0, self.series.n
        figures = {name: getattr(found, name) for name in ("estimate", "standard_error", "low", "high", "p_value")}
        keys = {"n_before": int(n[before].sum()), "n_after": int(n[self._after == 1].sum())}
        return pd.DataFrame({"effect": names, "after": [after[name] for name in names], **keys, **figures})

    def effect(self, after: int | None = None) -> pd.Series:
        """Effect in one period after the change, 1 being the first; as a row of `to_frame`.

        Raises
        ------
        ValueError
            If the number is below 1.
        """
        number = self.horizon if after is None else after
        _require_horizon(number)
        return replace(self, horizon=number).to_frame().iloc[-1]

    def counterfactual(self) -> pd.DataFrame:
        """Return the series as it was, as fitted, and as the trend before foretells it, with limits; unrounded.

        The period column, ``n``, ``estimate`` (what was seen; less the comparison group where there is one),
        ``fitted``, ``expected``, ``low``, ``high`` (of what was expected) and ``after``.
        """
        model = self._require_said()
        expected, fitted = model.foretold(self.confidence_level)
        series, against = self.series, self.against
        starts = [series.start(int(place)) for place in model.position]
        n = _answers(series, starts)
        if against is not None:
            n = n + _answers(against, starts)
        return pd.DataFrame(
            {
                series.along: starts,
                "n": n,
                "estimate": model.y,
                "fitted": fitted,
                "expected": expected.estimate,
                "low": expected.low,
                "high": expected.high,
                "after": model.position >= self.first,
            }
        )

    def placebos(self) -> Placebos:
        """Take the same effect at earlier dates, from the periods before the change alone."""
        return placebos_of(self._require_said(), self.horizon, self.confidence_level)

    def two_waves(self) -> Comparison:
        """Compare all answers after the change with all before it, as two samples, without trend.

        Answers count as independent, so that ups and downs of periods beyond chance make the interval too narrow; those
        of a comparison group do not enter.
        """
        members = np.stack([self._after == side for side in (1, 0)])
        after, before = (sides_of(self.series.scores, row[None, :]) for row in members)
        one, other = (replace(part, tally=replace(part.tally, sums=())) for part in (after, before))
        return compare_two(one, other, names=("after", "before"))

    def _require_said(self) -> Interruption:
        if self.unsaid:
            raise ValueError(f"the effect cannot be said: {self.unsaid}")
        return self.interruption

    @property
    def _after(self) -> Integers:
        """1 for periods after the change, 0 for those before, -1 for the one that is left out; shape (T,)."""
        series = self.series
        after = (series.position >= self.first).astype(np.int64)
        return np.where(np.isin(series.position, self.interruption.position), after, -1)

    def sentence(self) -> str:
        """Say the effect at the horizon; fit for a mail."""
        series, metric = self.series, self.metric
        subject = f"{series.scores.tally.column} ({metric.formula})"
        before, after = (int((self._after == side).sum()) for side in (0, 1))
        base = f"{series.noun(before)} before and {after:,} after the change of {day_text(self.change)}"
        if self.unsaid:
            return f"{subject}: the effect cannot be said, {self.unsaid} ({base})."
        row = self.effect()
        size, unit = float(row["estimate"]), unit_of_differences(metric)
        level = level_text(self.confidence_level)
        between = between_text(metric, float(row["low"]), float(row["high"]))
        foretold = "the trend before foretold" + (", the comparison group taken into account" if self.against else "")
        when = "" if self.horizon <= after else ", which has not been seen yet"
        lasting = self.interruption.effects == "level" and not when
        at = "After" if lasting else f"In {series.noun_th(self.horizon)} after"
        where = f"{at} the change of {day_text(self.change)}{when}, {subject}"
        n = f"n = {row['n_before']:,} and {row['n_after']:,}"
        if row["low"] <= 0 <= row["high"]:
            return (
                f"{where} was not clearly different from what {foretold}: {difference_text(metric, size)} {unit} "
                f"({level} {between}; {p_text(float(row['p_value']))}; {n})."
            )
        way = "above" if size > 0 else "below"
        return (
            f"{where} was {size_text(metric, size)} {way} what {foretold} ({level} {between}; "
            f"{p_text(float(row['p_value']))}; {n})."
        )

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        if self.unsaid:
            return pd.DataFrame({"effect": []})
        table, metric = self.to_frame(), self.metric
        between = [between_text(metric, a, b) for a, b in zip(table["low"], table["high"], strict=True)]
        last = f"{self.series.noun(float(table['after'].iloc[-2]))} after"
        names = {
            "average": f"on average over the {last}",
            "at the horizon": f"in {self.series.noun_th(self.horizon)} after",
        }
        return pd.DataFrame(
            {
                "effect": [names.get(name, name) for name in table["effect"]],
                unit_of_differences(metric): [difference_text(metric, one) for one in table["estimate"]],
                level_text(self.confidence_level): between,
                "p": [p_text(one) for one in table["p_value"]],
            }
        )

    def notes(self) -> tuple[str, ...]:
        """Say what a reader should know beside the sentence."""
        series = self.series
        said = [*series_notes(series), *self._thin()]
        if self.unsaid:
            return tuple(said)
        model = self.interruption
        variation = model.variation()
        said.append(variation_in_words(series, variation))
        if model.errors == "newey-west":
            said.append(
                "Newey and West's errors are too small in series of this length: in simulations of 20 to 60 periods "
                "their 95 % intervals covered 63 to 82 %."
            )
        elif variation.correlation >= ALIKE:
            said.append("So the series says less than its length suggests.")
        said.append(
            "The effect is what the score was above a straight line through the periods before the change. Anything "
            "else that changed at the same time is in it"
            + (", unless the comparison group felt it too." if self.against else "; a comparison group would show it.")
        )
        _, fitted = model.foretold(self.confidence_level)
        return (*said, *patterns_in_words(series, self._residual(fitted)))

    def _residual(self, fitted: Floats) -> Floats:
        """Return what is left of each period's score; 0 for the periods that are not used."""
        left = np.zeros(len(self.series.n))
        left[np.searchsorted(self.series.position, self.interruption.position)] = self.interruption.y - fitted
        return left

    def _thin(self) -> list[str]:
        said = list[str]()
        series = self.series
        if self.left_out:
            said.append(f"The change fell into {self.left_out}, which is left out.")
        before, after = (int((self._after == side).sum()) for side in (0, 1))
        if before < FEW_BEFORE:
            some = f"Only {series.noun(before)}" if before else f"No {series.every}"
            said.append(f"{some} before the change: its trend is hardly known.")
        if after < FEW_AFTER:
            some = f"Only {series.noun(after)}" if after else f"No {series.every}"
            said.append(f"{some} after the change: whether the effect lasts cannot be said.")
        if series.position[-1] + 1 < 2 * A_YEAR[series.every]:
            said.append("Less than two years: a season that returns each year cannot be told from the change.")
        return said

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return as_text(self)


def before_after(
    scores: Scores,
    *,
    along: str,
    change: When,
    horizon: int | None = None,
    against: Scores | None = None,
    effects: Effects = "level and slope",
    errors: Errors = "averaged",
    every: Every | None = None,
) -> BeforeAfter:
    """Say what a change did to a score: an interrupted time series.

    Parameters
    ----------
    scores
        By one column of periods, as ``score(tally(data, "csat", scale="csat-5", by="week"))``.
    along
        That column: the first day of each period.
    change
        Day of the change. A period into which it falls, other than on its first day, is left out.
    horizon
        At which period after the change the effect is said, 1 being the first; the last one unless given.
    against
        Scores of a group that the change did not touch, by the same periods: the effect is then that on the difference
        of the two.
    effects
        ``"level and slope"``: the change may move the level and turn the trend. ``"level"``: the trend goes on as it
        was.
    errors
        ``"averaged"`` or ``"newey-west"``; see Notes.
    every
        Length of a period; told from the days unless given.

    Returns
    -------
    BeforeAfter
        Effects with their intervals at the level of the scores, the course that was foretold, placebo dates.

    Raises
    ------
    ValueError
        If the scores are not by this column alone, its values are no dates, the comparison group has another metric or
        no period in common, or a setting is unknown.

    Notes
    -----
    With ``errors="averaged"`` the scores are a line that the change breaks, plus sampling error whose variance the
    answers tell, plus ups and downs beyond chance that carry over to the next period. Generalised least squares at each
    size and carry of the ups and downs is averaged over them, each weighed by its restricted likelihood. In simulations
    of 12 to 60 periods with carry 0 to .4 the 95 % intervals covered 94 to 99 %. ``"newey-west"`` is weighted least
    squares with Newey and West's errors, as often reported; in the same series it covered 63 to 82 %.

    References
    ----------
    Wagner, Soumerai, Zhang and Ross-Degnan (2002), Segmented regression analysis of interrupted time series studies in
    medication use research. Journal of Clinical Pharmacy and Therapeutics 27.
    Bernal, Cummins and Gasparrini (2017), Interrupted time series regression for the evaluation of public health
    interventions: a tutorial. International Journal of Epidemiology 46.
    Turner, Forbes, Karahalios, Taljaard and McKenzie (2021), Evaluation of statistical methods used in the analysis of
    interrupted time series studies: a simulation study. BMC Medical Research Methodology 21.
    """
    for kind, given, known in (("effects", effects, get_args(Effects)), ("errors", errors, get_args(Errors))):
        if given not in known:
            raise ValueError(unknown_name(kind, given, known))
    series, other = series_of(scores, along, every), None
    if against is not None:
        _require_alike(scores, against)
        other = series_of(against, along, series.every)
    day = day_of(change)
    inside = series.position_of(day)
    cut = series.start(inside) != day
    interruption = interruption_of(series, other, inside + cut, left_out=inside if cut else None, effects=effects)
    interruption = replace(interruption, errors=errors)
    unsaid = _unsaid(interruption, flat=series.is_flat and (other is None or other.is_flat))
    number = int(interruption.position[-1]) - interruption.first + 1 if horizon is None else horizon
    if horizon is not None:
        _require_horizon(horizon)
    return BeforeAfter(
        series=series,
        against=other,
        change=day,
        left_out=series.name(inside) if cut and inside in series.position else "",
        interruption=interruption,
        horizon=max(number, 1),
        confidence_level=scores.confidence_level,
        unsaid=unsaid,
    )


def _unsaid(interruption: Interruption, *, flat: bool) -> str:
    after = int((interruption.position >= interruption.first).sum())
    before, least = len(interruption.position) - after, interruption.least
    if before < least[0] or after < least[1]:
        return f"{least[0]} periods before and {least[1]} after it are the least"
    return "all answers have the same value" if flat else ""


def _answers(series: Series, starts: list[pd.Timestamp]) -> Integers:
    places = [series.position_of(start) for start in starts]
    return series.n[np.searchsorted(series.position, places)]


def _require_horizon(horizon: int) -> None:
    if horizon < 1:
        raise ValueError(f"horizon counts periods after the change, from 1; got {horizon}")


def _require_alike(scores: Scores, against: Scores) -> None:
    if scores is against or scores.tally is against.tally:
        raise ValueError("the comparison group must be other customers; got the same scores twice")
    for what, one, other in (
        ("metric", scores.metric.values, against.metric.values),
        ("scale", scores.tally.scale.points, against.tally.scale.points),
    ):
        if one != other:
            raise ValueError(f"the comparison group must have the same {what}; got {one} and {other}")
