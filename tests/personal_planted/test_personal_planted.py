"""Personal data planted in an export appear in no output, page, list, message or log that did not ask for them.

A column of personal data is shown where it is asked for by name: in ``show``, as ``--by``, as a driver. So are names
of columns, which are the words of whoever made the survey. In what customers wrote, e-mail addresses and numbers of
seven digits or more are recognised and left out wherever an answer is quoted, and texts of more than 80 letters are
not quoted; comments are never shown. A name or a street inside an answer cannot be told from other words.
"""

import base64
import html
import json
import logging
import re
from urllib.parse import quote, unquote_plus

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import cxstats as cx
from cxstats.cli import main
from cxstats.reports import curated_notebooks, write_index, write_report

FIRST = ("Annelieske", "Bartholomeus", "Clothilde", "Dragomirescu")
LAST = ("Vandenbosch", "Quackenbush", "Oyelaran", "Zylberstein", "Featherstonhaugh")
AGENTS = ("Wilhelmina", "Poelstra", "Ignatius", "Brandsma", "Euphemia", "Hoekstra", "Cornelis", "Terpstra")
PLANTED = (*FIRST, *LAST, *AGENTS, "post.example", "mail.example", "319702581", "203.0.113.", "Zwanenburgwal",
           "52.37020", "52.37021", "104.89510", "104.89511")  # fmt: skip
WORDS = re.compile("|".join(re.escape(word.casefold()) for word in PLANTED))
GEOMETRY = re.compile(r'\s(?:d|x|y|points|transform|style|id|width|height|viewBox)=\\*"[^"]*"')
LONG_RUN = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
ESCAPED = re.compile(r"\\+u00([0-9a-fA-F]{2})")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().+/-]{1,3}(?=\d)")


def variants(text):
    """Return a text as it stands and as a reader would see it: without escapes, and with what is embedded unpacked."""
    text = GEOMETRY.sub("", text)
    plain = html.unescape(html.unescape(ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)))
    runs = LONG_RUN.findall(plain.replace("\\n", "\n"))
    embedded = [base64.b64decode(run[: len(run) // 4 * 4] + "==").decode("latin-1") for run in runs]
    for one in (text, plain, unquote_plus(plain), "\n".join(embedded)):
        yield one
        yield BETWEEN_DIGITS.sub("", one)


def found_in(text):
    """List what was planted and stands in a text, in any of its variants."""
    return sorted({word for one in variants(text) for word in WORDS.findall(one.casefold())})


def clean(said):
    assert {name: found for name, text in said.items() if (found := found_in(text))} == {}


@pytest.mark.parametrize(
    "hidden",
    [
        str,
        str.upper,
        lambda text: "".join(f"&#{ord(letter)};" for letter in text),
        lambda text: html.escape(f"<{text}>"),
        lambda text: quote(text, safe=""),
        lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
        lambda text: base64.b64encode(b"well" * 6 + text.encode()).decode(),
        lambda text: base64.b64encode(b"well" * 6 + b"+" + text.encode()).decode(),
        lambda text: f'<text x="1" y="2">{text}</text>',
    ],
)
@pytest.mark.parametrize("text", ["to vandenbosch1@post.example", "+31 (97) 025-81 007", "203.0.113.7"])
def test_the_search_finds_what_is_hidden(hidden, text):
    assert found_in(f"<p>before {hidden(text)} after</p>")
    assert not found_in(f"<p>before {hidden('nothing to see, 20 answers of 4.5')} after</p>")


class TestReports:
    def test_every_curated_notebook_ran_or_said_why_not(self, pages):
        ran = pages["all of them"]
        assert ran.code == 0, ran.said["printed.txt"]
        made = {name[3:-5] for name in ran.said if re.match(r"\d\d-.*\.html", name)}
        assert made == set(curated_notebooks()) - {"whom-to-contact"}
        assert "column 'customer', used as customer, seems to hold an e-mail address" in ran.said["printed.txt"]
        assert all(one.code == 0 for one in pages.values())
        assert len([name for name in pages["with lists"].said if re.match(r"\d\d-.*\.csv", name)]) == 2

    def test_all_that_is_searched_holds_something(self, pages):
        for ran in pages.values():
            assert {"printed.txt", "log.txt", "outputs.txt", "index.html"} <= set(ran.said)
            assert "Created kernel" in ran.said["log.txt"] or len(ran.said["log.txt"]) > 1_000
        outputs = pages["all of them"].said["outputs.txt"]
        kinds = {kind for line in outputs.splitlines() for one in json.loads(line) for kind in one.get("data", {})}
        assert {"text/plain", "text/html", "text/markdown", "image/svg+xml"} <= kinds
        # Letters of figures are letters: the number of answers stands in several.
        assert re.search(r">[^<>]*contact centre[^<>]*</text>|>[^<>]*web form[^<>]*</text>", outputs)

    @pytest.mark.parametrize("what", ["all of them", "with a frame", "with contacts", "with lists"])
    def test_nothing_planted_is_in_outputs_pages_lists_and_logs(self, pages, what):
        clean(pages[what].said)

    def test_agents_by_name_are_shown_where_they_are_asked_for_and_it_is_said_where_not(self, pages):
        asked = pages["asked for"].said
        assert {"wilhelmina", "brandsma"} <= set(found_in(asked["outputs.txt"]))
        assert found_in(asked["04-where-does-it-hurt.html"])
        for what in ("all of them", "with contacts"):
            page = pages[what].said["04-where-does-it-hurt.html"]
            assert "Column agent holds personal data, and is used only if named in show." in page

    def test_answers_that_were_no_ratings_are_still_accounted_for(self, pages):
        page = html.unescape(pages["all of them"].said["02-how-easy-are-we.html"])
        assert "'call [long number]' is not an answer on ces-2.0" in page
        assert "'mail [e-mail address]' in '2 mail [e-mail address]' is not a label of ces-2.0" in page


def test_an_address_in_the_name_of_a_file_is_on_no_page(tmp_path):
    cells = [
        new_markdown_cell("# How many?"),
        new_code_cell('export: str = "none.csv"', metadata={"tags": ["parameters"]}),
        new_code_cell("from IPython.display import Markdown\nMarkdown('**42**')"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "90-how-many.ipynb")
    source = "survey of annelieske.vandenbosch1@post.example 2026-09.csv"
    page = write_report(tmp_path / "90-how-many.ipynb", tmp_path / "out", settings={"export": source})
    assert page.source == "survey of [e-mail address] 2026-09.csv"
    clean({path.name: path.read_text(encoding="utf-8") for path in (page.path, write_index(tmp_path / "out"))})


RATED = ("--column", "ces", "--scale", "ces-2.0")


class TestCommands:
    def out(self, caplog, *arguments):
        with caplog.at_level(logging.DEBUG):
            done = CliRunner().invoke(main, [str(one) for one in arguments])
        return done, "\n".join([done.output, repr(done.exception), *(record.getMessage() for record in caplog.records)])

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("--all",),
            ("--json",),
            ("comment", "customer", "ces", "csat", "agent", "phone"),
            ("--rename", "ces=easy"),
        ],
    )
    def test_inspect(self, planted, caplog, arguments):
        done, said = self.out(caplog, "inspect", planted["survey"], *arguments)
        assert done.exit_code == 0
        assert found_in(said) == []

    @pytest.mark.parametrize(
        "arguments",
        [RATED, (*RATED, "--json"), (*RATED, "--sentence"), (*RATED, "--by", "channel", "--clusters", "customer"),
         ("--column", "csat", "--scale", "csat-5"), (*RATED, "--time", "answered_at", "--since", "2026-07-01")],
    )  # fmt: skip
    def test_score(self, planted, caplog, arguments):
        done, said = self.out(caplog, "score", planted["survey"], *arguments)
        assert done.exit_code == 0
        assert found_in(said) == []

    @pytest.mark.parametrize("used", ["--weights", "--strata", "--time"])
    @pytest.mark.parametrize(
        "column", ["customer", "Full name", "phone", "IPAddress", "LocationLatitude", "street", "comment"]
    )
    def test_errors_of_score(self, planted, caplog, used, column):
        since = ["--since", "2026-07-01"] if used == "--time" else []
        done, said = self.out(caplog, "score", planted["survey"], *RATED, used, column, *since)
        assert done.exit_code == (0 if (used, column) in NO_ERRORS else 1)
        assert found_in(said) == []

    @pytest.mark.parametrize(
        ("column", "says"),
        [
            ("customer", "got an e-mail address in each row, not shown"),
            ("Full name", "got a name in each row, not shown"),
            ("phone", "got a phone number in each row, not shown"),
            ("comment", "got a text of"),
        ],
    )
    def test_a_column_that_is_no_rating_is_not_quoted(self, planted, caplog, column, says):
        done, said = self.out(caplog, "score", planted["survey"], "--column", column, "--scale", "ces-2.0")
        assert done.exit_code == 1
        assert says in said
        assert found_in(said) == []

    def test_a_column_asked_for_by_name_is_shown(self, planted, caplog):
        done, said = self.out(caplog, "score", planted["survey"], *RATED, "--by", "Full name")
        assert done.exit_code == 0
        assert "vandenbosch" in found_in(said)


# Coordinates are numbers like others, and of twenty names each has several customers.
NO_ERRORS = {("--weights", "LocationLatitude"), ("--strata", "Full name")}


class TestResults:
    @pytest.fixture
    def survey(self, planted):
        return cx.read_export(planted["survey"])

    def test_tables_of_what_was_not_used(self, survey):
        told = {"scale": "ces-2.0", "by": "channel"}
        counted = cx.tally(survey, "ces", **told)
        lost = cx.missing_answers(survey, ratings={"ces": "ces-2.0", "csat": "csat-5"})
        scored = cx.score(counted)
        said = [repr(survey), survey._repr_html_(), repr(counted), counted._repr_html_(), counted.reasons().to_csv()]
        said += [repr(lost), lost._repr_html_(), lost.reasons.to_csv(), repr(scored), scored._repr_html_()]
        said += [repr(cx.inspect(survey)), survey.questions.to_csv(), repr(survey.source)]
        clean(dict(enumerate(said)))
        assert counted.reasons()["rows"].sum() == 2

    @pytest.mark.parametrize("made", ["to_csv", "to_xlsx", "to_parquet"])
    def test_written_files_leave_personal_columns_out(self, survey, tmp_path, made):
        path = tmp_path / f"out{ {'to_csv': '.csv', 'to_xlsx': '.xlsx', 'to_parquet': '.parquet'}[made] }"
        getattr(survey, made)(path)
        again = cx.read_export(path).responses
        # What customers wrote is theirs to keep; columns of persons are not.
        assert not {"customer", "Full name", "phone", "IPAddress", "street"} & set(again)
        clean({"all but what was written": again.drop(columns=["comment", "ces", "csat"]).to_csv()})

    def test_keys_that_do_not_match_are_not_quoted(self, survey, planted):
        events = pd.read_csv(planted["events"], parse_dates=["contacted_at"])
        for table, at in (
            (events.assign(ticket=range(len(events))), "contacted_at"),
            (events.assign(ticket=[pd.Timestamp("2026-01-01")] * len(events)), "contacted_at"),
            (events, "phone"),
            (events, "agent"),
        ):
            with pytest.raises(ValueError, match="column") as caught:
                cx.attach(survey, table, on="ticket", before=("answered_at", at), facts={"calls": "count"})
            assert found_in(str(caught.value)) == []

    def test_columns_that_are_joined_are_looked_at(self, survey, planted):
        events = cx.read_export(planted["events"]).responses
        facts = {"number": ("phone", "last"), "agents": ("agent", "last")}
        joined = cx.attach(survey, events, on="ticket", facts=facts)
        found = cx.personal_columns(joined.data)
        assert {name: found.get(name) for name in ("number", "agents")} == {"number": "phone number", "agents": "name"}

    @pytest.mark.parametrize("driver", ["customer", "phone", "street", "comment"])
    def test_drivers_are_not_quoted(self, survey, driver):
        with pytest.raises(ValueError, match=driver) as caught:
            cx.fit_drivers(survey, "ces", scale="ces-2.0", drivers=[cx.Driver(driver)])
        assert found_in(str(caught.value)) == []
        with pytest.raises(ValueError, match=driver) as caught:
            cx.fit_drivers(survey, "ces", scale="ces-2.0", drivers=[cx.Driver(driver, kind="number")])
        assert found_in(str(caught.value)) == []

    @pytest.mark.parametrize("column", ["customer", "Full name", "phone", "comment"])
    def test_columns_that_are_no_dates_or_durations_are_not_quoted(self, survey, column):
        calls = [
            lambda: cx.with_period(survey, column, every="week"),
            lambda: cx.early_and_late(survey, "ces", asked=column, answered="answered_at", scale="ces-2.0"),
            lambda: cx.speeders(survey, column),
            lambda: cx.response_rates(survey.responses, responded=column),
        ]
        for call in calls:
            with pytest.raises((ValueError, TypeError)) as caught:
                call()
            assert found_in(str(caught.value)) == []
