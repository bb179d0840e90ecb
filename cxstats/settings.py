"""What can be set in a curated notebook: its parameters, their types, and a user's values for them."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from cxstats.responses.names import unknown_name

PARAMETERS: Final = "parameters"
SETTINGS: Final = "injected-parameters"
_TYPES: Final[Mapping[str, type]] = {"str": str, "int": int, "float": float, "list": list, "dict": dict, "bool": bool}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a notebook.

    Attributes
    ----------
    name
        Its name.
    kinds
        The types that it may have.
    stored
        The value in the notebook.
    line
        The line, or lines, that say it, with what stands beside it.
    """

    name: str
    kinds: tuple[type, ...]
    stored: object
    line: str

    def read(self, value: object) -> object:
        """Return a setting as a value of one of its types; text is read as a Python literal if need be.

        Raises
        ------
        ValueError
            If it is of another type.

        Examples
        --------
        >>> Parameter("goal", (float,), 0.8, "").read("1"), Parameter("by", (list,), [], "").read("['team']")
        (1.0, ['team'])
        >>> Parameter("owner", (str, dict), "", "").read("team")
        'team'
        """
        literal = parse_setting(value) if isinstance(value, str) else value
        for kind in self.kinds:
            if kind is float and isinstance(literal, int) and not isinstance(literal, bool):
                return float(literal)
            if kind is not str and isinstance(literal, kind) and (kind is bool or not isinstance(literal, bool)):
                return literal
        if str in self.kinds and isinstance(value, str):
            return value
        kinds = " or ".join(kind.__name__ for kind in self.kinds)
        raise ValueError(f"parameter {self.name!r} must be of type {kinds}; got {value!r}; it is stored as {self.line}")


def parameters_of(notebook: Any) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name."""
    place = place_of_parameters(notebook)
    source = notebook.cells[place].source if place >= 0 else ""
    lines = source.splitlines()
    return {
        node.target.id: Parameter(
            node.target.id,
            _kinds(node.annotation),
            parse_setting(ast.unparse(node.value)),
            "\n".join(lines[node.lineno - 1 : node.end_lineno]),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    }


def place_of_parameters(notebook: Any) -> int:
    """Return the position of the parameters cell, -1 where there is none."""
    return next((k for k, cell in enumerate(notebook.cells) if PARAMETERS in cell.metadata.get("tags", [])), -1)


def set_parameters(notebook: Any, settings: Mapping[str, object]) -> None:
    """Write settings into a new cell below the parameters, as a user would type them.

    Raises
    ------
    ValueError
        If a setting has no parameter of its name or not its type.
    """
    from nbformat import v4

    known = parameters_of(notebook)
    for name in settings:
        if name not in known:
            raise ValueError(unknown_name("parameter", name, known))
    lines = [f"{name} = {known[name].read(value)!r}" for name, value in settings.items()]
    cell = cast("Any", v4).new_code_cell("\n".join(lines), metadata={"tags": [SETTINGS]})
    notebook.cells.insert(place_of_parameters(notebook) + 1, cell)


def parse_setting(text: str) -> object:
    """Read the value of a setting: a Python literal where it is one, else the text itself.

    Examples
    --------
    >>> parse_setting("5"), parse_setting("channel"), parse_setting("{'csat': 'csat-5'}")
    (5, 'channel', {'csat': 'csat-5'})
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _kinds(annotation: ast.expr) -> tuple[type, ...]:
    """Read ``str | dict`` and the like."""
    names = [name.strip() for name in ast.unparse(annotation).split("|")]
    return tuple(_TYPES[name] for name in names if name in _TYPES)
