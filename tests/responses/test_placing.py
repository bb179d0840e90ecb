"""Placing: what the distinct answers of a column tell together, beyond each alone."""

import pandas as pd

from cxstats import named_scale, tally
from cxstats.responses.placing import read_answers


def test_labels_unknown_to_the_scale_count_as_their_numbers():
    answers = ["10 - Very likely"] * 45 + ["9"] * 20 + ["5"] * 25 + ["0 - Not likely"] * 10
    found = tally(pd.DataFrame({"nps": answers}), "nps", scale="nps")
    assert (found.counts[0, [0, 5, 9, 10]].tolist(), found.set_aside.tolist()) == ([10, 25, 20, 45], [0])


def test_a_number_with_several_unknown_words_is_set_aside_and_says_why():
    readings = read_answers(["3 - days", "3 - weeks", "4 - days", "3"], named_scale("csat-5"))
    assert [reading.point for reading in readings] == [None, None, 4, 3]
    assert readings[1].reason == "3 stands before several words: 'days', 'weeks'"


def test_known_labels_that_disagree_leave_unknown_words_without_a_point():
    answers = ["1 - Very satisfied", "5 - Not what I hoped for", "4 - Satisfied", "3"]
    readings = read_answers(answers, named_scale("csat-5"))
    assert [reading.point for reading in readings] == [None, None, 4, 3]
    assert "'Very satisfied' is 5" in readings[1].reason


def test_labels_in_two_languages_are_known_and_no_contradiction():
    readings = read_answers(["4 - Satisfied", "4 - Tevreden", "5"], named_scale("csat-5"))
    assert [reading.point for reading in readings] == [4, 4, 5]
