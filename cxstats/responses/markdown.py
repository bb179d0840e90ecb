r"""Text from the data in Markdown, where every character stands for itself.

>>> print(bullets(["fell in <b>chat</b>", "see [here](javascript:alert)"]))
- fell in &lt;b&gt;chat&lt;/b&gt;
- see \[here\](javascript:alert)
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|~$])")


def plain_markdown(text: str) -> str:
    """Escape what Markdown or HTML would take for markup, and put the text on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def bullets(lines: Iterable[str]) -> str:
    """Write lines as a Markdown list, each with its characters standing for themselves."""
    return "\n".join(f"- {plain_markdown(line)}" for line in lines)
