"""Every figure that R's packages gave for scores, shares, differences and bootstraps: agreed with, or left out and why.

`CHECKED` says how a figure follows from ours, `LEFT_OUT` why it does not and where the reader is told.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta, chi2

from cxstats.scores import bootstrap, differences, share_intervals
from cxstats.scores.bootstrap import median_bias, replicate_limits, skewness_acceleration
from cxstats.scores.differences import PAIRED_DIFFERENCES, named_difference, square_and_add
from cxstats.scores.intervals import Interval, Sample, named_interval
from cxstats.scores.share_intervals import goodman_intervals

FIGURES = json.loads((Path(__file__).parents[1] / "reference" / "published_intervals.json").read_text(encoding="utf-8"))
SMALLEST_P = 1e-12
"""Below it a confidence level of 1 - p has too few digits."""


def pair(limits: Interval) -> tuple[float, float]:
    return float(limits.low[0]), float(limits.high[0])


def in_order(figure) -> tuple[float, float]:
    """Limits as R's packages give them: in a list or named lwr.ci and upr.ci, or lower and upper."""
    if isinstance(figure, list):
        return tuple(sorted(figure))
    low, high = ("lwr.ci", "upr.ci") if "lwr.ci" in figure else ("lower", "upper")
    return figure[low], figure[high]


def has_zero_as_a_limit(interval, p_value: float, *, at: float = 0.0) -> None:
    """Check that the value lies on the edge of the interval whose confidence level is 1 - p."""
    if SMALLEST_P < p_value < 1:
        low, high = pair(interval(1 - p_value))
        assert min(abs(low - at), abs(high - at)) < 1e-6


def nps_of(data) -> Sample:
    return Sample.from_counts([data["detractors"], data["passives"], data["promoters"]], [-1, 0, 1])


def share_of(x, n) -> Sample:
    return Sample.from_counts([n - x, x], [0, 1])


def nps_figures(key):
    def check(data, figure):
        sample = nps_of(data)
        ours = {
            "nps": sample.estimate[0],
            "nps.var": sample.variance[0],
            "nps.se": np.sqrt(sample.variance[0] / sample.n[0]),
        }
        assert ours[key] == pytest.approx(figure, abs=1e-12)

    return check


def nps_test(level):
    def check(data, figure):
        sample, wald = nps_of(data), named_interval("wald")
        assert pair(wald(sample, level)) == pytest.approx(in_order(figure["int"]), abs=1e-9)
        if isinstance(figure.get("p.value"), float):
            has_zero_as_a_limit(lambda confidence: wald(sample, confidence), figure["p.value"])

    return check


def nps_difference(data, figure):
    # The package takes the sign away and gives the interval around what is left.
    first, second = sorted((nps_of(data["x"]), nps_of(data["y"])), key=lambda s: -s.estimate[0])
    wald = named_difference("wald")
    assert pair(wald(first, second, 0.95)) == pytest.approx(figure["int"], abs=1e-9)
    assert first.estimate[0] - second.estimate[0] == pytest.approx(figure["delta"], abs=1e-12)
    has_zero_as_a_limit(lambda level: wald(first, second, level), figure["p.value"])


def each_share(method):
    def check(data, figure):
        n = sum(data.values())
        for name, expected in figure.items():
            found = np.clip(pair(named_interval(method)(share_of(data[name], n), 0.95)), 0, 1)
            assert found == pytest.approx(in_order(expected), abs=1e-6)

    return check


def goodman(data, figure):
    found = goodman_intervals(list(data.values()))
    assert found.low[0] == pytest.approx([figure[name]["lwr.ci"] for name in data], abs=1e-6)
    assert found.high[0] == pytest.approx([figure[name]["upr.ci"] for name in data], abs=1e-6)


def paired_t(data, figure):
    table = np.array(data["table_rows_wave1"])
    points = np.array([1, 0, -1])
    change = points[:, None] - points[None, :]
    sample = Sample.from_counts([table[change == d].sum() for d in range(-2, 3)], range(-2, 3))
    student = named_interval("t")
    assert pair(student(sample, 0.95)) == pytest.approx(figure["conf.int"], abs=1e-9)
    assert sample.estimate[0] == pytest.approx(figure["estimate"]["mean difference"], abs=1e-12)
    has_zero_as_a_limit(lambda level: student(sample, level), figure["p.value"])


def share(*methods, tolerance=1e-6):
    def check(data, figure):
        for method in methods:
            found = pair(named_interval(method)(share_of(data["x"], data["n"]), data["conf"]))
            # DescTools cuts Wald at 0 and 1; ours is left as it falls, since cutting hides how poor it is.
            assert np.clip(found, 0, 1) == pytest.approx(in_order(figure), abs=tolerance), method

    return check


def two_shares(data) -> tuple[Sample, Sample]:
    return share_of(data["x1"], data["n1"]), share_of(data["x2"], data["n2"])


def difference(method):
    def check(data, figure):
        found = pair(named_difference(method)(*two_shares(data), data["conf"]))
        # DescTools cuts Wald at -1 and 1 and ours does not; PropCIs does not cut Agresti and Caffo's and ours does.
        assert np.clip(found, -1, 1) == pytest.approx(np.clip(in_order(figure), -1, 1), abs=1e-6)

    return check


def chi_squared_test(data, figure):
    first, second = two_shares(data)
    assert np.clip(pair(named_difference("wald")(first, second, 0.95)), -1, 1) == pytest.approx(
        figure["conf.int"], abs=1e-9
    )
    if figure["p.value"] != "NaN":
        assert chi2.sf(figure["statistic"]["X-squared"], 1) == pytest.approx(figure["p.value"], rel=1e-9)
        has_zero_as_a_limit(lambda level: named_difference("mee")(first, second, level), figure["p.value"])


def mover_of_posteriors(data, figure):
    # The rule is ours; the medians and quantiles that it is given are those of the two posteriors, ends included.
    parts = []
    for x, n in ((data["x1"], data["n1"]), (data["x2"], data["n2"])):
        low, median, high = (np.array([beta.ppf(p, x + 0.5, n - x + 0.5)]) for p in (0.025, 0.5, 0.975))
        parts.append((median, Interval(low, high)))
    assert pair(square_and_add(*parts)) == pytest.approx(in_order(figure), abs=1e-6)


def changes(data) -> Sample:
    return Sample.from_counts([data["c"], data["a"] + data["d"], data["b"]], [-1, 0, 1])


def paired_change(method):
    def check(data, figure):
        assert pair(named_interval(method)(changes(data), 0.95)) == pytest.approx(in_order(figure), abs=1e-6)

    return check


def paired_shares(method):
    def check(data, figure):
        found = pair(PAIRED_DIFFERENCES[method]([data[cell] for cell in "abcd"], 0.95))
        assert found == pytest.approx(in_order(figure), abs=1e-9)

    return check


def mcnemar(data, figure):
    tango = named_interval("score")
    assert chi2.sf(figure["statistic"]["McNemar's chi-squared"], 1) == pytest.approx(figure["p.value"], rel=1e-9)
    has_zero_as_a_limit(lambda level: tango(changes(data), level), figure["p.value"])


def mcnemar_exact(data, figure):
    among_changes = share_of(data["b"], data["b"] + data["c"])
    exact = named_interval("clopper-pearson")
    has_zero_as_a_limit(lambda level: exact(among_changes, level), figure, at=0.5)


def bootstrap_limits(level, *, corrected):
    def check(data, figure):
        replicates, x = np.array(data["replicates"]), np.array(data["x"])
        by = {}
        if corrected:
            shares = np.bincount(x, minlength=6)[1:] / len(x)
            # R counts the replicates that equal the estimate as above it.
            by["bias"] = median_bias(replicates, x.mean(), ties="above")
            by["acceleration"] = skewness_acceleration(shares, np.arange(1.0, 6.0), len(x))
        assert replicate_limits(replicates, level, **by) == pytest.approx(tuple(figure), abs=1e-9)

    return check


def bootstrap_estimate(data, figure):
    counts = np.bincount(data["x"], minlength=6)[1:]
    assert Sample.from_counts(counts, range(1, 6)).estimate[0] == pytest.approx(figure, abs=1e-12)


def bootstrap_bias(data, figure):
    assert median_bias(data["replicates"], np.mean(data["x"]), ties="above") == pytest.approx(figure, abs=1e-9)


def bootstrap_acceleration(data, figure):
    shares = np.bincount(data["x"], minlength=6)[1:] / len(data["x"])
    found = skewness_acceleration(shares, np.arange(1.0, 6.0), len(data["x"]))
    assert found == pytest.approx(figure, abs=1e-12)


CHECKED = {
    "nps": {key: nps_figures(key) for key in ("nps", "nps.var", "nps.se")}
    | {
        "nps.test.one.sample": nps_test(0.95),
        "nps.test.conf90": nps_test(0.90),
        "nps.test.conf99": nps_test(0.99),
        "paired_t": paired_t,
    },
    "nps_two_sample": {"nps.test": nps_difference},
    "multinomial_ci": {"goodman": goodman, "wilson": each_share("wilson"), "wald": each_share("wald")},
    "binom_ci": {
        "wilson": share("wilson", "score"),
        "wilson_prop_test": share("wilson", "score"),
        "wilson_PropCIs": share("wilson", tolerance=5e-5),  # rounded to 4 decimals
        "clopper_pearson": share("clopper-pearson", "korn-graubard"),
        "clopper_pearson_base": share("clopper-pearson", "korn-graubard"),
        "agresti_coull": share("agresti-coull"),
        "agresti_coull_PropCIs_addz2": share("agresti-coull"),
        "jeffreys": share("jeffreys"),
        "jeffreys_ratesci": share("jeffreys"),
        "logit": share("logit"),
        "wald": share("wald"),
    },
    "prop_diff": {
        "newcombe10_desctools": difference("newcombe"),
        "newcombe10_mover_wilson_ratesci": difference("newcombe"),
        "mover_jeffreys_ratesci": mover_of_posteriors,
        "miettinen_nurminen_ratesci": difference("miettinen-nurminen"),
        "miettinen_nurminen_desctools": difference("miettinen-nurminen"),
        "miettinen_nurminen_PropCIs": difference("miettinen-nurminen"),
        "mee_ratesci": difference("mee"),
        "agresti_caffo_desctools": difference("agresti-caffo"),
        "agresti_caffo_PropCIs": difference("agresti-caffo"),
        "wald": difference("wald"),
        "prop_test": chi_squared_test,
    },
    "paired_prop": {
        "agresti_min_PropCIs": paired_shares("agresti-min"),
        "newcombe_mover_ratesci": paired_shares("newcombe"),
        "tango_PropCIs": paired_change("score"),
        "tango_ratesci": paired_change("score"),
        "wald_PropCIs": paired_change("wald"),
        "mcnemar": mcnemar,
        "mcnemar_exact": mcnemar_exact,
    },
    "bootstrap": {
        "t0": bootstrap_estimate,
        "z0": bootstrap_bias,
        "accel_jack": bootstrap_acceleration,
        "percentile": bootstrap_limits(0.95, corrected=False),
        "perc_90": bootstrap_limits(0.90, corrected=False),
        # Other rules between two replicates, and another acceleration, land on the same replicates here.
        "percentile_type6": bootstrap_limits(0.95, corrected=False),
        "percentile_type7": bootstrap_limits(0.95, corrected=False),
        "bca_jack": bootstrap_limits(0.95, corrected=True),
        "bca_default": bootstrap_limits(0.95, corrected=True),
        "bca_90": bootstrap_limits(0.90, corrected=True),
    },
}

SHARES, DIFFERENCES, BOOTSTRAP = share_intervals.__doc__, differences.__doc__, bootstrap.__doc__
TEST = (DIFFERENCES, "tests of a hypothesis")

LEFT_OUT = {
    "nps": {"bowker": TEST, "stuart_maxwell": TEST, "stuart_maxwell_desctools": TEST, "paired_wilcox": TEST},
    "multinomial_ci": {"sisonglaz": (goodman_intervals.__doc__, "Sison and Glaz")},
    "binom_ci": {
        "wilsoncc": (SHARES, "continuity corrections"),
        "wilsoncc_prop_test": (SHARES, "continuity corrections"),
        "waldcc": (SHARES, "continuity corrections"),
        "modified_wilson": (SHARES, "modified Wilson"),
        "arcsine": (SHARES, "arcsine"),
        "SUSPECT_pratt": (SHARES, "Pratt"),  # far from Clopper and Pearson's, which it should approximate
        "add4_PropCIs": (SHARES, "add 4"),
        "midp_ratesci": (SHARES, "mid-P"),
        "midp_desctools": (SHARES, "mid-P"),
        "scas_ratesci": (SHARES, "skewness"),
    },
    "prop_diff": {
        "newcombe11cc_desctools": (DIFFERENCES, "continuity corrections"),
        "waldcc": (DIFFERENCES, "continuity corrections"),
        "hauck_anderson": (DIFFERENCES, "Hauck and Anderson"),
        "haldane": (DIFFERENCES, "Haldane"),
        "jeffreys_perks": (DIFFERENCES, "Jeffreys and Perks"),
        "scas_ratesci": (DIFFERENCES, "skewness"),
        "prop_test_cc": (DIFFERENCES, "continuity corrections"),
        "fisher_p": TEST,
    },
    "paired_prop": {"mcnemar_cc": (DIFFERENCES, "continuity corrections")},
    "bootstrap": {
        "normal": (BOOTSTRAP, "normal and basic"),
        "basic": (BOOTSTRAP, "normal and basic"),
        "bias": (BOOTSTRAP, "normal and basic"),  # what the normal limits are made of
        "se": (BOOTSTRAP, "normal and basic"),
        "stud": (BOOTSTRAP, "studentised"),
    },
}

PAIRS = [(entry, key) for entry, case in FIGURES.items() for key in case["expected"]]


@pytest.mark.parametrize(("entry", "key"), PAIRS)
def test_every_figure_is_agreed_with_or_left_out_in_words(entry, key):
    group = entry.split("/")[0]
    if key in CHECKED[group]:
        assert key not in LEFT_OUT.get(group, {})
        CHECKED[group][key](FIGURES[entry]["data"], FIGURES[entry]["expected"][key])
    else:
        told, words = LEFT_OUT[group][key]
        assert words in " ".join(told.split())


def test_nothing_is_listed_that_r_did_not_give():
    given = {(entry.split("/")[0], key) for entry, key in PAIRS}
    assert given == {(group, key) for table in (CHECKED, LEFT_OUT) for group in table for key in table[group]}


def test_seven_of_34_against_one_of_34():
    """Fagerland, Lydersen and Laake (2015), Statistical Methods in Medical Research 24, two decimals or three.

    Their Miettinen and Nurminen is without N / (N - 1): Mee's.
    """
    first, second = share_of(7, 34), share_of(1, 34)
    for method, low, high in (("newcombe", 0.019, 0.34), ("mee", 0.028, 0.34), ("agresti-caffo", 0.012, 0.32)):
        found = pair(named_difference(method)(first, second, 0.95))
        assert found[0] == pytest.approx(low, abs=5e-4)
        assert found[1] == pytest.approx(high, abs=6e-3)
