"""Respondents against the frame: of whom the answers speak, and of whom they do not.

>>> import pandas as pd
>>> frame = {"channel": {"phone": 250, "chat": 750}}
>>> answers = pd.DataFrame({"channel": ["phone"] * 18 + ["chat"] * 82})
>>> found = compare_with_frame(answers, frame, by="channel")
>>> found.levels[["level", "frame_share", "share", "difference"]].round(2).to_dict("records")[0]
{'level': 'chat', 'frame_share': 0.75, 'share': 0.82, 'difference': 0.07}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.invitations import Links, link_responses, same_names
from cxstats.responses.keys import column_of
from cxstats.responses.rows import rows_of
from cxstats.responses.survey import Survey
from cxstats.scores.comparing.wording import p_text
from cxstats.scores.intervals import require_confidence_level
from cxstats.scores.level_counts import TESTED, LevelCounts, divided, shares_of
from cxstats.scores.multiplicity import adjusted_p_values

Floats = NDArray[np.float64]
Margins = Mapping[str, Mapping[Any, float]]

MOST_LEVELS: Final = 100
NO_LEVEL: Final = "(none)"


@dataclass(frozen=True, slots=True, eq=False)
class FrameComparison:
    """Respondents against the frame, column by column.

    Attributes
    ----------
    counts
        Of each column.
    weights
        Column of survey weights; None where each respondent counts for one.
    links
        What did not fit while respondents were linked to the frame.
    confidence_level
        Of the intervals.
    """

    counts: tuple[LevelCounts, ...]
    weights: str | None = None
    links: Links = field(default_factory=Links)
    confidence_level: float = 0.95

    @property
    def levels(self) -> pd.DataFrame:
        """One row a level, unrounded.

        ``column``, ``level``, ``in_frame`` and ``n`` (counts), ``frame_share``, ``share`` (of respondents, weighted
        where there are weights), ``difference`` (share less frame share) with ``standard_error``, ``low``, ``high``;
        ``unweighted_share``, and ``answered_of_frame``, the share of the frame's rows that answered, invited or not,
        where respondents are linked to the frame, else NaN.
        """
        return pd.concat([self._levels_of(one) for one in self.counts], ignore_index=True)

    def _levels_of(self, one: LevelCounts) -> pd.DataFrame:
        low, high = one.limits(self.confidence_level)
        return pd.DataFrame(
            {
                "column": one.column,
                "level": list(one.levels),
                "in_frame": one.in_frame,
                "n": one.n.astype(np.int64),
                "frame_share": one.frame_shares,
                "share": one.shares,
                "difference": one.shares - one.frame_shares,
                "standard_error": np.sqrt(np.maximum(np.diag(one.covariance()), 0)),
                "low": low - one.frame_shares,
                "high": high - one.frame_shares,
                "unweighted_share": shares_of(one.n),
                "answered_of_frame": divided(one.n, one.in_frame) if one.linked else np.full_like(one.n, np.nan),
            }
        )

    @property
    def tests(self) -> pd.DataFrame:
        """One row a column: how far respondents are from the frame.

        ``chi_square``, ``degrees_of_freedom``, ``p_value`` and ``p_holm`` (Holm's, over the columns); ``cohens_w``;
        ``dissimilarity``, the share of respondents who would have to be of another level to match the frame, and how
        much of it there would be ``by_chance``; ``smallest_expected`` (below 5 the p-value is rough) and
        ``outside_frame``, respondents at levels that the frame does not have, who are left out of the test.
        """
        rows = [{"column": one.column, **one.test()} for one in self.counts]
        table = pd.DataFrame(rows, columns=["column", *TESTED])
        table.insert(4, "p_holm", adjusted_p_values(table["p_value"], "holm"))
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return `levels`."""
        return self.levels

    def to_text(self) -> pd.DataFrame:
        """Table of the levels as people read it."""
        found = self.levels
        shown = found[["column", "level"]].copy()
        shown["in frame"] = [f"{n:,.0f}" for n in found["in_frame"]]
        shown["respondents"] = [f"{n:,}" for n in found["n"]]
        shown["of frame"] = [_percent(share) for share in found["frame_share"]]
        shown["of respondents"] = [_percent(share) for share in found["share"]]
        limits = zip(found["difference"], found["low"], found["high"], strict=True)
        shown["difference in percentage points"] = [
            f"{_points(d)} ({_points(a)} to {_points(b)})" for d, a, b in limits
        ]
        if self.counts[0].linked:
            shown["answered, of the frame"] = [_percent(rate) for rate in found["answered_of_frame"]]
        return shown

    def sentence(self) -> str:
        """Say of each column whether respondents look like the frame and, if not, which level differs most."""
        return " ".join(self._sentences())

    def _sentences(self) -> list[str]:
        under = f"Respondents are weighted by {self.weights}." if self.weights else ""
        told = [self._said(one, test) for one, test in zip(self.counts, self.tests.to_dict("records"), strict=True)]
        return [said for said in (*told, under, self.links.sentence()) if said]

    def _said(self, one: LevelCounts, test: Mapping[Any, Any]) -> str:
        missing = [level for level, n, size in zip(one.levels, one.n, one.in_frame, strict=True) if size and not n]
        lost = f" Nobody of {', '.join(missing)} answered." if missing else ""
        if test["outside_frame"]:
            lost += f" {test['outside_frame']:,.0f} respondents are of levels that the frame does not have."
        if np.isnan(test["p_holm"]):
            return f"{one.column}: nothing to compare.{lost}"
        p_value = p_text(test["p_holm"])
        if test["p_holm"] >= 1 - self.confidence_level:
            return (
                f"{one.column}: no clear difference between respondents and frame (dissimilarity "
                f"{_percent(test['dissimilarity'])}, {_percent(test['by_chance'])} by chance alone; {p_value}).{lost}"
            )
        differences = one.shares - one.frame_shares
        # Of two levels that differ alike, the one of whom too few answered.
        most = max(range(len(differences)), key=lambda k: (round(abs(differences[k]), 9), -differences[k]))
        low, high = (float(limit[most] - one.frame_shares[most]) for limit in one.limits(self.confidence_level))
        share, of_frame = float(one.shares[most]), float(one.frame_shares[most])
        level = f"{100 * self.confidence_level:g} % interval"
        return (
            f"{one.column}: {one.levels[most]} is {_percent(of_frame)} of the frame and {_percent(share)} of "
            f"respondents, {_points(share - of_frame)} percentage points ({level} {_points(low)} to {_points(high)}); "
            f"dissimilarity {_percent(test['dissimilarity'])}, {_percent(test['by_chance'])} by chance alone; "
            f"{p_value}.{lost}"
        )

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._sentences())
        return f"<ul>{said}</ul>{table}"


def compare_with_frame(
    responses: Survey | pd.DataFrame,
    frame: Survey | pd.DataFrame | Margins,
    *,
    by: str | Sequence[str],
    on: str | Sequence[str] | Mapping[str, str] | None = None,
    weights: str | None = None,
    confidence_level: float = 0.95,
) -> FrameComparison:
    """Compare the respondents with the frame, level by level.

    Parameters
    ----------
    responses
        The answers.
    frame
        Everybody of whom the survey should speak: one row each; or how many there are at each level of each column,
        ``{"channel": {"phone": 250, "chat": 750}}``, as counts or shares.
    by
        Columns that both have. With `on` only the frame needs them, and what it says counts.
    on
        Key that links respondents to rows of the frame. Whoever answered several times counts once.
    weights
        Column of the responses with survey weights; shares of respondents and their test are then weighted.
    confidence_level
        Between 0 and 1.

    Returns
    -------
    FrameComparison
        The interval of a difference is that of the share of respondents, since the frame is a census: the score
        interval, on the variance that `LevelCounts.covariance` describes. The test is Pearson's chi-square of fit; of
        linked respondents that of respondents against the others of the frame, which is larger by 1 / (1 - response
        rate); under weights that of Rao and Scott with Satterthwaite's degrees of freedom.

    Raises
    ------
    ValueError
        If a column does not exist, has too many levels, or the frame is empty; if weights are not usable; if no
        respondent is in the frame.

    References
    ----------
    Pearson (1900), On the criterion that a given system of deviations ... Philosophical Magazine 50.
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences; w: .1 small, .3 medium, .5 large.
    Duncan and Duncan (1955), A methodological analysis of segregation indexes. American Sociological Review 20; the
    index of dissimilarity, half the sum of the absolute differences.
    Rao and Scott (1981), The analysis of categorical data from complex sample surveys. JASA 76.
    Holm (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.
    """
    require_confidence_level(confidence_level)
    columns = [by] if isinstance(by, str) else list(by)
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(f"name one or more different columns to compare; got {columns}")
    answers = rows_of(responses, "responses")
    if isinstance(frame, Mapping):
        if on is not None:
            raise ValueError("a frame of counts has no keys; leave out on=..., or give the frame row by row")
        weight = _weights(answers, weights)
        counts = [_against(_level_totals(frame, name), answers, weight, name, linked=False) for name in columns]
        return FrameComparison(tuple(counts), weights, Links(), confidence_level)
    whole = rows_of(frame, "frame")
    links = Links()
    if on is not None:
        answers, links = _linked_respondents(answers, whole, on, columns=columns, weights=weights)
    weight = _weights(answers, weights)
    counts = [
        _against(
            _labels(whole, name, "frame").value_counts().astype(float), answers, weight, name, linked=on is not None
        )
        for name in columns
    ]
    return FrameComparison(tuple(counts), weights, links, confidence_level)


def _linked_respondents(
    answers: pd.DataFrame,
    frame: pd.DataFrame,
    on: str | Sequence[str] | Mapping[str, str],
    *,
    columns: list[str],
    weights: str | None,
) -> tuple[pd.DataFrame, Links]:
    """Return the rows of the frame that answered, with the weight of their first answer, and what did not fit."""
    everybody = np.ones(len(frame), dtype=np.bool_)
    on = same_names(on)
    _, answered, links = link_responses(answers, frame, on, asked=everybody, dates=None)
    for name in columns:
        column_of(frame, name, "frame")
    found = frame.loc[answered, columns]
    if weights is None:
        return found, links
    pairs = dict(on)
    if weights in columns:
        raise ValueError(f"column {weights!r} cannot be both a weight and a column to compare")
    column_of(answers, weights, "responses")
    first = answers.drop_duplicates(list(pairs))[[*pairs, weights]].rename(columns=pairs)
    keyed = frame.loc[answered, list(pairs.values())].merge(first, on=list(pairs.values()), how="left")
    return found.assign(**{weights: keyed[weights].to_numpy()}), links


def _weights(answers: pd.DataFrame, weights: str | None) -> Floats:
    if weights is None:
        return np.ones(len(answers))
    column = column_of(answers, weights, "responses")
    if not pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"weights must be numbers; column {weights!r} is {column.dtype}")
    found = column.fillna(0).to_numpy(dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError(f"weights must be finite and not negative; column {weights!r} is not")
    return found


def _labels(table: pd.DataFrame, column: str, whose: str) -> "pd.Series[Any]":
    """Return a column as text, so that both tables write a level alike, ``"(none)"`` where it is missing."""
    values = column_of(table, column, whose)
    codes, distinct = pd.factorize(values.astype("object"))
    if len(distinct) > MOST_LEVELS:
        raise ValueError(
            f"{whose}: column {column!r} has {len(distinct):,} different values; band it into at most {MOST_LEVELS}"
        )
    labels = np.array([*map(_label, distinct), NO_LEVEL], dtype=object)
    return pd.Series(labels[codes], index=values.index)


def _label(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _level_totals(margins: Margins, column: str) -> "pd.Series[float]":
    if column not in margins:
        raise ValueError(f"the frame says nothing of column {column!r}; it has {', '.join(margins)}")
    totals = pd.Series({_label(level): float(n) for level, n in margins[column].items()}, dtype="float64")
    if not np.isfinite(totals).all() or (totals < 0).any():
        raise ValueError(f"counts of the frame must be finite and not negative; those of column {column!r} are not")
    return totals


def _against(
    totals: "pd.Series[float]", answers: pd.DataFrame, weight: Floats, column: str, *, linked: bool
) -> LevelCounts:
    if not totals.sum() > 0:
        raise ValueError(f"the frame must not be empty; it has nobody at any level of column {column!r}")
    labels = _labels(answers, column, "responses")[weight > 0]
    used = pd.Series(weight[weight > 0], index=labels.index)
    levels = sorted({str(level) for level in (*totals.index, *labels.unique())}, key=_in_order)
    sums = [values.groupby(labels).sum() for values in (used**0, used, used**2)]
    in_frame, n, w, s = (
        np.asarray(total.reindex(levels, fill_value=0.0), dtype=np.float64) for total in (totals, *sums)
    )
    return LevelCounts(column, tuple(levels), in_frame, n, w, s, linked)


def _in_order(level: str) -> tuple[bool, float, str]:
    """Sort numbers by size, then text, the missing level last."""
    try:
        return level == NO_LEVEL, float(level), level
    except ValueError:
        return level == NO_LEVEL, float("inf"), level


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"


def _points(difference: float) -> str:
    return "–" if np.isnan(difference) else f"{100 * difference + 0.0:+.1f}"
