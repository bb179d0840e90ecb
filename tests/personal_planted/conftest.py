"""An export full of personal data, and the command run over it with all that it puts out.

Notebooks run in processes of their own, as for a user. Their kernels draw each figure as text (SVG whose letters are
letters), and write all records of logging to a file, so that both can be searched.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

N = 240
CUSTOMERS = 200
FIRST = ("Annelieske", "Bartholomeus", "Clothilde", "Dragomirescu")
LAST = ("Vandenbosch", "Quackenbush", "Oyelaran", "Zylberstein", "Featherstonhaugh")
AGENTS = ("Wilhelmina Poelstra", "Ignatius Brandsma", "Euphemia Hoekstra", "Cornelis Terpstra")

_KERNEL = """
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.rc = {"svg.fonttype": "none"}
"""
_LOGGING = """
import logging, os
logging.basicConfig(filename=os.environ["PLANTED_LOG"], level=logging.DEBUG, force=True)
"""
# The command as it is, which also keeps the outputs of every cell.
_COMMAND = """
import json, os
exec(os.environ["PLANTED_START"])
from cxstats import cli, reports
run = reports._run
def kept(notebook, folder, on_cell):
    try:
        run(notebook, folder, on_cell)
    finally:
        with open(os.environ["PLANTED_OUTPUTS"], "a", encoding="utf-8") as file:
            for cell in notebook.cells:
                file.write(json.dumps(cell.get("outputs", []), ensure_ascii=False) + "\\n")
reports._run = kept
cli.main()
"""


@dataclass(frozen=True)
class Ran:
    """What a command put out.

    Attributes
    ----------
    code
        Its exit code.
    said
        By name: what it printed (``printed.txt``, with what kernels print), records of logging (``log.txt``), outputs
        of cells (``outputs.txt``), and all files that it wrote.
    """

    code: int
    said: Mapping[str, str]


def exports(folder: Path) -> dict[str, Path]:
    """Write an export, and tables that go with it, with personal data in columns, identifiers and answers."""
    rng = np.random.default_rng(22)
    k = np.arange(N)
    who = k % CUSTOMERS
    first, last = ([words[w % len(words)] for w in who] for words in (FIRST, LAST))
    mail = [f"{b.lower()}{w}@post.example" for b, w in zip(last, who, strict=True)]
    at = pd.Timestamp("2026-06-01") + pd.to_timedelta(np.sort(rng.integers(0, 100 * 24 * 60, N)), unit="min")
    steps, waiting = rng.integers(3, 9, N), rng.gamma(2, 2, N).round(1)
    easy = np.clip(np.rint(6.5 - 0.3 * steps - 0.1 * waiting + rng.normal(0, 1.2, N)), 1, 7)
    said = [
        f"Nobody called me on +31 97 02581{w:03d} nor wrote to {a.lower()}{w}@mail.example. {a} {b}"
        for w, a, b in zip(who, first, last, strict=True)
    ]
    answered = ("first_contact_resolution", "repeated_oneself", "self_service_tried", "payment_failed",
                "delivered_late", "returned")  # fmt: skip
    yes_or_no = {name: rng.choice(["yes", "no"], N) for name in answered}
    survey = pd.DataFrame(
        {
            "response_id": [f"S{i:05d}" for i in k],
            "ticket": [f"{b.lower()}{i}@post.example" for b, i in zip(last, k, strict=True)],
            "customer": mail,
            "Full name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "first_name": first,
            "phone": [f"+31 97 02581{w:03d}" for w in who],
            "IPAddress": [f"203.0.113.{w}" for w in who],
            "LocationLatitude": [f"52.3702{w:03d}" for w in who],
            "LocationLongitude": [f"104.8951{w:03d}" for w in who],
            "street": [f"Zwanenburgwal {w}" for w in who],
            "invited_at": (at - pd.Timedelta("1D")).strftime("%Y-%m-%d %H:%M:%S"),
            "answered_at": at.strftime("%Y-%m-%d %H:%M:%S"),
            "seconds": rng.integers(10, 90, N),
            "channel": rng.choice(["phone", "chat", "e-mail", "web form"], N),
            "contact_reason": rng.choice(["return", "delivery", "invoice"], N),
            "team": rng.choice(["north", "south"], N),
            "agent": rng.choice(AGENTS, N),
            "account": rng.choice(["yes", "no"], N),
            "device": rng.choice(["mobile", "desktop"], N),
            "language": rng.choice(["en", "nl"], N),
            "weight": rng.choice([0.8, 1.25], N),
            "steps": steps,
            "form_fields": rng.integers(5, 15, N),
            "minutes": rng.gamma(2, 2, N).round(1),
            "errors": rng.integers(0, 3, N),
            "waiting_minutes": waiting,
            "transfers": rng.integers(0, 3, N),
            "contacts": rng.integers(1, 4, N),
            **yes_or_no,
            "ces": easy.astype(int).astype("str"),
            "csat": np.clip(np.rint(0.7 * easy + rng.normal(0, 0.7, N)), 1, 5).astype(int).astype("str"),
            "nps": np.clip(np.rint(1.4 * easy + rng.normal(0, 1, N)), 0, 10).astype(int).astype("str"),
            "comment": np.where(k % 3 == 0, said, np.where(k % 3 == 1, "fine", "")),
        }
    )
    # Some write into the field of a rating what was meant for the comment.
    survey.loc[7, "ces"] = "2 mail vandenbosch1@post.example"
    survey.loc[11, "ces"] = "call +31 97 02581 007"
    survey.loc[9, "csat"] = "5, as Clothilde@mail.example told you"
    frame = survey[["ticket", "customer", "Full name", "channel", "contact_reason", "language", "team"]].assign(
        invited_at=survey["invited_at"], repeated_oneself="no", self_service_tried="yes"
    )
    events = survey[["ticket", "agent", "waiting_minutes", "transfers", "phone"]].assign(
        contacted_at=(at - pd.Timedelta("2D")).strftime("%Y-%m-%d %H:%M:%S"), solved=yes_or_no["returned"]
    )
    later = pd.DataFrame(
        {
            "customer": mail[:CUSTOMERS],
            "called": rng.choice(["yes", "no"], CUSTOMERS),
            "came_back": rng.choice(["yes", "no"], CUSTOMERS),
            "value": rng.gamma(2, 50, CUSTOMERS).round(2),
            "rating": rng.integers(1, 4, CUSTOMERS),
        }
    )
    # Its facts are in the events, as those who answered are in the frame.
    bare = survey.drop(columns=["agent", "waiting_minutes", "transfers", "contacts", "first_contact_resolution"])
    headed = survey.rename(columns={"comment": "remarks to vandenbosch9@post.example"})
    tables = {"survey": survey, "headed": headed, "bare": bare, "frame": frame, "events": events, "later": later}
    paths = {name: folder / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        table.to_csv(paths[name], index=False)
    return paths


def run(folder: Path, arguments: Sequence[object]) -> Ran:
    """Run the command in a folder of its own, and keep all that it put out."""
    profile, work = folder / "ipython" / "profile_default", folder / "work"
    (profile / "startup").mkdir(parents=True)
    work.mkdir()
    (profile / "ipython_kernel_config.py").write_text(_KERNEL)
    (profile / "startup" / "00-log.py").write_text(_LOGGING)
    kept = [folder / name for name in ("printed.txt", "log.txt", "outputs.txt")]
    settings = {
        "IPYTHONDIR": str(folder / "ipython"),
        "PLANTED_LOG": str(kept[1]),
        "PLANTED_OUTPUTS": str(kept[2]),
        "PLANTED_START": _LOGGING,
        "OPENBLAS_NUM_THREADS": "1",
    }
    with kept[0].open("w") as printed:
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, *map(str, arguments)],
            check=False,
            cwd=work,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=os.environ | settings,
        )
    files = [*kept, *(path for path in work.rglob("*") if path.is_file())]
    said = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in files if path.exists()}
    return Ran(done.returncode, said)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return exports(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="session")
def pages(planted: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What is put out by all curated notebooks over the export, and by some with the tables that go with it."""
    each = {
        "all of them": [planted["headed"]],
        "with a frame": [planted["bare"], *notebook("who-answered", frame=planted["frame"], events=planted["events"])],
        "with contacts": [planted["bare"], *notebook("where-does-it-hurt", contacts=planted["events"])],
        "with lists": [
            planted["survey"],
            *notebook("whom-to-contact", customer="response_id", later=planted["later"], out="lists"),
        ],
        "asked for": [planted["survey"], *notebook("where-does-it-hurt", show="['agent']")],
    }

    def ran(what: str) -> Ran:
        return run(tmp_path_factory.mktemp("ran"), ["report", *each[what], "--out", "pages"])

    with ThreadPoolExecutor(2) as two:
        return dict(zip(each, two.map(ran, each), strict=True))


def notebook(name: str, **settings: object) -> list[str]:
    return ["--notebook", name, *(part for setting in settings.items() for part in ("--set", "{}={}".format(*setting)))]
