"""Fellegi-Sunter weights as Spark columns, rendered from the comparisons that were trained."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from p4dp.linkage.compare import comparisons

#: The comparison whose exact level is corrected for how common the commune is among candidates, and its column.
TERM = "commune"


@dataclass(frozen=True)
class Level:
    """One estimated level: its share among true pairs (`m`) and among other candidates (`u`)."""

    comparison: str
    level: int
    label: str
    m: float
    u: float


@dataclass(frozen=True)
class Model:
    """Estimated parameters; `prior` is the share of true pairs among candidates."""

    prior: float
    levels: tuple[Level, ...]

    def of(self, comparison: str) -> dict[int, Level]:
        """Levels of a comparison by rank."""
        return {x.level: x for x in self.levels if x.comparison == comparison}


def rendered(dialect: str) -> Iterable[tuple[str, list[Any]]]:
    """Every comparison with its levels in the SQL of a dialect."""
    for creator in comparisons():
        comparison = creator.get_comparison(dialect)
        yield comparison.output_column_name, comparison.comparison_levels


def fits(model: Model) -> bool:
    """Whether the model was estimated for the levels that are compared."""
    known = {(x.comparison, x.level, x.label) for x in model.levels}
    return all(
        (name, level.comparison_vector_value, level.label_for_charts) in known
        for name, levels in rendered("spark")
        for level in levels
        if not level.is_null_level
    )


def weight(model: Model) -> Column:
    """The match weight, base 2, prior included, of a model that fits. Needs `tf_commune_l`, the share of candidates of a commune's patients who live there too."""
    total: Column = F.lit(math.log2(model.prior / (1 - model.prior)))
    for name, levels in rendered("spark"):
        known = model.of(name)
        worth = F.lit(0.0)
        for level in reversed(levels):
            if level.is_null_level:
                value: Column = F.lit(0.0)
            else:
                found = known[level.comparison_vector_value]
                value = F.lit(math.log2(found.m / found.u))
                if level._tf_adjustment_column:
                    value = value + F.coalesce(F.log2(F.lit(found.u) / F.col(f"tf_{TERM}_l")), F.lit(0.0))
            worth = value if level.sql_condition == "ELSE" else F.when(F.expr(level.sql_condition), value).otherwise(worth)
        total = total + worth
    return total


def terms(pairs: DataFrame, usual: float) -> DataFrame:
    """Candidates → commune, tf_commune, candidates: of the candidates of patients who live there, which share lives there too; `usual` where there are few.

    A patient's likeliest candidate is not counted, as for u: it lives there because it is the same person.
    """
    same = F.count_if(F.col("commune_l") == F.col("commune_r"))
    few = 20.0
    place = F.row_number().over(Window.partitionBy("patient_key").orderBy(F.desc("rarity"), "beneficiary_id"))
    others = pairs.withColumn("_place", place).where("_place > 1 AND commune_l IS NOT NULL AND commune_r IS NOT NULL")
    return others.groupBy(F.col("commune_l").alias(TERM)).agg(
        ((same + few * usual) / (F.count(F.lit(1)) + few)).alias(f"tf_{TERM}"), F.count(F.lit(1)).alias("candidates"))  # fmt: skip


def scored(pairs: DataFrame, model: Model, frequencies: DataFrame) -> DataFrame:
    """Pairs with `weight` and `probability`."""
    common = F.broadcast(frequencies.select(F.col(TERM).alias(f"{TERM}_l"), F.col(f"tf_{TERM}").alias(f"tf_{TERM}_l")))
    found = pairs.join(common, f"{TERM}_l", "left").withColumn("weight", weight(model))
    return found.withColumn("probability", 1 / (1 + F.pow(F.lit(2.0), -F.col("weight"))))
