"""Causal graphs that make data: each variable follows from its parents by a rule, and can be set by intervention.

A rule is a function whose first argument is `Noise` and whose other arguments are named after the variable's causes, so
the published graph is the code that makes the data. Every variable has a stream of noise of its own: an intervention
changes the variable and what follows from it, customer by customer, and nothing else.

>>> def steps(noise): return noise.poisson(4.0)
>>> def minutes(noise, steps): return 1 + 0.5 * steps + noise.exponential()
>>> graph = CausalGraph("checkout", (steps, minutes))
>>> graph.edges()
[('steps', 'minutes')]
>>> as_is, longer = (graph.draw(1_000, rng=np.random.default_rng(1), do=do) for do in ({}, {"steps": lambda x: x + 1}))
>>> float((longer["minutes"] - as_is["minutes"]).mean().round(6))
0.5
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Values = NDArray[Any]
Rule = Callable[..., Values]
Intervention = Callable[[Values], ArrayLike]

_MOST_EVENTS: Final = 60


@dataclass(frozen=True, slots=True)
class Noise:
    """The chance in one variable of n customers.

    Every method draws the same amount of chance whatever its arguments are, so that a customer keeps his luck under
    an intervention.

    Attributes
    ----------
    n
        Number of customers.
    rng
        The variable's own source.
    """

    n: int
    rng: Generator

    def uniform(self) -> Floats:
        """Draw uniformly between 0 and 1; shape (n,)."""
        return self.rng.random(self.n)

    def normal(self) -> Floats:
        """Draw from the standard normal distribution; shape (n,)."""
        return self.rng.standard_normal(self.n)

    def exponential(self) -> Floats:
        """Draw from the exponential distribution of mean 1, whose long tail is on the right; shape (n,)."""
        return self.rng.standard_exponential(self.n)

    def gamma(self, shape: float) -> Floats:
        """Draw from the gamma distribution of this shape and scale 1; shape (n,)."""
        return self.rng.standard_gamma(shape, self.n)

    def each(self, owner: NDArray[np.integer[Any]], of: int) -> Floats:
        """Draw one standard normal value for each of `of` owners and hand it to all customers of that owner."""
        return self.rng.standard_normal(of)[owner]

    def happens(self, chance: ArrayLike) -> NDArray[np.bool_]:
        """Say for each customer whether something of this chance happens; shape (n,)."""
        return self.uniform() < np.asarray(chance, dtype=np.float64)

    def poisson(self, mean: ArrayLike) -> NDArray[np.int64]:
        """Draw counts of this mean, by inversion: a higher mean never gives a customer a lower count; shape (n,)."""
        means = np.broadcast_to(np.asarray(mean, dtype=np.float64), (self.n,))
        left, chance = self.uniform(), np.exp(-means)
        counts = np.zeros(self.n, dtype=np.int64)
        for k in range(1, _MOST_EVENTS):
            left = left - chance
            more = left > 0
            if not more.any():
                break
            counts += more
            chance = chance * means / k
        return counts

    def pick(self, chances: ArrayLike) -> NDArray[np.int64]:
        """Pick one of K levels; chances of shape (K,) or (n, K) that add up to 1; shape (n,)."""
        cumulative = np.cumsum(np.asarray(chances, dtype=np.float64), axis=-1)[..., :-1]
        return (self.uniform()[:, None] > cumulative).sum(axis=1)


@dataclass(frozen=True, slots=True)
class CausalGraph:
    """Variables in causal order, each with the rule by which it follows from its causes.

    Attributes
    ----------
    name
        What the graph is of.
    rules
        One function a variable, named as the variable; causes before consequences.
    levels
        Names of the levels of the variables that are categories; such a variable holds the level's number.

    Raises
    ------
    ValueError
        If a variable occurs twice, or a rule asks for one that does not come before it.
    """

    name: str
    rules: Sequence[Rule]
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def __post_init__(self) -> None:
        known: set[str] = set()
        for rule in self.rules:
            variable = name_of(rule)
            unknown = [cause for cause in causes_of(rule) if cause not in known]
            if unknown or variable in known:
                what = f"causes that come before it; got {unknown}" if unknown else "one rule; got a second"
                raise ValueError(f"variable {variable!r} needs {what}")
            known.add(variable)

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables, causes before consequences."""
        return tuple(map(name_of, self.rules))

    def edges(self) -> list[tuple[str, str]]:
        """List the arrows from cause to consequence."""
        return [(cause, name_of(rule)) for rule in self.rules for cause in causes_of(rule)]

    def consequences(self, variable: str) -> frozenset[str]:
        """Return all that follows from a variable, itself included."""
        found = {variable}
        for rule in self.rules:
            if found & set(causes_of(rule)):
                found.add(name_of(rule))
        return frozenset(found)

    def draw(
        self,
        n: int,
        *,
        rng: Generator,
        do: Mapping[str, Intervention] | None = None,
        known: Mapping[str, Values] | None = None,
    ) -> dict[str, Values]:
        """Make n customers.

        Parameters
        ----------
        n
            Number of customers.
        rng
            Source of randomness; the same source gives the same customers.
        do
            Interventions: from a variable to a function of the values that it would have had.
        known
            Values of variables that are not to be made again, from an earlier call with the same source.

        Returns
        -------
        dict
            From each variable to its values, shape (n,).

        Raises
        ------
        ValueError
            If an intervention is on a variable that does not exist.
        """
        interventions, values = dict(do or {}), dict(known or {})
        unknown = [variable for variable in interventions if variable not in self.variables]
        if unknown:
            raise ValueError(f"interventions are on {', '.join(self.variables)}; got {unknown}")
        for rule, stream in zip(self.rules, rng.spawn(len(self.rules)), strict=True):
            variable = name_of(rule)
            if variable not in values:
                values[variable] = rule(Noise(n, stream), *(values[cause] for cause in causes_of(rule)))
            if variable in interventions:
                changed = np.asarray(interventions[variable](values[variable]))
                values[variable] = np.broadcast_to(changed, (n,))
        return values


def name_of(rule: Rule) -> str:
    """Return the variable that a rule makes."""
    return rule.__name__


def causes_of(rule: Rule) -> tuple[str, ...]:
    """Return the variables that a rule asks for."""
    return tuple(inspect.signature(rule).parameters)[1:]
