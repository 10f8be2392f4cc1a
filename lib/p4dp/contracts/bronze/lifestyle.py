"""Raw habits and exposures."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "lifestyle",
    "One statement about a habit, as delivered.",
    raw("topic", "code", "Tobacco, alcohol, cannabis, activity, in the software's words or LOINC."),
    raw("status", "flag", "Current, former, never, in the software's words."),
    raw("quantity", "number", "Amount."),
    raw("unit", "unit", "Unit of the amount as written."),
    raw("recorded_on", "date", "Day of the statement."),
    texts={"lifestyle_text": "the statement in words"},
)
