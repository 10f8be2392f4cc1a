"""A prescribing cascade: dihydropyridine → ankle oedema → loop diuretic. Another cascade is another call of `cascade`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter
from p4dp.algorithms.rules import followed, once


def cascade(name: str, first: DataFrame, sign: DataFrame | None, answer: DataFrame, within: int, excluded: DataFrame) -> DataFrame:
    """A drug newly taken, then a sign, then the drug that answers it: one finding per person from the first drug to the answer.

    Args:
        first: mentions of the first drug; its first day is the beginning.
        sign: mentions of the sign in between; None: the answer alone is asked for, as claims know no signs.
        answer: mentions of the drug that answers. It must be new: whoever had it before the first drug is left out.
        within: days from the first drug to the answer.
        excluded: (person) who has another reason for the answer.
    """
    begun, answered = once(first), once(answer)
    before = begun.withColumnRenamed("day", "_begun").join(answered, "person").where("day <= _begun").select("person")
    begun = begun.join(before, "person", "left_anti").join(excluded.select("person").distinct(), "person", "left_anti")
    if sign is None:
        pairs = followed(begun, answered, within)
    else:
        signs = begun.withColumnRenamed("day", "_begun").join(sign.select("person", "day"), "person")
        signs = signs.where((F.col("day") > F.col("_begun")) & (F.datediff("day", "_begun") <= within))
        first_sign = signs.groupBy("person").agg(F.min("day").alias("_sign"), F.min("_begun").alias("day"))
        pairs = followed(begun.join(first_sign.select("person"), "person", "left_semi"), answered, within)
        pairs = pairs.join(first_sign.select("person", "_sign"), "person").where("later >= _sign")
    criteria = F.array(F.lit("with sign" if sign is not None else "without sign"))
    return pairs.select("person", F.col("day").alias("start_date"), F.col("later").alias("end_date"), F.lit(name).alias("category"),
                        F.datediff("later", "day").cast("double").alias("value"), criteria.alias("criteria"))  # fmt: skip


_NAME = "dihydropyridine, oedema, loop diuretic"


def gp(x: Inputs) -> DataFrame:
    """With the oedema coded in between."""
    oedema = x.mentions("ankle_oedema").where("origin IN ('reason', 'diagnosis')")
    return cascade(
        _NAME, x.mentions("dihydropyridine"), oedema, x.mentions("loop_diuretic"), int(x["within"]), x.mentions("heart_failure")
    )


def snds(x: Inputs) -> DataFrame:
    """Without the oedema, which claims do not know."""
    return cascade(
        _NAME, x.mentions("dihydropyridine"), None, x.mentions("loop_diuretic"), int(x["within"]), x.mentions("heart_failure")
    )


ALGORITHM = Algorithm(
    name="prescribing_cascade",
    version=1,
    kind="episode",
    question="Was an oedema under a dihydropyridine answered by a loop diuretic?",
    population="people who begin a dihydropyridine, without heart failure",
    sides={"gp": gp, "snds": snds},
    code_lists=("dihydropyridine", "ankle_oedema", "loop_diuretic", "heart_failure"),
    parameters={"within": Parameter(365, "days from the first drug to the answer", (30, 730))},
    output="one person, from the first drug to the diuretic; the value is the days between",
    limits="The first drug of the record may be an old one: ask for a history before it. Signs that nobody coded are not seen.",
    references=("project CASCADEUSE (call for projects 2024)",),
)
