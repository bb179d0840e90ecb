"""Make a control chart of a series of scores."""

from dataclasses import replace
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.trends.alarms import Alarm, Words, alarms_of
from cxstats.scores.trends.calendar import day_of, last_days
from cxstats.scores.trends.charts import ControlChart, tuned
from cxstats.scores.trends.expectations import (
    Expectation,
    Observed,
    Variation,
    Weekday,
    expectation_of,
    individuals_of,
)
from cxstats.scores.trends.false_alarms import Error, false_alarm_rate, limit_for, outer_line, widening
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Kind, KindName, named_kind
from cxstats.scores.trends.rhythm import periods_in_words
from cxstats.scores.trends.series import Day, ScoreSeries
from cxstats.scores.trends.tracks import track_of

Truths = NDArray[np.bool_]

_FEW_PERIODS: Final = 20
_WEEKDAY_ALPHA: Final = 0.01
_MOST_CHARTS: Final = 100_000


def control_chart(
    series: ScoreSeries,
    kind: Kind | KindName = "shewhart",
    *,
    baseline: int | Day | None = None,
    watch: str = "after",
    variation: Variation = "estimated",
    weekday: Weekday = "keep",
    among: int | None = None,
) -> ControlChart:
    """Tell changes of a score in time from chance.

    Parameters
    ----------
    series
        The scores of one segment, from `cxstats.over_time`; take one of several with `ScoreSeries.of`.
    kind
        ``"shewhart"`` (each period by itself), ``"individuals"`` (XmR), ``"ewma"`` (moving average, for small lasting
        changes), ``"cusum"`` (sums, for a change of known size), or one of these classes with its settings.
    baseline
        What is usual: so many first complete periods, or all periods up to a date. Unless given all periods, which
        finds the odd ones among them but hides a change that lasted for half of them.
    watch
        ``"after"``: only what comes after the baseline alarms. ``"everywhere"``: the baseline too. Without a baseline
        everything is watched.
    variation
        ``"estimated"``: where periods vary more than their answers explain, ups and downs of one size, estimated from
        the baseline, are added to sampling error; limits are never narrower than that, unless answers come in clusters.
        ``"laney"``: by one ratio for all periods, which takes ups and downs to be larger where answers are few; also
        narrower. ``"chance"``: by the answers alone, as in the textbook's p chart.
    weekday
        Of daily scores: ``"adjust"`` expects of each weekday its own score, estimated from the baseline.
    among
        How many charts are watched, this one among them: limits are set so that all of them together cry wolf as often
        as one would. Unless given, as many as the series had segments before `ScoreSeries.of` or ``split``; 1 is for a
        segment that was asked about before its scores were seen.

    Returns
    -------
    ControlChart

    Raises
    ------
    ValueError
        If the series has several segments, the baseline is too short or does not vary, or a setting is unknown.

    Notes
    -----
    Limits follow the number of answers of each period, and under a design its effective number. Near an end of the
    scale they are skewed. False alarm rates are exact for independent normal periods and allow for the error of the
    baseline: a chart with a short baseline cries wolf more often, and says so; the limits of `Ewma` and `Cusum` are set
    wider instead, so that the rate is kept. With few answers scores are coarse, and half of all weeks or more may lie
    at the end of the scale: there rates are at most as said, since what lies between the mean and the median of a
    period's own distribution, or on it, counts for no side and breaks a run.

    That periods vary more than their answers explain is the rule, and where limits ignore it most alarms are false. So
    it is always estimated, not tested for first: a test misses what already matters. Where periods do vary by chance
    alone the estimate makes limits a little wider than needed, and false alarms fewer than said; an alarm on a small
    change comes about a period later. ``benchmarks/trends.md`` has the figures.

    Ups and downs that last from one period to the next make false alarms come more often than said. The correlation of
    neighbours in the baseline widens limits (of averages and sums as far as what is added up varies more, of all by
    what moving ranges miss), shrunk by its own error, which is large. Weeks of 200 answers whose ups and downs of three
    points carry over with .4 still alarm an `Ewma` in 25 % of years where it says 13 %, and the usual rules in 55 %
    where they say 44 %: runs are not made longer. Without a baseline of its own nothing is widened, since neighbours
    also go together after the change that is looked for.

    References
    ----------
    Montgomery (2013), Introduction to Statistical Quality Control, seventh edition.
    Laney (2002), Improved control charts for attributes. Quality Engineering 14.
    Jensen, Jones-Farmer, Champ and Woodall (2006), Effects of parameter estimation on control chart properties: a
    literature review. Journal of Quality Technology 38.

    Examples
    --------
    >>> import cxstats as cx
    >>> from cxstats.responses.periods import with_period
    >>> survey = with_period(cx.read_export("data/support_survey.csv"), "answered_at", every="week")
    >>> from cxstats.scores.trends.series import over_time
    >>> weeks = over_time(cx.score(cx.tally(survey, "ces", scale="ces-2.0", by="week")))
    >>> chart = control_chart(weeks, baseline=8)
    >>> chart.expected.periods
    8
    """
    if len(series.segments) != 1:
        named = ", ".join(series.names[:5])
        raise ValueError(
            f"a chart is of one segment; this series has {len(series.segments)}: {named}. Take series.of(...)"
        )
    _require_settings(watch, variation, weekday)
    kind = named_kind(kind)
    if isinstance(kind, Individuals) and (variation != "estimated" or weekday != "keep"):
        raise ValueError("individual values go by their moving ranges alone: leave out variation= and weekday=")
    seen = Observed.from_series(series)
    in_baseline = _baseline(series, seen, baseline)
    if isinstance(kind, Individuals):
        expected = individuals_of(seen, in_baseline)
    else:
        expected = expectation_of(seen, in_baseline, variation=variation, weekday=weekday)
    watched = np.ones(len(in_baseline), dtype=np.bool_)
    if baseline is not None and watch == "after":
        watched = np.arange(len(watched)) > int(np.flatnonzero(expected.in_baseline)[-1])
    among = series.among if among is None else _required_among(among)
    limit, rate = tuned_limit(kind, expected, among=among)
    track = track_of(tuned(kind, expected), limit, seen, expected, watched=watched)

    def alarms_in(some: Truths) -> tuple[Alarm, ...]:
        words = Words(series.scores.metric, series.periods, series.every, among > 1)
        return alarms_of(track, seen, watched=some, words=words)

    alarms = alarms_in(watched)
    remarks = _remarks(series, seen, expected, weekday)
    if not watched.all():
        remarks += _odd_baseline(len({alarm.first for alarm in alarms_in(~watched)}), series)
    return ControlChart(series, kind, limit, seen, expected, track, watched, alarms, rate, remarks, among)


def _require_settings(watch: str, variation: str, weekday: str) -> None:
    known = {
        "watch": (watch, ("after", "everywhere")),
        "variation": (variation, ("estimated", "laney", "chance")),
        "weekday": (weekday, ("keep", "adjust")),
    }
    for name, (got, choices) in known.items():
        if got not in choices:
            raise ValueError(unknown_name(name, got, choices))


def _baseline(series: ScoreSeries, seen: Observed, baseline: int | Day | None) -> Truths:
    if baseline is None:
        return seen.judged
    if isinstance(baseline, bool):
        raise TypeError("baseline must be a number of periods or a date; got a truth value")
    if isinstance(baseline, int | np.integer):
        if baseline > seen.judged.sum():
            raise ValueError(
                f"baseline={baseline} asks for more than the {int(seen.judged.sum())} complete periods with answers"
            )
        return seen.judged & (np.cumsum(seen.judged) <= baseline)
    day = day_of(baseline, named="a baseline that is no whole number of periods")
    return seen.judged & (last_days(series.starts, series.every) <= day).astype(np.bool_)


def _required_among(among: int) -> int:
    if isinstance(among, bool) or among != int(among) or not 1 <= among <= _MOST_CHARTS:
        raise ValueError(f"among must be a number of charts, 1 to {_MOST_CHARTS:,}; got {among!r}")
    return int(among)


def tuned_limit(kind: Kind, expected: Expectation, *, among: int = 1) -> tuple[float, float]:
    """Return the limit of averages and sums or the outer lines of rules, and the rate of false alarms of one chart."""
    # Rounded, so that charts of many segments share what takes long to compute.
    error = Error(round(expected.centre_error, 3), round(expected.sigma_error, 3))
    used = tuned(kind, expected)
    if isinstance(used, Ewma | Cusum):
        rarer = replace(used, periods_between=used.periods_between * among)
        return limit_for(rarer, error) * widening(used, round(expected.carry, 3)), 1 / rarer.periods_between
    outer = outer_line(used, error, among)
    return outer, false_alarm_rate(used, outer, error)


def _remarks(series: ScoreSeries, seen: Observed, expected: Expectation, weekday: Weekday) -> tuple[str, ...]:
    said: list[str] = []
    if expected.periods < _FEW_PERIODS:
        said.append(
            f"a baseline of only {periods_in_words(expected.periods, series.every)}: what is usual is itself unsure"
        )
    base = series.scores.minimum_base
    few = int((series.n[0][seen.judged] < base).sum())
    if few:
        verb = "has" if few == 1 else "have"
        said.append(
            f"{periods_in_words(few, series.every)} {verb} fewer than {base} answers: too few to say on their own, and "
            "their limits are as wide"
        )
    said += _at_an_end(seen, expected, series)
    if weekday == "keep" and seen.weekday is not None and _weekdays_differ(seen, expected):
        said.append("scores differ by day of the week; weekday='adjust' expects of each day its own")
    return tuple(said)


def _at_an_end(seen: Observed, expected: Expectation, series: ScoreSeries) -> list[str]:
    """Say where scores have so few values that a run could be of nothing but the end of the scale."""
    every, judged = series.every, seen.judged
    for end in (seen.values.max(), seen.values.min()):
        often = int((judged & np.isclose(expected.middle, end)).sum())
        if often:
            return [
                f"in {periods_in_words(often, every)} answers are so few that a score of "
                f"{series.scores.metric.text(float(end))} is the rule: there it is no sign, and breaks a run"
            ]
    return []


def _weekdays_differ(seen: Observed, expected: Expectation) -> bool:
    """Test whether the days of the baseline differ by weekday, by the variance of one-way analysis."""
    use, weekday = expected.in_baseline, seen.weekday
    assert weekday is not None
    z = ((seen.estimate - expected.centre) / expected.sigma)[use]
    groups = [z[weekday[use] == day] for day in np.unique(weekday[use])]
    between = sum(len(group) * (group.mean() - z.mean()) ** 2 for group in groups)
    within, k = sum(float(((group - group.mean()) ** 2).sum()) for group in groups), len(groups)
    if k < 2 or len(z) <= k or within <= 0:
        return False
    ratio = (between / (k - 1)) / (within / (len(z) - k))
    return bool(scipy.special.fdtrc(k - 1, len(z) - k, ratio) < _WEEKDAY_ALPHA)


def _odd_baseline(alarms: int, series: ScoreSeries) -> tuple[str, ...]:
    if not alarms:
        return ()
    times = "once" if alarms == 1 else f"{alarms} times"
    return (f"the baseline itself alarms {times}: look there first, since limits of odd {series.every}s are too wide",)
