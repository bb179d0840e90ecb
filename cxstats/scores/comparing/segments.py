"""Compare the segments of a tally: with the rest, the total, the wave before, one of them, each other, a benchmark.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> answers = {"chat": [7] * 40 + [5] * 30 + [2] * 10, "phone": [7] * 20 + [4] * 40 + [2] * 20}
>>> table = pd.Series(answers).explode().rename_axis("channel").reset_index(name="ces")
>>> found = compare(score(tally(table, "ces", scale="ces-2.0", by="channel"), "mean"), to="phone")
>>> print(found.sentences()[0])
chat is better than phone: 5.62 against 4.25, +1.38 points (95 % interval +0.81 to +1.88; p < .001); n = 80 and 80.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from cxstats.responses.tallies import Tally
from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.contrasts import Contrasts, chosen_method
from cxstats.scores.comparing.families import Adjust, family_of
from cxstats.scores.comparing.pairings import (
    WAYS,
    Pairing,
    against_rest,
    against_segment,
    against_total,
    all_pairs,
    previous_wave,
)
from cxstats.scores.comparing.questions import Aim, Question, question_of
from cxstats.scores.comparing.sides import covariance_of_sides, degrees_apart, degrees_of_union, side_of, sides_of
from cxstats.scores.estimates import Scores, score, segment_names
from cxstats.scores.samples import Floats

_WITHOUT_WAVES: Final = {"rest": against_rest, "total": against_total, "all": all_pairs}


def compare(
    scores: Scores | Tally,
    *,
    to: object = "rest",
    along: str | None = None,
    method: str | None = None,
    confidence_level: float | None = None,
    adjust: Adjust = "holm",
    aim: Aim = "difference",
    margin: float | None = None,
) -> Comparison:
    """Compare scores of segments, each as first less second.

    Parameters
    ----------
    scores
        From `cxstats.score`, or a tally for the usual metric of its scale.
    to
        With what each segment is compared: ``"rest"``, all other segments together; ``"total"``, all together, itself
        among them; ``"previous"``, the wave before (the last one with rows; the notes say where that is not the one
        just before); ``"all"``, each other; the name of a segment (a tuple of values if it could be taken for one of
        these words); or a `Benchmark`.
    along
        The column of waves for ``"previous"``, where segments are by several columns; the others are held fixed.
    method
        Interval and test: ``"score"``, ``"miettinen-nurminen"``, ``"mee"``, ``"newcombe"``, ``"agresti-caffo"``,
        ``"mover"``, ``"welch"``, ``"wald"``. Unless given ``"score"`` for simple random samples, and ``"mover"`` with
        the covariance of both scores under a design and against figures without their answers. ``"welch"`` and
        ``"wald"`` know it too, with Student's quantile: for Wald's of the sampled units of both sides less their
        strata, for Welch's of Satterthwaite's degrees of freedom, but no more than these.
    confidence_level
        Between 0 and 1; that of the scores unless given. One less it is the error rate of what is said.
    adjust
        How the number of comparisons is allowed for: ``"holm"``, ``"benjamini-hochberg"``, ``"simultaneous"`` (all
        intervals hold at once, by the largest of several t), ``"none"``. The words follow the adjusted p-values.
        Intervals hold each by itself unless simultaneous, so that one may leave out 0 where the words find nothing
        clear; the sentence then says so. Those of no difference and those of the margin are two families.
    aim
        ``"difference"``: is there one, and, with a margin, is there none of that size. ``"equivalence"``: is it smaller
        than the margin either way. ``"non-inferiority"``: is the first not worse by the margin. For the last two the
        interval is that of one-sided tests, 90 % where the confidence level is 95 %; where all of it lies beyond the
        margin the words are "better by more than" or "worse by more than" the margin.
    margin
        The smallest difference that matters, in the metric's unit: .05 for 5 percentage points. Name it before looking.

    Returns
    -------
    Comparison
        Segments with fewer answers than the minimum base of the scores are "too few to say", others "cannot be said"
        for the reason given; neither count among the comparisons. The difference to the total is, without a design, the
        difference to the rest times the share of the rest, given the number of answers of each; under a design both
        scores vary and so do the shares. There the score limits of ``"mover"`` take Student's quantile for as many
        units of equal weight as would tell as much of the variance (Satterthwaite's degrees of freedom), where that is
        less than the degrees of freedom of the design: with very unequal weights few answers say how a score varies.
        Six equal segments of some 67 answers in 30 clusters, nine in ten favourable, exponential weights: any of the
        15 pairs was called different with a chance of .025 (``"simultaneous"``) and .020 (``"holm"``) in shares, .006
        in net scores and .001 in means (2,000 replicates each; benchmarks/calibration.md).

    Raises
    ------
    ValueError
        If there is nothing to compare, a name is unknown, or the method is not for the metric or the design.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.
    Hothorn, Bretz and Westfall (2008), Simultaneous inference in general parametric models. Biometrical Journal 50.
    Bell and McCaffrey (2002), Bias reduction in standard errors for linear regression with multi-stage samples. Survey
    Methodology 28, for the degrees of freedom.
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27.
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15.
    """
    scores = score(scores) if isinstance(scores, Tally) else scores
    level = scores.confidence_level if confidence_level is None else confidence_level
    question = question_of(scores.metric, Question(aim, margin, adjust, level))
    if isinstance(to, Scores | Tally):
        raise TypeError(
            "to= is a word, a segment or a Benchmark; two scores are compared by compare_two(first, second)"
        )
    if along is not None and to != "previous":
        raise ValueError(f"along={along!r} names the waves for to='previous'; got to={to!r}")
    if isinstance(to, Benchmark):
        contrasts, together = _with_benchmark(scores, to, method, question)
        return _compared(scores, contrasts, together, question, against=to.name, remarks=to.remarks)
    pairing = _pairing(scores, to, along)
    contrasts, together = _between(scores, pairing, method)
    found = _compared(scores, contrasts, together, question, against=pairing.against, remarks=pairing.remarks)
    return replace(found, in_time=to == "previous")


def _compared(
    scores: Scores,
    contrasts: Contrasts,
    together: Floats,
    question: Question,
    *,
    against: str,
    remarks: tuple[str, ...],
) -> Comparison:
    family = family_of(question.adjust, contrasts.said, together)
    remarks = tuple(told for told in (scores.design_in_words, *remarks) if told)
    tally, base = scores.tally, scores.base_in_words
    return Comparison(
        contrasts, scores.metric, tally.scale.good, question, family, tally.column, against, base, remarks
    )


def _pairing(scores: Scores, to: object, along: str | None) -> Pairing:
    segments = scores.segments
    if not isinstance(to, str) or to not in WAYS:
        return against_segment(segments, to)
    if to in segment_names(segments):
        raise ValueError(f"{to!r} is a word for what to compare with and a segment; for the segment say to=({to!r},)")
    return previous_wave(segments, along) if to == "previous" else _WITHOUT_WAVES[to](segments)


def _between(scores: Scores, pairing: Pairing, method: str | None) -> tuple[Contrasts, Floats]:
    """Set the sides of each pair against each other; and the covariance of the differences."""
    # Without a design a segment is set against the rest, of which it is independent, and the difference to the total
    # follows; under one the covariance of segment and total says it all.
    apart = pairing.rest is not None and scores.tally.design is None
    places = pairing.rest if apart and pairing.rest is not None else pairing.second
    merged, covariance = sides_of(scores, pairing.members), covariance_of_sides(scores, pairing.members)
    first, second = (side_of(merged, pairing.names, which) for which in (pairing.first, pairing.second))
    other = side_of(merged, pairing.names, places)
    factor = np.ones(len(first.n))
    if apart:
        factor = np.divide(other.n, second.n, out=np.full_like(factor, np.nan), where=(second.n > 0) & (other.n > 0))
    contrasts = Contrasts(
        first,
        second,
        other,
        factor,
        covariance[pairing.first, places],
        chosen_method(method, first, other),
        degrees_of_union(scores.tally, pairing.members[pairing.first] | pairing.members[places]),
    )
    step = covariance[pairing.first] - covariance[places]
    together = step[:, pairing.first] - step[:, places]
    return contrasts, together * np.outer(factor, factor)


def _with_benchmark(
    scores: Scores, benchmark: Benchmark, method: str | None, question: Question
) -> tuple[Contrasts, Floats]:
    names, size = tuple(segment_names(scores.segments)) if scores.tally.by else ("all",), len(scores.n)
    first, second = side_of(scores, names, np.arange(size)), benchmark.side(scores.metric, size)
    used = chosen_method(method, first, second)
    contrasts = Contrasts(
        first, second, second, np.ones(size), np.zeros(size), used, degrees_apart(first, second), benchmark
    )
    if question.adjust != "simultaneous":
        return contrasts, np.full((size, size), np.nan)
    each = np.eye(size, dtype=np.bool_)
    return contrasts, covariance_of_sides(scores, each) + second.variance[0]
