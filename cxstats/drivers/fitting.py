"""Fit what drives a score, and read its effects: total ones, direct ones, in the driver's own unit.

>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(5))
>>> model = fit_drivers(
...     orders, "ces", scale="ces-2.0", drivers=[Driver("steps", unit="step"), "payment_failed"],
...     mediators=["minutes"], controls=["device"],
... )
>>> print(model.effects().where(driver="steps", effect="total").sentences()[0])
One more step: -0.29 points (-0.33 to -0.25); favourable share -6.6 percentage points (-7.8 to -5.4).
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.adjustment import Mediators, consequences_of
from cxstats.drivers.answers_used import AnswersUsed, answers_used, table_of
from cxstats.drivers.effects import Measure
from cxstats.drivers.models import INTERCEPT, AdjustedFit, DriverModel, Model
from cxstats.drivers.regression import Fit, least_squares, logistic
from cxstats.drivers.terms import Driver, as_driver, read_term
from cxstats.responses.answers import holds_code, missing_codes
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]


def fit_drivers(  # noqa: PLR0913 - roles of columns, each by its name
    data: Any,
    outcome: str,
    *,
    scale: Scale | str,
    drivers: Sequence[str | Driver],
    mediators: Mediators = (),
    controls: Sequence[str | Driver] = (),
    model: Model = "linear",
    design: Design | None = None,
    missing: object = (),
) -> DriverModel:
    """Fit what drives a score.

    Parameters
    ----------
    data
        A `Survey`, or a table of pandas, Polars, DuckDB or PyArrow; one row an answer.
    outcome
        The rated column.
    scale
        Its scale, or the name of it.
    drivers
        Columns, or `Driver` where a unit, a step or a reference level has to be said.
    mediators
        What follows from drivers, and so is left out of the total effects: columns that follow from all of them, or a
        mapping from a driver to its own consequences, which may be drivers themselves: ``{"steps": ["minutes"]}``.
    controls
        Columns that are held equal and not reported: what moves both drivers and answers.
    model
        ``"linear"`` for the points (and the favourable share beside them) by least squares; ``"favourable"`` for the
        favourable share by logistic regression.
    design
        Weights, strata and clusters. Errors are HC3 (linear) or the sandwich (favourable) without strata and clusters,
        and follow the design with them.
    missing
        Code or codes that mean "no answer" in the rated column and in drivers, mediators and controls alike; a mapping
        from columns to codes where one is a value elsewhere: ``{"ces": 99, "minutes": -1}``.

    Returns
    -------
    DriverModel
        All of its effects are of the same answers: those with an answer, a weight, and no driver missing.

    Raises
    ------
    ValueError
        If a column does not exist or has two roles; all answers are the same; a driver does not vary, is an exact copy
        of others or has a level with one row; there are not more rows than columns; or drivers separate favourable
        answers from the others. The message names the driver.
    """
    if model not in ("linear", "favourable"):
        raise ValueError(f"model must be 'linear' or 'favourable'; got {model!r}")
    if not isinstance(design, Design | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"design must be a Design(weights=..., strata=..., clusters=...); got {design!r}")
    wanted, held = _drivers(drivers, "drivers"), _drivers(controls, "controls")
    names = tuple(one.column for one in wanted)
    follows = consequences_of(mediators, names)
    between = tuple(sorted(frozenset[str]().union(*follows.values()) - set(names)))
    every = [*wanted, *map(Driver, between), *held]
    _require_one_role(outcome, [one.column for one in every], design)
    if not wanted:
        raise ValueError("drivers must name one column or more; got none")
    table = table_of(data, [outcome, *(one.column for one in every), *(design.columns if design else ())])
    columns = [one.column for one in every]
    codes = _codes(missing, [outcome, *columns])
    for name in columns:
        if codes[name]:
            table[name] = table[name].mask(holds_code(table[name], missing=codes[name]))
    used = answers_used(
        table, outcome, scale=named_scale(scale), drivers=columns, design=design, missing=codes[outcome]
    )
    terms = {one.column: read_term(one, table[one.column].iloc[used.rows]) for one in every}
    x = np.concatenate([np.ones((used.n, 1)), *(term.columns for term in terms.values())], axis=1)
    ends = np.cumsum([1, *(term.columns.shape[1] for term in terms.values())]).tolist()
    groups = {name: tuple(range(ends[k], ends[k + 1])) for k, name in enumerate(terms)}
    _require_more_rows(used, x.shape[1])
    labels = (INTERCEPT, *(name for term in terms.values() for name in term.column_names))
    left_out = {frozenset[str](), *follows.values()}
    adjusted = {out: _fitted(x, out, groups, labels, used=used, model=model) for out in sorted(left_out, key=sorted)}
    return DriverModel(
        model=model,
        terms=terms,
        drivers=names,
        mediators=between,
        controls=tuple(one.column for one in held),
        consequences=follows,
        used=used,
        design=design,
        x=x,
        groups=groups,
        adjusted=adjusted,
    )


def _codes(missing: object, columns: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Return the codes for "no answer" of each column."""
    if not isinstance(missing, Mapping):
        return dict.fromkeys(columns, missing_codes(missing))
    given = cast("Mapping[str, object]", missing)
    for name in given:
        if name not in columns:
            raise ValueError(f"missing: {unknown_name('column of the model', name, columns)}")
    return {name: missing_codes(given.get(name, ())) for name in columns}


def _drivers(given: Sequence[str | Driver], what: str) -> list[Driver]:
    if isinstance(given, str | Driver):
        raise TypeError(f"{what} must be a list of columns; got {given!r}")
    return [as_driver(one) for one in given]


def _require_one_role(outcome: str, columns: Sequence[str], design: Design | None) -> None:
    every = [outcome, *columns]
    twice = [name for name in every if every.count(name) > 1]
    if twice:
        raise ValueError(f"column {twice[0]!r} has two roles; it can be one of outcome, driver, mediator and control")
    weight = design.weights if design else None
    if weight in every:
        raise ValueError(
            f"column {weight!r} is the weight and cannot be {'the outcome' if weight == outcome else 'a driver'}"
        )


def _require_more_rows(used: AnswersUsed, columns: int) -> None:
    if used.n > columns:
        return
    worst = used.costs.sort_values("lost_alone").iloc[-1]
    hint = f"; {worst['driver']!r} alone loses {int(worst['lost_alone']):,}" if worst["lost_alone"] else ""
    raise ValueError(
        f"a model needs more answers than columns; got {used.n:,} answers with all drivers and {columns} columns "
        f"(intercept and levels included){hint}. Leave drivers out"
    )


def _fitted(
    x: Floats,
    left_out: frozenset[str],
    groups: Mapping[str, tuple[int, ...]],
    labels: Sequence[str],
    *,
    used: AnswersUsed,
    model: Model,
) -> AdjustedFit:
    """Fit all measures to the columns that are not left out."""
    gone = {k for name in left_out for k in groups[name]}
    columns = np.array([k for k in range(x.shape[1]) if k not in gone], dtype=np.intp)
    part = x if not gone else x[:, columns]
    given: dict[str, Any] = {**used.sampling, "names": [labels[int(k)] for k in columns]}
    fits: dict[Measure, Fit] = {}
    if model == "favourable":
        if used.favourable is None:
            answers = sorted(set(used.points.astype(int).tolist()))
            raise ValueError(
                f"model 'favourable' needs favourable answers and others; on {used.scale.name} favourable is "
                f"{list(used.scale.favourable)}, and the answers of {used.outcome!r} are {answers}"
            )
        fits["favourable"] = logistic(part, used.favourable, **given)
    else:
        fits["mean"] = least_squares(part, used.points, **given)
        if used.favourable is not None:
            fits["favourable"] = least_squares(part, used.favourable, **given)
    return AdjustedFit(left_out, columns, fits)
