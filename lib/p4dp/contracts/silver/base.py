"""What silver tables share: keys, original beside standard code, provenance."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from p4dp.contracts.bronze import nested
from p4dp.contracts.core import Column, Rule, Table, check

SYSTEMS = {
    "CISP-2": "WONCA ICPC-2, French edition",
    "CIM-10": "ICD-10, WHO and French extension",
    "ATC": "WHO ATC",
    "CIP13": "French presentation code of a drug, 13 digits",
    "CIP7": "the same, 7 digits",
    "CIS": "French speciality code of a drug, 8 digits",
    "UCD": "French code of a dispensed unit",
    "LOINC": "LOINC",
    "SNOMED CT": "SNOMED CT",
    "NGAP": "French list of GP acts",
    "CCAM": "French list of technical acts",
    "local": "the software's own code",
}
_EXAMPLES = {"CISP-2": "A01", "CIM-10": "I10", "LOINC": "3016-3", "CIP13": "3400932857241", "NGAP": "G", "ATC": "A10BA02"}
ASSERTIONS = {
    "present": "stated as present",
    "absent": "stated as absent: not the same as not recorded",
    "unknown": "stated as not known",
}
PRECISIONS = {"day": "day", "month": "month, the day is set to 1", "year": "year, month and day are set to 1"}

_PROVENANCE = (
    Column("container_id", "bigint", "Record inside which, or on which, this one was delivered; if it goes, this goes."),
    Column("delivery_id", "string", "The delivery whose version of the record counts.", required=True, example="d-1"),
    Column("sequence", "bigint", "The practice's running number of that delivery.", required=True),
    Column("extracted_on", "date", "Day on which the practice's software made that delivery.", required=True),
    Column("batch_id", "bigint", "The night's batch that wrote the row.", required=True),
)


def key(table: str) -> Column:
    """The table's own key."""
    return Column(f"{table}_id", "bigint", f"Identity of the {table.replace('_', ' ')} over deliveries.", required=True)


def encounter(required: bool = True) -> Column:
    """Link to the encounter."""
    when = "" if required else "; null when it hangs on none"
    return Column("encounter_id", "bigint", f"The encounter{when}.", required=required, references="encounter.encounter_id")


def past(name: str, sentence: str, *, required: bool = True, not_before: str = "") -> Column:
    """A day that lies between 1900 and the day of the delivery."""
    return Column(
        name,
        "date",
        sentence,
        parsed=True,
        required=required,
        between=("DATE'1900-01-01'", "extracted_on"),
        not_before=not_before,
    )


def precision(name: str, of: str) -> Column:
    """How much of a partial date was given."""
    return Column(name, "string", f"What was given of {of}.", codes=PRECISIONS)


def coded(table: str, sentence: str, systems: Sequence[str]) -> tuple[tuple[Column, ...], Rule]:
    """Standard code and system, the original beside them, and the rule that a given code must be known."""
    columns = (
        Column("code_system", "string", "Code system of `code`.", codes={s: SYSTEMS[s] for s in systems}),
        Column("code", "string", sentence, source="normalised by p4dp.silver.codes", example=_EXAMPLES[systems[0]]),
        Column("source_code_system", "string", "Code system as delivered.", example=systems[0]),
        Column("source_code", "string", "Code as delivered.", example="X"),
    )
    rule = check(
        table,
        "code.unmapped",
        "A code that was delivered is a code of its system, or mapped to one.",
        "code IS NOT NULL OR source_code IS NULL",
        "code",
        "source_code",
    )
    return columns, rule


def flag(name: str, sentence: str) -> Column:
    """A yes or no that may be missing."""
    return Column(name, "boolean", sentence, parsed=True)


def number(name: str, sentence: str, unit: str, low: float, high: float, *, required: bool = False) -> Column:
    """A number within limits beyond which it can only be a mistake."""
    return Column(name, "double", sentence, unit=unit, parsed=True, required=required, between=(str(low), str(high)))


def assertion() -> Column:
    """Present, absent or unknown."""
    return Column("assertion", "string", "Whether the statement says present, absent or unknown.", codes=ASSERTIONS, required=True)


def _moved(table: str) -> list[Rule]:
    """One rule per guarded raw field of the bronze table of the same name."""
    try:
        raw = importlib.import_module(f"p4dp.contracts.bronze.{table}").TABLE
    except ModuleNotFoundError:
        return []
    sentence = "{}: what was delivered is not of the shape of this field; it stays under the vault."
    # of people nobody says what became of them: their op is the vault's
    fields = [c.name for c in raw.columns if c.guarded or (c.name == "op" and table not in ("patient", "practitioner"))]
    if table in {t.name for t in nested.DOSSIER_CHILDREN}:
        fields.append("container")
    return [Rule(f"{table}.{f}.moved", "row", sentence.format(f), "", "moved", (f,)) for f in fields]


def silver(
    name: str,
    grain: str,
    *columns: Column,
    rules: Sequence[Rule] = (),
    caveat: str = "",
    source: str = "",
    patient: bool = True,
) -> Table:
    """A silver table: key, practice, patient, its own columns, provenance."""
    who = [Column("practice_key", "string", "Pseudonym of the practice.", required=True, example="0f" * 16)]
    if patient:
        who.append(Column("patient_key", "string", "Pseudonym of the patient in this practice.", required=True, example="a1" * 16))
    own = (key(name), *who, *columns, *_PROVENANCE)
    return Table(
        "silver",
        name,
        grain,
        own,
        key=(f"{name}_id",),
        cluster=("practice_key",),
        extra_rules=(*_moved(name), *rules),
        caveat=caveat,
        source=source,
    )
