"""Weight respondents to what is known of the population.

>>> answers = pd.DataFrame({"channel": ["phone"] * 18 + ["chat"] * 82, "device": (["pc"] * 3 + ["mobile"] * 2) * 20})
>>> known = {"channel": {"phone": 0.25, "chat": 0.75}, "device": {"pc": 0.5, "mobile": 0.5}}
>>> weighted = rake(answers, known)
>>> weighted.design.weights, weighted.design.margins
('weight', ('channel', 'device'))
>>> weighted.to_frame().round(3).to_dict("records")[0]
{'margin': 'channel', 'level': 'phone', 'n': 18, 'population_share': 0.25, 'share_before': 0.18, 'share_after': 0.25,
 'factor': 1.389}
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.rows import rows_of
from cxstats.responses.survey import Survey
from cxstats.responses.weighting.balancing import Trim, balanced, limits_of
from cxstats.responses.weighting.margins import Columns, Margin, Missing, Population, read_margins, require_at_least
from cxstats.responses.weighting.respondents import Respondents, read_respondents
from cxstats.responses.weighting.weighted import Way, Weighted
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]


def rake(
    data: Survey | pd.DataFrame,
    margins: "Mapping[Any, Population | pd.Series[Any]] | pd.DataFrame | Survey",
    *,
    by: Columns | Sequence[Columns] | None = None,
    weights: str | None = None,
    design: Design | None = None,
    name: str = "weight",
    missing: Missing = "refuse",
    trim: Trim | None = None,
) -> Weighted:
    """Rake respondents to margins: the weights add up to the population's share at each level of each column.

    Every respondent's weight at the start is multiplied by one factor for each margin, so that the weights stay as
    close to those at the start as the margins allow (in Kullback and Leibler's sense).

    Parameters
    ----------
    data
        A survey or a pandas table; one of another engine is converted with its ``to_pandas()`` first.
    margins
        From a column to the population at each of its levels, as a mapping or a pandas Series: counts of customers, or
        shares that sum to 1 or 100 (within 1e-9 of it: figures that sum to 100 are percents, never 100 customers); all
        counts with one total, at least the respondents. A tuple of columns stands for their combinations:
        ``{"channel": {"phone": 250, "chat": 750}, ("plan", "region"): {("basic", "north"): 400, ...}}``. Or the
        population itself as a survey or table, one row a customer, with `by`. 1, 1.0 and "1" are one level.
    by
        Of a table of the population, the columns to count.
    weights
        Column of weights at the start; 1 each unless given.
    design
        What else is known of how the respondents were chosen (strata, clusters, population size); it is kept.
    name
        Column for the weights.
    missing
        What to do with rows that lack a value in a margin or a weight at the start: ``"refuse"`` or ``"set aside"``,
        which leaves them without a weight, so that nothing counts them. Rows of a table of the population alike.
    trim
        Least and largest weight in multiples of the mean weight, None for no limit: ``(0.3, 3)``. The weights then meet
        margins and limits both.

    Returns
    -------
    Weighted
        The weights sum to the population where counts are given, else to what they summed to at the start.

    Raises
    ------
    ValueError
        If margins are not usable, disagree or are of fewer customers than there are respondents; if a level is only in
        the population or only among the respondents; if a column does not exist or rows lack a value; if no weights
        meet all margins, and limits.
    TypeError
        If the data are neither a survey nor a pandas table, or `trim` is no pair.

    References
    ----------
    Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table when the expected marginal
    totals are known. Annals of Mathematical Statistics 11.
    Deville, Saerndal and Sautory (1993), Generalized raking procedures in survey sampling. JASA 88.
    Izrael, Battaglia and Frankel (2009), Extreme survey weight adjustment as a component of sample balancing. SAS
    Global Forum; trimming while raking.
    """
    read = read_margins(margins, by=by, missing=missing)
    return _weighted(data, read, _start(weights, design), name=name, missing=missing, trim=trim, way="raked")


def post_stratify(
    data: Survey | pd.DataFrame,
    population: "Population | pd.Series[Any] | pd.DataFrame | Survey",
    *,
    by: str | Sequence[str],
    weights: str | None = None,
    design: Design | None = None,
    name: str = "weight",
    missing: Missing = "refuse",
    trim: Trim | None = None,
) -> Weighted:
    """Post-stratify respondents: the weights add up to the population in each cell.

    Raking to one margin, whose levels are those of a column or the combinations of several.

    Parameters
    ----------
    data
        A survey or a pandas table.
    population
        From a level, or a tuple of levels of several columns, to a count of customers or a share, as in `rake`: a
        mapping or a pandas Series; or the population itself as a survey or table, one row a customer.
    by
        The column, or the columns whose combinations are the cells.
    weights, design, name, missing, trim
        As for `rake`.

    Returns
    -------
    Weighted
        Of several columns, the data have a further column with the cell, which the design names as the margin.

    Raises
    ------
    ValueError, TypeError
        As for `rake`.

    References
    ----------
    Holt and Smith (1979), Post stratification. JRSS A 142.

    Examples
    --------
    >>> answers = pd.DataFrame({"channel": ["phone"] * 18 + ["chat"] * 82})
    >>> weighted = post_stratify(answers, {"phone": 250, "chat": 750}, by="channel")
    >>> weighted.weights[[0, -1]].round(3), round(weighted.design_effect, 4)
    (array([13.889,  9.146]), 1.0332)
    """
    cells = by if isinstance(by, str) else tuple(by)
    cells = cells[0] if len(cells) == 1 and not isinstance(cells, str) else cells
    if isinstance(population, pd.DataFrame | Survey):
        read = read_margins(population, by=[cells], missing=missing)
    else:
        read = read_margins({cells: population}, missing=missing)
    start = _start(weights, design)
    return _weighted(data, read, start, name=name, missing=missing, trim=trim, way="post-stratified")


def _start(weights: str | None, design: Design | None) -> Design | None:
    """Put the weights at the start into the design."""
    if weights is None:
        return design
    if design is None:
        return Design(weights=weights)
    if design.weights not in (None, weights):
        raise ValueError(
            f"weights at the start must be one column; got {weights!r} and a design with {design.weights!r}"
        )
    return replace(design, weights=weights)


def _weighted(
    data: Survey | pd.DataFrame,
    margins: tuple[Margin, ...],
    design: Design | None,
    *,
    name: str,
    missing: Missing,
    trim: Trim | None,
    way: Way,
) -> Weighted:
    rows, limits = rows_of(data), limits_of(trim)
    _require_free(rows, [name, *(margin.name for margin in margins if len(margin.columns) > 1)])
    known = read_respondents(rows, margins, design.weights if design else None, missing=missing)
    require_at_least(margins, len(known.start))
    population = margins[0].total
    total = float(known.start.sum()) if population is None else population
    fitted = balanced(margins, known, total, limits=limits)
    weights = known.spread(fitted.weights)
    cells = {m.name: place.texts(m) for m, place in zip(margins, known.places, strict=True) if len(m.columns) > 1}
    names = tuple(margin.name for margin in margins)
    return Weighted(
        data=_with_columns(data, {**cells, name: weights}, f"{way} to {', '.join(names)}"),
        design=replace(design or Design(weights=name), weights=name, margins=names),
        levels=_table(margins, known, fitted.weights),
        way=way,
        weights=weights,
        rounds=fitted.rounds,
        largest_gap=fitted.largest_gap,
        population=population,
        set_aside=int(known.unknown.sum()),
        frame_set_aside=max(margin.set_aside for margin in margins),
        limits=limits,
    )


def _require_free(rows: pd.DataFrame, names: Sequence[str]) -> None:
    taken = [name for name in names if name in rows.columns]
    if taken:
        raise ValueError(f"column {taken[0]!r} exists already; rename it, or name the weights otherwise: name='raked'")


def _with_columns(data: Survey | pd.DataFrame, new: dict[str, Any], what: str) -> pd.DataFrame | Survey:
    if not isinstance(data, Survey):
        return data.assign(**new)
    told = pd.DataFrame({"column": list(new), "text": what}).astype("str")
    source = replace(data.source, notes=(*data.source.notes, f"{what}, not asked: {', '.join(map(repr, new))}"))
    questions = pd.concat([data.questions, told], ignore_index=True)
    return replace(data, responses=data.responses.assign(**new), questions=questions, source=source)


def _table(margins: Sequence[Margin], known: Respondents, weights: Floats) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    every = (known.sums(part) for part in (np.ones_like(weights), known.start, weights))
    for margin, n, start, end in zip(margins, *every, strict=True):
        before, after = start / start.sum(), end / end.sum()
        shares = {"population_share": margin.shares, "share_before": before, "share_after": after}
        names = {"margin": margin.name, "level": list(margin.levels)}
        parts.append(pd.DataFrame({**names, "n": n.astype(np.int64), **shares, "factor": after / before}))
    return pd.concat(parts, ignore_index=True)
