"""document: what lies in the patient's file."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from p4dp.contracts.silver.document import TABLE
from p4dp.silver.columns import conformed, day_or_part
from p4dp.silver.mappings import Mappings


def document(raw: DataFrame, mappings: Mappings) -> DataFrame:
    """One delivered document's metadata → one row."""
    return conformed(
        raw,
        TABLE,
        {
            "document_date": day_or_part(raw["document_date"]),
            "kind": mappings.word("document.kind", raw["kind"]),
            "format": F.lower(raw["format"]),
        },
    )
