"""history: what a patient or a relative has or had."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.history import TABLE
from p4dp.silver.columns import coded, conformed, date_precision, day_or_part
from p4dp.silver.mappings import Mappings


def history(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered entry → one entry; dates keep how much of them was given."""
    raw, code = coded(raw, "history", ("CISP-2", "CIM-10", "CCAM", "SNOMED CT"), mappings)
    return conformed(
        raw,
        TABLE,
        {
            "kind": mappings.word("history.kind", raw["kind"]),
            **code,
            "assertion": F.coalesce(mappings.word("history.assertion", raw["assertion"]), F.lit("present")),
            "relative": raw["relative"],
            "start_date": day_or_part(raw["start_date"]),
            "start_precision": date_precision(raw["start_date"]),
            "end_date": day_or_part(raw["end_date"]),
            "status": mappings.word("history.status", raw["status"]),
        },
    )
