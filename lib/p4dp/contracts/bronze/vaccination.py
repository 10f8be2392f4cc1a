"""Raw vaccinations."""

from p4dp.contracts.bronze.base import bronze, raw

TABLE = bronze(
    "vaccination",
    "One dose of a vaccine, given or refused, as delivered.",
    raw("given_on", "date", "Day of the injection."),
    raw("code_system", "code", "CIP13, CIS or ATC, in the software's words."),
    raw("code", "code", "Vaccine code."),
    raw("dose_rank", "number", "Rank in the series."),
    raw("assertion", "flag", "Given (present), refused (absent) or not known."),
    raw("reaction_code", "code", "CIM-10 code of a reaction to the dose."),
    texts={"vaccination_text": "comment on the dose"},
)
