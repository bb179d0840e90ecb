"""Standardised scores: what a score would be with another mix of segments.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> channel = ["web", "web", "web", "web", "phone", "phone"]
>>> answers = pd.DataFrame({"ces": [7, 6, 6, 7, 3, 2] * 10, "channel": channel * 10})
>>> ces = score(tally(answers, "ces", scale="ces-2.0", by="channel"), "mean")
>>> found = standardised(ces, mix={"web": 0.5, "phone": 0.5})
>>> found.to_frame()[["estimate", "as_measured"]].round(4).to_dict("records")
[{'estimate': 4.5, 'as_measured': 5.1667}]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.intervals import Interval, score_interval
from cxstats.scores.mix.errors import Estimates
from cxstats.scores.mix.waves import Places, Waves, require_alike, require_answers, rows_of_wave, waves_of
from cxstats.scores.samples import Sample

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedWave:
    """The score of one wave with a given mix of its G segments, those with a share above 0.

    Attributes
    ----------
    segments
        The values of the segment columns; G rows.
    mix
        Share of each segment; shape (G,).
    sample
        The segments' answers.
    standard_error, degrees_of_freedom
        Of the standardised score.
    as_measured
        The score with the mix of the wave itself.
    """

    segments: pd.DataFrame
    mix: Floats
    sample: Sample
    standard_error: float
    degrees_of_freedom: float
    as_measured: float

    @property
    def estimate(self) -> float:
        """Sum over segments of share times score."""
        return float(self.mix @ self.sample.estimate)

    def interval(self, confidence_level: float) -> tuple[float, float]:
        """Limits from the score intervals of the segments (MOVER).

        The distance of a limit from the estimate is the root of the sum of the squared distances of the segments, each
        times its share, and of what variance the segments alone do not explain: that of a mix which is itself
        estimated, and the covariance of segments under a design.
        """
        limits, sample = score_interval(self.sample, confidence_level), self.sample
        whole = Estimates(
            np.array([self.estimate]), np.array([self.standard_error]), np.array([self.degrees_of_freedom])
        )
        alone = self.mix**2 @ (sample.variance / sample.effective_n)
        rest = float(whole.quantile(confidence_level)[0]) ** 2 * (self.standard_error**2 - alone)

        def half(distances: Floats) -> float:
            return float(np.sqrt(np.maximum(self.mix**2 @ distances**2 + rest, 0.0)))

        estimate, values = self.estimate, sample.values
        low, high = estimate - half(sample.estimate - limits.low), estimate + half(limits.high - sample.estimate)
        return max(low, float(values.min())), min(high, float(values.max()))


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Scores of W waves, each with the same mix of segments.

    Attributes
    ----------
    scores
        What was standardised.
    along
        The column of waves; None for one score.
    waves
        The values of that column, one row a wave; one row without columns for one score.
    parts
        The score of each wave.
    """

    scores: Scores
    along: str | None
    waves: pd.DataFrame
    parts: tuple[StandardisedWave, ...]

    @property
    def n(self) -> NDArray[np.int64]:
        """Number of answers from segments in the mix; shape (W,)."""
        return np.array([int(one.sample.n.sum()) for one in self.parts])

    @property
    def estimate(self) -> Floats:
        """Sum over segments of share in the mix times score, in the metric's unit; shape (W,)."""
        return np.array([one.estimate for one in self.parts])

    @property
    def standard_error(self) -> Floats:
        """Standard error of the estimate; shape (W,)."""
        return np.array([one.standard_error for one in self.parts])

    @property
    def as_measured(self) -> Floats:
        """The scores with the mix of each wave itself; shape (W,)."""
        return np.array([one.as_measured for one in self.parts])

    @property
    def mix(self) -> pd.DataFrame:
        """The mix: the segment columns and ``share``."""
        return self.parts[0].segments.assign(share=self.parts[0].mix)

    def interval(self, *, confidence_level: float | None = None) -> Interval:
        """Limits from the score intervals of the segments (MOVER); shape (W,) each.

        References
        ----------
        Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics
        in Medicine 27.
        """
        level = self.scores.confidence_level if confidence_level is None else confidence_level
        limits = [one.interval(level) for one in self.parts]
        return Interval(np.array([low for low, _ in limits]), np.array([high for _, high in limits]))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table: the wave, ``n``, ``estimate``, ``standard_error``, ``low``, ``high``, ``as_measured``."""
        limits = self.interval()
        figures = {
            "n": self.n,
            "estimate": self.estimate,
            "standard_error": self.standard_error,
            "low": limits.low,
            "high": limits.high,
            "as_measured": self.as_measured,
        }
        return pd.concat([self.waves.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: rounded, "too few to say" below the minimum base."""
        limits, metric, few = self.interval(), self.scores.metric, self.n < self.scores.minimum_base
        between = [f"{metric.text(a)} to {metric.text(b)}" for a, b in zip(limits.low, limits.high, strict=True)]
        level = f"{100 * self.scores.confidence_level:g} % interval"
        return pd.DataFrame(
            {
                self.along or "segment": segment_names(self.waves) if self.along else ["all"],
                "n": [f"{n:,}" for n in self.n],
                "as measured": np.where(few, TOO_FEW, [metric.text(one) for one in self.as_measured]),
                "with this mix": np.where(few, TOO_FEW, [metric.text(one) for one in self.estimate]),
                level: np.where(few, "", between),
            }
        )

    @property
    def mix_in_words(self) -> str:
        """The mix: ``"phone 20.0 %, web 80.0 %"``."""
        names = segment_names(self.mix.drop(columns="share"))
        return ", ".join(f"{name} {100 * share:.1f} %" for name, share in zip(names, self.mix["share"], strict=True))

    def sentence(self) -> str:
        """Say the last wave with this mix and as measured, fit for a mail."""
        metric, limits, column = self.scores.metric, self.interval(), self.scores.tally.column
        where = f" in {segment_names(self.waves)[-1]}" if self.along else ""
        if self.n[-1] < self.scores.minimum_base:
            return f"{column}{where}: {TOO_FEW} (n = {self.n[-1]:,})."
        between = f"{metric.text(limits.low[-1])} to {metric.text(limits.high[-1])}"
        return (
            f"With the mix {self.mix_in_words}, {column}{where} would be {metric.text(self.estimate[-1])} "
            f"({100 * self.scores.confidence_level:g} % interval {between}) instead of "
            f"{metric.text(self.as_measured[-1])} ({metric.formula}, {metric.good} is good; n = {self.n[-1]:,})."
        )

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p>{escape(self.sentence())}</p>{table}<p>{escape(self.scores.base_in_words)}</p>"

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.to_text().to_string(index=False)}"


def standardised(
    scores: Scores, *, mix: Mapping[object, float] | Scores | object, along: str | None = None
) -> Standardised:
    """Score each wave as if its answers came from segments in a given mix (direct standardisation).

    Parameters
    ----------
    scores
        Of a tally by segment or, with `along`, by wave and segment.
    mix
        From segments (tuples where several columns make them) to their share or number; or scores by the same segments
        of an independent sample, whose mix is then as random as it is; or, with `along`, one of its values.
    along
        The column of waves.

    Returns
    -------
    Standardised
        One score a wave; the sum of the segments' scores, each times its share in the mix.

    Raises
    ------
    ValueError
        If a column or value does not exist, the mix lacks a segment that has answers, has one without answers in some
        wave, or holds shares that are negative or all 0, or if scores to take it from cannot stand beside these.

    Notes
    -----
    Standard errors are by the delta method over the answers of all segments, and of the mix where that comes from
    answers. With a mix that is given they equal those of R's ``survey::svystandardize`` under a design; without one the
    variance within each segment has divisor n. The interval follows the score intervals of the segments (MOVER).

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3rd edition, Wiley, chapter 19.
    """
    by = tuple(name for name in scores.tally.by if name != along)
    if not by:
        raise ValueError("a standardised score needs segments; tally by the column whose mix is to be held fixed")
    if along is None:
        waves, rows = pd.DataFrame(index=[0]), [np.arange(len(scores.n))]
    else:
        waves = scores.segments[[along]].drop_duplicates(ignore_index=True)
        rows = [rows_of_wave(scores, along, value) for value in waves[along]]
    parts = tuple(_standard(scores, one, _origin(scores, one, mix, along), by) for one in rows)
    return Standardised(scores, along, waves, parts)


Origin = Mapping[object, float] | tuple[Scores, Places] | None
"""Where a mix comes from: it is given, or that of some rows of scores, or that of the wave itself."""


def _origin(scores: Scores, rows: Places, mix: object, along: str | None) -> Origin:
    if isinstance(mix, Mapping):
        return cast("Mapping[object, float]", mix)
    if isinstance(mix, Scores):
        if along is not None:
            raise ValueError("with along= the mix is given by segment, or is one of the waves; got scores")
        require_alike(scores, mix)
        return mix, np.arange(len(mix.n))
    if along is None:
        raise TypeError(f"mix must be shares by segment or scores by segment; got {mix!r}")
    found = rows_of_wave(scores, along, mix)
    return None if np.array_equal(found, rows) else (scores, found)


def _standard(scores: Scores, rows: Places, origin: Origin, by: tuple[str, ...]) -> StandardisedWave:
    """Standardise the rows of one wave."""
    waves = waves_of([(scores, rows), *([origin] if isinstance(origin, tuple) else [])], by)
    require_answers(waves, ("the scores", "the mix")[: len(waves.n)])
    values = np.asarray(scores.metric.values, dtype=np.float64)
    means, gradients = waves.means(values)[0], waves.mean_gradients(values)[0]
    if isinstance(origin, Mapping):
        shares, of_shares = _given(waves, origin), np.zeros_like(gradients)
    else:
        shares, of_shares = waves.shares[-1], waves.share_gradients()[-1]
    used = shares > 0
    if np.isnan(means[used]).any():
        absent = ", ".join(np.array(segment_names(waves.segments), dtype=object)[used & np.isnan(means)])
        raise ValueError(f"no score can be had for segments without answers, which the mix has: {absent}")
    scored = np.nan_to_num(means)
    gradient = np.einsum("s,s...->...", shares, gradients) + np.einsum("s,s...->...", scored, of_shares)
    error = float(waves.standard_errors(gradient[None])[0])
    degrees, all_answers = float(waves.degrees_of_freedom[:, -1].min()), waves.samples[0]
    sample = all_answers.at(used)
    return StandardisedWave(
        segments=waves.segments[used].reset_index(drop=True),
        mix=shares[used],
        sample=sample,
        standard_error=error if degrees >= 1 else np.nan,
        degrees_of_freedom=degrees,
        as_measured=float(waves.shares[0] @ scored),
    )


def _given(waves: Waves, mix: Mapping[object, float]) -> Floats:
    """Place the given shares with their segments, and let them sum to 1."""
    names = segment_names(waves.segments)
    named = {_name(key): float(share) for key, share in mix.items()}
    for name, share in named.items():
        if share and name not in names:
            raise ValueError(unknown_name("segment", name, names))
    lacking = [name for name, n in zip(names, waves.n[0], strict=True) if n and name not in named]
    if lacking:
        raise ValueError(f"the mix must say the share of each segment; it lacks {', '.join(lacking)}")
    shares = np.array([named.get(name, 0.0) for name in names])
    if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
        raise ValueError(f"shares must be 0 or more and not all 0; got {dict(mix)}")
    return shares / shares.sum()


def _name(key: object) -> str:
    """Name a segment given by its value, or by a tuple of values, as `segment_names` does."""
    parts = cast("tuple[object, ...]", key) if isinstance(key, tuple) else (key,)
    return segment_names(pd.DataFrame([list(parts)]))[0]
