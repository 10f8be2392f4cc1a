"""Patients: one record in one practice. That two are one human is a finding of linkage."""

from p4dp.contracts.core import Column
from p4dp.contracts.silver.base import silver

TABLE = silver(
    "patient",
    "One patient of one practice, in the state of the last delivery that counts.",
    Column(
        "sex",
        "string",
        "Administrative sex.",
        codes={"male": "male", "female": "female", "unknown": "not recorded"},
        required=True,
    ),
    Column("birth_year", "int", "Year of birth.", unit="a", between=("1880", "year(extracted_on)"), example="1960"),
    Column("birth_month", "int", "Month of birth.", unit="mo", between=("1", "12")),
    Column(
        "commune_code",
        "string",
        "INSEE code of the commune of residence, merged communes followed.",
        matches="[0-9][0-9AB][0-9]{3}",
        example="2A004",
    ),
    Column("source_commune", "string", "Commune code as delivered.", example="2A004"),
    Column("department", "string", "Department of residence.", example="2A"),
    Column(
        "death_date",
        "date",
        "Day of death, when the practice knows it.",
        parsed=True,
        between=("DATE'1900-01-01'", "extracted_on"),
    ),
    Column(
        "nir_status",
        "string",
        "What the vault's check said of the NIR; the NIR itself never leaves the vault.",
        codes={
            "valid": "thirteen digits and a right key",
            "wrong_key": "the key is wrong",
            "no_key": "thirteen characters without a key: form only",
            "provisional": "provisional number",
            "malformed": "not of the form of a NIR",
            "missing": "none delivered",
        },
        required=True,
    ),
    caveat="Day of birth, names, address and NIR stay in the vault. A practice's patient may be another practice's too.",
)
