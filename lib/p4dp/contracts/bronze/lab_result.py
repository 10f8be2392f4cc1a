"""Raw laboratory results."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "lab_result",
    "One result of a laboratory analysis, as delivered.",
    raw("encounter_record_id", "id", "The practice's number of the encounter, when it hangs on one."),
    raw("sampled_on", "date", "Day of the sample."),
    raw("code_system", "code", "LOINC or local, in the software's words."),
    raw("code", "code", "Analysis code."),
    raw("value", "number", "Result when it is a number, with its comparator."),
    raw("unit", "unit", "Unit as written."),
    raw("low", "number", "Lower reference limit, same unit."),
    raw("high", "number", "Upper reference limit, same unit."),
    raw("interpretation", "flag", "The laboratory's own flag."),
    texts={"result_text": "a result in words", "comment_text": "the laboratory's comment"},
    caveat="A result in words is free text: laboratories write names and addresses there.",
)
