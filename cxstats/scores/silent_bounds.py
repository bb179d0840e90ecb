"""The score of all who were invited, for what those who did not answer might have said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.intervals import Interval
from cxstats.scores.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

KEPT: Final = "kept whatever the others would say"
MISSED: Final = "missed whatever the others would say"
DEPENDS: Final = "depends on the others"
_BISECTIONS: Final = 60
_SMALL: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class SilentBounds:
    """The score of all who were invited, for what those who did not answer might have said.

    The silent are the invited less the answers that count. Their share is taken as it is, so that intervals speak of
    those who were invited and of the chance in the answers. Under survey weights the score of those who answered is
    weighted; the share of the silent is that of customers as they were counted.

    Attributes
    ----------
    scores
        Of those who answered; S segments.
    invited
        How many were invited; shape (S,).
    worse_by
        By how much the silent are worse than those who answered, in the metric's unit (a share of .05 is 5 percentage
        points); negative where they are better.
    target
        The score that should be reached, in the metric's unit; None for none.
    unheard
        Segments in which nobody answered, with their invited: they count in `total` only.
    parts
        What this is the total of; None where the invited are not known by segment.
    """

    scores: Scores
    invited: Integers
    worse_by: tuple[float, ...]
    target: float | None = None
    unheard: tuple[tuple[str, int], ...] = ()
    parts: "SilentBounds | None" = None

    @property
    def total(self) -> "SilentBounds":
        """All segments as one.

        The silent of each segment are compared with those who answered in it, and segments count by their invited, each
        with the mean weight of those who answered in it; of segments in which nobody answered the silent are compared
        with all others. The interval is MOVER's for a sum of segments that are independent.

        References
        ----------
        Zou, Huang and Zhang (2009), A note on confidence interval estimation for a linear function of binomial
        proportions. Computational Statistics and Data Analysis 53; MOVER for a weighted sum.
        """
        if not self.scores.tally.by:
            return self
        invited = np.array([self.invited.sum() + sum(n for _, n in self.unheard)], dtype=np.int64)
        return replace(self, scores=self.scores.total, invited=invited, unheard=(), parts=self)

    @property
    def response_rate(self) -> Floats:
        """Answers that count over invited, 0 to 1; shape (S,)."""
        return self.scores.n / self.invited

    @property
    def _stands_for(self) -> Floats:
        """How many customers the invited of each segment stand for: times the mean weight of those who answered."""
        answered = self.scores.n > 0
        mean = self.scores.tally.totals.sum(axis=1)[answered] / self.scores.n[answered]
        return self.invited[answered] * mean

    @property
    def _heard_share(self) -> Floats:
        """Share of those that the invited stand for who answered; shape (S,)."""
        parts = self.parts
        if parts is None:
            return self.response_rate
        answered = parts.scores.n > 0
        heard = parts._stands_for @ parts.response_rate[answered] / parts._stands_for.sum()
        among = parts.invited[answered].sum() / self.invited[0]
        return np.array([heard * among])

    def to_frame(self) -> pd.DataFrame:
        """One row a segment and assumption, unrounded.

        The segment columns; ``invited``, ``n`` (answers), ``worse_by``; ``silent_estimate``, the score of the silent,
        which ends where the scale ends; ``possible``, whether they can be worse by so much; ``estimate``, ``low`` and
        ``high`` of the score of all who were invited.
        """
        parts: list[pd.DataFrame] = []
        for place, by in enumerate(self.worse_by):
            silent, (estimate, low, high) = self._silent_estimate(by), self._all(by)
            figures = {
                "invited": self.invited,
                "n": self.scores.n,
                "worse_by": by,
                "silent_estimate": silent,
                "possible": np.isclose(silent, self._silent_alike + self._worse * by),
                "estimate": estimate,
                "low": low,
                "high": high,
            }
            part = pd.concat([self.scores.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)
            parts.append(part.assign(_segment=range(len(part)), _place=place))
        both = pd.concat(parts, ignore_index=True).sort_values(["_segment", "_place"], ignore_index=True)
        return both.drop(columns=["_segment", "_place"])

    def bounds(self) -> pd.DataFrame:
        """Bound the score of all with nothing assumed of the silent; one row a segment.

        ``worst`` and ``best`` are Manski's bounds: every silent answer at the worst, or the best, value of the metric.
        ``low`` and ``high`` are the interval of Imbens and Manski, which covers the score of all, wherever between the
        bounds it is, at the confidence level: the score method's limits of those who answered, at the level that this
        takes (about that of a one-sided interval where many are silent), moved as the bounds are.
        """
        low, high = self._ends
        rate, limits, share = self.response_rate, self._imbens_manski(), self._heard_share
        lower, upper = self._heard + (1 - share) * low, self._heard + (1 - share) * high
        worst, best = (lower, upper) if self._worse < 0 else (upper, lower)
        figures = {"invited": self.invited, "n": self.scores.n, "response_rate": rate, "worst": worst, "best": best}
        figures |= {"low": limits.low, "high": limits.high}
        return pd.concat([self.scores.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def tipping(self) -> pd.DataFrame:
        """By how much worse the silent must be for the target to be missed; one row a segment.

        ``target``; ``estimate``, the score of all if the silent are like those who answered; ``worse_by``, at which the
        score of all is the target, with ``low`` and ``high`` from the interval of the estimate; negative where the
        silent would have to be better.
        ``room``, how much worse than those who answered the silent can be at all, and the ``verdict``.

        Raises
        ------
        ValueError
            If there is no target.
        """
        target = self.target
        if target is None:
            raise ValueError("a tipping point needs the score that should be reached: if_silent(..., target=4.5)")
        share, worse = 1 - self._heard_share, self._worse
        alike, low, high = self._alike()

        def tip(at: Floats) -> Floats:
            gap = (target - at) * worse
            return np.divide(gap, share, out=np.full_like(gap, np.nan), where=share > 0)

        ends = np.sort(np.stack([tip(low), tip(high)]), axis=0)
        bounds = self.bounds()
        keeps, misses = ((bounds[end] - target) * worse for end in ("worst", "best"))
        figures = {
            "target": target,
            "estimate": alike,
            "worse_by": tip(alike),
            "low": ends[0],
            "high": ends[1],
            "room": np.abs(self._ends[0 if worse < 0 else 1] - self._silent_alike),
            "verdict": np.select([keeps <= 0, misses > 0], [KEPT, MISSED], DEPENDS),
        }
        return pd.concat([self.scores.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    @property
    def _ends(self) -> tuple[float, float]:
        return min(self.scores.metric.values), max(self.scores.metric.values)

    @property
    def _worse(self) -> int:
        """Sign of a change for the worse."""
        return -1 if self.scores.metric.good == "high" else 1

    def _alike(self) -> tuple[Floats, Floats, Floats]:
        """Score of all, with its limits, if the silent are like those who answered in their segment."""
        parts = self.parts
        if parts is None:
            limits = self.scores.interval()
            return self.scores.estimate, limits.low, limits.high
        heard = parts.scores.n > 0
        share = parts._stands_for / parts._stands_for.sum()
        limits, estimates = parts.scores.interval(), parts.scores.estimate[heard]
        below, above = (share * (estimates - limit[heard]) for limit in (limits.low, limits.high))
        estimate = float(share @ estimates)
        low, high = estimate - np.sqrt((below**2).sum()), estimate + np.sqrt((above**2).sum())
        return np.array([estimate]), self._within(np.array([low])), self._within(np.array([high]))

    @property
    def _heard(self) -> Floats:
        """What those who answered add to the score of all; shape (S,)."""
        return np.where(self.scores.n > 0, self._heard_share * self.scores.estimate, 0.0)

    @property
    def _silent_alike(self) -> Floats:
        """Score of the silent if they are like those who answered in their segment; shape (S,)."""
        alike, share = self._alike()[0], 1 - self._heard_share
        if self.parts is None:
            return alike
        silent = np.divide(alike - self._heard, share, out=alike.copy(), where=share > 0)
        return self._within(silent)

    def _silent_estimate(self, by: float) -> Floats:
        return self._within(self._silent_alike + self._worse * by)

    def _all(self, by: float) -> tuple[Floats, Floats, Floats]:
        """Score of all, with its limits, if the silent are worse by so much."""
        alike, low, high = self._alike()
        moved = (1 - self._heard_share) * (self._silent_estimate(by) - self._silent_alike)
        return alike + moved, self._within(low + moved), self._within(high + moved)

    def _within(self, figures: Floats) -> Floats:
        return np.clip(figures, *self._ends)

    def _imbens_manski(self) -> Interval:
        rate, (low, high) = self._heard_share, self._ends
        levels = imbens_manski_level((1 - rate) * (high - low), rate * self.scores.standard_error, self._level)
        lower, upper = np.full(len(rate), float(low)), np.full(len(rate), float(high))
        # Nearly all segments need one level, so there are few intervals to compute.
        for level in np.unique(levels):
            limits, here = self.scores.interval(confidence_level=float(level)), (levels == level) & (self.scores.n > 0)
            lower = np.where(here, rate * limits.low + (1 - rate) * low, lower)
            upper = np.where(here, rate * limits.high + (1 - rate) * high, upper)
        return Interval(lower, upper)

    @property
    def _level(self) -> float:
        return self.scores.confidence_level

    def to_text(self) -> pd.DataFrame:
        """Table as people read it, the total first."""
        parts = [self.total, self] if self.scores.tally.by else [self]
        return pd.concat([part._text_rows() for part in parts], ignore_index=True)

    def _text_rows(self) -> pd.DataFrame:
        metric, few, bounds = self.scores.metric, self.scores.too_few, self.bounds()
        names = segment_names(self.scores.segments) if self.scores.tally.by else ["all"]
        rates = [f"{n:,} ({100 * rate:.1f} %)" for n, rate in zip(self.scores.n, self.response_rate, strict=True)]
        shown = pd.DataFrame({"segment": names, "invited": [f"{n:,}" for n in self.invited], "answered": rates})
        for by in self.worse_by:
            told = [
                f"{metric.text(e)} ({metric.text(a)} to {metric.text(b)})"
                for e, a, b in zip(*self._all(by), strict=True)
            ]
            shown[f"others {_by(metric, by)}"] = np.where(few, TOO_FEW, told)
        ends = zip(bounds["worst"], bounds["best"], strict=True)
        shown["nothing assumed"] = [f"{metric.text(worst)} to {metric.text(best)}" for worst, best in ends]
        if self.target is not None:
            told = [_tip_in_words(metric, row) for row in self.tipping().to_dict("records")]
            shown[f"target {metric.text(self.target)}"] = np.where(few, TOO_FEW, told)
        return shown

    def in_short(self) -> str:
        """Say the score of all under each assumption and at the very worst and best, without intervals."""
        total, metric = self.total, self.scores.metric
        silent = int(total.invited[0]) - int(total.scores.n[0])
        if total.scores.too_few[0] or not silent:
            return " ".join(total._sentences())
        rows, bounds = total.to_frame().to_dict("records"), total.bounds().to_dict("records")[0]
        told = [f"{metric.text(row['estimate'])} if they are {_by(metric, row['worse_by'])}" for row in rows]
        ends = f"{metric.text(bounds['worst'])} at the very worst and {metric.text(bounds['best'])} at the very best"
        return f"With the {silent:,} who were asked and gave no answer: {', '.join(told)}; {ends}."

    def sentence(self) -> str:
        """Say what the score of all is under each assumption, what it can be at most, and when the target is missed."""
        return " ".join(self._sentences())

    def _sentences(self) -> list[str]:
        total = self.total
        scores, metric, column = total.scores, self.scores.metric, self.scores.tally.column
        n, invited, write = int(scores.n[0]), int(total.invited[0]), metric.text
        base = f"{n:,} of {invited:,} invited gave an answer to {column} that counts ({100 * n / invited:.1f} %)"
        unheard = [f"{name} ({k:,} invited)" for name, k in self.unheard]
        lost = [f"Nobody of {', '.join(unheard)} answered."] if unheard else []
        if scores.too_few[0]:
            return [f"{base}: {TOO_FEW}.", *lost]
        if n == invited:
            return [f"{base}: nobody is silent."]
        level = f"{100 * self._level:g} % interval"
        told = [
            f"{write(row['estimate'])} ({level} {write(row['low'])} to {write(row['high'])}) if they are "
            f"{_by(metric, row['worse_by'])}"
            for row in total.to_frame().to_dict("records")
        ]
        where = f" in the same {' and '.join(self.scores.tally.by)}" if total.parts else ""
        bounds = total.bounds().to_dict("records")[0]
        said = [
            f"{base}; their score is {write(float(scores.estimate[0]))} ({metric.formula}, {metric.good} is good).",
            f"Compared with those who answered{where}, the {invited - n:,} others may be otherwise.",
            f"The score of all is {'; '.join(told)}.",
            f"With nothing assumed it lies between {write(bounds['worst'])} (all others at the worst) and "
            f"{write(bounds['best'])} (all at the best), {level} {write(bounds['low'])} to {write(bounds['high'])}.",
            total._target_in_words() if self.target is not None else "",
        ]
        return [*filter(None, said), *lost]

    def _target_in_words(self) -> str:
        row, metric = self.tipping().to_dict("records")[0], self.scores.metric
        said = f"The target of {metric.text(row['target'])} is {_tip_in_words(metric, row)}"
        if row["verdict"] != DEPENDS:
            return f"{said}."
        between = f"{_signed(metric, row['low'])} to {_signed(metric, row['high'])}"
        return f"{said} ({100 * self._level:g} % interval {between}{', minus for better' if row['low'] < 0 else ''})."

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._sentences())
        return f"<ul>{said}</ul>{table}"

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.to_text().to_string(index=False)}"


def imbens_manski_level(width: Floats, standard_error: Floats, confidence_level: float) -> Floats:
    """Confidence level at which the limits of both bounds cover a parameter anywhere between them.

    Solves Phi(c + width / standard error) - Phi(-c) = confidence level and returns 2 Phi(c) - 1: the level itself where
    the bounds meet, 2 times the level less 1 where they are far apart.

    Parameters
    ----------
    width
        Distance of the bounds; shape (S,).
    standard_error
        Of each bound; shape (S,).
    confidence_level
        Between 0 and 1.

    References
    ----------
    Imbens and Manski (2004), Confidence intervals for partially identified parameters. Econometrica 72; equation 6.

    Examples
    --------
    >>> imbens_manski_level(np.array([0.0, 1.0, 1e6]), np.ones(3), 0.95).round(4)
    array([0.95  , 0.9073, 0.9   ])
    """
    ratio = np.divide(width, standard_error, out=np.full_like(width, np.inf), where=standard_error > 0)
    ratio = np.where(width <= 0, 0.0, ratio)
    phi = scipy.special.ndtr
    least, most = (
        np.full_like(ratio, float(scipy.special.ndtri(p))) for p in (confidence_level, (1 + confidence_level) / 2)
    )
    for _ in range(_BISECTIONS):
        middle = (least + most) / 2
        enough = phi(middle + ratio) - phi(-middle) >= confidence_level
        least, most = np.where(enough, least, middle), np.where(enough, middle, most)
    return 2 * phi(most).astype(np.float64) - 1


def _signed(metric: Metric, value: float) -> str:
    shown = value * 100 if metric.unit in ("share", "net") else value
    return f"{round(shown, 2 if metric.unit == 'points' else 1) + 0.0:.{2 if metric.unit == 'points' else 1}f}"


def _tip_in_words(metric: Metric, row: Mapping[Any, Any]) -> str:
    if row["verdict"] != DEPENDS:
        return str(row["verdict"])
    if row["worse_by"] >= 0:
        return f"missed if the others are more than {_by(metric, max(row['worse_by'], _SMALL))}"
    return f"reached only if the others are at least {_by(metric, row['worse_by'])}"


def _by(metric: Metric, value: float) -> str:
    """Say by how much worse: ``"0.50 points worse"``."""
    if value == 0:
        return "like them"
    unit = "percentage points" if metric.unit == "share" else "points"
    return f"{_signed(metric, abs(value))} {unit} {'worse' if value > 0 else 'better'}"
