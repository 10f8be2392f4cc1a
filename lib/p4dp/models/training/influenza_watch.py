"""Weekly watch of influenza-like illness by department: expected level, upper bound, alert.

Method: periodic regression of Serfling (1963, Public Health Rep 78:494) as a Poisson model with the overdispersion of its residuals (statsmodels GLM): trend and
one yearly wave, fitted on weeks outside epidemics (found by trimming the highest weeks and fitting again); an alert is a second week in a row above the upper bound.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm

NAME = "influenza_watch"
SENTENCE = "In which department is influenza-like illness above what the season explains?"
#: Weeks, and cases outside epidemics, that a department needs before anything is expected of it.
LEAST_WEEKS, LEAST_CASES = 52, 11


def expected(
    cases: np.ndarray, contacts: np.ndarray, trimmed: float = 0.15, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray] | None:
    """Weekly counts and contacts → expected count and its upper bound, per week; None where too few cases lie outside epidemics to expect anything.

    Args:
        trimmed: share of the weeks, those with the highest rates, that the baseline leaves out.
        level: one-sided level of the bound.
    """
    weeks = np.arange(len(cases))
    wave = 2 * np.pi * weeks / 52.1775
    design = np.column_stack([np.ones(len(cases)), weeks / 52, np.sin(wave), np.cos(wave)])
    offset = np.log(np.maximum(contacts, 1))
    usual = cases / np.maximum(contacts, 1) <= np.quantile(cases / np.maximum(contacts, 1), 1 - trimmed)
    if cases[usual].sum() < LEAST_CASES:
        return None
    mean, spread = cases.astype(float), 1.0
    for _ in range(3):
        found = sm.GLM(cases[usual], design[usual], family=sm.families.Poisson(), offset=offset[usual]).fit(scale="X2")
        mean, spread = np.exp(design @ found.params + offset), max(float(found.scale), 1.0)
        usual = cases <= mean + norm.ppf(level) * np.sqrt(spread * mean)
        if usual.sum() < LEAST_WEEKS // 2 or cases[usual].sum() < LEAST_CASES:
            break
    return mean, mean + norm.ppf(level) * np.sqrt(spread * mean)


def drifted(found: pd.DataFrame) -> list[str]:
    """Departments whose last half year outside alerts lies a third or more off what was expected: their baseline does not hold any more."""
    out = []
    for department, rows in found.groupby("department"):
        last = rows.sort_values("week").tail(26)
        last = last[~last["alert"]]
        if last["expected"].sum() >= LEAST_CASES and not 2 / 3 < last["cases"].sum() / last["expected"].sum() < 3 / 2:
            out.append(str(department))
    return sorted(out)


def watch(weekly: pd.DataFrame) -> pd.DataFrame:
    """(department, week, cases, contacts), every week of every department → the same with expected, upper and alert; departments with too few weeks or cases are left out."""
    out = []
    for _, rows in weekly.groupby("department"):
        rows = rows.sort_values("week").reset_index(drop=True)
        if len(rows) < LEAST_WEEKS or rows["cases"].sum() < 2 * LEAST_CASES:
            continue
        found = expected(rows["cases"].to_numpy(), rows["contacts"].to_numpy())
        if found is None:
            continue
        mean, upper = found
        above = rows["cases"].to_numpy() > np.maximum(upper, 2)
        out.append(rows.assign(expected=mean, upper=upper, alert=above & np.concatenate([[False], above[:-1]])))
    return pd.concat(out, ignore_index=True) if out else weekly.assign(expected=0.0, upper=0.0, alert=False).head(0)
