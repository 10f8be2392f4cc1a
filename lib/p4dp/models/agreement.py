"""How far two sides agree on who has something: kappa, sensitivity and predictive value with intervals, from four counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval (Wilson); None where there is nobody to count among."""

    value: float | None
    low: float | None
    high: float | None


def share(found: int, among: int) -> Share:
    """`found` of `among`."""
    if not among:
        return Share(None, None, None)
    low, high = proportion_confint(found, among, method="wilson")
    return Share(found / among, float(low), float(high))


@dataclass(frozen=True)
class Agreement:
    """Four counts of linked people: found on both sides, on the GP side only, in the claims only, on neither."""

    both: int
    gp_only: int
    snds_only: int
    neither: int

    @property
    def people(self) -> int:
        """All linked people."""
        return self.both + self.gp_only + self.snds_only + self.neither

    @property
    def kappa(self) -> Share:
        """Cohen's kappa with its asymptotic interval; None where a side finds nobody or everybody."""
        table = np.array([[self.both, self.gp_only], [self.snds_only, self.neither]], dtype=float)
        if 0 in table.sum(axis=0) or 0 in table.sum(axis=1):
            return Share(None, None, None)
        found = cohens_kappa(table)
        return Share(float(found.kappa), float(found.kappa_low), float(found.kappa_upp))

    @property
    def sensitivity(self) -> Share:
        """Of the people whom practices know, the share that the claims find."""
        return share(self.both, self.both + self.gp_only)

    @property
    def predictive_value(self) -> Share:
        """Of the people whom the claims find, the share that practices know."""
        return share(self.both, self.both + self.snds_only)

    def few(self, smallest: int) -> bool:
        """Whether a count is too small to be shown."""
        return any(0 < n < smallest for n in (self.both, self.gp_only, self.snds_only, self.neither))
