"""What a software's words mean: read from conf/sources, applied as column expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@dataclass(frozen=True)
class Mappings:
    """Value maps per `kind.field`, then software, then raw word; and the referentials that all software share.

    Args:
        values: e.g. values["encounter.kind"]["tabula"]["CAB"] == "surgery".
        drugs: columns cip13, atc; one row per presentation. None when the site has no drug referential.
        communes: columns old_code, new_code; one row per commune that merged into another. None when unknown.
    """

    values: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    drugs: DataFrame | None = None
    communes: DataFrame | None = None

    def word(self, name: str, raw: Column) -> Column:
        """The standard word for a software's word; the word itself when the source's mapping does not know it.

        A word that stays unknown is then refused by the contract's list of codes, and the row is quarantined.
        """
        mapped = self.known(name, raw)
        return raw if mapped is None else F.coalesce(mapped, raw)

    def known(self, name: str, raw: Column) -> Column | None:
        """The standard word for a software's word, null when unknown; None when no source maps the field."""
        pairs = {
            f"{software}|{word}": standard
            for software, words in self.values.get(name, {}).items()
            for word, standard in words.items()
        }
        if not pairs:
            return None
        table = F.expr("map(" + ", ".join(f"{_quoted(k)}, {_quoted(v)}" for k, v in sorted(pairs.items())) + ")")
        return F.element_at(table, F.concat_ws("|", F.col("software"), raw))
