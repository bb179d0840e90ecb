"""What to score next: the likeliest rating, on the scale that it is on or on each that it may be on.

A direction is never guessed: where numbers cannot tell which end is good, there is a command for either.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cxstats.printing.advice import beside, clusters_of, few, sampling
from cxstats.printing.groups import grouped
from cxstats.printing.lines import listed, short
from cxstats.printing.segments import segment_column
from cxstats.printing.shell import option, shell_word
from cxstats.printing.spreads import codes_of
from cxstats.responses.inspection import Question
from cxstats.responses.labels import label_key
from cxstats.responses.scales import SCALES, Scale
from cxstats.responses.survey import Survey
from cxstats.scores.metrics import usual_metric

_ALSO: Final = 4
_NAMES: Final = 90
_AS_LABELLED: Final = re.compile(
    r"unknown: the labels are those of (\S+);.*; score with missing=([\d, -]+), or as a point"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A scale that a rating may be scored on.

    Attributes
    ----------
    scale, metric
        Their names.
    condition
        When it is the right one: ``"if 7 is good"``; empty where there is nothing to choose.
    missing
        Codes to count as no answer.
    """

    scale: str
    metric: str
    condition: str = ""
    missing: Sequence[str] = ()

    @property
    def options(self) -> list[str]:
        """The options of the command that say so."""
        return [option("--scale", self.scale), option("--metric", self.metric), *self.missing_options]

    @property
    def missing_options(self) -> list[str]:
        """Those that say which codes are no answer."""
        return [option("--missing", code) for code in self.missing]


@dataclass(frozen=True, slots=True)
class NextScore:
    """What to score next.

    Attributes
    ----------
    column
        The rating; empty where nothing can be scored.
    choices
        One where its scale is known, else one for each that it may be on.
    by, clusters
        A column that makes segments, and one that tells customers apart; empty where there is none.
    hints
        What else to know or to add, one sentence each. Where nothing can be scored, why.
    """

    column: str
    choices: Sequence[Choice]
    by: str
    clusters: str
    hints: Sequence[str]

    def commands(self, export: str, reading: Iterable[tuple[str, str]] = ()) -> list[tuple[str, list[str]]]:
        """Return for each choice its condition and the command in parts that a line may be broken between.

        Parameters
        ----------
        export
            Path of the file.
        reading
            Options that say how to read it, with their values.

        Examples
        --------
        >>> following = NextScore("ces", [Choice("ces-2.0", "mean")], "contact reason", "", ())
        >>> [(condition, parts)] = following.commands("my export.csv", [("--sheet", "wave 2")])
        >>> " ".join(parts[:4]), parts[4:]
        ("cxstats score 'my export.csv' --sheet 'wave 2' --column ces --scale ces-2.0",
         ['--metric mean', "--by 'contact reason'"])
        """
        path = f"./{export}" if export.startswith("-") else export
        start = [f"cxstats score {shell_word(path)}", *(option(*pair) for pair in reading)]
        segments = [option(*pair) for pair in (("--by", self.by), ("--clusters", self.clusters)) if pair[1]]
        return [
            (choice.condition, [*start, option("--column", self.column), *choice.options, *segments])
            for choice in self.choices
        ]


def next_score(survey: Survey, questions: Sequence[Question]) -> NextScore:
    """Choose what to score next.

    A rating whose scale is known comes before one of which it must be said, a question of its own before an item of a
    matrix, and the one with most answers first.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> from cxstats.responses.inspection import inspect
    >>> survey = read_export("data/checkout_survey_qualtrics.csv")
    >>> following = next_score(survey, inspect(survey))
    >>> following.column, following.choices, following.by
    ('ces', [Choice(scale='ces-2.0', metric='mean', condition='', missing=())], 'device')
    """
    ratings = [q for q in questions if q.kind == "rating" and q.answered and not q.personal]
    found = [(q, choices) for q in sorted(ratings, key=_rank) if (choices := _choices(q))]
    if not found:
        return NextScore("", (), "", "", (_why_not(survey, ratings),))
    rating, choices = found[0]
    clusters, incomplete = clusters_of(survey)
    hints = [*beside(rating, [choice.scale for choice in choices]), *few(rating), *sampling(survey, questions)]
    hints += [*incomplete, *_also(questions, found)]
    by = segment_column(survey, questions, rating.column)
    return NextScore(rating.column, choices, by, clusters, hints)


def _rank(question: Question) -> tuple[bool, bool, bool, int]:
    return not question.scale, _is_turned(question), bool(question.part_of), -question.answered


def _choices(question: Question) -> list[Choice]:
    """Return the scales that a rating may be scored on; those that count all answers alike once."""
    if question.scale in SCALES:
        return [Choice(question.scale, usual_metric(SCALES[question.scale]).name)]
    labelled = _AS_LABELLED.match(question.evidence)
    if labelled and labelled[1] in SCALES:
        return _with_codes(SCALES[labelled[1]], [code.strip() for code in labelled[2].split(",")], question)
    suggested = [SCALES[likely.name] for likely in question.likely_scales]
    evidence = {likely.name: likely.evidence for likely in question.likely_scales}
    rivals = [scale for scale in suggested if evidence[scale.name] == evidence[suggested[0].name]]
    named = question.evidence.startswith("unknown: say which")
    spans = rivals if named and rivals else _with_points(codes_of(question))
    words = set(label_key(f"{question.column} {question.text}").split())
    best: dict[tuple[object, ...], Scale] = {}
    for scale in sorted(spans, key=lambda one: -len(words & set(label_key(one.asks).split()))):
        best.setdefault((scale.points, scale.good, scale.favourable, scale.unfavourable), scale)
    # Whoever agrees that the staff were slow is not content: the lowest point is the best one.
    chosen = [one for one in best.values() if one.favourable and (one.good == "low" or not _is_turned(question))]
    several_spans = len({scale.span for scale in chosen}) > 1
    return [
        Choice(
            scale.name,
            usual_metric(scale).name if named else "favourable",
            f"if {f'it runs {scale.span} and ' if several_spans else ''}{_point(question, scale.best)} is good",
        )
        for scale in sorted(chosen, key=lambda one: (len(one.points), one.good))
    ]


def _with_codes(scale: Scale, codes: Sequence[str], question: Question) -> list[Choice]:
    """Return the two ways to score a scale on which a point may mean no answer."""
    labels = " and ".join(f"{code} ({short(question.labels.get(code, code), 24)})" for code in codes)
    metric = usual_metric(scale).name
    return [
        Choice(scale.name, metric, f"if {labels} is no answer", codes),
        Choice(scale.name, metric, f"if {labels} is a point between the others"),
    ]


def _with_points(codes: set[int]) -> list[Scale]:
    """Return the first scale of each direction that has exactly these points."""
    fitting = [scale for scale in SCALES.values() if codes and scale.points == tuple(range(min(codes), max(codes) + 1))]
    ordinary = [scale for scale in fitting if len(scale.points) not in (2, 11)]
    return list({scale.good: scale for scale in reversed(ordinary)}.values())


def _point(question: Question, point: int) -> str:
    label = question.labels.get(str(point), "")
    return f"{point} ({short(label, 24)})" if label else str(point)


def _why_not(survey: Survey, ratings: Sequence[Question]) -> str:
    if survey.responses.empty:
        return "nothing can be scored: no response is kept"
    if ratings:
        return (
            f"nothing can be scored yet: no named scale has the points of {short(ratings[0].column, 40)}; a scale of "
            "your own is one line of Python, cxstats.Scale"
        )
    return (
        "nothing can be scored yet: no column is seen to be a rating on a named scale. Where you know of one, name it "
        "with --column and --scale; a scale of your own is one line of Python, cxstats.Scale"
    )


def _also(questions: Sequence[Question], found: Sequence[tuple[Question, list[Choice]]]) -> list[str]:
    """Name the other ratings by what to score them on; a matrix by its first item."""
    choices_of = {question.column: choices for question, choices in found[1:]}
    alike: dict[str, list[str]] = {}
    for group in grouped(question for question in questions if question.column in choices_of):
        first, more = group.members[0], len(group.members) - 1
        name = f"{short(first.column, 40)}{f' and {more:,} like it' if more else ''}"
        alike.setdefault(_ways(first, choices_of[first.column]), []).append(name)
    said = [f"{listed(names, _NAMES)} ({ways})" for ways, names in alike.items()]
    rest = [f"and {len(said) - _ALSO:,} more"] if len(said) > _ALSO else []
    return [f"likewise: {'; '.join([*said[:_ALSO], *rest])}"] if said else []


def _ways(question: Question, choices: Sequence[Choice]) -> str:
    ways = [
        " ".join([option("--scale", choice.scale), *choice.missing_options, choice.condition]).strip()
        for choice in choices
    ]
    return f"{'worded the other way: ' if _is_turned(question) else ''}{', or '.join(ways)}"


def _is_turned(question: Question) -> bool:
    return question.evidence.startswith("unknown: worded the other way")
