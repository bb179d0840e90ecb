"""A frame and its respondents counted at the levels of one column: shares, their covariance, and a test.

>>> import numpy as np
>>> n = np.array([18.0, 82.0])
>>> counts = LevelCounts("channel", ("phone", "chat"), np.array([250.0, 750.0]), n, n, n, linked=False)
>>> round(counts.test()["chi_square"], 4)
2.6133
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.intervals import Sample, score_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LevelCounts:
    """Frame and respondents at the K levels of one column.

    Attributes
    ----------
    column, levels
        The column and its levels, in order, ``"(none)"`` last.
    in_frame, n
        Rows of the frame, and respondents; shape (K,).
    weights, squares
        Sums of the respondents' weights and of their squares; both equal to `n` without weights; shape (K,).
    linked
        Whether respondents are rows of the frame.
    """

    column: str
    levels: tuple[str, ...]
    in_frame: Floats
    n: Floats
    weights: Floats
    squares: Floats
    linked: bool

    @property
    def frame_shares(self) -> Floats:
        """Share of the frame; shape (K,)."""
        return shares_of(self.in_frame)

    @property
    def shares(self) -> Floats:
        """Share of the respondents, weighted where they are; shape (K,)."""
        return shares_of(self.weights)

    @property
    def is_weighted(self) -> bool:
        """Whether respondents count with different weights."""
        return not np.isclose(self.n.sum() * self.squares.sum(), self.weights.sum() ** 2, rtol=1e-12)

    def covariance(self) -> Floats:
        """Covariance of the shares of respondents; shape (K, K).

        The frame is a census and adds nothing. Without a link respondents are a multinomial sample. Linked, each
        customer of the frame answers or not, with the readiness of his level, so that the number of respondents at a
        level is binomial; this is smaller by about the response rate. Under weights it is Taylor's linearisation for
        respondents drawn with replacement.
        """
        shares, total = self.shares, self.weights.sum()
        if not total:
            return np.full((len(shares), len(shares)), np.nan)
        if not self.is_weighted:
            # Equal weights say nothing: count with one each.
            variances = self.n * (1 - divided(self.n, self.in_frame)) if self.linked else self.n
            total, factor = self.n.sum(), 1.0
        else:
            variances, n = self.squares, float(self.n.sum())
            factor = n / (n - 1) if n > 1 else 1.0
        jacobian = np.eye(len(shares)) - shares[:, None]
        return factor * (jacobian * variances) @ jacobian.T / total**2

    def limits(self, confidence_level: float) -> tuple[Floats, Floats]:
        """Score interval of each share, on the size of the simple random sample with the same variance."""
        shares, n = self.shares, float(self.n.sum())
        variance = np.diag(self.covariance())
        # At 0 and 1 the variance says nothing: Kish's size, which is n without weights.
        flat = divided(np.full_like(shares, self.weights.sum() ** 2), np.full_like(shares, self.squares.sum()))
        known = (variance > 0) & (shares > 0) & (shares < 1)
        effective = np.where(known, divided(shares * (1 - shares), variance), flat)
        if self.is_weighted or not self.linked:
            effective = np.minimum(effective, n)
        both = np.column_stack([1 - shares, shares])
        sample = Sample(both, np.array([0.0, 1.0]), effective, effective, np.full_like(shares, np.inf))
        found = score_interval(sample, confidence_level)
        return found.low, found.high

    def inside_frame(self) -> "LevelCounts":
        """Return the levels that the frame has."""
        keep = self.in_frame > 0
        levels = tuple(level for level, kept in zip(self.levels, keep, strict=True) if kept)
        in_frame, n, weights, squares = (part[keep] for part in (self.in_frame, self.n, self.weights, self.squares))
        return LevelCounts(self.column, levels, in_frame, n, weights, squares, self.linked)

    def test(self) -> dict[str, float]:
        """Test that respondents are a random part of the frame, and say how far they are from it."""
        inside = self.inside_frame()
        expected, shares, n = inside.frame_shares, inside.shares, float(inside.n.sum())
        k = len(expected)
        outside = float(self.n.sum() - n)
        if n == 0 or k < 2:
            return dict.fromkeys(TESTED, np.nan) | {"levels": k, "outside_frame": outside}
        distance = float(((shares - expected) ** 2 / expected).sum())
        null = (np.diag(expected) - np.outer(expected, expected)) / n
        if inside.linked and not inside.is_weighted:
            null = null * (1 - n / inside.in_frame.sum())
        if inside.is_weighted:
            null = inside.covariance()
        effects = n * null / expected[:, None]
        first, second = float(np.trace(effects)), float(np.trace(effects @ effects))
        usable = second > 0
        chi_square = n * distance * first / second if usable else np.nan
        degrees = first**2 / second if usable else np.nan
        return {
            "levels": k,
            "chi_square": chi_square,
            "degrees_of_freedom": degrees,
            "p_value": float(scipy.special.chdtrc(degrees, chi_square)) if usable else np.nan,
            "cohens_w": float(np.sqrt(distance)),
            "dissimilarity": float(np.abs(shares - expected).sum() / 2),
            "by_chance": float(np.sqrt(2 * np.maximum(np.diag(null), 0) / np.pi).sum() / 2),
            "smallest_expected": float(n * expected.min()),
            "outside_frame": outside,
        }


TESTED: Final = (
    "levels", "chi_square", "degrees_of_freedom", "p_value", "cohens_w", "dissimilarity", "by_chance",
    "smallest_expected", "outside_frame",
)  # fmt: skip


def shares_of(counts: Floats) -> Floats:
    """Divide counts by their sum; NaN where it is zero."""
    return divided(counts, np.full_like(counts, counts.sum()))


def divided(over: Floats, under: Floats) -> Floats:
    """Divide, with NaN where there is nothing to divide by."""
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
