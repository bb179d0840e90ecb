"""The effect of a call on what came after, compared with customers who are alike and were not called.

Two models are fitted: who was called, and what came after for those who were not. The estimate is right when one of
them is; its standard error takes both for what they are, estimates: it says how far the estimate moves when customers
are left out one at a time.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.regression import Fit, influence, least_squares, logistic

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Among = Literal["called", "all"]
Outcome = Literal["share", "mean"]


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """What came after on average, if all of those asked about had been called, or none of them.

    Attributes
    ----------
    estimate
        The mean or share.
    contributions
        How far the estimate moves when each customer is left out; the sum of squares is the variance; shape (N,).
    weights
        With which customers of this kind stand for those asked about, summing to 1; 0 for the others; shape (N,).
    """

    estimate: float
    contributions: Floats
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Contrasted:
    """The effect of a call.

    Attributes
    ----------
    called, otherwise
        With a call, and without.
    chance
        Of being called, by the model; shape (N,).
    """

    called: Potential
    otherwise: Potential
    chance: Floats

    @property
    def effect(self) -> float:
        """With a call less without."""
        return self.called.estimate - self.otherwise.estimate

    @property
    def contributions(self) -> Floats:
        """How far the effect moves when each customer is left out; shape (N,)."""
        return self.called.contributions - self.otherwise.contributions

    @property
    def standard_error(self) -> float:
        """Of the effect: the root of the sum of squared contributions."""
        return float(np.linalg.norm(self.contributions))

    @property
    def degrees_of_freedom(self) -> float:
        """Of Student's t: how sure the standard error is, by Satterthwaite, few where few customers decide; 2 to 2 N.

        The variance is a sum of squares, whose own variance is at most the sum of fourth powers.
        """
        squares = self.contributions**2
        return float(2 * squares.sum() ** 2 / (squares @ squares)) if squares.any() else 2.0 * len(squares)


def contrast_calls(x: Floats, called: Truths, y: Floats, *, among: Among, outcome: Outcome) -> Contrasted:
    """Estimate the effect of a call by augmented inverse probability weighting.

    Parameters
    ----------
    x
        Columns that say why customers were called, the intercept first; shape (N, P).
    called
        Who was called; shape (N,).
    y
        What came after; shape (N,).
    among
        Whose effect it is: of those called, or of all.
    outcome
        A share (0 and 1, by a logistic model) or a mean (by least squares).

    Returns
    -------
    Contrasted
        The mean of the model's figures for those asked about, plus the weighted mean of what it left over where it can
        be seen, weights summing to 1 (Hajek). Errors are those of the jackknife, customers being left out of all
        estimating equations one at a time (exactly where models are linear, to first order in logistic ones), so they
        hold also where one of the two models is wrong. The jackknife errs on the large side (Efron and Stein 1981).

    Raises
    ------
    ValueError
        If a model cannot be fitted: a column says without error who is called.

    References
    ----------
    Robins, Rotnitzky and Zhao (1994), Estimation of regression coefficients when some regressors are not always
    observed. JASA 89. Lunceford and Davidian (2004), Stratification and weighting via the propensity score in
    estimation of causal treatment effects. Statistics in Medicine 23. Moodie, Saarela and Stephens (2018), A doubly
    robust weighting estimator of the average treatment effect on the treated. Stat 7. MacKinnon and White (1985), Some
    heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties. Journal of
    Econometrics 29. Efron and Stein (1981), The jackknife estimate of variance. Annals of Statistics 9. Satterthwaite
    (1946), An approximate distribution of estimates of variance components. Biometrics Bulletin 2.
    """
    model = logistic(x, called.astype(np.float64))
    e, by = model.fitted, _left_out(model, x)
    if among == "called":
        share = called / called.sum()
        first = float(y[called].mean())
        with_call = Potential(first, share / (1 - share) * (y - first), share)
        odds = e / (1 - e)
        without = _augmented(x, y, ~called, about=called, weight=odds, slope=odds, outcome=outcome, by=by)
    else:
        everybody = np.ones_like(called)
        with_call = _augmented(x, y, called, about=everybody, weight=1 / e, slope=-(1 - e) / e, outcome=outcome, by=by)
        without = _augmented(
            x, y, ~called, about=everybody, weight=1 / (1 - e), slope=e / (1 - e), outcome=outcome, by=by
        )
    return Contrasted(with_call, without, e)


def _augmented(  # noqa: PLR0917
    x: Floats, y: Floats, seen: Truths, about: Truths, weight: Floats, slope: Floats, *, outcome: Outcome, by: Floats
) -> Potential:
    """Average a model's figures over those asked about, and put right what it leaves over where it can be seen.

    Parameters
    ----------
    seen, about
        Whose outcome is of this kind, and whom the average is of; shape (N,).
    weight, slope
        Weights of those seen, and their derivative by the log odds of a call; shape (N,).
    by
        How far the coefficients of the chance of a call move with each customer; shape (N, P).
    """
    fit, figure, steep = _outcome_model(x, y, seen, outcome)
    share = about / about.sum()
    w = np.where(seen, weight, 0.0)
    total = w.sum()
    left = y - figure
    rest = float(w @ left / total)
    model = float(share @ figure)
    # What a customer lies off the model that was fitted without them.
    off = left.copy()
    off[seen] /= 1 - fit.leverage
    contributions = share / (1 - share) * (figure - model) + w / (total - w) * (off - rest)
    own = np.zeros_like(x)
    own[seen] = _left_out(fit, x[seen])
    contributions += own @ (x.T @ (steep * (share - w / total)))
    contributions += by @ (x.T @ (np.where(seen, slope, 0.0) * (left - rest)) / total)
    return Potential(model + rest, contributions, w / total)


def _left_out(fit: Fit, x: Floats) -> Floats:
    """Say how far each coefficient moves when each row is left out; shape (N, P)."""
    moved = influence(fit, x)
    return moved if fit.kind == "HC3" else moved / (1 - fit.leverage)[:, None]


def _outcome_model(x: Floats, y: Floats, seen: Truths, outcome: Outcome) -> tuple[Fit, Floats, Floats]:
    """Fit what came after where it is seen; return fit, figures for everybody and their slope by the linear part."""
    if outcome == "share" and 0 < y[seen].mean() < 1:
        try:
            fit = logistic(x[seen], y[seen])
        except ValueError:
            # Columns that tell yes from no without error have no logistic fit; a line serves, as the weights do too.
            pass
        else:
            figure = 1 / (1 + np.exp(-np.clip(x @ fit.coefficients, -700, 700)))
            return fit, figure, figure * (1 - figure)
    fit = least_squares(x[seen], y[seen])
    return fit, x @ fit.coefficients, np.ones(len(y))
