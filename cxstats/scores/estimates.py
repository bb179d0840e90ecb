"""Scores: what a tally says under a metric, with its uncertainty.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> answers = pd.DataFrame({"ces": [p for p, n in zip(range(1, 8), (5, 5, 10, 15, 20, 25, 20)) for _ in range(n)]})
>>> ces = score(tally(answers, "ces", scale="ces-2.0"), "favourable")
>>> float(ces.estimate[0])
0.65
>>> ces.to_frame().round(4).to_dict("records")
[{'n': 100, 'estimate': 0.65, 'standard_error': 0.0477, 'low': 0.5525, 'high': 0.7364}]
"""

from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.commands import without_commands
from cxstats.responses.markdown import plain_markdown
from cxstats.responses.tallies import Tally
from cxstats.scores.intervals import Interval, IntervalMethod, Sample, named_interval, require_confidence_level
from cxstats.scores.metrics import Metric, MetricOf, named_metric, usual_metric
from cxstats.scores.precision import Precision

Floats = NDArray[np.float64]

MINIMUM_BASE: Final = 10
TOO_FEW: Final = "too few to say"
_AS_WIDE: Final = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The score of each segment of a tally under one metric.

    Attributes
    ----------
    tally
        The counts that the scores come from.
    metric
        The value of each scale point.
    method
        Interval shown first: a name or a function.
    confidence_level
        Its confidence level.
    minimum_base
        Fewer answers than this are too few for people to be shown a score.
    """

    tally: Tally
    metric: Metric
    method: str | IntervalMethod = "score"
    confidence_level: float = 0.95
    minimum_base: int = MINIMUM_BASE

    @property
    def segments(self) -> pd.DataFrame:
        """The values of the segment columns; S rows."""
        return self.tally.segments

    @property
    def total(self) -> "Scores":
        """The score of all segments as one."""
        return replace(self, tally=self.tally.total)

    @property
    def n(self) -> NDArray[np.int64]:
        """Number of answers; shape (S,)."""
        return self.tally.n

    @property
    def missing(self) -> NDArray[np.int64]:
        """Rows without an answer; shape (S,)."""
        return self.tally.missing

    @property
    def set_aside(self) -> NDArray[np.int64]:
        """Rows whose answer could not be used; shape (S,)."""
        return self.tally.set_aside

    @property
    def too_few(self) -> NDArray[np.bool_]:
        """Whether a segment has fewer answers than the minimum base, or no variance to go by; shape (S,)."""
        return (self.n < self.minimum_base) | ((self.n > 0) & np.isnan(self.standard_error))

    @property
    def precision(self) -> Precision:
        """What the counts and their design say of the mean value."""
        return Precision(self.tally, np.asarray(self.metric.values, dtype=np.float64))

    @property
    def shares(self) -> Floats:
        """Share of the answers at each point, weighted under a design; shape (S, K); NaN without answers."""
        totals = self.tally.totals
        base = totals.sum(axis=1, keepdims=True)
        return np.divide(totals, base, out=np.full_like(totals, np.nan), where=base > 0)

    @property
    def estimate(self) -> Floats:
        """Mean value of the answers, in the metric's unit; shape (S,); NaN without answers."""
        return self.precision.estimate

    @property
    def standard_error(self) -> Floats:
        """Standard error of the estimate; shape (S,).

        Without a design the multinomial one, sqrt(variance / n) with divisor n, which for a share is
        sqrt(p (1 - p) / n). With one Taylor's linearisation, as R's ``survey::svymean``; 0 where all of a finite
        population were asked, and NaN where all answers of a segment come from one cluster of a stratum, which says
        nothing about the variation between clusters.
        """
        return np.sqrt(self.precision.variance_of_mean)

    @property
    def effective_n(self) -> Floats:
        """Size of the simple random sample with the same variance; shape (S,).

        Kish's effective size, the squared sum of the weights over the sum of their squares, where all answers have
        the same value and the variance says nothing. Infinite where all of a finite population were asked.

        References
        ----------
        Kish (1965), Survey Sampling.
        """
        return self.precision.effective_n

    @property
    def design_effect(self) -> Floats:
        """Variance under the design over that of a simple random sample of as many answers; shape (S,).

        It is of this metric and takes everything into account: weights, strata, clusters, a finite population and
        margins. 2 means that the answers say as much as half as many independent ones. R calls it
        ``svymean(deff = "replace")``; its ``deff = TRUE`` is that over 1 - n / N, N being the sum of the weights. 1
        without a design; NaN where answers do not differ. `kish_design_effect` is of the weights alone.

        References
        ----------
        Kish (1965), Survey Sampling.
        """
        return self.precision.design_effect

    @property
    def kish_design_effect(self) -> Floats:
        """Design effect of the weights alone, n times the sum of their squares over their squared sum; shape (S,).

        One plus the relative variance of the weights: what weighting costs when weights have nothing to do with the
        answers, and the same for every metric. Clusters, strata and margins do not enter; `design_effect` has them
        all. 1 with equal weights; NaN without answers.

        References
        ----------
        Kish (1992), Weighting for unequal Pi. Journal of Official Statistics 8.
        """
        return self.precision.kish_design_effect

    @property
    def sample(self) -> Sample:
        """What an interval method takes."""
        found = self.precision
        degrees, n = self.tally.degrees_of_freedom, self.n.astype(np.float64)
        return Sample(self.shares, found.values, n, found.effective_n, degrees, found.most_n)

    def interval(
        self, method: str | IntervalMethod | None = None, *, confidence_level: float | None = None
    ) -> Interval:
        """Interval of each score.

        Parameters
        ----------
        method
            A name of `cxstats.scores.intervals.INTERVALS` or a function; the one shown first unless given.
        confidence_level
            Between 0 and 1; the one shown first unless given.

        Returns
        -------
        Interval
            Limits in the metric's unit, shape (S,) each; NaN without answers. Where all of a finite population were
            asked both are the estimate.

        Raises
        ------
        ValueError
            If the method is unknown or is not for this metric or design.
        """
        level = self.confidence_level if confidence_level is None else confidence_level
        found = named_interval(self.method if method is None else method)(self.sample, level)
        certain = self.precision.asked_all
        if not certain.any():
            return found
        return Interval(*(np.where(certain, self.estimate, limit) for limit in (found.low, found.high)))

    @property
    def base_in_words(self) -> str:
        """Which column and scale the score is of, its direction and what it takes into account."""
        scale, design = self.tally.scale, self.tally.design
        asks = f" ({scale.asks})" if scale.asks else ""
        under = f"; {design.in_words()}" if design else ""
        return f"{self.tally.column} on {scale.name}{asks}; {self.metric.good} is good{under}"

    @property
    def method_in_words(self) -> str:
        """Which interval is shown: ``"95 % interval, score method"``."""
        name = self.method if isinstance(self.method, str) else getattr(self.method, "__name__", "own method")
        return f"{self.confidence_level * 100:g} % interval, {name} method"

    @property
    def design_in_words(self) -> str:
        """What was done about how respondents were chosen, in a sentence; empty without a design.

        ``"Weighted by w; answers of the same agent count together (40 in the data); the interval is 1.62 times as wide
        as if all 2,000 answers were independent and equally weighted."`` It is of all segments as one.
        """
        design = self.tally.design
        if design is None:
            return ""
        said = design.in_sentence(self.tally.units)
        return f"{said[0].upper()}{said[1:]}{_width_in_words(self.total)}."

    def to_frame(self) -> pd.DataFrame:
        """Tidy table: the segment columns, ``n``, ``estimate``, ``standard_error``, ``low``, ``high``, unrounded."""
        limits = self.interval()
        figures = {
            "n": self.n,
            "estimate": self.estimate,
            "standard_error": self.standard_error,
            "low": limits.low,
            "high": limits.high,
        }
        return self.segments.reset_index(drop=True).assign(**figures)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: rounded, shares in percent, and "too few to say" below the minimum base.

        The total comes first when there are segments.
        """
        parts = [self.total, self] if self.tally.by else [self]
        return pd.concat([part._text_rows() for part in parts], ignore_index=True)

    def _text_rows(self) -> pd.DataFrame:
        limits, write, few = self.interval(), self.metric.text, self.too_few
        shown = [write(e) for e in self.estimate]
        between = [f"{write(a)} to {write(b)}" for a, b in zip(limits.low, limits.high, strict=True)]
        if self.segments.columns.empty:
            keys = pd.DataFrame({"segment": ["all"]})
        else:
            keys = pd.DataFrame({"segment": segment_names(self.segments)})
        rows = {
            "n": [f"{n:,}" for n in self.n],
            "missing": [f"{m:,}" for m in self.missing],
            "set aside": [f"{s:,}" for s in self.set_aside],
            self.metric.name: np.where(few, TOO_FEW, shown),
            f"{self.confidence_level * 100:g} % interval": np.where(few, "", between),
        }
        return pd.concat([keys, pd.DataFrame(rows)], axis=1)

    def sentence(self, *, invited: int | None = None) -> str:
        """Say the total in one sentence that can be pasted into a mail.

        Parameters
        ----------
        invited
            Number of customers who were asked; with it the response rate is said.

        Raises
        ------
        ValueError
            If fewer were invited than responded.
        """
        shown, rest = self._said(invited)
        return shown + rest

    def _said(self, invited: int | None = None) -> tuple[str, str]:
        """Return the column with its score, and the rest of the sentence."""
        total = self.total
        n, responses = int(total.n[0]), int(total.tally.rows[0])
        if invited is not None and invited < responses:
            raise ValueError(f"invited must be at least the {responses:,} responses; got {invited:,}")
        rate = f", response rate {responses / invited * 100:.1f} % of {invited:,} invited" if invited else ""
        aside = f", {total.set_aside[0]:,} set aside" if total.set_aside[0] else ""
        base = f"n = {n:,} of {responses:,} responses{aside}{rate}"
        under = f"; {self.tally.design.in_words()}" if self.tally.design else ""
        meaning = f"{self.metric.formula}, {self.metric.good} is good{under}"
        if total.too_few[0]:
            return f"{self.tally.column} {TOO_FEW}", f" ({meaning}); {base}."
        limits, write = total.interval(), self.metric.text
        between = f"{write(limits.low[0])} to {write(limits.high[0])}"
        level = f"{self.confidence_level * 100:g} % interval"
        return f"{self.tally.column} {write(total.estimate[0])}", f" ({meaning}); {level} {between}; {base}."

    def answer(self) -> str:
        """Say the total, the best and the worst segment in Markdown, the score in bold.

        Characters of the data stand for themselves, since Markdown lets HTML and links through.
        """
        shown, rest = self._said()
        return f"**{plain_markdown(shown)}** {plain_markdown(rest)} {plain_markdown(self.extremes())}".strip()

    def extremes(self) -> str:
        """Name the best and the worst segment in one sentence; empty with fewer than two that have enough answers."""
        limits, write, estimate, few = self.interval(), self.metric.text, self.estimate, self.too_few
        ranked = [int(k) for k in np.argsort(estimate, kind="stable") if not few[k]]
        if len(ranked) < 2:
            return ""
        names = segment_names(self.segments)
        worst, best = (ranked[0], ranked[-1]) if self.metric.good == "high" else (ranked[-1], ranked[0])

        def said(k: int) -> str:
            between = f"{write(limits.low[k])} to {write(limits.high[k])}"
            return f"{names[k]} {write(estimate[k])} ({between}, n = {self.n[k]:,})"

        return f"Best: {said(best)}; worst: {said(worst)}."

    def _repr_html_(self) -> str:
        header, *_ = (table := self.to_text()).columns
        table = table.rename(columns={header: ", ".join(self.tally.by) or header})
        html = table.to_html(index=False, border=0, justify="left")
        below = f"<p>{escape(self.design_in_words)}</p>" if self.tally.design else ""
        return f"<p><b>{escape(self.metric.formula)}</b><br>{escape(self.base_in_words)}</p>{html}{below}"

    def __repr__(self) -> str:
        below = f"\n{self.design_in_words}" if self.tally.design else ""
        shown = self.to_text().to_string(index=False)
        return without_commands(f"{self.metric.formula}\n{self.base_in_words}\n{shown}{below}")


def score(
    tally: Tally,
    metric: str | Metric | MetricOf | None = None,
    *,
    method: str | IntervalMethod = "score",
    confidence_level: float = 0.95,
    minimum_base: int = MINIMUM_BASE,
) -> Scores:
    """Score each segment of a tally.

    Parameters
    ----------
    tally
        Counts of answers, from `cxstats.tally`.
    metric
        ``"mean"``, ``"favourable"``, ``"net"``, ``"index"``, ``"percent-of-maximum"``, ``"top-K"``, ``"bottom-K"``,
        a `Metric`, or a function that makes one for a scale. Unless given, the one usual for the scale.
    method
        Interval shown first: ``"score"`` (all metrics), ``"wilson"`` and ``"clopper-pearson"`` (shares),
        ``"adjusted-wald"`` (net scores), ``"t"``, ``"wald"``, or a function.
    confidence_level
        Between 0 and 1.
    minimum_base
        Fewer answers than this show as "too few to say" to people; `Scores.to_frame` keeps the numbers.

    Returns
    -------
    Scores

    Raises
    ------
    ValueError
        If the metric or method is unknown or does not fit the scale.
    """
    made = usual_metric(tally.scale) if metric is None else named_metric(metric, tally.scale)
    require_confidence_level(confidence_level)
    scores = Scores(tally, made, method, confidence_level, minimum_base)
    named_interval(method)(scores.sample.head(), confidence_level)
    return scores


def segment_names(segments: pd.DataFrame) -> list[str]:
    """Name each segment for people: values joined by a comma, "(none)" for an empty one."""

    def name(value: Any) -> str:
        if pd.isna(value):
            return "(none)"
        return str(value.date()) if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)

    return [", ".join(map(name, row)) for row in segments.itertuples(index=False)]


def _width_in_words(total: Scores) -> str:
    """Compare the width of the interval with that of as many independent and equally weighted answers."""
    if total.too_few[0]:
        return ""
    if total.precision.asked_all[0]:
        return "; all of the population were asked, so that the interval has no width"
    sample, n = total.sample, total.sample.n
    alike = Sample(sample.shares, sample.values, n, n, np.full_like(n, np.inf))
    plain, found = named_interval(total.method)(alike, total.confidence_level), total.interval()
    ratio = (found.high[0] - found.low[0]) / (plain.high[0] - plain.low[0])
    times = "" if abs(ratio - 1) < _AS_WIDE else f"{ratio:.2f} times "
    return f"; the interval is {times}as wide as if all {total.n[0]:,} answers were independent and equally weighted"
