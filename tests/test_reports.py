"""Pages: settings reach the notebook, the page stands alone, the index lists question and answer, errors are clear."""

import re

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cxstats.cli import main
from cxstats.reports import curated_notebooks, named_notebook, stored_parameters, write_index, write_report


@pytest.fixture
def notebook(tmp_path):
    cells = [
        new_markdown_cell("# What is it?"),
        new_code_cell('export: str = "none.csv"  # file\ntimes: int = 2', metadata={"tags": ["parameters"]}),
        new_code_cell('from IPython.display import Markdown\nMarkdown(f"**{len(range(times)) * 21}** from {export}")'),
    ]
    path = tmp_path / "90-what-is-it.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_settings_reach_the_page_and_the_stored_notebook_stays(notebook, tmp_path):
    before = notebook.read_bytes()
    ticks = []
    page = write_report(notebook, tmp_path / "out", settings={"times": 3}, on_cell=lambda: ticks.append(1))
    html = page.path.read_text(encoding="utf-8")
    assert "<strong>63</strong> from none.csv" in html
    assert "times = 3" not in html
    assert (page.question, page.source, len(ticks)) == ("What is it?", "none.csv", 3)
    assert notebook.read_bytes() == before


def test_index_lists_question_answer_and_source(notebook, tmp_path):
    out = tmp_path / "out"
    write_report(notebook, out, name="a&b")
    (out / "stranger.html").write_text("<p>not ours</p>")
    index = write_index(out).read_text(encoding="utf-8")
    assert 'href="a&amp;b.html">What is it?</a>' in index
    assert "<strong>42</strong>" in index
    assert "none.csv" in index
    assert "stranger" not in index


def test_unknown_parameters_and_notebooks_say_what_exists(notebook, tmp_path):
    with pytest.raises(ValueError, match="parameter 'time' not found; did you mean 'times'. parameters: export, times"):
        write_report(notebook, tmp_path, settings={"time": 3})
    with pytest.raises(
        ValueError, match="notebook 'how-easy' not found; .*notebooks: who-answered, how-easy-are-we, did-it"
    ):
        named_notebook("how-easy")
    assert named_notebook("02-how-easy-are-we.ipynb") == named_notebook("how-easy-are-we")


def test_a_failing_cell_is_one_line(tmp_path, notebook):
    with pytest.raises(ValueError, match="the notebook stopped: OverflowError: "):
        write_report(notebook, tmp_path, settings={"times": 10**30})


def test_settings_have_the_type_of_their_parameter(tmp_path, notebook):
    with pytest.raises(ValueError, match="parameter 'times' must be of type int; got 'two'"):
        write_report(notebook, tmp_path, settings={"times": "two"})
    assert "<strong>84</strong>" in write_report(notebook, tmp_path, settings={"times": "4"}).path.read_text()
    assert "from 5" in write_report(notebook, tmp_path, settings={"export": "5"}).path.read_text()


@pytest.mark.parametrize("name", ["index", "", "a/b", "../out"])
def test_pages_stay_in_their_folder(tmp_path, notebook, name):
    with pytest.raises(ValueError, match="the name of a page is a file name other than 'index'"):
        write_report(notebook, tmp_path / "out", name=name)
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="pages go into a folder; .*file is a file"):
        write_report(notebook, tmp_path / "file")


def test_what_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "x.ipynb").write_text("{}")
    with pytest.raises(ValueError, match="x.ipynb is not a Jupyter notebook"):
        write_report(tmp_path / "x.ipynb", tmp_path)


def test_the_curated_notebook_runs_over_an_export_of_ones_own(tmp_path):
    rows = "".join(f"{1 + k % 5};{'kiosk' if k % 3 else 'desk'}\n" for k in range(60))
    export = tmp_path / "mine.csv"
    export.write_text("how hard;place\n" + rows)
    arguments = ["report", str(export), "--notebook", "how-easy-are-we", "--set", "column=how hard", "--set",
                 "scale=ces-difficulty-5", "--set", "by=place", "--out", str(tmp_path / "pages")]  # fmt: skip
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "pages are in" in result.output
    html = (tmp_path / "pages" / "02-how-easy-are-we.html").read_text(encoding="utf-8")
    assert "mean of answers 1-5, low is good" in html
    assert "Not in this export, and left out: csat, nps." in html
    assert "There is no second rating." in html
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", html)
    assert all(address.startswith(("data:", "index.html", "#")) for address in addresses)
    assert str(tmp_path) not in html


def test_nothing_that_is_known_of_the_sample_alone_is_said_of_another_export(tmp_path):
    days = pd.date_range("2026-01-01", periods=300, freq="9h").strftime("%Y-%m-%d %H:%M:%S")
    export = tmp_path / "mine.csv"
    pd.DataFrame({"answered_at": days, "ces": [1 + k % 7 for k in range(300)]}).to_csv(export, index=False)
    for notebook in ("did-it-change", "how-many-do-we-ask"):
        arguments = ["report", str(export), "--notebook", notebook, "--out", str(tmp_path / "pages")]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
    html = (tmp_path / "pages" / "03-did-it-change.html").read_text(encoding="utf-8")
    assert "No release is named." in html
    assert "No target is named." in html
    assert "9 February 2026" not in html


def test_columns_that_are_set_must_exist_and_the_samples_design_stays_with_the_sample(tmp_path):
    export = tmp_path / "mine.csv"
    export.write_text(
        "ces,weight,customer\n" + "".join(f"{1 + k % 7},{1 + 50 * (k % 7 == 0)},{k}\n" for k in range(70))
    )
    wrong = CliRunner().invoke(main, ["report", str(export), "--set", "weights=wieght", "--out", str(tmp_path)])
    assert wrong.exit_code == 1
    assert "column 'wieght' not found; did you mean 'weight'?" in wrong.output
    result = CliRunner().invoke(main, ["report", str(export), "--out", str(tmp_path / "pages")])
    assert result.exit_code == 0, result.output
    # Notebooks that ask for drivers say why they were not run over an export that has none.
    assert "not run: 05-what-makes-checkout-hard (the notebook stopped: ValueError: drivers must name" in result.output
    html = (tmp_path / "pages" / "02-how-easy-are-we.html").read_text(encoding="utf-8")
    assert "<strong>ces 4.00</strong> (mean of answers 1-7, high is good);" in html


def test_a_list_of_columns_can_be_set_and_each_must_exist(tmp_path):
    export = tmp_path / "mine.csv"
    rows = (f"{1 + k % 7},{'abcd'[k % 4]},{'xyz'[k % 3]}\n" for k in range(240))
    export.write_text("ces,shop,floor\n" + "".join(rows))
    start = ["report", str(export), "--notebook", "where-does-it-hurt", "--out", str(tmp_path / "pages")]
    result = CliRunner().invoke(main, [*start, "--set", "by=['shop','floor']", "--set", "units="])
    assert result.exit_code == 0, result.output
    wrong = CliRunner().invoke(main, [*start, "--set", "by=['shop','flor']"])
    assert (wrong.exit_code, "column 'flor' not found; did you mean 'floor'?" in wrong.output) == (1, True)


def test_a_message_names_the_parameter_and_other_pages_are_written(tmp_path):
    export = tmp_path / "mine.csv"
    export.write_text("ces,day\n" + "".join(f"{1 + k % 7},2026-01-0{1 + k % 9}\n" for k in range(90)))
    arguments = ["report", str(export), "--notebook", "did-it-change", "--notebook", "how-easy-are-we"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "pages")])
    assert result.exit_code == 1
    assert "column 'answered_at' not found; columns: ces, day" in result.output
    assert "to name another: --set time=..." in result.output
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["02-how-easy-are-we.html", "index.html"]


def test_parameters_are_listed_and_read_by_their_notes():
    listed = CliRunner().invoke(main, ["parameters", "whom-to-contact"]).output
    assert '  customer: str = "customer"  # what tells customers apart' in listed
    known = stored_parameters(curated_notebooks()["whom-to-contact"])
    assert known["capacity"].read("{'north': 2}") == {"north": 2}
    assert known["owner"].read("{'return': 'returns team'}") == {"return": "returns team"}
    assert known["owner"].read("team") == "team"
    assert stored_parameters(curated_notebooks()["did-it-change"])["goal"].read("80") == 80.0
    with pytest.raises(ValueError, match="parameter 'capacity' must be of type int or dict; got 'many'"):
        known["capacity"].read("many")


def test_there_are_curated_notebooks():
    assert list(curated_notebooks()) == [
        "who-answered", "how-easy-are-we", "did-it-change", "where-does-it-hurt", "what-makes-checkout-hard",
        "what-makes-support-hard", "whom-to-contact", "how-many-do-we-ask",
    ]  # fmt: skip


def test_markup_in_an_export_is_shown_and_not_run(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    rows = [f"k,{evil},ces,csat", *(f"{k},*a* [x](javascript:alert({k})),{1 + k % 7},{1 + k % 5}" for k in range(40))]
    export = tmp_path / "evil.csv"
    export.write_text("\n".join(rows), encoding="utf-8")
    settings = {"export": str(export), "frame": "", "events": "", "weights": "", "customer": evil}
    page = write_report(named_notebook("who-answered"), tmp_path, settings=settings, name="evil")
    for path in (page.path, write_index(tmp_path)):
        text = path.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert 'href="javascript' not in text
    assert "onerror" in page.path.read_text(encoding="utf-8")


def test_markup_in_names_segments_and_answers_is_shown_escaped_in_the_page_of_a_score(tmp_path):
    """The command writes the page of notebook 02; tags stand in it as letters only."""
    script, image, bold = "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "<b onclick=alert(3)>x</b>"
    column, by = f"ces {script}", f"place {image}"
    segments = [f"desk {script}", f"web {image}", "kiosk & co"]
    rows = [f"{1 + k % 7},{segments[k % 3]},{bold} {script} {k}" for k in range(90)]
    export = tmp_path / "evil.csv"
    lines = [f"{column},{by},said {bold}", *rows, f"{bold},{segments[0]},", f"{bold},{segments[1]},"]
    export.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["report", str(export), "--notebook", "how-easy-are-we", "--set", f"column={column}", "--set",
                 "scale=ces-2.0", "--set", f"by={by}", "--name", "evil", "--out", str(tmp_path / "pages")]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    for name in ("evil.html", "index.html"):
        page = (tmp_path / "pages" / name).read_text(encoding="utf-8")
        for tag in ("<script>alert", "<img src=x", "<b onclick"):
            assert tag not in page
    page = (tmp_path / "pages" / "evil.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "kiosk &amp; co" in page
