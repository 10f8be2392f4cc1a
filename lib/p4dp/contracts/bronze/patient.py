"""Patients as the vault hands them over: coarsened traits, no identity."""

from p4dp.contracts.bronze.base import bronze, handed
from p4dp.contracts.core import Column

TABLE = bronze(
    "patient",
    "One patient of a practice as the identity part of one delivery describes them, coarsened by the vault.",
    handed("sex", "flag", "Sex as delivered."),
    Column("birth_year", "int", "Year of birth, null when the date cannot be read.", unit="a", source="vault"),
    Column("birth_month", "int", "Month of birth, null when only the year is known.", unit="mo", source="vault"),
    handed("commune", "code", "INSEE code of the commune of residence as delivered."),
    handed("death_date", "date", "Day of death as delivered."),
    Column("nir_status", "string", "What the vault's check said of the NIR.", source="vault"),
)
