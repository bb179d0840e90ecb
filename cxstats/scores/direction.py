"""Is a column coded as its scale has it, or the other way round? Evidence, its strength, and how often it is wrong.

Some questionnaires have 5 for very easy, others for very difficult, and an export does not say which.
Nothing is turned round here: a person looks at the questionnaire and names another scale.

>>> import numpy as np
>>> import pandas as pd
>>> easy = np.tile([1, 2, 3, 4, 5, 5], 20)
>>> survey = pd.DataFrame({"ces": 6 - easy, "csat": easy, "nps": 2 * easy})
>>> check_direction(survey, "ces", scale="ces-ease-5", others={"csat": "csat-5", "nps": "nps"}).verdict
'against'
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cxstats.responses.answers import missing_codes
from cxstats.responses.engines import ANSWER, ROWS, Frame, count_answers, open_frame
from cxstats.responses.names import unknown_name
from cxstats.responses.placing import place_answers
from cxstats.responses.scales import SCALES, Scale, named_scale
from cxstats.responses.survey import Survey
from cxstats.scores.evidence import (
    Evidence,
    Kind,
    Rating,
    Strictness,
    Way,
    coded_labels,
    comment_evidence,
    label_evidence,
    question_evidence,
    rating_evidence,
    scale_evidence,
)

MOST_COMMENTS: Final = 50_000
"""Of more different comments than this, with their ratings, a random sample is read."""
_FEWEST_RESAMPLES: Final = 999
_SEED: Final = 20_250_201


@dataclass(frozen=True, slots=True)
class DirectionCheck:
    """Whether a column seems to be coded against its scale.

    Attributes
    ----------
    column, scale
        What was checked against what.
    evidence
        What was found, in the order of its weight.
    false_alarm_rate
        How often at most other ratings and comments raise an alarm where there is none.
    """

    column: str
    scale: Scale
    evidence: tuple[Evidence, ...]
    false_alarm_rate: float

    @property
    def verdict(self) -> Way:
        """What the evidence comes to: ``"against"``, ``"with"`` or ``"silent"``.

        Labels beside numbers decide. Then the words of the question or the scale, if against. Then other ratings and
        comments, unless they contradict each other. The question's words alone say "with".
        """
        ways: dict[Kind, Way] = {e.kind: e.way for e in self.evidence if e.kind != "pair" and e.way != "silent"}
        if "labels" in ways:
            return ways["labels"]
        if "against" in (ways.get("question"), ways.get("scale")):
            return "against"
        tested: set[Way] = {way for kind, way in ways.items() if kind in ("ratings", "comments")}
        if len(tested) == 1:
            return tested.pop()
        if tested or "question" not in ways:
            return "silent"
        return ways["question"]

    @property
    def suspects(self) -> tuple[str, ...]:
        """The columns of which one is coded against its scale; several where it cannot be told which."""
        if self.verdict != "against":
            return ()
        named = [e.suspects or (self.column,) for e in self.evidence if e.way == "against" and e.kind != "pair"]
        return min(named, key=len)

    @property
    def opposites(self) -> tuple[str, ...]:
        """Named scales with the same points that measure the same and point the other way."""
        found = [
            other
            for other in SCALES.values()
            if (other.points, other.measures) == (self.scale.points, self.scale.measures)
            and other.good != self.scale.good
        ]
        mirrored = [other for other in found if _is_mirrored(self.scale, other)]
        return tuple(other.name for other in mirrored or found)

    def sentence(self) -> str:
        """Say what seems wrong, how sure that is, and what to do."""
        verdict = self.verdict
        counted = [e for e in self.evidence if e.kind != "pair"]
        said = "; ".join(_with_strength(e) for e in counted if e.way == verdict)
        if verdict == "silent":
            return self._silence(counted)
        contrary = "; ".join(_with_strength(e) for e in counted if e.way not in (verdict, "silent"))
        but = f" Yet {contrary}: look at that too." if contrary else ""
        if verdict == "with":
            return f"{self.column} is coded as {self.scale.name} has it: {said}.{but}"
        suspects = self.suspects
        who = f"{self.column} seems" if len(suspects) == 1 else f"One of {', '.join(suspects)} seems"
        whose = self.scale.name if len(suspects) == 1 else "its scale"
        return f"{who} to be coded against {whose}: {said}.{but} {self._how_sure(counted)}{self._what_to_do()}"

    def _silence(self, counted: Sequence[Evidence]) -> str:
        if not counted:
            return f"Nothing says which way {self.column} is coded: there was nothing to compare with."
        found = "; ".join(_with_strength(e) for e in counted)
        if {"with", "against"} <= {e.way for e in counted}:
            return f"What there is on the coding of {self.column} contradicts itself: {found}. Check the questionnaire."
        return f"Nothing says clearly which way {self.column} is coded: {found}."

    def _how_sure(self, counted: Sequence[Evidence]) -> str:
        if any(e.way == "against" and math.isnan(e.p_value) for e in counted):
            return ""
        return f"Where all is right, such an alarm comes for at most {self.false_alarm_rate * 100:g} % of columns. "

    def _what_to_do(self) -> str:
        if any(e.kind == "scale" and e.way == "against" for e in self.evidence):
            return f"Nothing was changed: mend the labels or the direction of {self.scale.name}."
        if len(self.suspects) > 1:
            return (
                "Nothing was changed: check both ends of each question in the questionnaire and in the export's codes."
            )
        names = " or ".join(self.opposites)
        good = "low" if self.scale.good == "high" else "high"
        instead = names or f"a scale of your own, with the same points and good={good!r}"
        return f"Nothing was changed: check the questionnaire and the export's codes; if they say so, use {instead}."

    def to_frame(self) -> pd.DataFrame:
        """One row a piece of evidence: ``kind``, ``way``, ``strength``, ``p_value``, ``n``, ``says``."""
        names = ("kind", "way", "strength", "p_value", "n", "says")
        return pd.DataFrame([[getattr(e, name) for name in names] for e in self.evidence], columns=list(names))

    def _repr_html_(self) -> str:
        shown = self.to_frame()
        for name in ("strength", "p_value"):
            shown[name] = ["" if math.isnan(value) else f"{value:.4f}" for value in shown[name].tolist()]
        table = (
            shown.rename(columns={"p_value": "p-value"}).to_html(index=False, border=0, justify="left")
            if len(shown)
            else ""
        )
        return f"<p>{escape(self.sentence())}</p>{table}"


def _is_mirrored(scale: Scale, other: Scale) -> bool:
    """Say whether two scales have the same labels at opposite points."""
    mirror = dict(zip(scale.points, reversed(scale.points), strict=True))
    turned = {label: {mirror[p] for p in cast("tuple[int, ...]", fits)} for label, fits in scale.labels.items()}
    return bool(turned) and turned == {label: {*cast("tuple[int, ...]", fits)} for label, fits in other.labels.items()}


def _with_strength(evidence: Evidence) -> str:
    if math.isnan(evidence.p_value):
        return evidence.says
    figures = f"rank correlation {evidence.strength:.2f}, p at most {max(evidence.p_value, 0.0001):.4f}"
    return f"{evidence.says} ({figures}, n = {evidence.n:,})"


def check_direction(
    data: Any,
    column: str,
    *,
    scale: Scale | str,
    others: Mapping[str, Scale | str] | None = None,
    comments: str | None = None,
    missing: object = (),
    false_alarm_rate: float = 0.01,
) -> DirectionCheck:
    """Look for evidence that a column is coded against the scale it was given.

    Parameters
    ----------
    data
        A `Survey`, whose question texts are read too, or a table of any engine.
    column
        The column of ratings.
    scale
        The scale that it is thought to be on.
    others
        From other ratings of the same customers to their scales, best at least two, so that it can be told which one
        is wrong. All are turned so that high is good; customers who are content with one thing tend to be so with
        others, so a negative association means that a column is coded against its scale.
    comments
        A column of what customers wrote. Only whether it is clearly positive or negative is used.
    missing
        Code or codes that mean "no answer", or a mapping from columns to theirs.
    false_alarm_rate
        How often at most an alarm may be raised by chance, .001 to .5; shared equally by ratings and comments if both
        are given. It holds for customers who answer independently and ratings that do not truly go against each other.

    Returns
    -------
    DirectionCheck
        The evidence, what it comes to, and what to do. Nothing is changed.

    Raises
    ------
    ValueError
        If a column does not exist or is used twice, or no answer of a rating fits its scale.

    References
    ----------
    Hájek, Šidák and Sen (1999), Theory of Rank Tests, 2nd edition, Academic Press.
    """
    if not 0.001 <= false_alarm_rate <= 0.5:
        raise ValueError(f"false_alarm_rate must be between 0.001 and 0.5; got {false_alarm_rate}")
    scale, scales = named_scale(scale), {name: named_scale(other) for name, other in (others or {}).items()}
    columns = [column, *scales, *([comments] if comments is not None else [])]
    if len(set(columns)) < len(columns):
        raise ValueError(f"column, others and comments must be different columns; got {columns}")
    frame = open_frame(data.responses if isinstance(data, Survey) else data, columns)
    codes = _codes_by_column(missing, columns)
    level = false_alarm_rate / max(1, bool(scales) + (comments is not None))
    test = Strictness(level, max(_FEWEST_RESAMPLES, math.ceil(10 / level) - 1))

    cells = count_answers(frame, column, list(scales))
    times = cells.groupby(ANSWER, sort=False)[ROWS].sum()
    rows = cells[ROWS].to_numpy(dtype=np.int64)
    coded = coded_labels(times.index, scale)
    evidence = label_evidence(coded, cast("Mapping[object, int]", times.to_dict()))
    if isinstance(data, Survey):
        evidence += question_evidence(data.text_of(column), scale)
    evidence += scale_evidence(scale)
    numbers = {answer: number for answer, (number, _) in coded.items()}
    rated = _rating(cells[ANSWER], column, scale, codes=codes[column], numbers=numbers)
    if scales:
        ratings = [_rating(cells[name], name, other, codes=codes[name], numbers={}) for name, other in scales.items()]
        evidence += rating_evidence(rated, ratings, rows, test)
    if comments is not None:
        written = _written(frame, column, comments)
        rated = _rating(written[ANSWER], column, scale, codes=codes[column], numbers=numbers)
        evidence += comment_evidence(rated, written[comments], written[ROWS].to_numpy(dtype=np.int64), test)
    return DirectionCheck(column, scale, tuple(evidence), false_alarm_rate)


def _codes_by_column(missing: object, columns: Sequence[str]) -> dict[str, tuple[object, ...]]:
    if not isinstance(missing, Mapping):
        return dict.fromkeys(columns, missing_codes(missing))
    given = cast("Mapping[str, object]", missing)
    for name in given:
        if name not in columns:
            raise ValueError(f"missing: {unknown_name('column', name, columns)}")
    return {name: missing_codes(given.get(name, ())) for name in columns}


def _rating(
    answers: "pd.Series[Any]", column: str, scale: Scale, *, codes: tuple[object, ...], numbers: Mapping[str, int]
) -> Rating:
    """Place raw answers, those that are a number with a label by their number, and turn them so that high is good."""
    plain = pd.Series([numbers.get(a, a) if isinstance(a, str) else a for a in answers], dtype=object)
    place = place_answers(plain, column, scale, codes).position
    size = len(scale.points)
    turned = place if scale.good == "high" else np.where(place < 0, -1, size - 1 - place)
    return Rating(column, turned, size)


def _written(frame: Frame, column: str, comments: str) -> pd.DataFrame:
    """Count comments with their ratings, at most `MOST_COMMENTS`, the same ones whatever the engine."""
    cells = count_answers(frame, column, [comments])
    cells = cells[cells[comments].notna() & cells[ANSWER].notna()]
    if len(cells) <= MOST_COMMENTS:
        return cells.reset_index(drop=True)
    keys = {f"__{name}": cells[name].astype("str") for name in (comments, ANSWER)}
    cells = cells.assign(**keys).sort_values([*keys], ignore_index=True)
    chosen = np.random.default_rng(_SEED).choice(len(cells), MOST_COMMENTS, replace=False)
    return cells.iloc[np.sort(chosen)].reset_index(drop=True)
