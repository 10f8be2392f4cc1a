"""encounter: contacts of patients with the practice."""

from pyspark.sql import DataFrame

from p4dp.contracts.silver.encounter import TABLE
from p4dp.silver.columns import conformed, day, time_of_day
from p4dp.silver.mappings import Mappings


def encounter(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered contact → one encounter; author and billing are already pseudonyms."""
    return conformed(
        raw,
        TABLE,
        {
            "encounter_date": day(raw["encounter_date"]),
            "encounter_time": time_of_day(raw["encounter_date"]),
            "kind": mappings.word("encounter.kind", raw["kind"]),
            "author_key": raw["author"],
            "billing_key": raw["billing"],
        },
    )
