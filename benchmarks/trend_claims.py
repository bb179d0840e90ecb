"""What claims about control charts are checked by: answers in time, with and without a change; for calibration.py.

Run by itself it writes down how often charts alarm by chance and how soon they see a fall of CSAT from 80 % to 75 %.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cxstats.scores.calibration import Claim
from cxstats.scores.trends.beyond_chance import range_error
from cxstats.scores.trends.charting import tuned_limit
from cxstats.scores.trends.charts import tuned
from cxstats.scores.trends.expectations import Expectation, Observed, Variation, Weekday, expectation_of
from cxstats.scores.trends.false_alarms import Error, false_alarm_rate
from cxstats.scores.trends.kinds import Cusum, Ewma, Kind, Shewhart
from cxstats.scores.trends.run_lengths import run_length_of_sum
from cxstats.scores.trends.tracks import track_of

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
Draw = Callable[[np.random.Generator, int], Observed]

YEAR = 52
SEGMENTS = 8
CSAT, FALLEN, ANSWERS = 0.80, 0.75, 200
WEEKDAYS = np.array([0.02, 0.02, 0.01, 0.0, -0.01, -0.05, -0.06])
SHAPES = {"J-shaped": (0.03, 0.02, 0.05, 0.2, 0.7), "net": (0.1, 0.2, 0.7)}
VALUES = {"J-shaped": (1, 2, 3, 4, 5), "net": (-1, 0, 1)}


def shares(
    share: float = CSAT,
    *,
    n: int = ANSWERS,
    fall: float = 0.0,
    baseline: int = YEAR,
    dispersion: float = 1.0,
) -> Draw:
    """Weeks of about n answers each; after the baseline the share is lower by `fall`.

    The standard deviation between weeks is `dispersion` times what chance alone makes of n answers.
    """

    def draw(rng: np.random.Generator, periods: int) -> Observed:
        truth = np.where(np.arange(periods) < baseline, share, share - fall)
        if dispersion > 1:
            between = truth * (1 - truth) / n * (dispersion**2 - 1)
            size = truth * (1 - truth) / between - 1
            truth = rng.beta(truth * size, (1 - truth) * size)
        answers = np.maximum(rng.poisson(n, periods), 1)
        good = rng.binomial(answers, truth)
        return Observed.from_counts(np.column_stack([answers - good, good]), [0, 1])

    return draw


def histograms(shape: str, *, n: int) -> Draw:
    """Weeks of about n answers on more than two points."""

    def draw(rng: np.random.Generator, periods: int) -> Observed:
        counts = rng.multinomial(np.maximum(rng.poisson(n, periods), 1), SHAPES[shape])
        return Observed.from_counts(counts, VALUES[shape])

    return draw


def days(*, n: int = 60, pattern: np.ndarray = WEEKDAYS) -> Draw:
    """Days whose share depends on the weekday."""

    def draw(rng: np.random.Generator, periods: int) -> Observed:
        weekday = np.arange(periods) % 7
        answers = np.maximum(rng.poisson(n, periods), 1)
        good = rng.binomial(answers, CSAT + pattern[weekday])
        return Observed.from_counts(np.column_stack([answers - good, good]), [0, 1], weekday=weekday)

    return draw


def ups_and_downs(
    spread: float = 0.03, *, n: tuple[int, ...] = (ANSWERS,), carry: float = 0.0, share: float = CSAT
) -> Draw:
    """Weeks whose share goes up and down by `spread`, carried over from one to the next; answers at random from `n`."""

    def draw(rng: np.random.Generator, periods: int) -> Observed:
        up, answers = rng.standard_normal(periods), rng.choice(n, periods)
        for t in range(1, periods):
            up[t] = carry * up[t - 1] + np.sqrt(1 - carry**2) * up[t]
        good = rng.binomial(answers, np.clip(share + spread * up, 0, 1))
        return Observed.from_counts(np.column_stack([answers - good, good]), [0, 1])

    return draw


def alarms(
    kind: Kind,
    seen: Observed,
    baseline: int,
    *,
    variation: Variation = "estimated",
    weekday: Weekday = "keep",
    among: int = 1,
) -> tuple[np.ndarray, Expectation, float]:
    """Return in which periods after the baseline a chart alarms, what was expected, and the rate that it states."""
    watched = np.arange(len(seen.n)) >= baseline
    expected = expectation_of(seen, ~watched, variation=variation, weekday=weekday)
    limit, rate = tuned_limit(kind, expected, among=among)
    track = track_of(tuned(kind, expected), limit, seen, expected, watched=watched)
    broken = np.any([signs != 0 for signs in track.broken.values()], axis=0)
    return broken[watched], expected, rate


def alarm_by_chance(
    kind: Kind,
    draw: Draw,
    *,
    baseline: int = YEAR,
    watched: int = YEAR,
    variation: Variation = "estimated",
    weekday: Weekday = "keep",
) -> Outcomes:
    """A chart alarms within so many periods although nothing changed."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return np.array(
            [
                alarms(kind, draw(rng, baseline + watched), baseline, variation=variation, weekday=weekday)[0].any()
                for _ in range(replicates)
            ]
        )

    return outcomes


def one_of_many_alarms(kind: Kind, draw: Draw, *, among: int = SEGMENTS, periods: int = 2 * YEAR) -> Outcomes:
    """One of several charts alarms within a year although nothing changed in any segment."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = (
            alarms(kind, draw(rng, periods), YEAR, among=among)[0].any()
            for _ in range(replicates)
            for _ in range(among)
        )
        return np.fromiter(found, dtype=bool).reshape(replicates, among).any(axis=1)

    return outcomes


def stated_chance(kind: Kind, *, baseline: int = YEAR, watched: int = YEAR, sigma_error: float = 0.0) -> float:
    """What a chart states of such an alarm: its rate allows for the baseline, the chance follows from it."""
    if isinstance(kind, Shewhart):
        rate = false_alarm_rate(kind, float("nan"), Error(round(1 / np.sqrt(baseline), 3), sigma_error))
    else:
        rate = 1 / kind.periods_between
    return float(1 - np.exp(-watched * rate))


def fall_found(kind: Kind, *, within: int = 6, baseline: int = YEAR, dispersion: float = 1.0) -> Outcomes:
    """A chart that was silent sees the fall within so many weeks."""
    draw = shares(fall=CSAT - FALLEN, baseline=baseline, dispersion=dispersion)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = (alarms(kind, draw(rng, baseline + within), baseline)[0] for _ in range(replicates))
        return np.array([each.any() for each in found])

    return outcomes


def delays(kind: Kind, rng: np.random.Generator, replicates: int, *, baseline: int, dispersion: float) -> np.ndarray:
    """Return the weeks until the fall is seen; 60 where it is not within 59."""
    draw = shares(fall=CSAT - FALLEN, baseline=baseline, dispersion=dispersion)
    found = np.full(replicates, 60)
    for r in range(replicates):
        when = np.flatnonzero(alarms(kind, draw(rng, baseline + 59), baseline)[0])
        found[r] = when[0] + 1 if len(when) else 60
    return found


def by_chance(
    kind: Kind,
    draw: Draw,
    rng: np.random.Generator,
    replicates: int,
    *,
    baseline: int,
    watched: int = YEAR,
    **settings: Any,
) -> tuple[float, float, float]:
    """Return how many times a year a chart begins to alarm by chance, how many years have such, and as stated."""
    times, some, stated = 0, 0, 0.0
    for _ in range(replicates):
        broken, _, rate = alarms(kind, draw(rng, baseline + watched), baseline, **settings)
        times += int((np.diff(broken.astype(int), prepend=0) == 1).sum())
        some += int(broken.any())
        stated += 1 - np.exp(-watched * rate)
    return times / replicates, some / replicates, stated / replicates


CHARTS: dict[str, Kind] = {
    "three sigmas alone": Shewhart(("beyond",)),
    "three rules (usual)": Shewhart(),
    "moving average, one in 370 weeks": Ewma(),
    "sums for 5 points, one in 370 weeks": Cusum(shift=0.05),
    "moving average, one in 104 weeks": Ewma(periods_between=104),
    "sums for 5 points, one in 104 weeks": Cusum(shift=0.05, periods_between=104),
}


def _away_from_the_usual() -> list[Claim]:
    """Few answers near an end of the scale, weeks of unequal size that go up and down, and several charts at once."""
    rules, sigmas, average, sums = Shewhart(), Shewhart(("beyond",)), Ewma(), Cusum(shift=CSAT - FALLEN)
    error, unequal = round(range_error(YEAR), 3), "weeks of 40 or 400 answers go up and down by 3 points"
    few = [
        Claim(
            f"chart alarms by chance in a year: usual rules, CSAT {100 * share:g} % at {n} answers",
            stated_chance(rules),
            alarm_by_chance(rules, shares(share, n=n)),
            "at most",
        )
        for share, n in ((0.95, 5), (0.98, 20))
    ]
    varied = [
        Claim(
            f"chart alarms by chance in a year: {name}, {unequal}",
            stated_chance(kind, sigma_error=error),
            alarm_by_chance(kind, ups_and_downs(n=(40, 400))),
            "at most",
        )
        for name, kind in (
            ("three sigmas alone", sigmas),
            ("usual rules", rules),
            ("moving average", average),
            ("sums", sums),
        )
    ]
    several = [
        Claim(
            f"one of {SEGMENTS} charts alarms by chance in a year: {name}, CSAT of 80 % in all",
            stated_chance(kind),
            one_of_many_alarms(kind, shares()),
            "at most",
        )
        for name, kind in (("usual rules", rules), ("moving average", average))
    ]
    return few + varied + several


def _claims() -> tuple[Claim, ...]:
    average, sums, rules = Ewma(), Cusum(shift=CSAT - FALLEN), Shewhart()
    quiet = {
        "usual rules, CSAT 80 % at 200 answers": (rules, shares(), {}),
        "usual rules, CSAT 95 % at 20 answers": (rules, shares(0.95, n=20), {}),
        "moving average, CSAT 80 % at 200 answers, 26 weeks": (average, shares(), {"baseline": 26}),
        "moving average, CSAT 80 % at 200 answers": (average, shares(), {}),
        "moving average, mean of J-shaped answers at 50": (average, histograms("J-shaped", n=50), {}),
        "moving average, net score at 50 answers": (average, histograms("net", n=50), {}),
        "sums, CSAT 80 % at 200 answers": (sums, shares(), {}),
        "moving average, weeks vary 1.4 x chance": (average, shares(dispersion=1.4), {}),
        "moving average, weeks vary 2 x chance, 26 weeks": (average, shares(dispersion=2), {"baseline": 26}),
        "sums, weeks vary 1.4 x chance": (sums, shares(dispersion=1.4), {}),
    }
    found = [
        Claim(f"chart alarms by chance in a year: {name}", stated_chance(kind, **about), outcomes, "at most")
        for name, (kind, draw, about) in quiet.items()
        for outcomes in [alarm_by_chance(kind, draw, **about)]
    ]
    wide = stated_chance(rules, sigma_error=round(range_error(YEAR), 3))
    noisy = alarm_by_chance(rules, shares(dispersion=1.4))
    found.append(
        Claim("chart alarms by chance in a year: usual rules, weeks vary 1.4 x chance", wide, noisy, "at most")
    )
    found += _away_from_the_usual()
    quarter = {"baseline": 84, "watched": 84}
    for kind, name in ((rules, "usual rules"), (average, "moving average")):
        weekdays = alarm_by_chance(kind, days(), weekday="adjust", **quarter)
        told = f"chart alarms by chance in 12 weeks of days with a weekday pattern: {name}"
        found.append(Claim(told, stated_chance(kind, **quarter), weekdays, "at most"))
    for kind, name in ((rules, "usual rules"), (average, "moving average"), (sums, "sums")):
        told = f"chart finds CSAT from 80 % to 75 % at 200 answers within 6 weeks: {name}"
        found.append(Claim(told, 0.5, fall_found(kind), "at least"))
    short = fall_found(average, baseline=26)
    found.append(
        Claim(
            "chart finds CSAT from 80 % to 75 % within 6 weeks, baseline of 26: moving average", 0.5, short, "at least"
        )
    )
    varied = fall_found(Ewma(periods_between=104), dispersion=1.4)
    told = "chart finds CSAT from 80 % to 75 % within 6 weeks that vary 1.4 x chance: moving average, one in 104"
    found.append(Claim(told, 0.5, varied, "at least"))
    return tuple(found)


TREND_CLAIMS = _claims()

HEAD = """# A fall of CSAT from 80 % to 75 % at 200 answers a week

{replicates:,} seeded replicates a line; made by `python benchmarks/trend_claims.py`. By chance: how many times a
year a chart begins to alarm where nothing changed, after a baseline of so many weeks; in how many years it does; and
what it states of that, an upper bound, since limits always allow for more than chance and scores are coarse. Delay:
weeks until the fall is seen, the week of the fall counted as the first. "1.4 x chance": weeks vary 1.4 times as much
as their answers explain.

| chart | baseline | weeks vary | a year by chance | years with one | stated | median delay | in 6 weeks | in 12 |
|---|---|---|---|---|---|---|---|---|
"""


POSSIBLE = """

No chart has a shorter mean delay at so many weeks between false alarms than cumulative sums for this very fall, with
the score before it known instead of estimated (Moustakides 1986, Optimal stopping times for detecting changes in
distributions, Annals of Statistics 14). Exact for normal weeks that vary as chance:

| one false alarm in | median delay | mean delay | in 6 weeks | in 12 |
|---|---|---|---|---|
"""


AWAY = """

# Where weeks are not as usual

{replicates:,} seeded replicates a line, a baseline of 52 weeks and 52 more, nothing changed. At few answers near the
end of the scale scores are coarse, and the statement is an upper bound. Ups and downs are of 3 percentage points beyond
what the answers explain, at 40 or 400 answers or at 200. "Carried over" is their correlation from one week to the next,
for which limits are widened as far as a baseline of a year is sure of it: what is stated remains too low. Days: 12
weeks and 12 more of about 60 answers a day, at weekends up to 8 points lower, with `weekday="adjust"`.

| answers | chart | by chance | times with one | stated |
|---|---|---|---|---|
"""


def away(rng: np.random.Generator, replicates: int) -> list[str]:
    """Return the lines of what is not as usual."""
    answers: dict[str, tuple[Draw, tuple[str, ...]]] = {
        "80 % at 5": (shares(n=5), ("three rules (usual)", "moving average, one in 370 weeks")),
        "95 % at 5": (shares(0.95, n=5), ("three rules (usual)", "moving average, one in 370 weeks")),
        "98 % at 20": (shares(0.98, n=20), ("three rules (usual)", "moving average, one in 370 weeks")),
        "80 % at 1": (shares(n=1), ("three rules (usual)", "moving average, one in 370 weeks")),
        "ups and downs at 40 or 400": (ups_and_downs(n=(40, 400)), tuple(CHARTS)[:4]),
        "ups and downs at 200": (ups_and_downs(), tuple(CHARTS)[:4]),
        "ups and downs at 200, .4 carried over": (ups_and_downs(carry=0.4), tuple(CHARTS)[:4]),
        "ups and downs at 200, .7 carried over": (ups_and_downs(carry=0.7), tuple(CHARTS)[:4]),
    }
    rows = [
        _away_row(said, name, by_chance(CHARTS[name], draw, rng, replicates, baseline=YEAR))
        for said, (draw, names) in answers.items()
        for name in names
    ]
    for name in ("three rules (usual)", "moving average, one in 370 weeks"):
        figures = by_chance(CHARTS[name], days(), rng, replicates, baseline=84, watched=84, weekday="adjust")
        rows.append(_away_row("days", name.replace("weeks", "days"), figures))
    return rows


def _away_row(said: str, name: str, figures: tuple[float, float, float]) -> str:
    times, some, stated = figures
    return f"| {said} | {name} | {times:.2f} | {100 * some:.0f} % | {100 * stated:.0f} % |"


def row(name: str, kind: Kind, rng: np.random.Generator, replicates: int, *, baseline: int, dispersion: float) -> str:
    """Return the line of one chart."""
    seen = delays(kind, rng, replicates, baseline=baseline, dispersion=dispersion)
    times, some, stated = by_chance(kind, shares(dispersion=dispersion), rng, replicates, baseline=baseline)
    vary = "as chance" if dispersion == 1 else f"{dispersion:g} x chance"
    early = " | ".join(f"{100 * (seen <= weeks).mean():.0f} %" for weeks in (6, 12))
    return (
        f"| {name} | {baseline} weeks | {vary} | {times:.2f} | {100 * some:.0f} % | {100 * stated:.0f} % | "
        f"{np.median(seen):.0f} weeks | {early} |"
    )


def possible() -> list[str]:
    """Return what no chart can do better: sums for this very fall, the score before it known to the last digit."""
    shift = (CSAT - FALLEN) / np.sqrt(CSAT * (1 - CSAT) / ANSWERS)
    rows: list[str] = []
    for weeks in (52, 104, 370):
        # Sums for a fall alone, so that all false alarms are of that side.
        low, high = 0.1, 20.0
        for _ in range(60):
            limit = (low + high) / 2
            known = run_length_of_sum(shift / 2, limit, shift=np.zeros(1)).mean[0]
            low, high = (limit, high) if known < weeks else (low, limit)
        found = run_length_of_sum(shift / 2, high, shift=np.array([shift]))
        early = " | ".join(f"{100 * found.within(k)[0]:.0f} %" for k in (6, 12))
        rows.append(f"| {weeks} weeks | {found.quantile(0.5)[0]} weeks | {found.mean[0]:.1f} weeks | {early} |")
    return rows


def main(replicates: int = 2_000) -> None:
    rng = np.random.default_rng(20261122)
    rows = [
        row(name, kind, rng, replicates, baseline=baseline, dispersion=dispersion)
        for dispersion in (1.0, 1.4)
        for baseline in (26, 52)
        for name, kind in CHARTS.items()
    ]
    path = Path(__file__).with_name("trends.md")
    path.write_text(
        HEAD.format(replicates=replicates)
        + "\n".join(rows)
        + POSSIBLE
        + "\n".join(possible())
        + AWAY.format(replicates=replicates)
        + "\n".join(away(np.random.default_rng(20261123), replicates))
        + "\n",
        encoding="utf-8",
    )
    print(path.name)


if __name__ == "__main__":
    main()
