"""Missing mammography."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.algorithms.core import Algorithm, Inputs, Parameter


def snds(x: Inputs) -> DataFrame:
    """Women of the age, observed through the years before `as_of`, without a mammography in them."""
    begin = F.add_months(F.lit(x.as_of), -12 * int(x["years"]))
    women = x.people.where("sex = 'female'").where(x.age.between(x["youngest"], x["oldest"]))
    women = women.where((F.col("observed_from") <= begin) & (F.col("observed_until") >= F.add_months(F.lit(x.as_of), -12)))
    women = women.where(F.col("death_date").isNull() | (F.col("death_date") > F.lit(x.as_of)))
    done = x.mentions("mammography").where(F.col("day") > begin)
    return women.join(done.select("person"), "person", "left_anti").select(
        "person", begin.alias("start_date"), F.lit(x.as_of).alias("end_date"), F.lit("no mammography").alias("category"), F.lit(None).cast("double").alias("value"),
        F.array(F.lit("age and sex")).alias("criteria"))  # fmt: skip


ALGORITHM = Algorithm(
    name="mammography_gap",
    version=1,
    kind="gap",
    question="Who of the women invited to screening had no mammography?",
    population="women of 50 to 74 who were observed",
    sides={"snds": snds},
    code_lists=("mammography",),
    parameters={
        "years": Parameter(2, "years between two screenings", (1, 5)),
        "youngest": Parameter(50, "youngest age", (30, 60)),
        "oldest": Parameter(74, "oldest age", (60, 90)),
    },
    output="one woman and period",
    limits="Women who had breast cancer are followed otherwise and are not left out. Screening paid by the programme itself may be missing from claims.",
    references=("French programme of breast cancer screening: every two years from 50 to 74",),
)
