"""The textbook's formulas agree with R (tests/reference/power.R) and with each other."""

import json
import math
from pathlib import Path

import pytest

from cxstats.scores.planning import formulas as f
from cxstats.scores.planning import invitations_needed

TRUTH = json.loads((Path(__file__).parents[2] / "reference" / "power.json").read_text(encoding="utf-8"))
# pwr finds its number of answers to about 1e-4 of one.
LOOSE = 1e-6


@pytest.mark.parametrize("case", TRUTH["prop"], ids=lambda c: f"{c['first']}-{c['second']}")
class TestShares:
    def test_pooled_as_power_prop_test(self, case):
        pair, level = (case["first"], case["second"]), {"confidence_level": case["confidence_level"]}
        assert f.share_answers_to_detect(*pair, power=case["power"], **level) == pytest.approx(
            case["answers"], rel=1e-9
        )
        assert f.share_power(*pair, answers=200, **level) == pytest.approx(case["power_of_200"], rel=1e-9)
        assert f.share_power(*pair, answers=200, tails=2, **level) == pytest.approx(
            case["strict_power_of_200"], rel=1e-9
        )

    def test_arcsine_as_pwr(self, case):
        pair, level = (case["first"], case["second"]), {"confidence_level": case["confidence_level"]}
        assert f.arcsine_power(*pair, answers=(200, 300), **level) == pytest.approx(case["arcsine_power"], rel=1e-9)
        found = f.arcsine_answers_to_detect(*pair, power=case["power"], **level)
        assert found == pytest.approx(case["arcsine_answers"], rel=LOOSE)
        found = f.arcsine_answers_to_detect(*pair, power=case["power"], against="benchmark", **level)
        assert found == pytest.approx(case["arcsine_benchmark"], rel=LOOSE)


@pytest.mark.parametrize("case", TRUTH["detectable"])
def test_detectable_share_as_power_prop_test(case):
    found = f.detectable_share(case["first"], answers=case["answers"], power=case["power"])
    assert found == pytest.approx(case["second"], rel=1e-9)


def test_a_share_that_no_other_can_be_told_from_is_refused():
    with pytest.raises(ValueError, match="2 answers do not tell 0.9 from any higher share"):
        f.detectable_share(0.9, answers=2)


@pytest.mark.parametrize("case", TRUTH["t"], ids=lambda c: f"{c['difference']}")
def test_student_as_power_t_test(case):
    given = {"standard_deviation": case["standard_deviation"], "confidence_level": case["confidence_level"]}
    assert f.t_power(case["difference"], answers=30, **given) == pytest.approx(case["power_of_30"], rel=1e-7)
    found = f.t_answers_to_detect(case["difference"], power=case["power"], **given)
    assert found == pytest.approx(case["answers"], rel=1e-7)


def test_net_scores():
    net = TRUTH["net"]

    def variance(promoters, detractors):
        return promoters + detractors - (promoters - detractors) ** 2

    first, second = variance(net["promoters"], net["detractors"]), variance(*net["second"])
    assert f.normal_answers(net["margin"], variance=first) == pytest.approx(net["answers"], rel=1e-12)
    assert f.normal_answers(net["margin"], variance=1) == pytest.approx(net["answers_at_worst"], rel=1e-12)
    limited = f.normal_answers(net["margin"], variance=first, population_size=net["population_size"])
    assert limited == pytest.approx(net["answers_of_population"], rel=1e-12)
    assert f.normal_margin(400, variance=first) == pytest.approx(net["margin_of_400"], rel=1e-12)
    found = f.normal_answers_to_detect(net["difference"], variances=(first, second))
    assert found == pytest.approx(net["answers_to_detect"], rel=1e-12)


def test_margin_and_answers_are_each_other_reversed():
    n = f.normal_answers(0.13, variance=2.4, confidence_level=0.9)
    assert f.normal_margin(n, variance=2.4, confidence_level=0.9) == pytest.approx(0.13)
    assert f.normal_detectable(2.4, answers=(300, 300)) == pytest.approx(
        0.13 * math.sqrt(f.normal_answers_to_detect(0.13, variances=(2.4, 2.4)) / 300)
    )


@pytest.mark.parametrize("population", [math.inf, 5_000, 40])
def test_a_design_and_its_reverse(population):
    given = {"design_effect": 1.4, "population_size": population}
    assert f.simple_answers(f.for_design(77, **given), **given) == pytest.approx(77)
    assert f.for_design(77, **given) <= population


def test_all_answers_of_a_population_leave_nothing_open():
    assert f.simple_answers(40, population_size=40) == math.inf


@pytest.mark.parametrize("case", TRUTH["invitations"], ids=lambda c: str(c["answers"]))
def test_invitations_as_counted_up_in_r(case):
    given = {"response_rate": case["response_rate"], "assurance": case["assurance"]}
    assert invitations_needed(case["answers"], **given) == case["invitations"]


def test_invitations_on_average_are_answers_over_rate():
    assert invitations_needed(340, response_rate=0.17) == 2_000
    assert invitations_needed(341, response_rate=0.17) == 2_006
    assert invitations_needed(50, response_rate=1, assurance=0.99) == 50


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"answers": 0, "response_rate": 0.2}, "answers must be a whole number of at least 1; got 0"),
        ({"answers": 40.5, "response_rate": 0.2}, "answers must be a whole number of at least 1; got 40.5"),
        ({"answers": math.nan, "response_rate": 0.2}, "answers must be a whole number of at least 1; got nan"),
        ({"answers": 40, "response_rate": math.nan}, "response_rate must be above 0"),
        ({"answers": 5, "response_rate": 18}, r"response_rate must be above 0 and at most 1, as .18; got 18"),
        ({"answers": 5, "response_rate": 0}, "response_rate must be above 0"),
        ({"answers": 5, "response_rate": 0.2, "assurance": 80}, "assurance must be between 0 and 1, as .8"),
    ],
)
def test_invitations_refuse(given, message):
    with pytest.raises(ValueError, match=message):
        invitations_needed(given.pop("answers"), **given)
