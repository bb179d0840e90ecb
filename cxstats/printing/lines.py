"""Text from an export as one safe line of bounded width."""

import textwrap
import unicodedata
from collections.abc import Iterable
from typing import Final

WIDTH: Final = 110
_DOTS: Final = "..."
_LEAST_QUOTE: Final = 24


def clean(text: object) -> str:
    r"""Put a text on one line, without what a terminal would obey.

    >>> clean("very \x1b[31msatisfied\n indeed")
    'very [31msatisfied indeed'
    """
    seen = "".join(letter if letter.isprintable() else " " * letter.isspace() for letter in str(text))
    return " ".join(seen.split())


def cells_of(text: str) -> int:
    """Count the cells that a text takes in a terminal: two for a Chinese character, none for a combining mark.

    >>> cells_of("容易"), cells_of("facile")
    (4, 6)
    """
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def short(text: object, most: int) -> str:
    """Clean a text and cut it to so many cells.

    >>> short("How easy was it to return your order?", 20)
    'How easy was it t...'
    """
    line = clean(text)
    if cells_of(line) <= most:
        return line
    kept, left = "", most - len(_DOTS)
    for letter in line:
        left -= _cells(letter)
        if left < 0:
            break
        kept += letter
    return f"{kept.rstrip()}{_DOTS}"


def padded(text: object, width: int) -> str:
    """Cut a text to a width and fill it up with blanks."""
    line = short(text, width)
    return line + " " * (width - cells_of(line))


def listed(parts: Iterable[str], most: int) -> str:
    """List as many parts as fit in so many cells, at least the start of one, and say how many do not.

    >>> listed(["chat 583", "e-mail 543", "web form 454"], 33)
    'chat 583, e-mail 543, and 1 more'
    >>> listed(["a long answer to a question", "another"], 25)
    'a long ans..., and 1 more'
    """
    every = list(parts)
    for count in range(len(every), 0, -1):
        hidden = len(every) - count
        said = ", ".join([*every[:count], *([f"and {hidden:,} more"] if hidden else [])])
        if cells_of(said) <= most:
            return said
    more = f", and {len(every) - 1:,} more" if len(every) > 1 else ""
    return f"{short(''.join(every[:1]), most - len(more))}{more}"


def paragraph(title: str, text: str, *, width: int = WIDTH, lines: int = 2) -> list[str]:
    """Write a text behind its title on a few lines, those after the first set in.

    >>> paragraph("texts", "comment, reason")
    ['texts: comment, reason']
    """
    head = f"{title}: " if title else ""
    found = textwrap.wrap(
        clean(f"{head}{text}"),
        width,
        subsequent_indent="  ",
        max_lines=lines,
        placeholder=f" {_DOTS}",
        break_on_hyphens=False,
    )
    # Wrapping counts letters, of which some take two cells.
    return [line if cells_of(line) <= width else line[: -len(line.lstrip())] + short(line, width - 2) for line in found]


def counted(number: int, one: str, several: str = "") -> str:
    """Write a number with its noun.

    >>> counted(1, "column"), counted(1200, "column")
    ('1 column', '1,200 columns')
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def quoted(text: object, most: int) -> str:
    """Return a text in quotes, cut to so many cells; empty where there is no room to say anything.

    >>> quoted("How easy was it?", 40), quoted("How easy was it?", 9)
    ('"How easy was it?"', '')
    """
    line = clean(text)
    return f'"{short(line, most - 2)}"' if line and most >= min(_LEAST_QUOTE, cells_of(line) + 2) else ""
