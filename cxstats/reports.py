"""Run curated notebooks, over the sample exports or over a user's own, and bind them as pages.

A notebook names what can be set in one cell tagged ``parameters``; settings go into a new cell below it, as a user
would type them. A page holds text, tables and figures without the code, asks nothing of the network, and an index of
the folder lists the question and the answer of each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from re import search
from string import Template
from typing import Any, Final, cast

from cxstats.responses.names import unknown_name
from cxstats.responses.quoting import without_emails
from cxstats.settings import Parameter, parameters_of, set_parameters

TABLES: Final = ("frame", "events", "contacts", "later", "business")
"""Parameters that name a table besides the export, as a path."""
PATHS: Final = (*TABLES, "out")
"""Parameters that are paths: of tables to read, and of the folder that lists are written to."""
OF_THE_SAMPLE: Final = (
    *TABLES,
    "weights",
    "clusters",
    "today",
    "since",
    "until",
    "release_date",
    "reached",
    "goal",
    "goal_by",
    "known_truth",
    "owners",
    "first_rows",
)
"""Parameters that say something of the sample exports alone: how they were drawn, a release, a target, owners."""
_META: Final = ("question", "answer", "source")
CELL_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was written.

    Attributes
    ----------
    path
        Where it is.
    question
        The title of the notebook.
    answer
        Its first answer, as HTML.
    source
        Name of the export that it was run over, without e-mail addresses in it.
    """

    path: Path
    question: str
    answer: str
    source: str


def notebooks_folder() -> Path:
    """Return the folder of the curated notebooks: inside an installed package, or beside it in a clone."""
    inside = Path(__file__).parent / "notebooks"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "notebooks"


def curated_notebooks() -> dict[str, Path]:
    """List the curated notebooks by name, without their number: ``{"how-easy-are-we": ...}``."""
    paths = sorted(notebooks_folder().glob("[0-9][0-9]-*.ipynb"))
    return {path.stem[3:]: path for path in paths}


def named_notebook(name: str) -> Path:
    """Return a curated notebook by its name, with or without number, or a notebook of one's own by its path.

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    known = curated_notebooks()
    plain = name.removesuffix(".ipynb")
    for short, path in known.items():
        if plain in (short, path.stem):
            return path
    if name.endswith(".ipynb") and Path(name).is_file():
        return Path(name)
    raise ValueError(unknown_name("notebook", name, known))


def stored_parameters(path: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name."""
    return parameters_of(_read(path))


def count_cells(path: Path) -> int:
    """Count the code cells of a notebook, plus one for settings: the steps of a progress bar."""
    return sum(cell.cell_type == "code" for cell in _read(path).cells) + 1


def write_report(
    path: Path,
    out: Path,
    *,
    settings: Mapping[str, object] | None = None,
    name: str | None = None,
    on_cell: Callable[[], object] = lambda: None,
) -> Page:
    """Run a notebook and write it as a page.

    Parameters
    ----------
    path
        The notebook. The stored one is not changed.
    out
        Folder of the page; made if need be.
    settings
        Values for the names in its ``parameters`` cell, as values or as text; each must be of the type noted there.
    name
        Name of the page without ending; that of the notebook unless given.
    on_cell
        Called after each cell.

    Returns
    -------
    Page

    Raises
    ------
    ValueError
        If a setting has no parameter of its name or not its type, the name or folder cannot be used, or a cell of the
        notebook fails; the message is the cell's.
    """
    name = path.stem if name is None else name
    if not name.strip() or Path(name).name != name or name == "index":
        raise ValueError(f"the name of a page is a file name other than 'index', without folders; got {name!r}")
    if out.exists() and not out.is_dir():
        raise ValueError(f"pages go into a folder; {out} is a file")
    notebook = _read(path)
    used = {name: known.stored for name, known in parameters_of(notebook).items()} | dict(settings or {})
    if settings:
        set_parameters(notebook, settings)
    try:
        _run(notebook, path.parent, on_cell)
    except ValueError as error:
        raise ValueError(f"{error}{_named_by(used, str(error))}") from None
    out.mkdir(parents=True, exist_ok=True)
    source = without_emails(Path(str(used.get("export", ""))).name)
    page = Page(out / f"{name}.html", _question(notebook, path), _answer(notebook), source)
    page.path.write_text(_html(notebook, page), encoding="utf-8")
    return page


def write_index(out: Path) -> Path:
    """Write ``index.html``: the question and the answer of each page in the folder, with a link."""
    entries: list[str] = []
    for path in sorted(out.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        found = [search(rf'<meta name="cxstats:{what}" content="([^"]*)">', text) for what in _META]
        if all(found):
            question, answer, source = (unescape(match[1]) for match in found if match)
            link = f'<h2><a href="{escape(path.name)}">{escape(question)}</a></h2>'
            entries.append(f'<section>{link}<p class="source">{escape(source)}</p>{answer}</section>')
    index = out / "index.html"
    body = "<h1>Customer experience report</h1>" + "".join(entries)
    index.write_text(_PAGE.substitute(title="Customer experience report", meta="", top="", body=body), encoding="utf-8")
    return index


def _read(path: Path) -> Any:
    try:
        import nbclient  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import nbconvert  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import nbformat
    except ImportError:
        raise ValueError("reports need the extra 'report': pip install 'cxstats[report]'") from None
    try:
        return cast("Any", nbformat).read(path, as_version=4)
    except (nbformat.ValidationError, ValueError, AttributeError, KeyError):
        raise ValueError(f"{path.name} is not a Jupyter notebook") from None


def _run(notebook: Any, folder: Path, on_cell: Callable[[], object]) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    def executed(**_: object) -> None:
        on_cell()

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=executed,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise ValueError(f"the notebook stopped: {error.ename}: {error.evalue}") from None
    except RuntimeError as error:
        raise OSError(f"the notebook's kernel did not run: {error}") from None


def _named_by(used: Mapping[str, object], message: str) -> str:
    """Say which parameters hold what a message quotes, so that the reader knows what to set."""
    quoted = [name for name, value in used.items() if isinstance(value, str) and value and repr(value) in message]
    return f"; to name another: --set {' or '.join(f'{name}=...' for name in quoted)}" if quoted else ""


def _question(notebook: Any, path: Path) -> str:
    texts: Sequence[str] = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    title = search(r"^# +(.+)$", texts[0]) if texts else None
    return title[1].strip() if title else path.stem


def _answer(notebook: Any) -> str:
    """Return the first Markdown that a cell computed, as HTML."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    for output in outputs:
        computed = output.get("data", {}).get("text/markdown")
        if computed:
            return markdown2html_mistune(computed).replace("\n", " ")
    return ""


def _html(notebook: Any, page: Page) -> str:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    body, _ = exporter.from_notebook_node(notebook)
    meta = "".join(
        f'<meta name="cxstats:{what}" content="{escape(text)}">\n'
        for what, text in zip(_META, (page.question, page.answer, page.source), strict=True)
    )
    top = f'<nav><a href="index.html">All questions</a><span class="source">{escape(page.source)}</span></nav>'
    return _PAGE.substitute(title=escape(page.question), meta=meta, top=top, body=body)


_PAGE: Final = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
$meta<style>
body { font: 17px/1.55 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1b1b1b; background: #fff;
  max-width: 52rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0 .75rem; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
a { color: #1f5f8b; }
nav { display: flex; justify-content: space-between; font-size: .9rem; }
.source { color: #6b6b6b; font-size: .9rem; margin: 0; }
section { border-top: 1px solid #d9d9d9; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .92rem; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
th { text-align: left; border-bottom: 2px solid #1b1b1b; }
th, td { padding: .3rem .9rem .3rem 0; vertical-align: top; }
tbody tr { border-bottom: 1px solid #e6e6e6; }
code { background: #f4f4f4; padding: 0 .25em; border-radius: 3px; font-size: .92em; }
pre { overflow-x: auto; font-size: .85rem; }
.jp-RenderedHTMLCommon, .jp-OutputArea-output { overflow-x: auto; }
@media print { nav { display: none; } body { max-width: none; } }
</style>
</head>
<body>
$top
<main>
$body
</main>
</body>
</html>
"""
)
