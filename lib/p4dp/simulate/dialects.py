"""How each software writes a delivery: two dialects of our own.

A delivery is rendered to files in memory: path below the delivery's folder → (content, part, records).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import orjson

from p4dp.simulate.records import KINDS, STANDING, Record

Files = dict[str, tuple[bytes, str, int]]

_HEADERS = {
    "encounter": "NUM;PATIENT;DATE;TYPE;PRATICIEN;FACTURANT;OBSERVATION;ETAT",
    "reason": "NUM;PATIENT;CONSULTATION;CODE_CISP;LIBELLE;ETAT",
    "diagnosis": "NUM;PATIENT;CONSULTATION;CODE_CISP;CERTITUDE;LIBELLE;ETAT",
    "prescription": "NUM;PATIENT;CONSULTATION;DATE;CODE_ATC;DOSE;UNITE;PRISES_JOUR;DUREE;RENOUVELLEMENTS;ALD;SUBSTITUABLE;FOND;POSOLOGIE;ETAT",
    "order": "NUM;PATIENT;CONSULTATION;DATE;NATURE;SYSTEME;CODE;TEXTE;ETAT",
    "act": "NUM;PATIENT;CONSULTATION;DATE;NOMENCLATURE;CODE;COEF;ETAT",
    "measurement": "NUM;PATIENT;CONSULTATION;DATE;MESURE;VALEUR;UNITE;ETAT",
    "lab_result": "NUM;PATIENT;CONSULTATION;DATE;ANALYSE;VALEUR;UNITE;RESULTAT_TEXTE;COMMENTAIRE;ETAT",
    "work_stoppage": "NUM;PATIENT;CONSULTATION;DEBUT;FIN;CODE_CISP;PROLONGATION;ETAT",
    "certificate": "NUM;PATIENT;CONSULTATION;DATE;TYPE;ETAT",
    "referral": "NUM;PATIENT;CONSULTATION;DATE;SPECIALITE;URGENT;TEXTE;ETAT",
    "document": "NUM;PATIENT;CONSULTATION;DATE;TYPE;FORMAT;ETAT",
    "observation_period": "NUM;PATIENT;MOTIF;DEBUT;FIN;MOTIF_FIN;ETAT",
    "history": "NUM;PATIENT;TYPE;CODE_CISP;CERTITUDE;PARENT;DEBUT;FIN;STATUT;TEXTE;ETAT",
    "vaccination": "NUM;PATIENT;DATE;CODE_CIP;RANG;FAIT;ETAT",
    "allergy": "NUM;PATIENT;CODE_ATC;CERTITUDE;DATE;ETAT",
    "lifestyle": "NUM;PATIENT;THEME;STATUT;QUANTITE;UNITE;DATE;ETAT",
    "care_protocol": "NUM;PATIENT;NUM_ALD;CODE_CISP;DEBUT;FIN;ETAT",
}
_FILES = {
    "encounter": "consultations",
    "reason": "motifs",
    "diagnosis": "resultats",
    "prescription": "prescriptions",
    "order": "demandes",
    "act": "actes",
    "measurement": "mesures",
    "lab_result": "biologie",
    "work_stoppage": "arrets",
    "certificate": "certificats",
    "referral": "courriers",
    "document": "documents",
    "observation_period": "suivi",
    "history": "antecedents",
    "vaccination": "vaccins",
    "allergy": "allergies",
    "lifestyle": "mode_de_vie",
    "care_protocol": "ald",
}
_FIELDS = {
    "NUM": "record_id",
    "PATIENT": "patient_id",
    "CONSULTATION": "encounter_record_id",
    "OBSERVATION": "note_text",
    "CODE_CISP": "cisp",
    "CERTITUDE": "assertion",
    "CODE_ATC": "atc",
    "DOSE": "dose",
    "PRISES_JOUR": "intakes_per_day",
    "DUREE": "duration_days",
    "RENOUVELLEMENTS": "renewals",
    "ALD": "ald_zone",
    "SUBSTITUABLE": "substitution",
    "FOND": "long_term",
    "POSOLOGIE": "posology_text",
    "NATURE": "kind",
    "SYSTEME": "code_system",
    "CODE": "code",
    "NOMENCLATURE": "code_system",
    "COEF": "coefficient",
    "MESURE": "code",
    "VALEUR": "value",
    "ANALYSE": "code",
    "RESULTAT_TEXTE": "result_text",
    "COMMENTAIRE": "comment_text",
    "PROLONGATION": "is_extension",
    "SPECIALITE": "specialty_code",
    "URGENT": "urgent",
    "FORMAT": "format",
    "MOTIF": "basis",
    "MOTIF_FIN": "end_reason",
    "PARENT": "relative",
    "STATUT": "status",
    "RANG": "dose_rank",
    "FAIT": "assertion",
    "THEME": "topic",
    "QUANTITE": "quantity",
    "NUM_ALD": "ald_number",
    "PRATICIEN": "author",
    "FACTURANT": "billing",
    "CODE_CIP": "code",
    "UNITE": "unit",
    "DEBUT": "start_date",
    "FIN": "end_date",
    "ETAT": "op",
    "TYPE": "kind",
}
_DAYS = {
    "encounter": "encounter_date",
    "prescription": "prescribed_on",
    "order": "ordered_on",
    "act": "done_on",
    "measurement": "measured_on",
    "lab_result": "sampled_on",
    "certificate": "issued_on",
    "referral": "referred_on",
    "document": "document_date",
    "vaccination": "given_on",
    "allergy": "recorded_on",
    "lifestyle": "recorded_on",
}
_TEXTS = {
    "reason": "reason_text",
    "diagnosis": "diagnosis_text",
    "history": "history_text",
    "order": "order_text",
    "referral": "referral_text",
}
#: words of the French dialect for standard words
WORDS = {
    "surgery": "CAB",
    "home": "VIS",
    "teleconsultation": "TLC",
    "telephone": "TEL",
    "record_only": "DOS",
    "present": "O",
    "absent": "N",
    "biology": "BIO",
    "imaging": "IMA",
    "nursing": "INF",
    "physiotherapy": "KIN",
    "active_file": "FILE",
    "moved": "DEM",
    "died": "DCD",
    "problem": "PB",
    "family": "FAM",
    "medical": "MED",
    "surgical": "CHI",
    "active": "ACT",
    "resolved": "TER",
    "tobacco": "TABAC",
    "current": "OUI",
    "never": "JAMAIS",
    "sport": "SPO",
    "school": "SCO",
    "other": "AUT",
    "male": "M",
    "female": "F",
}
_LABS = {
    "2160-0": "CREA",
    "2823-3": "K",
    "4548-4": "HBA1C",
    "2345-7": "GLY",
    "2093-3": "CT",
    "13457-7": "LDL",
    "2571-8": "TG",
    "62238-1": "DFG",
    "3016-3": "TSH",
    "718-7": "HB",
    "1988-5": "CRP",
}
_SIGNS = {"8480-6": "PAS", "8462-4": "PAD", "29463-7": "POIDS", "8302-2": "TAILLE"}
#: the French dialect writes mass units where the laboratory does: standard → (unit, factor from standard)
_MASS = {
    "2345-7": ("g/L", 0.18016),
    "2160-0": ("mg/L", 0.11312),
    "2093-3": ("g/L", 0.38665),
    "13457-7": ("g/L", 0.38665),
    "2571-8": ("g/L", 0.8854),
}


def _french(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "O" if value else "N"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return WORDS.get(value, str(value)) if isinstance(value, str) else str(value)


def _tabular_row(kind: str, header: list[str], record: Record) -> list[str]:
    row = dict(record)
    if kind == "measurement":
        row["code"] = _SIGNS.get(row["code"], row["code"])
        row["unit"] = {"mm[Hg]": "mmHg"}.get(row["unit"], row["unit"])
    if kind == "lab_result" and isinstance(row["value"], float) and row["code"] in _MASS:
        unit, factor = _MASS[row["code"]]
        row["value"], row["unit"] = round(row["value"] * factor, 4), unit
    if kind == "lab_result":
        row["code"] = _LABS.get(row["code"], row["code"])
    if kind == "prescription" and "spoilt_code" in row:
        row["atc"] = row["spoilt_code"]
    if kind == "allergy":
        row["atc"] = row.get("code")
    out = []
    for name in header:
        field = _FIELDS.get(name, "")
        if name == "DATE":
            field = _DAYS[kind]
        elif name in ("TEXTE", "LIBELLE"):
            field = _TEXTS[kind]
        elif name == "UNITE" and kind == "prescription":
            field = "dose_unit"
        elif name == "CODE_CISP" and "spoilt_code" in row:
            field = "spoilt_code"
        out.append(_french(row.get(field)))
    return out


def _csv(header: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("iso-8859-1")


def tabula(patients: list[Record], doctors: list[Record], records: dict[str, list[Record]]) -> Files:
    """Delimited files, Latin-1, French headers, dd/MM/yyyy, CISP-2 codes."""
    who = [
        "NUM_PATIENT",
        "NIR",
        "NOM",
        "NOM_NAISSANCE",
        "PRENOM",
        "SEXE",
        "DATE_NAISSANCE",
        "LIEU_NAISSANCE",
        "ADRESSE",
        "CODE_POSTAL",
        "COMMUNE",
        "DATE_DECES",
    ]
    fields = [
        "patient_id",
        "nir",
        "family_name",
        "birth_name",
        "given_names",
        "sex",
        "birth_date",
        "birth_place",
        "address",
        "postal_code",
        "commune",
        "death_date",
    ]
    files: Files = {
        "identity/patients.csv": (_csv(who, [[_french(p.get(f)) for f in fields] for p in patients]), "identity", len(patients))
    }
    head = ["NUM_PRATICIEN", "NOM", "NUM_AM", "RPPS", "ROLE", "SPECIALITE", "DEBUT", "FIN"]
    names = ["practitioner_id", "name", "am_number", "rpps", "role", "specialty", "valid_from", "valid_to"]
    files["identity/praticiens.csv"] = (_csv(head, [[_french(d.get(f)) for f in names] for d in doctors]), "identity", len(doctors))
    for kind, text in _HEADERS.items():
        header = text.split(";")
        rows = [_tabular_row(kind, header, r) for r in records.get(kind, [])]
        files[f"medical/{_FILES[kind]}.csv"] = (_csv(header, rows), "medical", len(rows))
    files["medical/notes_personnelles.csv"] = (_csv(["NUM", "PATIENT", "NOTE"], [["1", "x", "note du medecin"]]), "medical", 1)
    return files


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _json_record(kind: str, record: Record) -> dict[str, Any]:
    row = {
        k: _plain(v)
        for k, v in record.items()
        if v is not None and k not in ("cisp", "cim", "atc", "minute", "patient_id", "encounter_record_id")
    }
    if record.get("cim") is not None:
        row["code"] = record["cim"]
    if "spoilt_code" in record:
        row.pop("spoilt_code")
        row["code"] = record["spoilt_code"]
    if (
        isinstance(row.get("code"), str)
        and kind in ("history", "diagnosis", "reason")
        and len(row["code"]) > 3
        and row["code"][0].isalpha()
    ):
        row["code"] = f"{row['code'][:3]}.{row['code'][3:]}"
    row["id"] = row.pop("record_id")
    return row


def nidus(patients: list[Record], doctors: list[Record], records: dict[str, list[Record]]) -> Files:
    """JSON lines, nested per consultation, UTF-8, CIM-10 codes and CIP13 drugs, ISO timestamps."""

    def lines(rows: list[dict[str, Any]]) -> bytes:
        return b"\n".join(orjson.dumps(r) for r in rows) + b"\n"

    files: Files = {
        "identity/patients.jsonl": (
            lines([{k: _plain(v) for k, v in p.items() if v is not None} for p in patients]),
            "identity",
            len(patients),
        ),
        "identity/practitioners.jsonl": (
            lines([{k: _plain(v) for k, v in d.items() if v is not None} for d in doctors]),
            "identity",
            len(doctors),
        ),
    }
    inside: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for kind in KINDS:
        for r in records.get(kind, []):
            inside.setdefault(r["encounter_record_id"], {}).setdefault(kind, []).append(_json_record(kind, r))
    heads = []
    for e in records.get("encounter", []):
        row = _json_record("encounter", e)
        if isinstance(e["encounter_date"], dt.date):
            row["encounter_date"] = f"{e['encounter_date'].isoformat()}T{e['minute'] // 60:02d}:{e['minute'] % 60:02d}:00Z"
        heads.append({**row, "patient": e["patient_id"], **inside.get(e["record_id"], {})})
    dossiers: dict[str, dict[str, Any]] = {}
    for kind in STANDING:
        for r in records.get(kind, []):
            dossier = dossiers.setdefault(r["patient_id"], {"id": f"D-{r['patient_id']}", "patient": r["patient_id"]})
            dossier.setdefault(kind, []).append(_json_record(kind, r))
    files["medical/consultations.jsonl"] = (lines(heads) if heads else b"\n", "medical", len(heads))
    files["medical/dossiers.jsonl"] = (lines(list(dossiers.values())) if dossiers else b"\n", "medical", len(dossiers))
    return files


RENDER: dict[str, Callable[[list[Record], list[Record], dict[str, list[Record]]], Files]] = {"tabula": tabula, "nidus": nidus}
