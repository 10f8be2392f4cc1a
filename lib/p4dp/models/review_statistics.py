"""Accuracy from a stratified chart review: weighted shares, with intervals by resampling within strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from p4dp.models.agreement import Share


@dataclass(frozen=True)
class Answer:
    """One reviewed patient."""

    stratum: str
    weight: float
    found: bool
    ill: bool


def _shares(weight: np.ndarray, found: np.ndarray, ill: np.ndarray) -> tuple[float, float]:
    sick, named, both = weight[ill].sum(), weight[found].sum(), weight[found & ill].sum()
    return (both / sick if sick else np.nan), (both / named if named else np.nan)


def accuracy(answers: list[Answer], draws: int = 2000, seed: int = 1) -> dict[str, Share]:
    """Sensitivity and positive predictive value of what was found, weighted to the population that the sample was drawn from."""
    if not answers:
        return {"sensitivity": Share(None, None, None), "ppv": Share(None, None, None)}
    rng = np.random.default_rng(seed)
    strata = np.array([a.stratum for a in answers])
    weight, found, ill = (np.array([getattr(a, n) for a in answers]) for n in ("weight", "found", "ill"))
    places = [np.flatnonzero(strata == s) for s in sorted(set(strata))]
    found_in = [_shares(weight, found, ill)]
    for _ in range(draws):
        drawn = np.concatenate([rng.choice(p, len(p)) for p in places])
        found_in.append(_shares(weight[drawn], found[drawn], ill[drawn]))
    out = {}
    for n, name in enumerate(("sensitivity", "ppv")):
        values = np.array([f[n] for f in found_in[1:]])
        values = values[~np.isnan(values)]
        value = found_in[0][n]
        known = len(values) > 0 and not np.isnan(value)
        out[name] = Share(float(value), *map(float, np.quantile(values, [0.025, 0.975]))) if known else Share(None, None, None)
    return out
