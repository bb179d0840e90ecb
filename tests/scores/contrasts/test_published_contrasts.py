"""Every figure that R gave for tests of samples, tables and correlations: agreed with, or left out in words."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.scales import Scale
from cxstats.scores import contrasts
from cxstats.scores.association import rank_correlation
from cxstats.scores.contrasts.correlations import overlapping_correlations, separate_correlations
from cxstats.scores.contrasts.paired import paired_difference
from cxstats.scores.contrasts.several import kruskal_wallis, welch_anova
from cxstats.scores.contrasts.superiority import superiority
from cxstats.scores.contrasts.welch import welch_difference, welch_p_value
from cxstats.scores.multiplicity import adjusted_p_values
from cxstats.scores.samples import Sample

PLACE = Path(__file__).parents[2] / "reference" / "published_contrasts.json"
FIGURES = json.loads(PLACE.read_text(encoding="utf-8"))
POINTS = range(1, 6)
CLOSE = {"rel": 1e-9, "abs": 1e-10}


def counted(answers):
    return [answers.count(p) for p in POINTS]


def two_samples(data):
    return Sample.from_counts(counted(data["x"]), POINTS), Sample.from_counts(counted(data["y"]), POINTS)


def better(data):
    return superiority(counted(data["x"]), counted(data["y"]))


def welch(data, expected):
    found = welch_difference(*two_samples(data), 0.95)
    assert (found.low[0], found.high[0]) == pytest.approx(expected["conf.int"], **CLOSE)
    assert welch_p_value(*two_samples(data))[0] == pytest.approx(expected["p.value"], **CLOSE)


def cliffs_delta(data, expected):
    # Its interval is Cliff's own, with another estimate of the variance.
    assert better(data).delta[0] == pytest.approx(expected["estimate"], **CLOSE)


def vargha_and_delaney(data, expected):
    assert better(data).estimate[0] == pytest.approx(expected, **CLOSE)


def brunner_munzel(data, expected):
    found = better(data)
    limits = found.interval()
    # R's package has the probability that the second is higher.
    assert (1 - limits.high[0], 1 - limits.low[0]) == pytest.approx(tuple(expected["conf.int"].values()), **CLOSE)
    assert found.p_value()[0] == pytest.approx(expected["p.value"], **CLOSE)
    assert found.degrees_of_freedom[0] == pytest.approx(expected["parameter"]["df"], **CLOSE)


def four_groups(data):
    return np.array([counted(data[group]) for group in "abcd"])


def kruskal(data, expected):
    found = kruskal_wallis(four_groups(data))
    assert found.statistic == pytest.approx(expected["statistic"]["Kruskal-Wallis chi-squared"], **CLOSE)
    assert found.p_value == pytest.approx(expected["p.value"], **CLOSE)


def anova_of_welch(data, expected):
    found = welch_anova(Sample.from_counts(four_groups(data), POINTS))
    assert found.statistic == pytest.approx(expected["statistic"]["F"], **CLOSE)
    assert (found.between, found.within) == pytest.approx(tuple(expected["parameter"].values()), **CLOSE)
    assert found.p_value == pytest.approx(expected["p.value"], **CLOSE)


def all_pairs_of_welch(data, expected):
    counts = four_groups(data)
    first, second = np.triu_indices(4, 1)
    pairs = Sample.from_counts(counts[first], POINTS), Sample.from_counts(counts[second], POINTS)
    found = adjusted_p_values(welch_p_value(*pairs), "holm")
    given = [expected[str(b + 1)][str(a + 1)] for a, b in zip(first, second, strict=True)]
    assert found == pytest.approx(given, **CLOSE)


def adjusted(method):
    def check(data, expected):
        assert adjusted_p_values(data["p"], method) == pytest.approx(expected, **CLOSE)

    return check


def crossed(data):
    table = np.array(data["table"])
    scales = (Scale(f"of-{k}", range(1, k + 1), good="high", favourable=(k,), unfavourable=(1,)) for k in table.shape)
    return CrossTally(data["x"], data["y"], *scales, table, 0)


def pearson(data, expected):
    found = paired_difference(crossed(data), data["x_points"], data["y_points"])
    # Its test and interval are those of one correlation, which are not here.
    assert found.correlation == pytest.approx(expected["estimate"]["cor"], **CLOSE)


def spearman(data, expected):
    assert rank_correlation(crossed(data)).estimate == pytest.approx(expected["estimate"]["rho"], **CLOSE)


def overlapping(data):
    return overlapping_correlations(data["r_jk"], data["r_jh"], data["r_kh"], n=data["n"])


def separate(data):
    others = (data["r_jh"], data["r_jm"], data["r_kh"], data["r_km"])
    return separate_correlations(data["r_jk"], data["r_hm"], others, n=data["n"])


def steiger(compared):
    def check(data, expected):
        found = compared(data).p_value
        assert found == pytest.approx(expected["p.value"], **CLOSE)
        assert norm.isf(found / 2) == pytest.approx(abs(expected["statistic"]), **CLOSE)

    return check


def zou(compared):
    def check(data, expected):
        assert compared(data).interval() == pytest.approx(expected["conf.int"], **CLOSE)

    return check


CHECKED = {
    "tests/two_sample_5pt": {
        "welch_t": welch,
        "cliff_delta": cliffs_delta,
        "cliff_delta_normal_dist": cliffs_delta,
        "vd_a": vargha_and_delaney,
        "brunner_munzel": brunner_munzel,
    },
    "tests/k_groups": {"kruskal": kruskal, "welch_anova": anova_of_welch, "pairwise_t_holm": all_pairs_of_welch},
    "tests/p_adjust": {"holm": adjusted("holm"), "BH": adjusted("bh")},
    "tests/tables": {},
    "correlation/basic": {"pearson": pearson, "spearman": spearman},
    "correlation/dependent_overlap": {"steiger1980": steiger(overlapping), "zou2007": zou(overlapping)},
    "correlation/dependent_nonoverlap": {"steiger1980": steiger(separate), "zou2007": zou(separate)},
}

OTHERS = "tests of dependent ones other than Steiger's and Zou's interval"
LEFT_OUT = {
    "tests/two_sample_5pt": {
        "pooled_t": "Student's t with a pooled variance",
        **dict.fromkeys(["wilcox_asymp_cc", "wilcox_asymp_nocc", "wilcox_exact_coin"], "Wilcoxon's rank tests"),
        **dict.fromkeys(["wilcox_exact_exactRankTests", "wilcox_z_coin"], "Wilcoxon's rank tests"),
        **dict.fromkeys(["cohen_d", "hedges_g"], "Cohen's d and Hedges' g"),
        **dict.fromkeys(["var_test", "ansari"], "tests of equal variance"),
        "ks": "the test of Kolmogorov and Smirnov",
        "yuen": "Yuen's trimmed means",
    },
    "tests/k_groups": {
        **dict.fromkeys(["anova", "eta2"], "analysis of variance with a pooled variance"),
        "tukey": "Tukey's limits, which pool it too",
        **dict.fromkeys(["jonckheere_clinfun", "jonckheere_clinfun_incr", "jonckheere_desctools"], "Jonckheere"),
        **dict.fromkeys(["dunn_holm", "dunn_none"], "Dunn"),
        **dict.fromkeys(["bartlett", "fligner"], "tests of equal variance"),
    },
    "tests/p_adjust": {
        "bonferroni": "Bonferroni's",
        **dict.fromkeys(["hochberg", "hommel"], "Hochberg's and Hommel's"),
        "BY": "Benjamini and Yekutieli's",
    },
    "tests/tables": {
        **dict.fromkeys(["chisq", "stdres", "gtest", "cmh3"], "chi-squared tests of a table by itself, and of strata"),
        **dict.fromkeys(["cramers_v", "cramers_v_bc", "gamma", "somers_d_cr", "lbl"], "measures of association other"),
        **dict.fromkeys(["kendall_tau_b", "stuart_tau_c", "mh_linear"], "measures of association other"),
    },
    "correlation/basic": {
        "kendall": "Kendall's",
        **dict.fromkeys(
            ["polychoric_2step", "polychoric_ml", "polychoric_psych", "polyserial"], "polychoric and polyserial"
        ),
    },
    "correlation/dependent_overlap": dict.fromkeys(
        [*("pearson1898", "hotelling1940", "williams1959", "olkin1967"), *("dunn1969", "hendrickson1970", "meng1992")],
        OTHERS,
    )
    | {"hittner2003": OTHERS},
    "correlation/dependent_nonoverlap": dict.fromkeys(
        ["pearson1898", "dunn1969", "raghunathan1996", "silver2004"], OTHERS
    ),
}

PAIRS = [(entry, key) for entry, case in FIGURES.items() for key in case["expected"]]


@pytest.mark.parametrize(("entry", "key"), PAIRS)
def test_every_figure_is_agreed_with_or_left_out_in_words(entry, key):
    if key in CHECKED[entry]:
        assert key not in LEFT_OUT[entry]
        CHECKED[entry][key](FIGURES[entry]["data"], FIGURES[entry]["expected"][key])
    else:
        assert LEFT_OUT[entry][key] in " ".join(contrasts.__doc__.split())


def test_nothing_is_listed_that_r_did_not_give():
    assert set(PAIRS) == {(entry, key) for table in (CHECKED, LEFT_OUT) for entry in table for key in table[entry]}
