"""The score of all who were invited, for what those who did not answer might have said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.imbens_manski import imbens_manski_level
from cxstats.scores.intervals import Interval
from cxstats.scores.silent_words import DEPENDS, KEPT, MISSED, by_in_words, signed_text, tip_in_words

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
        which ends where the scale ends; ``possible``, whether all can be worse by so much; ``estimate``, ``low`` and
        ``high`` of the score of all who were invited: the limits of those who answered, moved, or with the silent at
        the end of the scale where the assumption puts them there. They are at the confidence level for this one
        assumption, so with the silent at the worst one of them is a little beyond that of `bounds`, whose ends are
        one-sided; with limits of one level no assumption goes beyond what the silent can say.
        """
        parts: list[pd.DataFrame] = []
        for place, by in enumerate(self.worse_by):
            silent, (estimate, low, high) = self._silent_estimate(by), self._all(by)
            figures = {
                "invited": self.invited,
                "n": self.scores.n,
                "worse_by": by,
                "silent_estimate": silent,
                "possible": self._possible(by),
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

        bounds = self.bounds()
        keeps, misses = ((bounds[end] - target) * worse for end in ("worst", "best"))
        tips = [tip(one) if self.parts is None else self._tip_of_sum(k) for k, one in enumerate((alike, low, high))]
        ends = np.sort(np.stack(tips[1:]), axis=0)
        figures = {
            "target": target,
            "estimate": alike,
            "worse_by": tips[0],
            "low": ends[0],
            "high": ends[1],
            "room": self._room,
            "verdict": np.select([keeps <= 0, misses > 0], [KEPT, MISSED], DEPENDS),
        }
        return pd.concat([self.scores.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def _tip_of_sum(self, which: int) -> Floats:
        """By how much worse the silent of every segment are when estimate, low or high of the total is the target.

        A segment's silent stop at the end of the scale, so there is no formula; NaN where nothing they say does it.
        """
        span, target = self._ends[1] - self._ends[0], float(self.target or 0.0)

        def excess(by: float) -> float:
            return float(self._all(by)[which][0]) - target

        if not excess(-span) * excess(span) < 0:
            return np.full(1, np.nan)
        return np.array([scipy.optimize.brentq(excess, -span, span, xtol=1e-14, rtol=1e-14)])

    @property
    def _room(self) -> Floats:
        """How much worse the silent can be before all of them are at the end of the scale; shape (S,)."""
        parts = self.parts or self
        rooms = np.abs(self._ends[0 if self._worse < 0 else 1] - parts._silent_alike)
        return rooms if self.parts is None else np.array([np.nanmax(rooms)])

    @property
    def _ends(self) -> tuple[float, float]:
        return min(self.scores.metric.values), max(self.scores.metric.values)

    @property
    def _worse(self) -> int:
        """Sign of a change for the worse."""
        return -1 if self.scores.metric.good == "high" else 1

    def _alike(self) -> tuple[Floats, Floats, Floats]:
        """Score of all, with its limits, if the silent are like those who answered in their segment."""
        return self._all(0.0)

    def _all(self, by: float) -> tuple[Floats, Floats, Floats]:
        """Score of all, with its limits, if the silent are worse by so much or as far as the scale goes.

        The score of all rises with that of those who answered, so its limits are what it is at theirs; of several
        segments each distance is that to what it is with one of them at its limit (MOVER). Where the assumption puts
        the silent at the end of the scale they stay there.
        """
        if self.parts is None:
            limits, estimate = self.scores.interval(), self.scores.estimate
            known = (estimate, limits.low, limits.high)
            found, low, high = (self._mixed(self.response_rate, one, by, estimate) for one in known)
        else:
            scores = self.parts.scores
            heard, limits = scores.n > 0, scores.interval()
            found = self._summed(scores.estimate[None, heard], by)
            lower, upper = (
                found - self._summed(np.where(np.eye(heard.sum()) > 0, limit[heard], scores.estimate[heard]), by)
                for limit in (limits.low, limits.high)
            )
            low, high = found - np.sqrt((lower**2).sum()), found + np.sqrt((upper**2).sum())
        return found, self._within(low), self._within(high)

    def _mixed(self, rate: Floats, answered: Floats, by: float, estimate: Floats) -> Floats:
        """Mix a score of those who answered, at this rate, with the silent's; `estimate` says where these stop."""
        moved = estimate + self._worse * by
        stopped = (moved < self._ends[0]) | (moved > self._ends[1])
        silent = self._within(np.where(stopped, moved, answered + self._worse * by))
        return rate * answered + (1 - rate) * silent

    def _summed(self, answered: Floats, by: float) -> Floats:
        """Sum up segments with answers, and those without, whose silent are like all others; (Q, S) to (Q,)."""
        parts = self.parts or self
        heard, share = parts.scores.n > 0, parts._stands_for / parts._stands_for.sum()
        among, estimate = parts.invited[heard].sum() / self.invited[0], parts.scores.estimate[heard]
        found = self._mixed(parts.response_rate[heard], answered, by, estimate) @ share
        return among * found + (1 - among) * self._mixed(np.zeros(1), answered @ share, by, estimate @ share)

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
        if self.parts is None:
            return self._within(self._silent_alike + self._worse * by)
        share = 1 - self._heard_share
        moved = self._all(by)[0] - self._alike()[0]
        return self._within(self._silent_alike + np.divide(moved, share, out=np.zeros_like(moved), where=share > 0))

    def _possible(self, by: float) -> NDArray[np.bool_]:
        """Whether the silent can be worse by so much, those of every segment; shape (S,)."""
        return np.isclose(self._silent_estimate(by), self._silent_alike + self._worse * by)

    def _told(self, row: Mapping[Any, Any]) -> str:
        """Say by how much worse the silent are, or that this is not possible and what is."""
        metric, by = self.scores.metric, row["worse_by"]
        if row["possible"]:
            return f"if they are {by_in_words(metric, by)}"
        if self.parts is not None:
            return f"if they are {by_in_words(metric, by)} or, where that is not possible, at the end of the scale"
        most = float(row["silent_estimate"] - self._silent_alike[0]) * self._worse
        return f"if they are at the end of the scale (at most {by_in_words(metric, most)} is possible)"

    def _assumptions(self) -> list[dict[Any, Any]]:
        """Return the rows of the total, those that stop at the end of the scale alike once."""
        kept: dict[tuple[bool, float], dict[Any, Any]] = {}
        for row in self.to_frame().to_dict("records"):
            kept.setdefault((bool(row["possible"]), float(row["silent_estimate"])), row)
        return list(kept.values())

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
                f"{metric.text(e)} ({metric.text(a)} to {metric.text(b)}){'' if can else '; as far as is possible'}"
                for e, a, b, can in zip(*self._all(by), self._possible(by), strict=True)
            ]
            shown[f"others {by_in_words(metric, by)}"] = np.where(few, TOO_FEW, told)
        ends = zip(bounds["worst"], bounds["best"], strict=True)
        shown["nothing assumed"] = [f"{metric.text(worst)} to {metric.text(best)}" for worst, best in ends]
        if self.target is not None:
            told = [tip_in_words(metric, row) for row in self.tipping().to_dict("records")]
            shown[f"target {metric.text(self.target)}"] = np.where(few, TOO_FEW, told)
        return shown

    def in_short(self) -> str:
        """Say the score of all under each assumption and at the very worst and best, without intervals."""
        total, metric = self.total, self.scores.metric
        silent = int(total.invited[0]) - int(total.scores.n[0])
        if total.scores.too_few[0] or not silent:
            return " ".join(total._sentences())
        rows, bounds = total._assumptions(), total.bounds().to_dict("records")[0]
        told = [f"{metric.text(row['estimate'])} {total._told(row)}" for row in rows]
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
            f"{write(row['estimate'])} ({level} {write(row['low'])} to {write(row['high'])}) {total._told(row)}"
            for row in total._assumptions()
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
        said = f"The target of {metric.text(row['target'])} is {tip_in_words(metric, row)}"
        if row["verdict"] != DEPENDS:
            return f"{said}."
        between = f"{signed_text(metric, row['low'])} to {signed_text(metric, row['high'])}"
        return f"{said} ({100 * self._level:g} % interval {between}{', minus for better' if row['low'] < 0 else ''})."

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._sentences())
        return f"<ul>{said}</ul>{table}"

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.to_text().to_string(index=False)}"
