"""Survey designs: how the respondents were chosen, and what that does to the variance.

>>> Design(weights="w", clusters="customer").in_words()
'weighted by w, clustered by customer'
>>> Design("w", strata="channel", population_size={"web": 9000, "phone": 500}, margins="age").in_words()
'weighted by w, stratified by channel, population sizes given for 2 strata, fitted to the margins of age'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from numbers import Real
from types import MappingProxyType
from typing import Final, Literal, get_args

Lonely = Literal["refuse", "centre", "average", "remove"]
PopulationSize = str | float | Mapping[object, float]

_LONELY_IN_WORDS: Final = {
    "centre": "strata with a single unit centred at the whole sample",
    "average": "strata with a single unit given the average variance of the others",
    "remove": "strata with a single unit left out of the variance",
}


@dataclass(frozen=True, slots=True)
class Design:
    """How the respondents were chosen and weighted.

    The variance is Taylor's linearisation over the whole design, segments being domains of it. Where sampling had
    several stages, name the clusters of the first: within a stratum they count as if drawn with replacement (the
    ultimate-cluster rule), which holds all later stages and is at most a little too wide. A `population_size` narrows
    the variance for the first stage only, so give it for clusters that were asked as a whole.

    Parameters
    ----------
    weights
        Column of survey weights: how many customers a respondent stands for. Probability weights, never frequencies:
        multiplying all of them by a constant changes nothing.
    strata
        Column of strata, sampled independently of each other.
    clusters
        Column of clusters that were sampled together, or whose answers belong together: flights, agents, or the
        customer who answered more than once. Strata number their own clusters.
    population_size
        How many units the population has, in each stratum where there are strata: clusters, or rows without clusters.
        A column that is constant within each stratum, a number, or a mapping from stratum to number. The variance is
        times 1 - n / N in each stratum (the finite population correction). With strata and no weights each row weighs
        N / n of its stratum, as in R.
    margins
        Columns to whose population totals the weights were raked or post-stratified, each on its own; the variance is
        that of what the margins leave unexplained. Make a column of the combinations where the weights were fitted to
        them. Rows with a weight need a value in each.
    lonely
        What a stratum with a single unit does, whose variance cannot be seen. ``"refuse"``: an error. ``"centre"``:
        its deviation is taken from the whole sample instead of its stratum; on the wide side. ``"average"``: the
        average variance of the other strata. ``"remove"``: none, as if it were a certainty. R's survey.lonely.psu calls
        them fail, adjust, average and remove. A stratum that was asked in full is none of these: it has no variance.

    Raises
    ------
    ValueError
        If nothing says how respondents were chosen (without a design leave it out); margins come without weights, a
        mapping or a rule for lonely strata without strata; or a population size is not a number above zero.
    TypeError
        If weights, strata, clusters or a margin is not the name of a column.

    References
    ----------
    Binder (1983), On the variances of asymptotically normal estimators from complex surveys. International
    Statistical Review 51. Kalton (1979), Ultimate cluster sampling. Journal of the Royal Statistical Society A 142.
    Deville and Särndal (1992), Calibration estimators in survey sampling. JASA 87, for the margins. Lumley (2010),
    Complex surveys: a guide to analysis using R.
    """

    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    population_size: PopulationSize | None = None
    margins: Sequence[str] = ()
    lonely: Lonely = "refuse"

    def __post_init__(self) -> None:
        _require_names(weights=self.weights, strata=self.strata, clusters=self.clusters)
        margins = (self.margins,) if isinstance(self.margins, str) else tuple(self.margins)
        _require_names(**{f"margins[{place}]": name for place, name in enumerate(margins)})
        object.__setattr__(self, "margins", margins)
        if isinstance(self.population_size, Mapping):
            object.__setattr__(self, "population_size", MappingProxyType(dict(self.population_size)))
        if not (self.weights or self.strata or self.clusters or self.population_size is not None):
            raise ValueError(
                "a design names at least one of weights, strata, clusters and population_size; got none of them"
            )
        _require_numbers(self.population_size, self.strata)
        if margins and not self.weights:
            raise ValueError(f"margins are what the weights were fitted to; name the weights beside {list(margins)}")
        if len(set(margins)) < len(margins):
            raise ValueError(f"margins must be distinct columns; got {list(margins)}")
        if self.lonely not in get_args(Lonely):
            raise ValueError(f"lonely must be one of {', '.join(map(repr, get_args(Lonely)))}; got {self.lonely!r}")
        if self.lonely != "refuse" and not self.strata:
            raise ValueError(f"lonely={self.lonely!r} is about strata with a single unit; the design names no strata")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the design names."""
        size = self.population_size if isinstance(self.population_size, str) else None
        return tuple(c for c in (self.weights, self.strata, self.clusters, size, *self.margins) if c)

    @property
    def units(self) -> str:
        """What was drawn: ``"clusters"`` or ``"rows"``."""
        return "clusters" if self.clusters else "rows"

    def in_words(self) -> str:
        """Say what the design takes into account: ``"weighted by w, clustered by customer"``."""
        named = {"weighted": self.weights, "stratified": self.strata, "clustered": self.clusters}
        said = [f"{what} by {column}" for what, column in named.items() if column]
        if self.population_size is not None:
            said.append(self._size_in_words())
        if self.margins:
            said.append(f"fitted to the margins of {' and '.join(self.margins)}")
        if self.lonely != "refuse":
            said.append(_LONELY_IN_WORDS[self.lonely])
        return ", ".join(said)

    def in_sentence(self, units: int) -> str:
        """Say what was done, for the sentence under a table, `units` being those of the sample with a weight above 0.

        Examples
        --------
        >>> Design("w", clusters="agent").in_sentence(40)
        'weighted by w; answers of the same agent count together (40 in the data)'
        """
        said = [
            f"weighted by {self.weights}" if self.weights else "",
            f"fitted to the margins of {' and '.join(self.margins)}" if self.margins else "",
            f"stratified by {self.strata}" if self.strata else "",
            f"answers of the same {self.clusters} count together ({units:,} in the data)" if self.clusters else "",
            self._size_in_words() if self.population_size is not None else "",
            _LONELY_IN_WORDS.get(self.lonely, ""),
        ]
        return "; ".join(part for part in said if part)

    def _size_in_words(self) -> str:
        size = self.population_size
        if isinstance(size, str):
            return f"population size from column {size}"
        if isinstance(size, Mapping):
            return f"population sizes given for {len(size):,} strata"
        return f"population of {size:,.10g} {self.units}{' in each stratum' if self.strata else ''}"


def _require_names(**columns: str | None) -> None:
    """Refuse values in the place of the column that has them."""
    for what, name in columns.items():
        if not isinstance(name, str | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{what} must be the name of a column; got {name!r}")


def _require_numbers(size: PopulationSize | None, strata: str | None) -> None:
    """Refuse population sizes that are no numbers above zero, and a mapping where there are no strata."""
    if size is None or isinstance(size, str):
        return
    if isinstance(size, Mapping) and not strata:
        raise ValueError("a mapping of population sizes is from stratum to number; the design names no strata")
    given = size if isinstance(size, Mapping) else {"": size}
    for stratum, number in given.items():
        if not _is_size(number):
            where = f" of stratum {stratum!r}" if isinstance(size, Mapping) else ""
            raise ValueError(f"the population size{where} must be a number above zero, or a column; got {number!r}")
    if not given:
        raise ValueError("a mapping of population sizes needs one for each stratum; got an empty one")


def _is_size(number: object) -> bool:
    return isinstance(number, Real) and number is not True and 0 < float(number) < inf
