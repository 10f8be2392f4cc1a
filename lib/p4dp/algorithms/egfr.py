"""Estimated glomerular filtration rate from serum creatinine, as columns: mL/min/1.73 m².

Sources: CKD-EPI 2009 (Levey 2009, Ann Intern Med 150:604), without its coefficient for race; CKD-EPI 2021 (Inker 2021, NEJM 385:1737); EKFC
(Pottel 2021, Ann Intern Med 174:183). Creatinine in µmol/L; the equations want mg/dL but EKFC, whose Q is given in µmol/L.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

EQUATIONS = ("ckd-epi-2009", "ckd-epi-2021", "ekfc")
_MG_DL = 88.4


def _ckd_epi(
    creatinine: Column,
    age: Column,
    woman: Column,
    factor: float,
    low: tuple[float, float],
    high: float,
    yearly: float,
    of_women: float,
) -> Column:
    kappa = F.when(woman, 0.7).otherwise(0.9)
    alpha = F.when(woman, low[0]).otherwise(low[1])
    relative = creatinine / _MG_DL / kappa
    one = F.lit(1.0)
    value = (
        factor * F.pow(F.least(relative, one), alpha) * F.pow(F.greatest(relative, one), F.lit(high)) * F.pow(F.lit(yearly), age)
    )
    return value * F.when(woman, of_women).otherwise(1.0)


def _ekfc(creatinine: Column, age: Column, woman: Column) -> Column:
    young = F.least(age, F.lit(25.0))

    def q(a: float, b: float, c: float, d: float, e: float) -> Column:
        return F.exp(a + b * young + c * F.log(young) + d * young * young + e * young * young * young)

    growing = F.when(woman, q(3.080, 0.177, -0.223, -0.00596, 0.0000686)).otherwise(q(3.200, 0.259, -0.543, -0.00763, 0.0000790))
    usual = F.when(age > 25, F.when(woman, 62.0).otherwise(80.0)).otherwise(growing)
    relative = creatinine / usual
    power = F.when(relative < 1, -0.322).otherwise(-1.132)
    return 107.3 * F.pow(relative, power) * F.when(age > 40, F.pow(F.lit(0.990), age - 40)).otherwise(1.0)


def egfr(equation: str, creatinine: Column, age: Column, woman: Column) -> Column:
    """The rate by an equation; null under two years (EKFC) or under eighteen (CKD-EPI), where it does not hold.

    Args:
        creatinine: µmol/L.
        age: years at the sample.
        woman: whether the person is a woman.
    """
    years = age.cast("double")
    if equation == "ckd-epi-2009":
        return F.when(years >= 18, _ckd_epi(creatinine, years, woman, 141, (-0.329, -0.411), -1.209, 0.993, 1.018))
    if equation == "ckd-epi-2021":
        return F.when(years >= 18, _ckd_epi(creatinine, years, woman, 142, (-0.241, -0.302), -1.200, 0.9938, 1.012))
    return F.when(years >= 2, _ekfc(creatinine, years, woman))
