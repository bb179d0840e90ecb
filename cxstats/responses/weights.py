"""Survey designs: which columns hold the weight, the stratum and the cluster, and what they do to the variance.

>>> Design(weights="w", clusters="customer").in_words()
'weighted by w, clustered by customer'
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Design:
    """Names of the columns that describe how the respondents were chosen.

    Parameters
    ----------
    weights
        Column of survey weights: how many customers a respondent stands for. Probability weights, never frequencies:
        multiplying all of them by a constant changes nothing.
    strata
        Column of strata, sampled independently of each other.
    clusters
        Column of clusters that were sampled together, or whose answers belong together: flights, agents, or the
        customer who answered more than once.

    Raises
    ------
    ValueError
        If no column is named; without a design leave it out.

    References
    ----------
    Binder (1983), On the variances of asymptotically normal estimators from complex surveys. International
    Statistical Review 51.
    """

    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a design names at least one of weights, strata and clusters; got none")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the design names."""
        return tuple(c for c in (self.weights, self.strata, self.clusters) if c)

    def in_words(self) -> str:
        """Say what the design takes into account: ``"weighted by w, clustered by customer"``."""
        named = {"weighted": self.weights, "stratified": self.strata, "clustered": self.clusters}
        return ", ".join(f"{what} by {column}" for what, column in named.items() if column)
