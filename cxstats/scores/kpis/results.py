"""What is found of KPIs beside scores, as a table, in sentences and with its notes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.commands import without_commands
from cxstats.responses.names import unknown_name
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import level_text
from cxstats.scores.comparing.wording import p_text
from cxstats.scores.kpis.beside import Beside
from cxstats.scores.kpis.correlations import Correlation
from cxstats.scores.kpis.matching import Matched
from cxstats.scores.kpis.slopes import Slope
from cxstats.scores.kpis.warnings import warnings_of
from cxstats.scores.kpis.words import (
    Step,
    between,
    corrected_in_words,
    ecological,
    influence_in_words,
    sentence_of,
)
from cxstats.scores.multiplicity import adjusted_p_values

_NAMED: Final = 3
_YEARS: Final = 104


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """KPIs beside the scores of the same units.

    Attributes
    ----------
    matched
        Units, the figures of those that can be used, and what is set aside.
    found
        How each KPI goes with the score.
    step
        How much more of the score is spoken of.
    confidence_level
        Of the intervals.
    """

    matched: Matched
    found: tuple[Beside, ...]
    step: Step
    confidence_level: float

    @property
    def set_aside(self) -> pd.DataFrame:
        """What is not used: columns ``unit``, ``kpi`` (empty: all of them) and ``reason``."""
        return self.matched.aside

    @property
    def adjusted_p_values(self) -> NDArray[np.float64]:
        """P-value of each KPI by Holm's method."""
        return adjusted_p_values([one.p_value for one in self.found], "holm")

    def to_frame(self) -> pd.DataFrame:
        """One row a KPI, unrounded.

        Columns ``kpi``, ``n`` (units used), ``step`` (in the metric's unit); ``estimate``, ``low``, ``high``: by how
        much the KPI was higher for one step more, freed of the scores' sampling error; ``uncorrected``,
        ``uncorrected_low``, ``uncorrected_high``: the same for scores as they are; ``reliability``; ``p_value``,
        ``adjusted_p_value``, ``clear``; ``correlation``, ``correlation_low``, ``correlation_high``,
        ``rank_correlation``, ``rank_correlation_low``, ``rank_correlation_high``; ``most_influential`` (a unit),
        ``without``, ``without_low``, ``without_high`` (the slope without it). Rates are per one of their denominator.
        """
        level, unit = self.confidence_level, self.step.unit
        rows: list[dict[str, object]] = []
        for one, adjusted in zip(self.found, self.adjusted_p_values, strict=True):
            influence = one.influence
            name = "" if influence is None else self.matched.units.names[int(one.rows[influence.place])]
            rows.append(
                {
                    "kpi": one.figure.name,
                    "n": len(one.rows),
                    "step": unit,
                    **_slope_columns("estimate", one.freed, unit, level),
                    **_slope_columns("uncorrected", one.plain, unit, level),
                    "reliability": one.reliability,
                    "p_value": one.p_value,
                    "adjusted_p_value": adjusted,
                    "clear": bool(adjusted < 1 - level),
                    **_correlation_columns("correlation", one.pearson),
                    **_correlation_columns("rank_correlation", one.spearman),
                    "most_influential": name,
                    **_slope_columns("without", None if influence is None else influence.without, unit, level),
                }
            )
        return pd.DataFrame(rows)

    def units(self) -> pd.DataFrame:
        """One row a unit that is used: its key, ``n``, ``estimate``, ``standard_error`` and a column for each KPI."""
        units, rows = self.matched.units, self.matched.rows
        table = units.keys.iloc[rows].reset_index(drop=True)
        figures = {
            "n": units.n[rows],
            "estimate": units.estimate[rows],
            "standard_error": np.sqrt(units.variance[rows]),
            **{figure.name: figure.value for figure in self.matched.figures},
        }
        return pd.concat([table, pd.DataFrame(figures)], axis=1)

    def lags(self) -> pd.DataFrame:
        """Correlations with each KPI so many periods later (before, below 0), in periods alone; unrounded.

        Columns ``kpi``, ``lag``, ``n`` (pairs of periods), ``correlation``, ``low``, ``high``, ``p_value`` and
        ``adjusted_p_value`` (by Holm's method, over the lags of a KPI).
        """
        parts = [one.lags.assign(kpi=one.figure.name) for one in self.found]
        table = pd.concat(parts, ignore_index=True)
        return table[["kpi", *(name for name in table if name != "kpi")]]

    def of(self, kpi: str) -> Beside:
        """Return what was found of one KPI.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        names = [one.figure.name for one in self.found]
        if kpi not in names:
            raise ValueError(unknown_name("KPI", kpi, names))
        return self.found[names.index(kpi)]

    def sentences(self) -> tuple[str, ...]:
        """Say each KPI in a sentence."""
        return tuple(
            sentence_of(
                one,
                self.matched.units,
                self.step,
                adjusted=float(adjusted),
                several=len(self.found) > 1,
                confidence_level=self.confidence_level,
            )
            for one, adjusted in zip(self.found, self.adjusted_p_values, strict=True)
        )

    def sentence(self) -> str:
        """Say all KPIs; fit for a mail, together with the first of the notes."""
        return " ".join(self.sentences())

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        step, level = self.step, self.confidence_level

        def slope(one: Beside, found: Slope | None) -> tuple[str, str]:
            if found is None:
                return "too few to say", ""
            size = step.unit * one.figure.hundred
            low, high = found.interval(level)
            if np.isinf(low):
                return "cannot be freed", ""
            return between((size * found.estimate, size * low, size * high))

        shown = [(one, slope(one, one.freed), slope(one, one.plain)) for one in self.found]
        return pd.DataFrame(
            {
                "KPI": [one.figure.label for one in self.found],
                f"{self.matched.units.noun}s": [f"{len(one.rows):,}" for one in self.found],
                step.text: [freed[0] for _, freed, _ in shown],
                level_text(level): [freed[1] for _, freed, _ in shown],
                "p" if len(self.found) == 1 else "p, adjusted": [p_text(p) for p in self.adjusted_p_values],
                "uncorrected": [plain[0] if plain[1] else "" for _, _, plain in shown],
                "correlation": [_correlation_text(one.pearson) for one in self.found],
                "of ranks": [_correlation_text(one.spearman) for one in self.found],
            }
        )

    def notes(self) -> tuple[str, ...]:
        """Say what must not be concluded, then what was done and left out."""
        units = self.matched.units
        said = [ecological(units), *self._how(), corrected_in_words(self.found, units)]
        for one in self.found:
            said += warnings_of(one, units)
            said.append(influence_in_words(one, units, self.step, self.confidence_level))
            said.append(self._leading(one))
        return tuple(note for note in (*said, *self._aside()) if note)

    def _how(self) -> list[str]:
        units = self.matched.units
        if units.position is None:
            said = "Segments count by how exactly they are known: the sampling errors of both are laid against what "
            return [said + "lies between segments."]
        noun, used = units.noun, self.matched.rows
        said = [
            f"Association is between deviations from straight trends; neighbouring {noun}s may be alike, which is "
            "allowed for."
        ]
        days = units.keys.iloc[used, 0]
        if len(days) and (days.max() - days.min()).days < 7 * _YEARS - 7:
            said.append("Less than two years: a season that both follow cannot be told from an association.")
        unsure = [units.names[int(row)] for row in used if units.unsure[int(row)]]
        if unsure:
            said.append(f"{' and '.join(unsure)} may be incomplete: say from and until when data go in over_time.")
        return said

    def _leading(self, one: Beside) -> str:
        known = one.lags[(one.lags["lag"] != 0) & (one.lags["adjusted_p_value"] < 1 - self.confidence_level)]
        if known.empty:
            return ""
        row = known.iloc[int(np.argmax(known["correlation"].abs()))]
        noun, lag = self.matched.units.noun, int(row["lag"])
        when = f"{abs(lag)} {noun}{'' if abs(lag) == 1 else 's'} {'after' if lag > 0 else 'before'}"
        return (
            f"{one.figure.label}: {when} the score the correlation is {row['correlation']:.2f} "
            f"({row['low']:.2f} to {row['high']:.2f}; at once {one.pearson.estimate:.2f}). Coming first is no proof "
            "of a cause."
        )

    def _aside(self) -> list[str]:
        said: list[str] = []
        for (kpi, reason), part in self.set_aside.groupby(["kpi", "reason"], sort=False):
            names = part["unit"].tolist()
            more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            about = f" for {kpi}" if kpi else ""
            said.append(f"Set aside{about}, {reason}: {', '.join(names[:_NAMED])}{more}.")
        return said

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return without_commands(as_text(self))


def _slope_columns(name: str, slope: Slope | None, unit: float, level: float) -> dict[str, float]:
    ends = ("low", "high") if name == "estimate" else (f"{name}_low", f"{name}_high")
    if slope is None:
        return dict.fromkeys((name, *ends), float("nan"))
    low, high = slope.interval(level)
    return {name: unit * slope.estimate, ends[0]: unit * low, ends[1]: unit * high}


def _correlation_columns(name: str, found: Correlation) -> dict[str, float]:
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}


def _correlation_text(found: Correlation) -> str:
    if np.isnan(found.estimate):
        return ""
    limits = "" if np.isnan(found.low) else f" ({found.low:.2f} to {found.high:.2f})"
    return f"{found.estimate:.2f}{limits}"
