"""What a reader of a driver model should know, in sentences: what is taken as given, missing, or tangled."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.answers_used import MOSTLY, AnswersUsed
from cxstats.drivers.collinearity import NEARLY, Entangled, entangled_pairs, explained_by_others
from cxstats.drivers.terms import Term

Floats = NDArray[np.float64]

_OBVIOUS = ("yes", "true", "1")


def assumptions_in_words(consequences: Mapping[str, frozenset[str]]) -> str:
    """Say what must hold for an effect to be a cause."""
    told = "; ".join(
        f"{', '.join(sorted(follows))} from {driver}" for driver, follows in consequences.items() if follows
    )
    given = f"what follows from what ({told})" if told else "no driver follows from another (else name it in mediators)"
    return (
        f"Taken as given: {given}. An effect is a cause only if nothing that is not in the model moves both the driver "
        "and the answer; a direct one, only if also nothing moves both what lies between and the answer."
    )


def rows_in_words(used: AnswersUsed) -> list[str]:
    """Say how many rows are used, why others are not, and what each driver costs."""
    total, aside = int(used.reasons["rows"].sum()), used.reasons[used.reasons["reason"] != "used"]
    why = "; ".join(f"{reason}: {rows:,}" for reason, rows in aside.itertuples(index=False))
    told = [f"{used.n:,} of {total:,} rows are used ({why})."] if len(aside) else []
    for driver, missing, share, alone in used.costs.itertuples(index=False):
        if missing:
            most = " It is mostly missing, and so decides whom the model speaks of." if share > MOSTLY else ""
            told.append(
                f"{driver} is missing in {missing:,} answers ({100 * share:.1f} %); without it {alone:,} rows would "
                f"come back.{most}"
            )
    return told


def yes_in_words(terms: Mapping[str, Term]) -> list[str]:
    """Say what counts as yes where that is not obvious."""
    return [
        f"{name}: {term.levels[1]!r} counts as yes, {term.levels[0]!r} as no."
        for name, term in terms.items()
        if term.kind == "yes/no" and term.levels[1].casefold() not in _OBVIOUS
    ]


def kinds_in_words(terms: Mapping[str, Term]) -> list[str]:
    """Point out drivers that may be of another kind than they look: numbers in text, and yes or no coded 1 and 2."""
    told: list[str] = []
    for name, term in terms.items():
        numbers = sum(_is_number(level) for level in term.levels)
        if term.kind == "levels" and numbers > len(term.levels) / 2:
            told.append(
                f"{name} holds numbers as text and is read as {len(term.levels)} levels; if they are amounts, say "
                f"Driver({name!r}, kind='number')."
            )
        values = set(np.unique(term.columns).tolist()) if term.kind == "number" else set[float]()
        if values == {1.0, 2.0}:
            told.append(
                f"{name} holds only 1 and 2 and is read as a number: its effect is of 2 instead of 1. If they mean "
                "yes and no, say so in the data."
            )
    return told


def _is_number(level: str) -> bool:
    try:
        float(level.replace(",", "."))
    except ValueError:
        return False
    return True


def entanglement_in_words(
    terms: Mapping[str, Term],
    consequences: Mapping[str, frozenset[str]],
    controls: Collection[str],
    *,
    weights: Floats | None,
) -> list[str]:
    """Point out drivers that nearly say the same, unless one is said to follow from the other."""
    columns = {name: term.columns for name, term in terms.items()}
    reported = {name: part for name, part in columns.items() if name not in controls}
    pairs = [pair for pair in entangled_pairs(reported, weights=weights) if not _declared(pair, consequences)]
    told = [_said_of(pair) for pair in pairs]
    named = {name for pair in pairs for name in (pair.one, pair.other)}
    for name, share in explained_by_others(columns, weights=weights).items():
        if share > NEARLY and name in consequences and name not in named:
            told.append(
                f"{name} is explained to {100 * share:.0f} % by the other columns (variance inflation "
                f"{1 / (1 - share):.1f}), so that its effect with those held is known badly."
            )
    return told


def _declared(pair: Entangled, consequences: Mapping[str, frozenset[str]]) -> bool:
    return pair.other in consequences.get(pair.one, ()) or pair.one in consequences.get(pair.other, ())


def _said_of(pair: Entangled) -> str:
    one, other = pair.exact or (pair.one, pair.other)
    exact = f", and {one} is an exact function of {other}" if pair.exact else ""
    return (
        f"{pair.one} and {pair.other} go together (correlation {pair.correlation:.2f}){exact}: one may be the negation "
        f"or the consequence of the other, and a model with both shows the whole effect of neither. If {other} follows "
        f"from {one}, say mediators={{{one!r}: [{other!r}]}}; else leave one out."
    )
