"""What all drawings share: inks, axes, ticks; few colours, and none that a reader needs."""

from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INK: Final = "#1b1b1b"
QUIET: Final = "#6b6b6b"
FAINT: Final = "#d9d9d9"
ROW_INCHES: Final = 0.38


def axes_or_new(given: Axes | None, height: float, width: float = 7.5) -> Any:
    """Return the axes to draw on: those given, or new ones; Any, since matplotlib's keywords have no types."""
    return given or plt.subplots(figsize=(width, height), layout="constrained")[1]


def clean(axes: Any) -> None:
    """Take away the frame and the ticks of the vertical axis."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def is_dark(colour: str) -> bool:
    """Say whether white letters read better on a colour."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def percent_tick(percent: float, _: object) -> str:
    """Write a tick in percent."""
    return f"{percent:.0f} %"


def level_text(confidence_level: float) -> str:
    """Write ``"95 % interval"``."""
    return f"{100 * confidence_level:g} % interval"
