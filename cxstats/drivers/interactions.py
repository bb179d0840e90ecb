"""Whether a driver matters more in one segment than in another: "does waiting hurt more on the phone?".

>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_support
>>> tickets = simulate_support(2_000, rng=np.random.default_rng(5))
>>> model = fit_drivers(tickets, "ces", scale="ces-2.0", drivers=["waiting_minutes"], controls=["channel"])
>>> compare_effects(model, "waiting_minutes", by="channel").to_frame()["segment"].tolist()
['chat', 'web form', 'e-mail', 'phone']
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.drivers.answers_used import table_of
from cxstats.drivers.effects import Measure
from cxstats.drivers.figures import p_in_words
from cxstats.drivers.models import DriverModel
from cxstats.drivers.segment_effects import SegmentEffects, Shape, segment_effects
from cxstats.drivers.terms import Term, missing_in, read_term
from cxstats.scores.intervals import require_confidence_level
from cxstats.scores.multiplicity import adjusted_p_values

Floats = NDArray[np.float64]

_UNITS: Final = {"mean": (1, "points"), "favourable": (100, "percentage points")}


@dataclass(frozen=True, slots=True, eq=False)
class EffectComparison:
    """Effects of drivers within the segments of a column, and whether they differ.

    Attributes
    ----------
    by
        The column of the segments.
    measure
        ``"mean"`` or ``"favourable"``.
    shape
        ``"line"`` or ``"curve"``: what is held equal of a number.
    compared
        One for each driver.
    confidence_level
        Of the intervals.
    alpha
        Level at which a difference is called one.
    """

    by: str
    measure: Measure
    shape: Shape
    compared: tuple[SegmentEffects, ...]
    confidence_level: float
    alpha: float

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, unrounded.

        ``driver``, ``contrast``, ``by``, ``segment``, ``measure``, ``n``, ``estimate``, ``standard_error``, ``low``,
        ``high``.
        """
        rows: list[tuple[Any, ...]] = []
        for one in self.compared:
            errors = np.sqrt(np.maximum(np.diag(one.covariance), 0))
            half = float(scipy.special.stdtrit(one.degrees_of_freedom, (1 + self.confidence_level) / 2)) * errors
            for k, (level, segment) in enumerate(one.places):
                effect, n = float(one.estimates[k]), one.counts[segment]
                limits = (effect - half[k], effect + half[k])
                rows.append((one.driver, level, self.by, segment, self.measure, n, effect, errors[k], *limits))
        names = ["driver", "contrast", "by", "segment", "measure", "n", "estimate", "standard_error", "low", "high"]
        return pd.DataFrame(rows, columns=names)

    def tests(self) -> pd.DataFrame:
        """Test for each driver whether its effect is the same in all segments.

        ``driver``, ``statistic`` (F), ``columns`` and ``degrees_of_freedom`` (of numerator and denominator),
        ``p_value``, and ``p_adjusted`` (Holm's method over the drivers). NaN where there are too few clusters.
        """
        rows = [(one.driver, *one.same_everywhere()) for one in self.compared]
        table = pd.DataFrame(rows, columns=["driver", "statistic", "columns", "degrees_of_freedom", "p_value"])
        return table.assign(p_adjusted=adjusted_p_values(table["p_value"], "holm"))

    def sentences(self) -> tuple[str, ...]:
        """Say for each driver whether its effect differs, and what it is in each segment."""
        figures, tests = self.to_frame(), self.tests().set_index("driver")["p_adjusted"]
        return tuple(self._sentence(one, figures[figures["driver"] == one.driver], tests) for one in self.compared)

    def _sentence(self, one: SegmentEffects, figures: pd.DataFrame, tests: "pd.Series[float]") -> str:
        p_value, (factor, unit) = float(tests[one.driver]), _UNITS[self.measure]
        parts: list[str] = []
        for row in figures.to_dict("records"):
            estimate, low, high = (f"{factor * row[name]:+.2f}" for name in ("estimate", "low", "high"))
            level = f"{row['contrast']}, " if len(one.changes) > 1 else ""
            parts.append(f"{level}{row['segment']} {estimate} ({low} to {high})")
        change = f", {one.changes[0]}" if len(one.changes) == 1 else ""
        if np.isnan(p_value):
            verdict = f"whether its effect differs between segments of {self.by} cannot be tested"
        elif p_value < self.alpha:
            verdict = f"its effect differs between segments of {self.by} (p {p_in_words(p_value)})"
        else:
            verdict = f"no difference of its effect between segments of {self.by} is shown (p {p_in_words(p_value)})"
        alike = ", at equal values" if self.shape == "curve" and one.curved else ""
        return f"{one.driver}{change}: {verdict}{alike}. In {unit}: {'; '.join(parts)}."

    def _repr_html_(self) -> str:
        told = "".join(f"<li>{escape(said)}</li>" for said in self.sentences())
        return f"<ul>{told}</ul>{self.to_frame().to_html(index=False, border=0, justify='left')}"

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def compare_effects(
    model: DriverModel,
    drivers: str | Sequence[str],
    *,
    by: str,
    data: Any = None,
    measure: Measure | None = None,
    shape: Literal["line", "curve"] = "line",
    confidence_level: float = 0.95,
    alpha: float = 0.05,
) -> EffectComparison:
    """Compare the total effects of drivers between segments.

    Parameters
    ----------
    model
        A fitted model.
    drivers
        One driver or several; p-values are adjusted for their number.
    by
        A column of levels, or of yes and no: a driver or control of the model, or a column of the data.
    data
        What the model was fitted to; needed where `by` is not in the model.
    measure
        ``"mean"`` or ``"favourable"``; the mean score if it is in the model.
    shape
        What is the same in all segments but for the slope. With ``"line"`` a number whose effect bends, such as
        waiting, may seem to matter less where there is more of it. With ``"curve"`` a smooth curve is common to all
        segments and their slopes differ from it, so that segments are compared at equal values.
    confidence_level
        Of the intervals, each by itself.
    alpha
        Level at which sentences call a difference one.

    Returns
    -------
    EffectComparison
        Effects are averages over the customers of each segment, other columns having the same effect in all segments;
        of a logistic model on the share. With ``"curve"`` they are averages over all customers, as if all had the slope
        of the segment. The test is Wald's, with the errors of the model.

    Raises
    ------
    ValueError
        If there is no such driver, measure or column; `by` is a number, is missing in rows that are used, or follows
        from the driver or is it; or a segment does not say what the driver does in it.
    """
    require_confidence_level(confidence_level)
    wanted = measure or model.measures[0]
    if wanted not in model.measures:
        raise ValueError(f"measure must be one of {', '.join(model.measures)}; got {wanted!r}")
    if shape not in ("line", "curve"):
        raise ValueError(f"shape must be 'line' or 'curve'; got {shape!r}")
    segments = _segments(model, by, data)
    names = (drivers,) if isinstance(drivers, str) else tuple(dict.fromkeys(drivers))
    if not names:
        raise ValueError("drivers must name one driver or more; got none")
    compared = tuple(segment_effects(model, name, segments, measure=wanted, shape=shape) for name in names)
    return EffectComparison(by, wanted, shape, compared, confidence_level, alpha)


def _require_same_rows(model: DriverModel, data: Any) -> None:
    """Refuse rows in another order than the model's: they would be given segments that are not theirs."""
    table = table_of(data, list(model.drivers)).iloc[model.used.rows]
    for name in model.drivers:
        if not np.array_equal(model.terms[name].coded(table[name]), model.x[:, list(model.groups[name])]):
            raise ValueError(f"data must be the rows that the model was fitted to, in the same order; {name!r} differs")


def _segments(model: DriverModel, by: str, data: Any) -> Term:
    if by in model.terms:
        term = model.terms[by]
    else:
        if data is None:
            raise ValueError(f"column {by!r} is not in the model; give the data that it was fitted to as data=")
        values = table_of(data, [by])[by]
        if len(values) != int(model.used.reasons["rows"].sum()):
            raise ValueError(f"data must have the rows that the model was fitted to; got {len(values):,}")
        _require_same_rows(model, data)
        values = values.iloc[model.used.rows]
        gone = int(missing_in(values).sum())
        if gone:
            raise ValueError(
                f"column {by!r} is missing in {gone:,} of the {model.n:,} answers that are used; fit the model to the "
                "others, or make the missing ones a level"
            )
        term = read_term(by, values)
    if term.kind == "number":
        raise ValueError(f"column {by!r} is a number; segments are levels: cut it into parts first")
    return term
