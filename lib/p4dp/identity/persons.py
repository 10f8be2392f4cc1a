"""What the vault knows of each patient whom silver tells of: identifying traits, of the delivery that counts."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

#: What the check says of a NIR that can be asked for.
USABLE = ("valid", "no_key")


def persons(rows: DataFrame, published: DataFrame, *traits: str) -> DataFrame:
    """vault.patient → one row a patient: patient_key, practice_id and traits as delivered.

    A patient has several rows where several documents of one delivery tell of him: what one lacks another may tell. Of two that differ, the one with a NIR
    that can be asked for counts. Deliveries that were left out stay in the vault and count for nothing.

    Args:
        published: silver.patient, which names the delivery that counts.
        traits: columns of vault.patient.
    """
    counted = rows.join(published.select("patient_key", "delivery_id"), ["patient_key", "delivery_id"], "left_semi")
    # in this order two rows always compare the same way, so a plan may be evaluated twice
    order = (F.col("nir_status").isin(*USABLE).alias("usable"), F.col("nir").alias("number"))
    told = [F.max(F.when(F.trim(t) != "", F.struct(*order, F.col(t).alias("told"))))["told"].alias(t) for t in traits]
    return counted.groupBy("patient_key", "practice_id").agg(*told)
