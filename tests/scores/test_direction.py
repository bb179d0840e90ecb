"""Direction check: finds a reversed column, is quiet where all is right, says who is wrong, and never guesses."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxstats import Survey, named_scale
from cxstats.responses.scales import Scale
from cxstats.responses.survey import Source
from cxstats.scores.direction import check_direction

OTHERS = {"csat": "csat-5", "nps": "nps"}
CUTS = {
    "ces": [-1.6, -0.9, -0.2, 0.7],
    "csat": [-1.8, -1.2, -0.5, 0.5],
    "nps": [-2.2, -2, -1.8, -1.6, -1.4, -1.1, -0.8, -0.4, 0, 0.6],
}
GOOD = ("Very easy, thanks", "snel en makkelijk", "foarte ușor", "很方便", None, None)
BAD = ("slow and not easy", "niet makkelijk", "greu și lent", "不方便", None, None)


def export(rng, correlation, *, n=300):
    """Make an export with 5 for very easy, 10 % of the answers missing, and comments that fit the ease as well."""
    shared = np.full((4, 4), correlation) + np.eye(4) * (1 - correlation)
    latent = rng.multivariate_normal(np.zeros(4), shared, size=n)
    made = {}
    for i, (name, cuts) in enumerate(CUTS.items()):
        made[name] = pd.array(np.digitize(latent[:, i], cuts) + (name != "nps"), dtype="Int64")
        made[name][rng.random(n) < 0.1] = pd.NA
    words = rng.integers(0, len(GOOD), n)
    text = [(GOOD if good else BAD)[w] for good, w in zip(latent[:, 3] > 0, words, strict=True)]
    return pd.DataFrame(made | {"text": pd.Series(text, dtype="str")})


def verdicts(times, seed, correlation, **options):
    rng = np.random.default_rng(seed)
    checks = (check_direction(export(rng, correlation), "ces", **({"others": OTHERS} | options)) for _ in range(times))
    return [check.verdict for check in checks]


@pytest.mark.parametrize("options", [{}, {"comments": "text"}])
def test_finds_a_reversed_column(options):
    assert verdicts(30, 1, 0.4, scale="ces-difficulty-5", **options).count("against") >= 29


def test_is_quiet_where_all_is_right():
    assert verdicts(30, 2, 0.4, scale="ces-ease-5").count("with") >= 29
    # Nothing to do with each other: the exact 99.9 % limit of 100 tries at .01.
    assert verdicts(100, 3, 0.0, scale="ces-ease-5", comments="text").count("against") <= 5


@pytest.mark.parametrize("others", [OTHERS, {}])
def test_a_constant_column_is_silent(others):
    data = export(np.random.default_rng(4), 0.6).assign(ces=5)
    found = check_direction(data, "ces", scale="ces-ease-5", others=others, comments="text")
    assert found.verdict == "silent"
    assert found.suspects == ()


def test_silent_where_there_is_nothing_to_compare_with():
    found = check_direction(pd.DataFrame({"ces": [1, 2, 5]}), "ces", scale="ces-ease-5")
    assert (found.verdict, found.evidence) == ("silent", ())
    assert found.sentence() == "Nothing says which way ces is coded: there was nothing to compare with."
    assert list(found.to_frame().columns) == ["kind", "way", "strength", "p_value", "n", "says"]
    nothing_said = pd.DataFrame({"ces": [1, 2, 5], "text": ["on Monday", None, "hm"]})
    assert check_direction(nothing_said, "ces", scale="ces-ease-5", comments="text").verdict == "silent"


def test_says_who_is_wrong():
    data = export(np.random.default_rng(5), 0.6)
    both = check_direction(data, "ces", scale="ces-difficulty-5", others=OTHERS)
    assert both.suspects == ("ces",)
    assert "use ces-ease-5." in both.sentence()
    assert "at most 1 % of columns" in both.sentence()
    single = check_direction(data, "ces", scale="ces-difficulty-5", others={"csat": "csat-5"})
    assert single.suspects == ("ces", "csat")
    assert "with a single other rating, it cannot be told which" in single.sentence()
    assert single.sentence().startswith("One of ces, csat seems to be coded against its scale")
    # Comments take the side of one of the two.
    helped = check_direction(data, "ces", scale="ces-difficulty-5", others={"csat": "csat-5"}, comments="text")
    assert helped.suspects == ("ces",)
    other_wrong = check_direction(
        data.assign(csat=6 - data["csat"]), "ces", scale="ces-ease-5", others={"csat": "csat-5"}, comments="text"
    )
    assert other_wrong.verdict == "silent"
    assert "contradicts itself" in other_wrong.sentence()


def test_one_odd_other_does_not_decide():
    data = export(np.random.default_rng(6), 0.6)
    data["odd"] = 6 - data["csat"]
    two = check_direction(data, "ces", scale="ces-ease-5", others={"odd": "csat-5", "nps": "nps"})
    assert two.verdict == "silent"
    assert "odd and nps contradict each other" in two.sentence()
    three = check_direction(data, "ces", scale="ces-ease-5", others=OTHERS | {"odd": "csat-5"})
    assert three.verdict == "with"
    assert "odd left out" in three.evidence[0].says
    turned = check_direction(data, "ces", scale="ces-difficulty-5", others=OTHERS | {"odd": "csat-5"})
    assert turned.suspects == ("ces",)
    assert [e.way for e in turned.evidence] == ["against", "against", "against", "with"]


def test_any_engine_gives_the_same():
    data = export(np.random.default_rng(7), 0.5)
    options = {"scale": "ces-ease-5", "others": OTHERS, "comments": "text"}
    expected = check_direction(data, "ces", **options)
    plain = data.astype(dict.fromkeys(CUTS, "float64"))
    duck = duckdb.sql("select * replace (ces::int as ces) from plain")
    for table in (pl.from_pandas(plain), pl.from_pandas(plain).lazy(), duck):
        pd.testing.assert_frame_equal(check_direction(table, "ces", **options).to_frame(), expected.to_frame())


def test_low_is_good_is_read_as_such():
    data = export(np.random.default_rng(8), 0.6)
    straight = check_direction(data, "ces", scale="ces-ease-5", others=OTHERS)
    turned = check_direction(data.assign(ces=6 - data["ces"]), "ces", scale="ces-difficulty-5", others=OTHERS)
    assert turned.to_frame().equals(straight.to_frame())


@pytest.mark.parametrize(
    ("answers", "scale", "verdict"),
    [
        (["1 - Very easy", "5 - Very difficult", "3", "4 = difficult"], "ces-ease-5", "against"),
        (["1 - Very easy", "5 - Very difficult", "3"], "ces-difficulty-5", "with"),
        (["1 - Heel moeilijk", "5. heel makkelijk"], "ces-difficulty-5", "against"),
        (["1 - Very easy", "5 - Heel makkelijk"], "ces-ease-5", "silent"),
        (["7 - Strongly disagree", "1 - Strongly agree"], "ces-2.0", "against"),
        (["1 - Very easy", "7 - Very difficult"], "ces-2.0", "against"),
        (["Very easy", "Very difficult"], "ces-ease-5", "silent"),
        (["3 - neutral", 4, 5], "ces-ease-5", "silent"),
    ],
)
def test_labels_beside_numbers(answers, scale, verdict):
    found = check_direction(pd.DataFrame({"ces": answers}, dtype=object), "ces", scale=scale)
    assert found.verdict == verdict
    assert ("use ces-ease-5" in found.sentence()) == (verdict == "against" and scale == "ces-difficulty-5")
    assert "%" not in found.sentence()


def test_labels_decide_over_other_ratings():
    data = export(np.random.default_rng(9), 0.6)
    labels = {1: "1 - Very easy", 5: "5 - Very difficult"}
    data["ces"] = [labels.get(v, v) for v in data["ces"].tolist()]
    found = check_direction(data, "ces", scale="ces-difficulty-5", others=OTHERS)
    assert found.verdict == "with"
    assert "Yet customers who rate ces well rate csat and nps badly" in found.sentence()


def survey(text, **columns):
    responses = pd.DataFrame(columns)
    questions = pd.DataFrame({"column": ["ces"], "text": [text]})
    gone = pd.DataFrame({"record": [], "reason": pd.Series([], dtype="str")})
    return Survey(responses, questions, gone, Source("x.csv", "plain", "text", len(responses)))


def test_the_words_of_the_question():
    asked = survey("How was it? 1 = very easy, 5 = very difficult", ces=[1, 2, 5])
    found = check_direction(asked, "ces", scale="ces-ease-5")
    assert found.verdict == "against"
    assert "the question says 1 = very easy, 5 = very difficult" in found.sentence()
    assert "use ces-difficulty-5." in found.sentence()
    assert check_direction(asked, "ces", scale="ces-difficulty-5").verdict == "with"
    assert check_direction(survey("How was it, 1 to 5?", ces=[1, 5]), "ces", scale="ces-ease-5").verdict == "silent"
    # The question fits, and the export was recoded all the same.
    data = export(np.random.default_rng(10), 0.6)
    recoded = survey("1 = very easy, 5 = very difficult", **{name: data[name] for name in CUTS})
    found = check_direction(recoded, "ces", scale="ces-difficulty-5", others=OTHERS)
    assert found.verdict == "against"
    assert "Yet the question says" in found.sentence()


def test_a_scale_that_contradicts_itself():
    own = Scale("own", range(1, 6), "high", labels={"very easy": 1, "very difficult": 5})
    found = check_direction(pd.DataFrame({"ces": [1, 2]}), "ces", scale=own)
    assert found.verdict == "against"
    assert found.sentence().endswith("mend the labels or the direction of own.")


def test_names_the_opposite_scale():
    data = pd.DataFrame({"x": [1, 2]})
    opposite = {
        name: check_direction(data, "x", scale=name).opposites for name in ("ces-difficulty-5", "csat-5", "nps")
    }
    assert opposite == {"ces-difficulty-5": ("ces-ease-5",), "csat-5": (), "nps": ()}
    for name in ("ces-1.0", "ces-ease-10"):
        for other in check_direction(data, "x", scale=name).opposites:
            assert named_scale(other).points == named_scale(name).points
            assert named_scale(other).good != named_scale(name).good


def test_text_from_the_data_is_escaped_and_comments_are_not_shown():
    data = export(np.random.default_rng(11), 0.6).rename(columns={"ces": "<b>ces"})
    data.loc[:, "text"] = data["text"] + " <script>secret</script>"
    shown = check_direction(data, "<b>ces", scale="ces-ease-5", others=OTHERS, comments="text")._repr_html_()
    assert "&lt;b&gt;ces" in shown
    assert "<b>" not in shown
    assert "secret" not in shown


def test_missing_codes_by_column():
    data = export(np.random.default_rng(12), 0.6)
    filled = data.assign(ces=data["ces"].fillna(0), nps=data["nps"].fillna(11))
    codes = {"ces": 0, "nps": (11,)}
    found = check_direction(filled, "ces", scale="ces-ease-5", others=OTHERS, missing=codes)
    assert found == check_direction(data, "ces", scale="ces-ease-5", others=OTHERS)


def test_many_comments_are_sampled(monkeypatch):
    monkeypatch.setattr("cxstats.scores.direction.MOST_COMMENTS", 200)
    data = export(np.random.default_rng(13), 0.7, n=1_000)
    data["text"] = data["text"] + [f" {i}" for i in range(len(data))]
    found = check_direction(data, "ces", scale="ces-ease-5", comments="text")
    assert found.verdict == "with"
    assert 50 < found.evidence[0].n <= 200
    assert check_direction(data.sample(frac=1, random_state=1), "ces", scale="ces-ease-5", comments="text") == found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": "ces-ease"}, "scale 'ces-ease' not found"),
        ({"others": {"csatt": "csat-5"}}, "column 'csatt' not found; did you mean 'csat'"),
        ({"others": {"ces": "csat-5"}}, "must be different columns"),
        ({"comments": "ces"}, "must be different columns"),
        ({"missing": {"nps": 11}}, "missing: column 'nps' not found; columns: ces"),
        ({"false_alarm_rate": 0}, "false_alarm_rate must be between 0.001 and 0.5; got 0"),
    ],
)
def test_refuses(options, message):
    data = export(np.random.default_rng(14), 0.5, n=20)
    with pytest.raises(ValueError, match=message):
        check_direction(data, "ces", **({"scale": "ces-ease-5"} | options))


def test_agreement_is_no_reason_to_trust_a_direction():
    """ "Strongly agree" is good or bad by what is agreed with: "it was difficult"."""
    rng = np.random.default_rng(5)
    hard = rng.integers(1, 8, 300)
    words = {1: "Strongly disagree", 2: "Disagree", 6: "Agree", 7: "Strongly agree"}
    answers = [f"{point} - {words[point]}" if point in words else str(point) for point in hard]
    csat = np.clip(np.rint((9 - hard) / 1.6 + rng.normal(0, 0.6, 300)), 1, 5).astype(int)
    table = pd.DataFrame({"ces": answers, "csat": csat})
    found = check_direction(table, "ces", scale="ces-2.0", others={"csat": "csat-5"})
    assert found.verdict == "against"
    assert check_direction(table, "ces", scale="ces-2.0").verdict == "silent"
