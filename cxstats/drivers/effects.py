"""Effects of drivers on a score, in the driver's own unit, with intervals and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.scores.intervals import require_confidence_level
from cxstats.scores.multiplicity import Adjust, adjusted_p_values

Floats = NDArray[np.float64]
EffectKind = Literal["total", "direct"]
Measure = Literal["mean", "favourable"]

_SMALL: Final = 0.1
_SMALL_SHARE: Final = 0.01
_SAID: Final = {"total": "in all", "direct": "directly"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change of one driver does to one measure.

    Attributes
    ----------
    driver
        The driver.
    level
        ``"+1"``, ``"yes"``, or the level that is compared with the reference.
    change
        The change for people: ``"one more step"``, ``"phone instead of chat"``.
    unit
        Of a number; empty for others.
    effect
        ``"total"`` or ``"direct"``.
    measure
        ``"mean"`` (points of the scale) or ``"favourable"`` (share, -1 to 1).
    n
        Number of answers.
    estimate, standard_error
        In points, or as a share. The error is NaN where all rows with the level come from one cluster.
    degrees_of_freedom
        Of Student's t.
    """

    driver: str
    level: str
    change: str
    unit: str
    effect: EffectKind
    measure: Measure
    n: int
    estimate: float
    standard_error: float
    degrees_of_freedom: float


@dataclass(frozen=True, slots=True, eq=False)
class EffectTable:
    """Effects of all drivers.

    Attributes
    ----------
    effects
        One for each change, kind of effect and measure.
    about
        What was fitted to what, in words.
    assumes
        What must hold for the effects to be causes.
    confidence_level
        Of the intervals, each by itself.
    adjust
        How p-values are adjusted for the number of changes, among effects of one kind on one measure: ``"holm"``
        (no false alarm at all), ``"bh"`` (share of false alarms among those found), or None.
    """

    effects: tuple[Effect, ...]
    about: str
    assumes: str
    confidence_level: float = 0.95
    adjust: Adjust | None = None

    def __post_init__(self) -> None:
        require_confidence_level(self.confidence_level)
        if self.adjust not in (None, "holm", "bh"):
            raise ValueError(f"adjust must be 'holm', 'bh' or None; got {self.adjust!r}")

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, unrounded.

        ``driver``, ``contrast``, ``unit``, ``effect``, ``measure``, ``n``, ``estimate``, ``standard_error``,
        ``degrees_of_freedom``, ``low``, ``high``, ``p_value`` (two-sided, of no effect), and ``p_adjusted`` where
        adjustment is asked for. Favourable shares are fractions.
        """
        names = (
            "driver",
            "level",
            "unit",
            "effect",
            "measure",
            "n",
            "estimate",
            "standard_error",
            "degrees_of_freedom",
        )
        table = pd.DataFrame([[getattr(one, name) for name in names] for one in self.effects], columns=list(names))
        table = table.rename(columns={"level": "contrast"})
        error, freedom = (table[name].to_numpy(dtype=np.float64) for name in ("standard_error", "degrees_of_freedom"))
        half = np.asarray(scipy.special.stdtrit(freedom, (1 + self.confidence_level) / 2), dtype=np.float64) * error
        table["low"], table["high"] = table["estimate"] - half, table["estimate"] + half
        size = np.abs(table["estimate"].to_numpy(dtype=np.float64))
        ratio = np.divide(size, error, out=np.full_like(size, np.nan), where=error > 0)
        table["p_value"] = 2 * np.asarray(scipy.special.stdtr(freedom, -ratio), dtype=np.float64)
        if self.adjust:
            for _, part in table.groupby(["effect", "measure"]):
                table.loc[part.index, "p_adjusted"] = adjusted_p_values(part["p_value"], self.adjust)
        return table

    def where(self, **wanted: str) -> "EffectTable":
        """Return the effects with these properties: ``driver=``, ``level=``, ``effect=``, ``measure=``.

        Raises
        ------
        ValueError
            If there are none.
        """
        kept = tuple(one for one in self.effects if all(getattr(one, name) == value for name, value in wanted.items()))
        if not kept:
            raise ValueError(
                f"no effect with {wanted}; drivers: {', '.join(dict.fromkeys(e.driver for e in self.effects))}"
            )
        return replace(self, effects=kept)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: points, and percentage points of the favourable share."""
        figures = self.to_frame()
        figures["who"], figures["limits"] = self._named(), [_between(row) for row in figures.to_dict("records")]
        figures["shown"] = [_shown(row, "estimate") for row in figures.to_dict("records")]
        p = "p_adjusted" if self.adjust else "p_value"
        figures["p"] = [_p_text(value) for value in figures[p]]
        both = len({one.effect for one in self.effects}) > 1
        keys = ["who", "effect"] if both else ["who"]
        table = figures[keys].drop_duplicates().reset_index(drop=True)
        level = f"{100 * self.confidence_level:g} % interval"
        titles = {"mean": "mean score, points", "favourable": "favourable share, percentage points"}
        for measure, title in titles.items():
            part = figures[figures["measure"] == measure]
            if len(part):
                # Names are told apart by a blank, since both measures have an interval.
                blank = " " if measure == "favourable" else ""
                own = part[[*keys, "shown", "limits", "p"]]
                own = own.set_axis(
                    [*keys, title, level + blank, (f"p, {self.adjust}" if self.adjust else "p") + blank], axis=1
                )
                table = table.merge(own, on=keys, how="left")
        return table.rename(columns={"who": "change"})

    def sentences(self) -> tuple[str, ...]:
        """Say each effect in a sentence, mean score and favourable share together."""
        figures = self.to_frame()
        figures["who"] = self._named()
        several = len({one.effect for one in self.effects}) > 1
        told: list[str] = []
        for (who, effect), part in figures.groupby(["who", "effect"], sort=False):
            parts = [_in_words(row) for row in part.to_dict("records")]
            way = f", {_SAID[str(effect)]}" if several else ""
            said = f"{who}{way}: {'; '.join(parts)}."
            told.append(said[0].upper() + said[1:] if said.startswith("one more ") else said)
        return tuple(told)

    def _named(self) -> list[str]:
        """Name each change, with its driver unless the unit says which it is."""
        owners: dict[str, set[str]] = {}
        for one in self.effects:
            owners.setdefault(one.change, set()).add(one.driver)
        return [
            one.change if one.unit and len(owners[one.change]) == 1 else f"{one.driver} {one.change}"
            for one in self.effects
        ]

    def _repr_html_(self) -> str:
        html = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p>{escape(self.about)}</p>{html}<p>{escape(self.assumes)}</p>"

    def __repr__(self) -> str:
        return f"{self.about}\n{self.to_text().to_string(index=False)}\n{self.assumes}"


def _shown(row: Mapping[Any, Any], name: str) -> str:
    """Write a figure with its sign, small effects with a digit more."""
    figure = row[name] * (1 if row["measure"] == "mean" else 100)
    if np.isnan(figure):
        return "–"
    small = abs(row["estimate"]) < (_SMALL if row["measure"] == "mean" else _SMALL_SHARE)
    return f"{figure + 0.0:+.{(2 if row['measure'] == 'mean' else 1) + small}f}"


def _between(row: Mapping[Any, Any]) -> str:
    if np.isnan(row["low"]):
        return "–"
    return f"{_shown(row, 'low')} to {_shown(row, 'high')}"


def _in_words(row: Mapping[Any, Any]) -> str:
    shown = _shown(row, "estimate")
    said = f"{shown} points" if row["measure"] == "mean" else f"favourable share {shown} percentage points"
    return f"{said} ({'no interval' if np.isnan(row['low']) else _between(row)})"


def _p_text(p_value: float) -> str:
    if np.isnan(p_value):
        return "–"
    return "< .001" if p_value < 0.001 else f"{p_value:.3f}".removeprefix("0")
