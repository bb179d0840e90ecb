"""Metrics: a value for each scale point.

Every score in use is the mean of such values over the answers, so a metric is that vector and nothing else. The
formula is part of it and stands beside the number wherever a person reads it.

>>> from cxstats.responses.scales import named_scale
>>> net(named_scale("nps")).values
(-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0)
>>> named_metric("top-2", named_scale("ces-2.0")).formula
'share of answers 6-7'
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Good, Scale, points_text

Unit = Literal["points", "index", "share", "net"]
Conversion = Literal["linear", "reverse"]

TWO_BEST: Final = 2


@dataclass(frozen=True, slots=True)
class Metric:
    """The value of each scale point; the score is their mean over the answers.

    Attributes
    ----------
    name
        The name by which it is asked for: ``"favourable"``.
    formula
        The formula in words.
    values
        One value a point, in the order of the scale's points.
    unit
        ``"points"`` (of the scale), ``"index"`` (0 to 100), ``"share"`` (0 to 1) or ``"net"`` (-1 to 1).
    good
        Whether a high or a low score is good for the company.
    """

    name: str
    formula: str
    values: tuple[float, ...]
    unit: Unit
    good: Good = "high"

    def text(self, score: float, *, decimals: int | None = None) -> str:
        """Write a score as a person reads it: shares in percent, nets with their sign, times 100.

        Examples
        --------
        >>> Metric("favourable", "share of answers 4-5", (0, 0, 0, 1, 1), "share").text(0.6512)
        '65.1 %'
        """
        if math.isnan(score):
            return "–"
        scaled = score * 100 if self.unit in ("share", "net") else score
        places = (2 if self.unit == "points" else 1) if decimals is None else decimals
        sign = "+" if self.unit == "net" else ""
        # Adding zero turns a negative zero, left by rounding, into a plain one.
        return f"{round(scaled, places) + 0.0:{sign}.{places}f}" + (" %" if self.unit == "share" else "")


MetricOf = Callable[[Scale], Metric]


def mean(scale: Scale) -> Metric:
    """Mean of the answers, in points of the scale.

    Source: Dixon, Freeman and Toman (2010), Stop trying to delight your customers, Harvard Business Review 88(7/8),
    for the Customer Effort Score.
    """
    return Metric("mean", f"mean of answers {scale.span}", tuple(map(float, scale.points)), "points", scale.good)


def favourable(scale: Scale) -> Metric:
    """Share of favourable answers, 0 to 1: agreeing for CES 2.0, the top two of five for CSAT."""
    some = _required(scale, "favourable")
    return Metric("favourable", f"share of answers {points_text(some)}", _indicator(scale, some), "share")


def net(scale: Scale) -> Metric:
    """Favourable minus unfavourable share, -1 to 1: the Net Promoter Score on 0-10, net ease on effort scales.

    Source: Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12).
    """
    good, bad = _required(scale, "favourable"), _required(scale, "unfavourable")
    values = tuple(g - b for g, b in zip(_indicator(scale, good), _indicator(scale, bad), strict=True))
    return Metric("net", f"share of {points_text(good)} minus share of {points_text(bad)}", values, "net")


def index(scale: Scale) -> Metric:
    """Place of the mean between the worst point (0) and the best point (100)."""
    low, high = scale.points[0], scale.points[-1]
    values = tuple(100 * (p - scale.worst) / (scale.best - scale.worst) for p in scale.points)
    shift = f"mean - {low}" if scale.good == "high" else f"{high} - mean"
    return Metric("index", f"100 x ({shift}) / {high - low}", values, "index")


def percent_of_maximum(scale: Scale) -> Metric:
    """Mean as a percentage of the highest point, as some vendors report it; refused where low is good."""
    if scale.good == "low":
        raise ValueError(
            f"percent-of-maximum needs a scale on which high is good; low is good on {scale.name}, so a higher "
            "percentage would mean more effort. Use index, which is 100 at the best point of any scale"
        )
    high = scale.points[-1]
    if scale.points[0] < 0 or high == 0:
        raise ValueError(f"percent-of-maximum needs points from 0 or 1 upwards; {scale.name} has {scale.span}")
    return Metric("percent-of-maximum", f"100 x mean / {high}", tuple(100 * p / high for p in scale.points), "index")


def top(scale: Scale, k: int) -> Metric:
    """Share of the k best points, 0 to 1: the top-k box."""
    some = _best_first(scale, k, "top")[:k]
    return Metric(f"top-{k}", f"share of answers {points_text(sorted(some))}", _indicator(scale, some), "share")


def bottom(scale: Scale, k: int) -> Metric:
    """Share of the k worst points, 0 to 1: the bottom-k box; a low score is good."""
    some = _best_first(scale, k, "bottom")[-k:]
    formula = f"share of answers {points_text(sorted(some))}"
    return Metric(f"bottom-{k}", formula, _indicator(scale, some), "share", "low")


def converted_mean(scale: Scale, *, to: Scale, method: Conversion) -> Metric:
    """Mean as it would read on another scale, by a named method that says what it assumes.

    Parameters
    ----------
    scale
        The scale on which customers answered.
    to
        The scale on which to report.
    method
        ``"linear"`` maps worst to worst and best to best and assumes that the steps in between are equal on both.
        ``"reverse"`` is for the mirrored wording of the same question (same points, other end good) and assumes that
        a customer who answers x on one wording answers lowest + highest - x on the other.

    Raises
    ------
    ValueError
        If the scales measure different things, or ``"reverse"`` is asked for scales that are not mirrored.
    """
    if scale.measures != to.measures:
        raise ValueError(f"{scale.name} measures {scale.measures}, {to.name} measures {to.measures}: no conversion")
    if method == "reverse" and (scale.points != to.points or scale.good == to.good):
        raise ValueError(f"reverse needs the same points with the other end good; got {scale} and {to}")
    if method not in ("linear", "reverse"):
        raise ValueError(unknown_name("conversion", method, ("linear", "reverse")))
    slope = (to.best - to.worst) / (scale.best - scale.worst)
    assumes = "assuming equal steps" if method == "linear" else "assuming mirrored answers"
    values = tuple(to.worst + slope * (p - scale.worst) for p in scale.points)
    formula = f"mean of answers {scale.span} expressed on {to.name} ({to.span}), {assumes}"
    return Metric(f"mean-as-{to.name}", formula, values, "points", to.good)


_BY_NAME: Final[Mapping[str, MetricOf]] = MappingProxyType(
    {
        "mean": mean,
        "favourable": favourable,
        "net": net,
        "index": index,
        "percent-of-maximum": percent_of_maximum,
    }
)
METRIC_NAMES: Final = (*_BY_NAME, "top-K", "bottom-K")
_BOX: Final = re.compile(r"(top|bottom)-(\d+)")


def named_metric(metric: Metric | MetricOf | str, scale: Scale) -> Metric:
    """Return the metric of this name on a scale; a `Metric` or a function that makes one is taken as it is.

    Raises
    ------
    ValueError
        If no metric has this name, the scale does not carry it, or its values do not fit the scale's points.
    """
    if isinstance(metric, str):
        box = _BOX.fullmatch(metric)
        if box:
            return (top if box[1] == "top" else bottom)(scale, int(box[2]))
        if metric not in _BY_NAME:
            raise ValueError(unknown_name("metric", metric, METRIC_NAMES))
        return _BY_NAME[metric](scale)
    if not isinstance(metric, Metric) and not callable(metric):
        raise TypeError(f"a metric is a name, a Metric or a function of a scale; got {metric!r}")
    made = metric if isinstance(metric, Metric) else metric(scale)
    if len(made.values) != len(scale.points):
        got = f"{len(made.values)} values for the {len(scale.points)} points of {scale.name}"
        raise ValueError(f"a metric needs one value for each point; metric {made.name!r} has {got}")
    return made


def usual_metric(scale: Scale) -> Metric:
    """Return the metric that is reported unless another is asked for.

    The mean for effort, the favourable share for satisfaction, the net score for recommendation and for satisfaction
    on 0-10.
    """
    if scale.measures == "recommendation" or scale.name == "csat-0-10":
        return net(scale)
    return favourable(scale) if scale.measures == "satisfaction" and scale.favourable else mean(scale)


def published_metrics(scale: Scale) -> tuple[Metric, ...]:
    """Return the metrics under which scores on such a scale are published, the usual one first.

    The same answers give a different number under each, which is why a formula belongs beside every score.
    """
    made = [usual_metric(scale), mean(scale)]
    made += [top(scale, TWO_BEST)] if len(scale.points) > TWO_BEST else []
    made += [favourable(scale)] if scale.favourable else []
    made += [net(scale)] if scale.favourable and scale.unfavourable else []
    made += [index(scale)]
    made += [percent_of_maximum(scale)] if scale.good == "high" and scale.points[0] in (0, 1) else []
    distinct: dict[object, Metric] = {}
    for metric in made:
        distinct.setdefault((metric.values, metric.unit), metric)
    return tuple(distinct.values())


def _indicator(scale: Scale, some: Sequence[int]) -> tuple[float, ...]:
    return tuple(float(p in some) for p in scale.points)


def _required(scale: Scale, what: Literal["favourable", "unfavourable"]) -> Sequence[int]:
    some: Sequence[int] = getattr(scale, what)
    if not some:
        raise ValueError(f"this metric needs the {what} points of scale {scale.name!r}, which names none")
    return some


def _best_first(scale: Scale, k: int, what: str) -> list[int]:
    if not 1 <= k < len(scale.points):
        raise ValueError(f"{what}-K needs K from 1 to {len(scale.points) - 1} on {scale.name}; got {k}")
    return sorted(scale.points, reverse=scale.good == "high")
