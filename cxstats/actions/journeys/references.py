"""What a cell falls short of: all answers, a target, or a figure from elsewhere.

>>> from cxstats.responses.scales import named_scale
>>> from cxstats.scores.metrics import mean
>>> ces = mean(named_scale("ces-2.0"))
>>> reference_for(ces, None, total=5.1).name, reference_for(ces, 6.5, total=5.1).name
('the score of all answers', 'the target')
"""

from dataclasses import dataclass

from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.metrics import Metric


@dataclass(frozen=True, slots=True)
class Reference:
    """A score to fall short of.

    Attributes
    ----------
    value
        In the metric's unit.
    variance
        Of the figure itself; 0 for a target, and for all answers, which vary together with the cells.
    name
        What it is called.
    is_overall
        Whether it is the score of all answers.
    """

    value: float
    variance: float
    name: str
    is_overall: bool = False


def reference_for(metric: Metric, given: float | Benchmark | None, *, total: float) -> Reference:
    """Return the reference: all answers which score `total`, unless a target or a benchmark is given.

    Raises
    ------
    ValueError
        If it is outside the metric's range.
    """
    if given is None:
        return Reference(total, 0.0, "the score of all answers", is_overall=True)
    figure = given if isinstance(given, Benchmark) else Benchmark(float(given))
    side = figure.side(metric, 1)
    name = figure.name if isinstance(given, Benchmark) else "the target"
    return Reference(float(side.estimate[0]), float(side.variance[0]), name)
