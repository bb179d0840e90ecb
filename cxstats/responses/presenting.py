"""A survey on one screen, for a terminal and a notebook: where it comes from, every record accounted for, questions.

No answers are shown, so that nothing personal is.
"""

from html import escape
from typing import Final

import pandas as pd

from cxstats.responses.personal.columns import personal_columns
from cxstats.responses.survey import Survey

_MOST_QUESTIONS: Final = 12
_MOST_NOTES: Final = 5
_LONGEST: Final = 75


def survey_as_text(survey: Survey) -> str:
    """Return a survey as lines of text."""
    return "\n".join([_title(survey), _account(survey), _table(survey).to_string(index=False), *_below(survey)])


def survey_as_html(survey: Survey) -> str:
    """Return a survey as HTML, with what comes from the export escaped."""
    table = _table(survey).to_html(index=False, border=0, justify="left", escape=True)
    below = "<br>".join(escape(line) for line in _below(survey))
    return f"<p><b>{escape(_title(survey))}</b><br>{escape(_account(survey))}</p>{table}<p>{below}</p>"


def _title(survey: Survey) -> str:
    source = survey.source
    return _short(f"{source.name}: {source.vendor} export, {source.format}", 2 * _LONGEST)


def _account(survey: Survey) -> str:
    lines = survey.summary()
    said = [f"{records:,} {what}" for what, records in zip(lines["what"], lines["records"], strict=True)]
    return "; ".join(said)


def _table(survey: Survey) -> pd.DataFrame:
    asked = survey.questions.iloc[:_MOST_QUESTIONS]
    return pd.DataFrame(
        {
            "column": [_short(name) for name in asked["column"]],
            "kind": asked["kind"],
            "scale": [
                scale or _short(evidence) for scale, evidence in zip(asked["scale"], asked["evidence"], strict=True)
            ],
            "question": [_short(text) for text in asked["text"]],
        }
    )


def _below(survey: Survey) -> list[str]:
    lines: list[str] = []
    more = len(survey.questions) - _MOST_QUESTIONS
    if more > 0:
        lines.append(f"and {more:,} more: see questions")
    personal = personal_columns(survey)
    if personal:
        named = ", ".join(f"{_short(name)} ({kind})" for name, kind in personal.items())
        lines.append(f"personal data, not shown and not written unless asked for by name: {named}")
    notes = survey.source.notes
    lines += [f"note: {_short(note, 2 * _LONGEST)}" for note in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        lines.append(f"and {len(notes) - _MOST_NOTES:,} more notes: see source.notes")
    return lines


def _short(text: object, most: int = _LONGEST) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
