"""Scales: the table of named scales, written out here from the wordings in use, and what a scale refuses to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats import SCALES, Scale, named_scale
from cxstats.responses.scales import faces, points_text, require_same_direction

# name, points, good end, favourable, unfavourable, measures
TABLE = [
    ("ces-1.0", [1, 2, 3, 4, 5], "low", [1, 2], [4, 5], "effort"),
    ("ces-2.0", [1, 2, 3, 4, 5, 6, 7], "high", [5, 6, 7], [1, 2, 3], "effort"),
    ("ces-agree-5", [1, 2, 3, 4, 5], "high", [4, 5], [1, 2], "effort"),
    ("ces-ease-5", [1, 2, 3, 4, 5], "high", [4, 5], [1, 2], "effort"),
    ("ces-difficulty-5", [1, 2, 3, 4, 5], "low", [1, 2], [4, 5], "effort"),
    ("ces-ease-10", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "high", [7, 8, 9, 10], [1, 2, 3, 4], "effort"),
    ("ces-effort-10", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "low", [1, 2, 3], [8, 9, 10], "effort"),
    ("ces-faces", [1, 2, 3], "high", [3], [1], "effort"),
    ("csat-faces", [1, 2, 3], "high", [3], [1], "satisfaction"),
    ("csat-5", [1, 2, 3, 4, 5], "high", [4, 5], [1, 2], "satisfaction"),
    ("csat-7", [1, 2, 3, 4, 5, 6, 7], "high", [6, 7], [1, 2], "satisfaction"),
    ("csat-stars", [1, 2, 3, 4, 5], "high", [4, 5], [1, 2], "satisfaction"),
    ("csat-0-10", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "high", [9, 10], [0, 1, 2, 3, 4, 5, 6], "satisfaction"),
    ("csat-good-bad", [0, 1], "high", [1], [0], "satisfaction"),
    ("nps", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "high", [9, 10], [0, 1, 2, 3, 4, 5, 6], "recommendation"),
]


@pytest.mark.parametrize(("name", "points", "good", "favourable", "unfavourable", "measures"), TABLE)
def test_named_scales_are_those_of_the_table(name, points, good, favourable, unfavourable, measures):
    scale = named_scale(name)
    assert scale.name == name
    assert list(scale.points) == points
    assert scale.good == good
    assert list(scale.favourable) == favourable
    assert list(scale.unfavourable) == unfavourable
    assert scale.measures == measures
    assert scale.asks


def test_no_other_scale_has_a_name():
    assert list(SCALES) == [name for name, *_ in TABLE]


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_the_best_point_is_favourable_and_the_worst_is_not(scale):
    assert scale.best in scale.favourable
    assert scale.worst in scale.unfavourable
    assert {scale.best, scale.worst} == {scale.points[0], scale.points[-1]}


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_favourable_points_are_the_ones_nearest_the_good_end(scale):
    from_best = sorted(scale.points, reverse=scale.good == "high")
    assert set(from_best[: len(scale.favourable)]) == set(scale.favourable)
    assert set(from_best[-len(scale.unfavourable) :]) == set(scale.unfavourable)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_labels_stay_on_the_scale(scale):
    assert all(fits and set(fits) <= set(scale.points) for fits in scale.labels.values())


def test_a_scale_of_your_own_in_one_line():
    six = Scale("effort-6", range(1, 7), good="low", favourable=range(1, 3), unfavourable=range(5, 7))
    assert (six.points, six.favourable, six.unfavourable) == ((1, 2, 3, 4, 5, 6), (1, 2), (5, 6))
    assert (six.best, six.worst, six.measures) == (1, 6, "other")
    assert repr(six) == "Scale('effort-6', 1-6, low is good)"
    assert named_scale(six) is six


def test_points_may_leave_gaps_and_start_below_zero():
    odd = Scale("odd", (-3, -1, 1, 3), "high", favourable=(3,))
    assert odd.span == "-3, -1, 1, 3"
    assert (points_text((5, 6, 7)), points_text((3,)), points_text((1, 3))) == ("5-7", "3", "1, 3")


def test_labels_of_your_own_are_found_whatever_their_case_accents_and_blanks():
    scale = Scale("école", range(1, 4), "high", labels={"Très bien": 3, "Passable": (1, 2)})
    assert scale.labels == {"tresbien": (3,), "passable": (1, 2)}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scale("s", (3, 2, 1), "high"), r"'s' needs two or more ascending whole points; got \(3, 2, 1\)"),
        (lambda: Scale("s", (1, 1, 2), "high"), "two or more ascending whole points"),
        (lambda: Scale("s", (1,), "high"), r"two or more ascending whole points; got \(1,\)"),
        (lambda: Scale("s", (), "high"), "two or more ascending whole points"),
        (lambda: Scale("s", (1, 1.5), "high"), "two or more ascending whole points"),
        (lambda: Scale("s", (False, True), "high"), "two or more ascending whole points"),
        (lambda: Scale("s", range(1, 6), "high", (5, 6)), r"points 1-5; favourable names \(5, 6\)"),
        (lambda: Scale("s", range(1, 6), "high", (), (0, 1)), r"points 1-5; unfavourable names \(0, 1\)"),
        (lambda: Scale("s", range(1, 6), "high", labels={"great": 6}), r"points 1-5; label 'great' names \(6,\)"),
        (lambda: Scale("s", range(1, 6), "high", (3, 4), (2, 3)), r"\[3\] cannot be both favourable and unfavourable"),
        (lambda: Scale("s", range(1, 6), "up"), "good must be 'high' or 'low'; got 'up'"),
        (lambda: Scale("s", range(1, 3), "high", labels={"OK": 1, "o.k.": 2}), "'o.k.' is also the label of another"),
    ],
)
def test_a_scale_that_cannot_be_says_why(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_unknown_name_suggests_one_and_lists_all():
    with pytest.raises(ValueError, match=r"scale 'CES-2' not found; did you mean 'ces-2\.0'\? scales: ces-1\.0, .*nps"):
        named_scale("CES-2")
    with pytest.raises(ValueError, match="scale 'zzz' not found; scales: "):
        named_scale("zzz")


def test_scales_of_opposite_direction_are_not_averaged():
    require_same_direction([])
    require_same_direction([named_scale("ces-2.0"), named_scale("nps")])
    require_same_direction([named_scale("ces-1.0"), named_scale("ces-effort-10")])
    with pytest.raises(ValueError, match=r"high is good on ces-ease-5, low is good on ces-difficulty-5"):
        require_same_direction([named_scale("ces-difficulty-5"), named_scale("ces-ease-5")])


def test_named_scales_cannot_be_changed():
    with pytest.raises(TypeError):
        SCALES["mine"] = named_scale("nps")  # pyright: ignore
    with pytest.raises(TypeError):
        named_scale("nps").labels["great"] = (10,)  # pyright: ignore
    with pytest.raises(AttributeError):
        named_scale("nps").good = "low"  # pyright: ignore


def test_faces_are_for_three_points_with_the_smile_on_top():
    assert set(faces(named_scale("csat-faces")).values()) == {1, 2, 3}
    assert not faces(named_scale("csat-5"))
    assert not faces(Scale("upside-down", range(1, 4), "low"))


@given(
    st.lists(st.integers(-20, 20), min_size=2, max_size=12, unique=True).map(sorted),
    st.sampled_from(["high", "low"]),
    st.data(),
)
def test_any_ascending_points_with_disjoint_subsets_make_a_scale(points, good, data):
    kinds = data.draw(st.lists(st.sampled_from("fun"), min_size=len(points), max_size=len(points)))
    chosen = {kind: tuple(p for p, k in zip(points, kinds, strict=True) if k == kind) for kind in "fun"}
    scale = Scale("any", points, good, chosen["f"], chosen["u"])
    assert (scale.points, scale.favourable, scale.unfavourable) == (tuple(points), chosen["f"], chosen["u"])
    assert hash(scale) == hash(Scale("any", tuple(points), good, chosen["f"], chosen["u"]))
