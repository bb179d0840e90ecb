"""The command: look into an export, score it, run a notebook over it."""

import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final, cast

import click
import pandas as pd

from cxstats.printing.accounts import account, repeaters
from cxstats.printing.details import detail_lines, named_questions
from cxstats.printing.next_scores import next_score
from cxstats.printing.objects import inspection, json_text, next_object
from cxstats.printing.pages import full_page, page
from cxstats.printing.score_tables import score_objects, score_text
from cxstats.responses.answers import read_answer
from cxstats.responses.exports import read_export
from cxstats.responses.exports.vendors import VENDORS
from cxstats.responses.inspection import inspect
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import SCALES, named_scale
from cxstats.responses.survey import Survey
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.estimates import MINIMUM_BASE, Scores, score
from cxstats.scores.intervals import INTERVALS
from cxstats.scores.metrics import METRIC_NAMES
from cxstats.settings import parse_setting

Command = Callable[..., Any]

_MUCH_SET_ASIDE: Final = 0.05
_LARGE: Final = 20_000_000


class _Friendly(click.Group):
    """A group whose commands turn an error about the input into one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (ValueError, OSError) as error:
            raise click.ClickException(" ".join(str(error).split())) from None


def _pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE options."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"must be NAME=VALUE; got {text!r}", param=option)
        found[name] = value
    return found


def _reading_options(command: Command) -> Command:
    """Add the options that say how to read the export."""
    options = [
        click.option(
            "--vendor",
            help=f"Shape of the export: {', '.join(one.name for one in VENDORS)}. Recognised by content unless given.",
        ),
        click.option("--encoding", help="Encoding of a text file, as utf-8 or cp1252. Found unless given."),
        click.option("--delimiter", help="Character between cells. Found unless given."),
        click.option("--sheet", help="Sheet of an Excel file. The first unless given."),
        click.option(
            "--rename", multiple=True, callback=_pairs, metavar="OLD=NEW", help="Rename a column. Repeatable."
        ),
    ]
    return reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


@click.group(cls=_Friendly, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="cxstats")
def main() -> None:
    """Customer effort, satisfaction and recommendation scores with honest intervals.

    \b
    Examples:
      cxstats inspect export.csv
      cxstats score export.csv --column ces --scale ces-2.0 --by channel
      cxstats report export.csv --notebook how-easy-are-we --set column=ces --out reports
    """  # noqa: D301, D401
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows a question mark rather than nothing at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@main.command("inspect")
@click.argument("export", type=click.Path(path_type=Path))
@click.argument("columns", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Print all of every column, and every note.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@_reading_options
def inspect_command(export: Path, columns: tuple[str, ...], **given: Any) -> None:
    """Say what is in EXPORT on one screen, and how to score it. With COLUMNS, or how they begin, all of these.

    \b
    Examples:
      cxstats inspect export.csv
      cxstats inspect export.csv csat Q7
      cxstats inspect export.xlsx --sheet Responses --json
    """  # noqa: D301
    reading = {name: given[name] for name in ("vendor", "encoding", "delimiter", "sheet")}
    survey = _read(export, reading).rename(given["rename"])
    questions = inspect(survey)
    chosen = named_questions(questions, columns) if columns else questions
    following = next_score(survey, questions)
    options = [(f"--{name}", value) for name, value in reading.items() if value]
    options += [("--rename", f"{old}={new}") for old, new in given["rename"].items()]
    commands = following.commands(str(export), options)
    if given["as_json"]:
        said = next_object(following, str(export), options)
        click.echo(json_text(inspection(survey, chosen) | {"next": said}))
        return
    if columns:
        lines = [line for question in chosen for line in detail_lines(survey, question)]
    else:
        lines = (full_page if given["every"] else page)(survey, questions, following, commands)
    click.echo("\n".join(lines))


@main.command("score")
@click.argument("export", type=click.Path(path_type=Path))
@click.option("--column", "columns", multiple=True, required=True, help="Column to score. Repeatable.")
@click.option(
    "--scale",
    "scales",
    multiple=True,
    required=True,
    metavar="NAME",
    help=f"Scale of the column: {', '.join(SCALES)}. Once for all columns, or once for each.",
)
@click.option("--metric", metavar="NAME", help=f"{', '.join(METRIC_NAMES)}. The usual one of the scale unless given.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Column whose values make the segments. Repeatable.")
@click.option("--weights", metavar="COLUMN", help="Column of survey weights.")
@click.option("--strata", metavar="COLUMN", help="Column of strata.")
@click.option("--clusters", metavar="COLUMN", help="Column of clusters, as the customer who answered more than once.")
@click.option("--missing", multiple=True, metavar="CODE", help="Code that means no answer. Repeatable.")
@click.option("--time", metavar="COLUMN", help="Column of dates, for --since and --until.")
@click.option("--since", metavar="DATE", help="First day in use, as 2026-01-31.")
@click.option("--until", metavar="DATE", help="Last day in use.")
@click.option("--method", default="score", show_default=True, metavar="NAME", help=f"Interval: {', '.join(INTERVALS)}.")
@click.option("--confidence-level", default=0.95, show_default=True, type=float, help="Between 0 and 1.")
@click.option(
    "--minimum-base",
    default=MINIMUM_BASE,
    show_default=True,
    type=click.IntRange(min=0),
    help="Fewer answers than this are too few to say.",
)
@click.option("--sentence", is_flag=True, help="Print a sentence to paste into a mail instead of a table.")
@click.option("--invited", type=click.IntRange(min=1), help="Customers who were asked, for the response rate.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, unrounded, instead of a table.")
@_reading_options
def score_command(export: Path, **given: Any) -> None:
    """Score columns of EXPORT, with intervals.

    \b
    Examples:
      cxstats score export.csv --column ces --scale ces-2.0 --metric favourable --by channel
      cxstats score export.csv --column ces --scale ces-2.0 --weights w --clusters customer --json
      cxstats score export.csv --column nps --scale nps --missing 11 --sentence --invited 12000
      cxstats score export.csv --column csat --scale csat-5 --time date --since 2026-01-01 --until 2026-03-31
    """  # noqa: D301
    columns, scales = given["columns"], given["scales"]
    if len(scales) not in (1, len(columns)):
        raise click.UsageError(f"--scale must be given once, or once for each of {len(columns)} columns")
    if given["invited"] and not given["sentence"]:
        raise click.UsageError("--invited goes with --sentence")
    if given["sentence"] and given["as_json"]:
        raise click.UsageError("--sentence and --json are two ways to print; give one")
    reading = {name: given[name] for name in ("vendor", "encoding", "delimiter", "sheet")}
    survey = _between(_read(export, reading).rename(given["rename"]), given["time"], given["since"], given["until"])
    if survey.responses.empty:
        raise ValueError(f"no response is left to score: {account(survey)}")
    each = zip(columns, scales * (len(columns) // len(scales)), strict=True)
    scored = [_score_column(survey, column, scale, given) for column, scale in each]
    if given["as_json"]:
        click.echo(json_text([row for scores in scored for row in score_objects(scores)]))
    elif given["sentence"]:
        click.echo("\n".join(scores.sentence(invited=given["invited"]) for scores in scored))
    else:
        click.echo("\n\n".join(score_text(scores) for scores in scored))
        click.echo(f"\n{account(survey)}")
    unused = [f"--missing {code} occurs in none of the scored columns" for code in _unused(given["missing"], scored)]
    unused += [_badly_placed(scores) for scores in scored if _share_set_aside(scores) > _MUCH_SET_ASIDE]
    for note in [*unused, *([] if given["clusters"] else repeaters(survey))]:
        click.echo(f"note: {note}", err=True)


@main.command("parameters")
@click.argument("names", nargs=-1, metavar="[NOTEBOOK]...")
def parameters_command(names: tuple[str, ...]) -> None:
    """List what can be set in curated notebooks, with the values that are stored.

    \b
    Example:
      cxstats parameters did-it-change
    """  # noqa: D301
    from cxstats import reports

    for path in [reports.named_notebook(n) for n in names] or list(reports.curated_notebooks().values()):
        lines = [known.line for known in reports.stored_parameters(path).values()]
        click.echo("\n".join([path.stem, *(f"  {line}" for text in lines for line in text.splitlines()), ""]))


@main.command("report")
@click.argument("export", type=click.Path(path_type=Path), required=False)
@click.option(
    "--notebook",
    "names",
    multiple=True,
    metavar="NAME",
    help="Curated notebook, or the path of one. Repeatable; all curated ones unless given.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="Set a parameter of the notebook. Repeatable.",
)
@click.option("--name", help="Name of the page, without ending. That of the notebook unless given.")
@click.option(
    "--out", default="reports", show_default=True, type=click.Path(path_type=Path), help="Folder of the pages."
)
def report_command(  # noqa: PLR0917
    export: Path | None, names: tuple[str, ...], settings: dict[str, str], name: str | None, out: Path
) -> None:
    """Run curated notebooks over EXPORT, or over the sample exports, and write them as pages.

    \b
    Examples:
      cxstats report
      cxstats report export.csv --notebook how-easy-are-we --set column=ces --set scale=ces-2.0 --out pages

    `cxstats parameters` lists what can be set.
    """  # noqa: D301
    from cxstats import reports

    paths = [reports.named_notebook(n) for n in names] or list(reports.curated_notebooks().values())
    if not paths:
        raise ValueError(f"no curated notebooks in {reports.notebooks_folder()}")
    if name and len(paths) > 1:
        raise click.UsageError("--name goes with one --notebook")
    values = dict(settings)
    if export is not None:
        if "export" in values:
            raise click.UsageError("EXPORT and --set export=... name the same thing; give one")
        _require_columns(_read(export, {}), values)
        values["export"] = str(export.resolve())
    # A notebook runs in its own folder, a path is given from here.
    values |= {name: str(Path(values[name]).resolve()) for name in reports.PATHS if values.get(name)}
    not_run = _write_pages(paths, out, values, name=name)
    if len(not_run) < len(paths):
        click.echo(f"pages are in {out}: open {reports.write_index(out)}")
    # Of all notebooks some ask for what an export does not have; one that is named must run, and the sample's do.
    if not_run and (names or export is None or len(not_run) == len(paths)):
        raise ValueError("; ".join(not_run))
    for line in not_run:
        click.echo(line)


def _write_pages(paths: Sequence[Path], out: Path, values: Mapping[str, object], *, name: str | None) -> list[str]:
    """Run notebooks and write their pages; return those that were not run, with the reason."""
    from cxstats import reports

    length, not_run = sum(reports.count_cells(path) for path in paths), list[str]()
    with click.progressbar(length=length, label="running notebooks") as bar:
        for path in paths:
            # How the sample was drawn and what else is known of it says nothing about another export.
            known = reports.stored_parameters(path) if "export" in values else {}
            cleared = {part: known[part].kinds[0]() for part in reports.OF_THE_SAMPLE if part in known}
            settings = {**cleared, **values}
            try:
                reports.write_report(path, out, settings=settings, name=name, on_cell=lambda: bar.update(1))
            except ValueError as error:
                not_run.append(f"not run: {path.stem} ({error})")
        bar.update(length)
    return not_run


def _require_columns(survey: Survey, settings: Mapping[str, str]) -> None:
    """Refuse settings that name a column which the export does not have."""
    for name in ("column", "by", "weights", "clusters"):
        value = settings.get(name, "")
        listed = None if value in survey.responses else parse_setting(value)
        named = cast("list[object]", listed) if isinstance(listed, list) else [value] * bool(value)
        for column in named:
            if column not in survey.responses:
                raise ValueError(unknown_name("column", column, survey.responses.columns))


def _score_column(survey: Survey, column: str, scale: str, given: Mapping[str, Any]) -> Scores:
    names = [given[part] for part in ("weights", "strata", "clusters")]
    design = Design(*names) if any(names) else None
    counted = tally(survey, column, scale=scale, by=given["by"], design=design, missing=given["missing"])
    shown = {name: given[name] for name in ("method", "confidence_level", "minimum_base")}
    return score(counted, given["metric"], **shown)


def _share_set_aside(scores: Scores) -> float:
    total = scores.total
    return int(total.set_aside[0]) / max(int(total.set_aside[0] + total.n[0]), 1)


def _badly_placed(scores: Scores) -> str:
    return (
        f"{100 * _share_set_aside(scores):.0f} % of the answers in {scores.tally.column} do not fit "
        f"{scores.tally.scale.name} and are set aside: is it the right scale? cxstats inspect says which may be"
    )


def _unused(codes: Iterable[str], scored: Iterable[Scores]) -> list[str]:
    """Return the codes for no answer that were named and never met."""
    met: set[str] = {reason for scores in scored for reason in scores.tally.reasons()["reason"]}
    return [code for code in codes if read_answer(code, named_scale("nps"), missing=code).reason not in met]


def _between(survey: Survey, time: str | None, since: str | None, until: str | None) -> Survey:
    """Keep the responses from the first to the last day; the others are rejected with their reason."""
    if (time is None) != (since is None and until is None):
        raise click.UsageError("--time, the column of dates, goes with --since or --until")
    if time is None:
        return survey
    if time not in survey.responses:
        raise ValueError(unknown_name("column", time, survey.responses.columns))
    zone = _dates(survey, time).dt.tz
    survey = survey.where(survey.responses[time].notna(), f"no date in {time}")
    if since is not None:
        survey = survey.where(_dates(survey, time) >= _day(since, zone), f"before {since}")
    if until is not None:
        end = _day(until, zone) + pd.Timedelta(days=1)
        survey = survey.where(_dates(survey, time) < end, f"after {until}")
    return survey


def _dates(survey: Survey, column: str) -> "pd.Series[Any]":
    cells = survey.responses[column]
    if pd.api.types.is_datetime64_any_dtype(cells):
        return cells
    if len(cells) and cells.dropna().map(lambda cell: isinstance(cell, date)).all():
        return pd.to_datetime(cells)
    raise ValueError(f"column {column!r} must hold dates such as 2026-01-31 in every cell; it does not")


def _day(text: str, zone: Any) -> pd.Timestamp:
    try:
        return pd.Timestamp(datetime.strptime(text, "%Y-%m-%d"), tz=zone)
    except ValueError:
        raise ValueError(f"a date must be written as 2026-01-31; got {text!r}") from None


def _read(export: Path, reading: Mapping[str, Any]) -> Survey:
    """Read an export, with a progress bar where it takes a while and somebody is looking."""
    size = export.stat().st_size if export.is_file() else 0
    if size < _LARGE or not sys.stderr.isatty():
        return read_export(export, **reading)
    with click.progressbar(length=size, label=f"reading {export.name}", file=sys.stderr) as bar:
        return read_export(export, **reading, progress=bar.update)
