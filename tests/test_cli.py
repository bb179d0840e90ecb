"""The command as an analyst types it: tables, JSON, one line for each error, the exit codes of the trade."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from cxstats import Design, read_export, score, tally
from cxstats.cli import main


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def run_json(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_score_json_is_unrounded_with_the_total_first(support):
    asked = ["--column", "ces", "--scale", "ces-2.0", "--metric", "favourable", "--by", "channel"]
    under = ["--weights", "weight", "--clusters", "customer", "--strata", "contact_reason"]
    rows = run_json("score", support, *asked, *under)
    counted = tally(read_export(support), "ces", scale="ces-2.0", by="channel",
                    design=Design("weight", "contact_reason", "customer"))  # fmt: skip
    scores = score(counted, "favourable")
    keys = ["column", "n", "missing", "set_aside", "estimate", "standard_error", "low", "high", "too_few"]
    assert list(rows[0]) == keys
    assert list(rows[1]) == ["channel", *keys]
    for row, part, k in [(rows[0], scores.total, 0), *((rows[k + 1], scores, k) for k in range(4))]:
        frame = part.to_frame()
        assert {name: row[name] for name in ("n", "estimate", "standard_error", "low", "high")} == {
            name: frame[name][k] for name in ("n", "estimate", "standard_error", "low", "high")
        }
    assert [row["channel"] for row in rows[1:]] == ["chat", "e-mail", "phone", "web form"]
    assert rows[0]["n"] + rows[0]["missing"] + rows[0]["set_aside"] == 1787


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("mean", 4.95), ("top-2", 0.45), ("favourable", 0.65), ("net", 0.45), ("index", 65.833333),
     ("percent-of-maximum", 70.714286), ("bottom-2", 0.1)],
)  # fmt: skip
def test_units_of_json(tmp_path, metric, expected):
    counts = (5, 5, 10, 15, 20, 25, 20)
    export = tmp_path / "e.csv"
    export.write_text("ces\n" + "".join(f"{p}\n" * n for p, n in enumerate(counts, start=1)))
    (row,) = run_json("score", export, "--column", "ces", "--scale", "ces-2.0", "--metric", metric)
    assert row["estimate"] == pytest.approx(expected, abs=5e-7)


def test_several_columns_each_with_its_scale(checkout):
    rows = run_json("score", checkout, "--column", "ces", "--column", "nps", "--scale", "ces-2.0", "--scale", "nps")
    assert [row["column"] for row in rows] == ["ces", "nps"]
    three = ["--column", "ces", "--column", "nps", "--column", "csat"]
    result = run("score", checkout, *three, "--scale", "nps", "--scale", "ces-2.0")
    assert result.exit_code == 2
    assert "--scale must be given once, or once for each of 3 columns" in result.output


def test_table_accounts_for_every_record(tmp_path):
    export = tmp_path / "e.csv"
    export.write_text("score,channel\n" + "9,web\n" * 12 + "6.5,web\n11,web\n,web\nso-so,web\n")
    result = run("score", export, "--column", "score", "--scale", "nps", "--missing", "11", "--by", "channel")
    assert result.exit_code == 0
    assert "share of 9-10 minus share of 0-6" in result.output
    assert "set aside: 1 x 6.5 is not a point of nps (0-10)" in result.output
    assert "set aside: 1 x 'so-so' is not an answer on nps" in result.output
    assert "16 records read = 16 kept + 0 rejected" in result.output


def test_too_few_is_said_and_null_in_json(tmp_path):
    export = tmp_path / "e.csv"
    export.write_text("score,s\n9,a\n,b\n")
    assert "too few to say" in run("score", export, "--column", "score", "--scale", "nps").output
    total, one, none = run_json("score", export, "--column", "score", "--scale", "nps", "--by", "s")
    assert (total["too_few"], one["n"], none["n"]) == (True, 1, 0)
    assert none["estimate"] is none["low"] is None


def test_time_window_moves_the_others_aside(support):
    window = ["--time", "answered_at", "--since", "2026-02-01", "--until", "2026-02-28"]
    (row,) = run_json("score", support, "--column", "ces", "--scale", "ces-2.0", *window)
    when = pd.to_datetime(pd.read_csv(support)["answered_at"])
    assert row["n"] + row["missing"] == ((when >= "2026-02-01") & (when < "2026-03-01")).sum()
    text = run("score", support, "--column", "ces", "--scale", "ces-2.0", *window).output
    assert "before 2026-02-01" in text
    assert "after 2026-02-28" in text
    assert run("score", support, "--column", "ces", "--scale", "ces-2.0", "--since", "2026-02-01").exit_code == 2


def test_rename_and_sentence(support):
    result = run("score", support, "--rename", "ces=effort", "--column", "effort", "--scale", "ces-2.0", "--sentence",
                 "--invited", "5585")  # fmt: skip
    assert result.exit_code == 0
    assert result.stdout.startswith("effort ")
    assert "response rate 32.0 % of 5,585 invited" in result.output
    assert run("score", support, "--column", "ces", "--scale", "ces-2.0", "--rename", "ces").exit_code == 2


def test_inspect_json(checkout):
    found = run_json("inspect", checkout)
    assert found["vendor"] == "qualtrics"
    assert found["read"] == found["kept"] + sum(found["rejected"].values())
    assert found["rejected"]["duplicate response id"] == 1
    ces = next(q for q in found["questions"] if q["column"] == "ces")
    assert ces["likely_scales"][0] == {"name": "ces-2.0", "share": 1.0, "evidence": "labels"}


def test_inspect_text_shows_no_identifiers(support):
    text = run("inspect", support).output
    assert "1,787 records read = 1,787 kept + 0 rejected" in text
    assert "nps (name or question, 100% of the answers" in text
    assert "C00001" not in text


def test_a_customer_who_answered_twice_is_noticed(support):
    told = "1,787 answers of 1,513 different values of customer: if these are customers, their answers belong together"
    assert told in " ".join(run("inspect", support).output.split())
    assert any(told in note for note in run_json("inspect", support)["notes"])
    plain = run("score", support, "--column", "ces", "--scale", "ces-2.0")
    assert told in plain.stderr
    assert told not in plain.stdout
    assert (
        "belong together"
        not in run("score", support, "--column", "ces", "--scale", "ces-2.0", "--clusters", "customer").output
    )


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["--column", "cess", "--scale", "ces-2.0"], "column 'cess' not found; did you mean 'ces'?", 1),
        (["--column", "ces", "--scale", "ces-2"], "scale 'ces-2' not found; did you mean 'ces-2.0'?", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--metric", "nett"], "metric 'nett' not found", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--method", "exact"], "interval method 'exact' not found", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--method", "wilson"], "'wilson' is for shares", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--confidence-level", "95"], "between 0 and 1, as .95; got 95", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--time", "channel", "--since", "2026-01-01"], "must hold dates", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--time", "answered_at", "--since", "1/2/26"], "as 2026-01-31", 1),
        (["--column", "ces", "--scale", "ces-2.0", "--rename", "ce=x"], "column 'ce' not found", 1),
        (["--scale", "ces-2.0"], "Missing option '--column'", 2),
    ],
)
def test_errors_are_one_clear_line(support, arguments, message, code):
    result = run("score", support, *arguments)
    assert result.exit_code == code
    last = result.output.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert message in last


def test_files_that_are_no_exports_are_one_clear_line(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20)
    messages = {
        "empty.csv": "is empty",
        "picture.csv": "is a binary file",
        "none.csv": "no such file",
        ".": "is a folder",
    }
    for name, message in messages.items():
        for command in (["inspect"], ["score", "--column", "a", "--scale", "nps"], ["report"]):
            result = run(command[0], tmp_path / name, *command[1:])
            assert result.exit_code == 1
            assert len(result.output.strip().splitlines()) == 1
            assert message in result.output


def test_nothing_left_to_score_says_why(tmp_path):
    export = tmp_path / "e.csv"
    export.write_text("response_id,ces\n")
    result = run("score", export, "--column", "ces", "--scale", "ces-2.0")
    assert "no response is left to score: 0 records read = 0 kept + 0 rejected" in result.output
    assert result.exit_code == 1


def test_help_shows_examples():
    for command in ("inspect", "score", "report"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"cxstats {command} export" in result.output


def test_the_installed_command_prints_no_traceback(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", "from cxstats.cli import main; main()", "inspect", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("Error: ")


def test_import_takes_less_than_a_second_and_draws_nothing():
    code = (
        "import sys, time; start = time.perf_counter(); import cxstats; took = time.perf_counter() - start;"
        "heavy = [m for m in ('matplotlib', 'seaborn', 'statsmodels', 'nbconvert', 'IPython') if m in sys.modules];"
        "print(took, heavy)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    took, heavy = zip(*(run.stdout.split(maxsplit=1) for run in runs), strict=True)
    assert min(map(float, took)) < 1
    assert {h.strip() for h in heavy} == {"[]"}


@pytest.mark.parametrize(
    "arguments",
    [["--time", "answered_at"], ["--sentence", "--json"], ["--invited", "9000"], ["--rename", "=x"]],
)
def test_options_that_would_be_ignored_are_refused(support, arguments):
    assert run("score", support, "--column", "ces", "--scale", "ces-2.0", *arguments).exit_code == 2


def test_missing_codes_that_never_occur_are_said(support):
    result = run("score", support, "--column", "ces", "--scale", "ces-2.0", "--missing", "99", "--missing", "7")
    assert "note: --missing 99 occurs in none of the scored columns" in result.output
    assert "--missing 7 occurs" not in result.output


def test_times_with_a_zone_and_dates_in_parquet(tmp_path):
    times = pd.date_range("2026-01-30 12:00", periods=40, freq="6h", tz="Europe/Amsterdam")
    frame = pd.DataFrame({"nps": [9] * 40, "t": times, "d": times.date})
    frame.to_parquet(tmp_path / "e.parquet")
    frame.assign(t=times.map(lambda t: t.isoformat())).to_csv(tmp_path / "e.csv", index=False)
    for name, column in (("e.parquet", "t"), ("e.parquet", "d"), ("e.csv", "d")):
        window = ["--time", column, "--since", "2026-02-01", "--until", "2026-02-02"]
        (row,) = run_json("score", tmp_path / name, "--column", "nps", "--scale", "nps", *window)
        assert row["n"] == 8
    (row,) = run_json(
        "score", tmp_path / "e.csv", "--column", "nps", "--scale", "nps", "--time", "t", "--since", "2026-02-01"
    )
    assert row["n"] == 34


def test_a_terminal_without_unicode_still_shows_the_table(tmp_path):
    (tmp_path / "e.csv").write_text("ces,s\n" + "5,非\n" * 12, encoding="utf-8")
    command = [sys.executable, "-c", "from cxstats.cli import main; main()", "score", str(tmp_path / "e.csv")]
    command += ["--column", "ces", "--scale", "csat-5", "--by", "s"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    text = subprocess.run(command, capture_output=True, check=True, env=environment).stdout.decode("cp1252")
    assert "100.0 %" in text
    found = subprocess.run([*command, "--json"], capture_output=True, check=True, env=environment).stdout
    assert json.loads(found)[1]["s"] == "非"


def test_long_work_shows_how_far_it_is(support, monkeypatch, capsys):
    from cxstats import cli

    monkeypatch.setattr(cli, "_LARGE", 1)
    monkeypatch.setattr(cli.sys.stderr, "isatty", lambda: True, raising=False)
    assert len(cli._read(support, {}).responses) == 1_787
    assert "reading support_survey.csv" in capsys.readouterr().err
