"""Mix against rate: how much of a change of score is other customers, and how much another experience.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> treated = pd.DataFrame({
...     "treatment": ["A"] * 350 + ["B"] * 350,
...     "stones": ["small"] * 87 + ["large"] * 263 + ["small"] * 270 + ["large"] * 80,
...     "cured": [1] * 81 + [0] * 6 + [1] * 192 + [0] * 71 + [1] * 234 + [0] * 36 + [1] * 55 + [0] * 25,
... })
>>> cured = score(tally(treated, "cured", scale="csat-good-bad", by=("treatment", "stones")), "favourable")
>>> found = mix_and_rate(cured, along="treatment", before="A", after="B")
>>> found.to_frame()[["part", "estimate"]].round(4).to_dict("records")
[{'part': 'total', 'estimate': 0.0457},
 {'part': 'rate', 'estimate': -0.0537},
 {'part': 'mix', 'estimate': 0.0994}]
>>> found.paradox.kind
'seen'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.markdown import plain_markdown
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.mix.errors import Estimates
from cxstats.scores.mix.kitagawa import Effects, effects_of
from cxstats.scores.mix.paradox import Paradox, find_paradox
from cxstats.scores.mix.waves import Waves, require_alike, require_answers, rows_of_wave, waves_of
from cxstats.scores.mix.words import Wording

PARTS: Final = ("total", "rate", "mix")
SMALL_WAVE: Final = 100
"""Answers in a wave below which 95 % intervals of rate and mix covered less than about 93.5 % in simulations."""
CONTRIBUTIONS: Final = ("score", "share", "rate", "mix", "together")


@dataclass(frozen=True, slots=True, eq=False)
class MixAndRate:
    """What a change of score is made of: changed scores within segments (rate), and a changed mix of them.

    Attributes
    ----------
    scores
        Those of the first wave or, with waves in one tally, those of all: column, scale, metric and level.
    names
        What the two waves are called.
    by
        The segment columns.
    waves
        The answers of both, segment by segment.
    effects
        What they differ by.
    minimum_base
        Segments with fewer answers in a wave are too few for people to be shown a score.
    """

    scores: Scores
    names: tuple[str, str]
    by: tuple[str, ...]
    waves: Waves
    effects: Effects
    minimum_base: int

    @property
    def segments(self) -> pd.DataFrame:
        """The values of the segment columns; S rows, those of either wave."""
        return self.waves.segments

    @property
    def confidence_level(self) -> float:
        """Of all intervals; that of the scores."""
        return self.scores.confidence_level

    @property
    def too_few(self) -> NDArray[np.bool_]:
        """Whether a segment has answers in a wave, but too few to show its score; shape (S,)."""
        n, degrees = self.waves.n, self.waves.degrees_of_freedom[:, :-1]
        few = (n > 0) & ((n < self.minimum_base) | (degrees < 1))
        return np.logical_or(few[0], few[1])

    @property
    def in_one_wave(self) -> NDArray[np.bool_]:
        """Whether a segment has answers in one wave only, so that all of its contribution is mix; shape (S,)."""
        return (self.waves.n == 0).any(axis=0)

    @property
    def total(self) -> float:
        """Score of the second wave less that of the first, in the metric's unit."""
        return float(self.effects.parts.estimate[0])

    @property
    def rate(self) -> float:
        """What changed scores within segments make of it; NaN where no segment has answers in both waves."""
        return float(self.effects.parts.estimate[1])

    @property
    def mix(self) -> float:
        """What a changed mix of segments makes of it; NaN where no segment has answers in both waves."""
        return float(self.effects.parts.estimate[2])

    @property
    def paradox(self) -> Paradox:
        """Whether the total moves against its segments (Simpson's paradox), and how sure that is."""
        return find_paradox(self.effects, ~(self.too_few | self.in_one_wave), self.confidence_level)

    def to_frame(self) -> pd.DataFrame:
        """Return the total change and its two parts, unrounded.

        Columns ``part`` (total, rate, mix), ``n_before``, ``n_after``, ``estimate``, ``standard_error``, ``low``,
        ``high``.
        """
        before, after = self.waves.n.sum(axis=1)
        keys = pd.DataFrame({"part": PARTS, "n_before": before, "n_after": after})
        return pd.concat([keys, self._figures(self.effects.parts)], axis=1)

    def contributions(self) -> pd.DataFrame:
        """Return what each segment changes and contributes, unrounded; rates and mixes add up to the parts.

        The segment columns, ``part``, ``n_before``, ``n_after``, ``estimate``, ``standard_error``, ``low``, ``high``.
        Parts are ``score`` and ``share`` (changes of the segment's score and of its share of the answers), ``rate`` and
        ``mix`` (contributions to the change of the total) and ``together`` (their sum).
        """
        keys = self.segments.reset_index(drop=True)
        tables: list[pd.DataFrame] = []
        for part in CONTRIBUTIONS:
            n = {"part": part, "n_before": self.waves.n[0], "n_after": self.waves.n[1]}
            tables.append(pd.concat([keys.assign(**n), self._figures(getattr(self.effects, part))], axis=1))
        return pd.concat(tables, ignore_index=True)

    def _figures(self, found: Estimates) -> pd.DataFrame:
        limits = found.interval(self.confidence_level)
        figures = {"estimate": found.estimate, "standard_error": found.standard_error}
        return pd.DataFrame({**figures, "low": limits.low, "high": limits.high})

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: all segments as one, then each with its shares, scores and contributions."""
        metric, names = self.scores.metric, self.names
        few = np.r_[(self.waves.n.sum(axis=1) < self.minimum_base).any(), self.too_few]
        n = np.column_stack([self.waves.n.sum(axis=1), self.waves.n])
        shares = np.column_stack([np.ones(2), self.waves.shares])
        scores = np.column_stack([self.effects.levels.estimate, self.waves.means(np.asarray(metric.values))])
        rows: dict[str, Sequence[str]] = {"segment": ["all", *segment_names(self.segments)]}
        for k, name in enumerate(names):
            rows[f"n, {name}"] = [f"{one:,}" for one in n[k]]
            rows[f"share, {name}"] = [f"{100 * one:.1f} %" for one in shares[k]]
            shown = [TOO_FEW if hide else metric.text(one) for hide, one in zip(few, scores[k], strict=True)]
            rows[f"{metric.name}, {name}"] = shown
        for k, part in enumerate(("rate", "mix"), start=1):
            parts = [self.effects.parts[k : k + 1], getattr(self.effects, part)]
            written = [text for found in parts for text in self.wording.changes(found)]
            rows[part] = ["" if hide else text for hide, text in zip(few, written, strict=True)]
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Say the change, its two parts and, where it occurs, Simpson's paradox; fit for a mail."""
        before, after = self.waves.n.sum(axis=1)
        base, words = f"n = {after:,} and {before:,}", self.wording
        if min(before, after) < self.minimum_base or np.isnan(self.effects.parts.standard_error[0]):
            return f"{words.column}, {self.names[1]} against {self.names[0]}: {TOO_FEW} ({base})."
        said = f"{words.total(self.effects)}; {base}. {words.parts(self.effects)}"
        return f"{said} {words.paradox(self.waves, self.effects, self.paradox)}".rstrip()

    def answer(self) -> str:
        """Return the sentence as Markdown, with nothing in it taken for markup."""
        return plain_markdown(self.sentence())

    @property
    def wording(self) -> Wording:
        """What sentences name; a segment is called by the column that makes it."""
        noun = self.by[0] if len(self.by) == 1 else "segment"
        scores = self.scores
        return Wording(scores.metric, scores.tally.column, noun, self.names, scores.confidence_level)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know beside the figures: segments of one wave, too few answers, missing answers."""
        names = np.array(segment_names(self.segments), dtype=object)
        can_split = not np.isnan(self.rate)
        said = ["Rate and mix add up to the change before rounding."] if can_split else []
        for here, there in ((0, 1), (1, 0)):
            alone = (self.waves.n[here] > 0) & (self.waves.n[there] == 0)
            if alone.any() and can_split:
                share = 100 * self.waves.shares[here][alone].sum()
                said.append(
                    f"Only in {self.names[here]}, and so counted as mix by convention: {', '.join(names[alone])} "
                    f"({share:.1f} % of its answers)."
                )
        small = [name for name, n in zip(self.names, self.waves.n.sum(axis=1), strict=True) if n < SMALL_WAVE]
        if small and can_split:
            said.append(
                f"Fewer than {SMALL_WAVE} answers in {' and '.join(small)}: the intervals of rate and mix are then "
                "somewhat too narrow; those at 95 % covered 90 to 95 % in simulations."
            )
        silent = names[(self.waves.n == 0).all(axis=0)]
        if len(silent):
            said.append(f"No usable answers in either: {', '.join(silent)}.")
        if self.too_few.any():
            few = ", ".join(names[self.too_few])
            said.append(f"Fewer than {self.minimum_base} answers, or no variance to go by: {few}.")
        return (*said, *self.wording.missing(self.waves))

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        notes = "<br>".join(escape(line) for line in (self.scores.base_in_words, *self.remarks))
        return f"<p>{escape(self.sentence())}</p>{table}<p>{notes}</p>"

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), self.to_text().to_string(index=False), *self.remarks])


@overload
def mix_and_rate(before: Scores, after: Scores, /) -> MixAndRate: ...
@overload
def mix_and_rate(scores: Scores, /, *, along: str, before: object, after: object) -> MixAndRate: ...
def mix_and_rate(
    scores: Scores,
    other: Scores | None = None,
    /,
    *,
    along: str | None = None,
    before: object = None,
    after: object = None,
) -> MixAndRate:
    """Say how much of a change of score is a changed mix of segments, and how much changed scores within them.

    The change is ``rate + mix``: rate is what it would be if only the scores of segments had changed, at the mean of
    the two mixes; mix what it would be if only their shares had, at the mean of the two scores. Each segment's part
    adds up to them exactly. A segment's mix is positive if it grew and scores above the mean of the two totals, or
    shrank and scores below it. Of a segment with answers in one wave only no change of score can be had; all of its
    contribution counts as mix. Where no segment has answers in both, the change cannot be split: rate and mix are NaN.

    Parameters
    ----------
    scores, other
        The scores before and after, by the same segments, of independent samples. Or one `Scores`, of a tally by wave
        and segment.
    along
        With one `Scores`, the column of its waves: months, brands.
    before, after
        Which of its values to compare.

    Returns
    -------
    MixAndRate
        The change, rate and mix with their intervals, what each segment contributes, and whether the total moves
        against its segments.

    Raises
    ------
    ValueError
        If the two differ in scale, metric, segments or design, share clusters that only one tally of both can account
        for, a column or value does not exist, or a sample has no answers.

    Notes
    -----
    Shares are as random as scores. Without a design each wave counts as a simple random sample whose answers fall on
    segments and points together; where the number of answers of each segment was fixed beforehand, say so with
    ``Design(strata=...)``. Under a design the covariance between all segments and points is its own, also between two
    waves of one tally that share clusters. Errors are by the delta method, with the normal quantile or, under a design,
    Student's, the degrees of freedom those of the smaller of the two waves. The intervals of a segment's change of
    score and of its rate follow its score intervals (MOVER).

    Waves of fewer than 100 answers have intervals of rate and mix that are somewhat too narrow: with three segments and
    shares of .4 to .8, those at 95 % covered 90 to 94 % with 30 answers a wave, 92 to 94 % with 60 and 93.5 to 95 %
    from 100.

    Where neither shares nor scores differ, the interval of the mix covers more than it says: its first derivative is 0.

    References
    ----------
    Kitagawa (1955), Components of a difference between two rates. JASA 50.
    Das Gupta (1993), Standardization and decomposition of rates: a user's manual. U.S. Bureau of the Census, P23-186.
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27.

    Examples
    --------
    >>> import cxstats as cx
    >>> survey = cx.read_export("data/support_survey.csv")
    >>> easy = cx.score(cx.tally(survey, "ces", scale="ces-2.0", by=("language", "channel")), "favourable")
    >>> found = mix_and_rate(easy, along="language", before="en", after="nl")
    >>> bool(np.isclose(found.rate + found.mix, found.total))
    True
    """
    if isinstance(other, Scores):
        if along is not None or before is not None or after is not None:
            raise ValueError("two scores are before and after by themselves; along=, before= and after= are for one")
        require_alike(scores, other)
        names, by = ("before", "after"), scores.tally.by
        if not by:
            raise ValueError("mix and rate need segments; tally both with by=")
        parts = [(one, np.arange(len(one.n))) for one in (scores, other)]
    else:
        if along is None or before is None or after is None:
            raise ValueError("give the scores of two samples, or those of one with along=, before= and after=")
        by = tuple(name for name in scores.tally.by if name != along)
        parts = [(scores, rows_of_wave(scores, along, value)) for value in (before, after)]
        first, second = (segment_names(scores.segments[[along]].iloc[rows[:1]])[0] for _, rows in parts)
        names = first, second
        if np.array_equal(parts[0][1], parts[1][1]):
            raise ValueError(f"before and after must be two values of {along!r}; got {before!r} twice")
    waves = waves_of(parts, by)
    require_answers(waves, names)
    effects = effects_of(waves, np.asarray(scores.metric.values, dtype=np.float64))
    return MixAndRate(scores, names, by, waves, effects, max(one.minimum_base for one, _ in parts))
