"""Parquet: a table that has its types already."""

from pathlib import Path

import pandas as pd

from cxstats.responses.exports.layouts import clean_names
from cxstats.responses.exports.plain import PLAIN, response_id_column
from cxstats.responses.exports.setting_aside import DUPLICATE
from cxstats.responses.inspection import best_scale, describe
from cxstats.responses.survey import Source, Survey


def read_parquet(path: Path) -> Survey:
    """Read a Parquet file.

    Raises
    ------
    ValueError
        If the extra is not installed or the file is damaged.
    """
    try:
        frame = pd.read_parquet(path)
    except ImportError:
        raise ValueError("reading Parquet needs the extra 'parquet': pip install 'cxstats[parquet]'") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} is not a readable Parquet file: {str(error).splitlines()[0]}") from None
    # The index of our own responses is the record number, which is given anew.
    named = [name for name in frame.index.names if name not in (None, "record")]
    frame = frame.reset_index(named) if named else frame
    names, notes = clean_names([str(c) for c in frame.columns])
    frame = frame.set_axis(names, axis=1).set_axis(pd.RangeIndex(1, len(frame) + 1, name="record"), axis=0)
    key = response_id_column(names)
    again = pd.Series(data=False, index=frame.index)
    if key is not None:
        again = frame[names[key]].duplicated() & frame[names[key]].notna()
    rejected = pd.DataFrame(
        {
            "record": frame.index[again],
            "reason": pd.Series(DUPLICATE, index=range(int(again.sum())), dtype="str"),
        }
    )
    kept = frame[~again]
    source = Source(path.name, PLAIN.name, "parquet", len(frame), tuple(notes))
    return Survey(kept, _questions(kept, key), rejected, source)


def _questions(frame: pd.DataFrame, key: int | None) -> pd.DataFrame:
    rows: list[dict[str, str]] = []
    for place, name in enumerate(frame.columns):
        cells = frame[name]
        counts = cells.value_counts() if pd.api.types.is_hashable(cells.iloc[0] if len(cells) else "") else None
        kind, scales = describe(cells, counts, str(name))
        scale, evidence = best_scale(scales)
        role = "response id" if place == key else ""
        rows.append({"column": str(name), "text": "", "kind": kind, "role": role, "scale": scale, "evidence": evidence})
    return pd.DataFrame(rows, columns=["column", "text", "kind", "role", "scale", "evidence"], dtype="str")
