"""The claims about comparisons, mix against rate and plans, for calibration.py."""

from typing import Final

from comparison_claims import any_claimed, any_claimed_by_weights, clustered_covers
from mix_claims import mix_covers, paradox_claimed, standardised_covers
from planning_claims import (
    difference_seen,
    enough_answer,
    margin_kept,
    margin_kept_by_clusters,
    margin_kept_in_population,
)

from cxstats.scores.calibration import Claim

METRICS: Final = ("mean", "net", "favourable")
J_SHAPED: Final = (0.06, 0.04, 0.05, 0.08, 0.17, 0.27, 0.33)
TOP_HEAVY: Final = (0.01, 0.01, 0.01, 0.02, 0.05, 0.20, 0.70)

COMPARISONS: Final = (
    *(
        Claim(
            f"five segments alike: any called better or worse, {metric} against {against}, {adjust}",
            0.05,
            any_claimed(to, adjust, metric),
            "at most",
        )
        for to, against, adjust, metrics in (
            ("rest", "the rest", "holm", METRICS),
            ("all", "each other", "holm", METRICS),
            ("rest", "the rest", "simultaneous", ("mean",)),
        )
        for metric in metrics
    ),
    *(
        Claim(
            f"six segments alike, exponential weights: any called better or worse, {metric}, {adjust}",
            0.05,
            any_claimed_by_weights(adjust, metric),
            "at most",
        )
        for metric, adjust in (("favourable", "simultaneous"), *((metric, "holm") for metric in METRICS))
    ),
    *(
        Claim(
            f"95 % interval covers: {metric} against {against}, 40 agents shared by 4 segments, with weights",
            0.95,
            clustered_covers(to, metric),
        )
        for to, against in (("rest", "the rest"), ("total", "the total"), ("all", "each other"))
        for metric in ("mean", "favourable")
    ),
)
MIXES: Final = (
    *(
        Claim(
            f"95 % interval covers: {part} of a change of {metric}, {segments} segments, n = {n} a wave",
            0.95,
            mix_covers(part, metric, segments, n),
        )
        for metric, segments, n in (("mean", 4, 300), ("favourable", 6, 1_000), ("net", 5, 300))
        for part in ("total", "rate", "mix", "segment mix")
    ),
    *(
        Claim(
            f"95 % interval covers: segment rate of a change of {metric}, 4 segments, n = 300 a wave",
            0.95,
            mix_covers("segment rate", metric, 4, 300),
            "at least",
        )
        for metric in ("mean", "favourable")
    ),
    *(
        Claim(f"95 % interval covers: {m} standardised to a mix, n = 300", 0.95, standardised_covers(m, 300))
        for m in METRICS
    ),
    Claim(
        "Simpson's paradox said to be clear where one segment does not move, n = 1,000",
        0.025,
        paradox_claimed(1_000),
        "at most",
    ),
)
PLANS: Final = (
    *(
        Claim(f"assurance .8 of a margin of {margin:g} is kept, {metric}, {name}", 0.8, made, "at least")
        for metric, margin in (("mean", 0.2), ("net", 0.1), ("favourable", 0.05))
        for name, made in (
            ("J-shaped", margin_kept(J_SHAPED, metric, margin)),
            ("top-heavy", margin_kept(TOP_HEAVY, metric, margin)),
        )
    ),
    Claim("assurance .8 of a margin of .15 is kept, mean, agents of 8", 0.8, margin_kept_by_clusters(0.15), "at least"),
    *(
        Claim(
            f"assurance .8 of a margin of {margin:g} is kept, {metric}, J-shaped, {size:,} customers in all",
            0.8,
            margin_kept_in_population(J_SHAPED, metric, margin, size),
            "at least",
        )
        for metric, margin, size in (("favourable", 0.05, 1_000), ("mean", 0.2, 400))
    ),
    *(
        Claim(f"assurance .8 of enough answers at a response rate of {rate:g}", 0.8, enough_answer(rate), "at least")
        for rate in (0.05, 0.3)
    ),
    *(
        Claim(
            f"a change of {change:+g} is seen with the planned power .8, {metric}, J-shaped, groups {ratio:g} to 1",
            0.8,
            difference_seen(J_SHAPED, metric, change, ratio=ratio),
        )
        for metric, change, ratio in (
            ("mean", 0.4, 1.0), ("mean", -0.3, 2.0), ("net", -0.15, 1.0), ("favourable", 0.08, 1.0),
        )
    ),
)  # fmt: skip
INFERENCE_CLAIMS: Final = (*COMPARISONS, *MIXES, *PLANS)
