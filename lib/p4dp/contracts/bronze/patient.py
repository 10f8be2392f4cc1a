"""Patients as the vault hands them over: coarsened traits, no identity."""

from p4dp.contracts.bronze.base import bronze
from p4dp.contracts.core import Column

TABLE = bronze(
    "patient",
    "One patient of a practice as the identity part of one delivery describes them, coarsened by the vault.",
    Column("sex", "string", "Sex as delivered.", source="vault"),
    Column("birth_year", "int", "Year of birth, null when the date cannot be read.", unit="a", source="vault"),
    Column("birth_month", "int", "Month of birth, null when only the year is known.", unit="mo", source="vault"),
    Column("commune", "string", "INSEE code of the commune of residence as delivered.", source="vault"),
    Column("death_date", "string", "Day of death as delivered.", source="vault"),
    Column("nir_status", "string", "What the vault's check said of the NIR.", source="vault"),
)
