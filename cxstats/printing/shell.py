"""Words and options of a command, quoted to be pasted into a shell."""

import shlex


def shell_word(text: str) -> str:
    r"""Quote a word for a shell, in letters that can be seen.

    >>> print(shell_word("how easy?"), shell_word("a\tb"))
    'how easy?' $'a\tb'
    """
    if text.isprintable():
        return shlex.quote(text)
    seen = (letter if letter.isprintable() and letter not in "\\'" else _escaped(letter) for letter in text)
    return f"$'{''.join(seen)}'"


def _escaped(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    return "\\t" if letter == "\t" else f"\\U{ord(letter):08x}"


def option(name: str, value: str) -> str:
    """Write an option with its value.

    >>> option("--by", "contact reason"), option("--missing", "-99")
    ("--by 'contact reason'", '--missing=-99')
    """
    word = shell_word(value)
    return f"{name}={word}" if value.startswith("-") else f"{name} {word}"
