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


def expected(cases: np.ndarray, contacts: np.ndarray, trimmed: float = 0.15, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Weekly counts and contacts → expected count and its upper bound, per week.

    Args:
        trimmed: share of the weeks, those with the highest rates, that the baseline leaves out.
        level: one-sided level of the bound.
    """
    weeks = np.arange(len(cases))
    wave = 2 * np.pi * weeks / 52.1775
    design = np.column_stack([np.ones(len(cases)), weeks / 52, np.sin(wave), np.cos(wave)])
    offset = np.log(np.maximum(contacts, 1))
    usual = cases / np.maximum(contacts, 1) <= np.quantile(cases / np.maximum(contacts, 1), 1 - trimmed)
    mean, spread = cases.astype(float), 1.0
    for _ in range(3):
        if cases[usual].sum() < LEAST_CASES:
            break
        found = sm.GLM(cases[usual], design[usual], family=sm.families.Poisson(), offset=offset[usual]).fit(scale="X2")
        mean, spread = np.exp(design @ found.params + offset), max(float(found.scale), 1.0)
        usual = cases <= mean + norm.ppf(level) * np.sqrt(spread * mean)
        if usual.sum() < LEAST_WEEKS // 2:
            break
    return mean, mean + norm.ppf(level) * np.sqrt(spread * mean)


def watch(weekly: pd.DataFrame) -> pd.DataFrame:
    """(department, week, cases, contacts), every week of every department → the same with expected, upper and alert; departments with too few weeks are left out."""
    out = []
    for _, rows in weekly.groupby("department"):
        rows = rows.sort_values("week").reset_index(drop=True)
        if len(rows) < LEAST_WEEKS or rows["cases"].sum() < 2 * LEAST_CASES:
            continue
        mean, upper = expected(rows["cases"].to_numpy(), rows["contacts"].to_numpy())
        above = rows["cases"].to_numpy() > np.maximum(upper, 2)
        out.append(rows.assign(expected=mean, upper=upper, alert=above & np.concatenate([[False], above[:-1]])))
    return pd.concat(out, ignore_index=True) if out else weekly.assign(expected=0.0, upper=0.0, alert=False).head(0)
