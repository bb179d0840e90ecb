"""What a terminal would obey, taken out of text that comes from an export."""

import re
from typing import Final

# Control characters but line feeds, and marks that turn the direction of what follows.
_COMMANDS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def without_commands(text: str) -> str:
    r"""Return a text with a mark in place of each control character; line feeds stay.

    >>> without_commands("very \x1b[31msatisfied")
    'very �[31msatisfied'
    """
    return _COMMANDS.sub("\ufffd", text)
