"""How a software writes the documents that the law on portability makes binding: CDA R2 level 3, one VSM per patient."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from p4dp.simulate.dialects import Files
from p4dp.simulate.records import Record

_DOCUMENT = (
    """<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"""
    """<code code="{code}"/><effectiveTime value="{when}"/><setId root="1.2.250.1.999.1" extension="{own}"/><recordTarget><patientRole>{ids}"""
    """<addr><streetName>{street}</streetName><postalCode>{postal}</postalCode></addr><patient><name><family qualifier="BR">{birth_name}"""
    """</family><family qualifier="CL">{name}</family><given>{given}</given></name><administrativeGenderCode code="{sex}"/>"""
    """<birthTime value="{birth}"/></patient></patientRole></recordTarget><component><structuredBody>{body}</structuredBody></component>"""
    """</ClinicalDocument>"""
)
_ICD, _ATC, _CIP = "2.16.840.1.113883.6.3", "2.16.840.1.113883.6.73", "1.2.250.1.213.2.3.2"


def _section(code: str, entries: list[str], text: str) -> str:
    return (
        (
            f"<component><section><code code='{code}' codeSystem='2.16.840.1.113883.6.1'/><text>{escape(text)}</text>"
            + "".join(f"<entry>{e}</entry>" for e in entries)
            + "</section></component>"
        )
        if entries
        else ""
    )


def _date(value: Any) -> str:
    return f"{value:%Y%m%d}" if isinstance(value, dt.date) else str(value or "")


def _vsm_body(rows: dict[str, list[Record]]) -> str:
    problems = [
        f"<act><id root={quoteattr(r['record_id'])}/><statusCode code='active'/><entryRelationship><observation negationInd='false'>"
        f"<effectiveTime><low value='{_date(r['start_date'])}'/></effectiveTime><value xsi:type='CD' code='{r['cim']}' codeSystem='{_ICD}'/>"
        "</observation></entryRelationship></act>"
        for r in rows["history"]
        if r["kind"] == "problem"
    ]
    allergies = [
        f"<act><entryRelationship><observation negationInd='{'true' if r['assertion'] == 'absent' else 'false'}'><id root={quoteattr(r['record_id'])}/>"
        f"<effectiveTime><low value='{_date(r['recorded_on'])}'/></effectiveTime>"
        "<entryRelationship typeCode='REFR'><observation><code code='33999-4'/><value xsi:type='CE' code='active'/></observation></entryRelationship>"
        + (
            f"<participant><participantRole><playingEntity><code code='{r['code']}' codeSystem='{_ATC}'/></playingEntity></participantRole></participant>"
            if r.get("code")
            else ""
        )
        + "</observation></entryRelationship></act>"
        for r in rows["allergy"]
    ]
    habits = [
        f"<observation negationInd='{'true' if r['status'] == 'never' else 'false'}'><id root={quoteattr(r['record_id'])}/><code code='74011-8'/>"
        f"<effectiveTime value='{_date(r['recorded_on'])}'/>"
        + (
            "" if r["status"] == "never" else f"<value xsi:type='PQ' value='{r['quantity']}' unit='{{pack}}/a'/>"
        )  # in the official form: pack years
        + "</observation>"
        for r in rows["lifestyle"]
    ]
    drugs = [
        f"<substanceAdministration><id root={quoteattr(r['record_id'])}/><effectiveTime xsi:type='IVL_TS'><low value='{_date(r['prescribed_on'])}'/></effectiveTime>"
        f"<doseQuantity value='1' unit='{{tablet}}'/><consumable><manufacturedProduct><manufacturedMaterial><code code='{r['code']}' codeSystem='{_CIP}'/>"
        "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
        for r in rows["prescription"]
    ]
    return (
        _section("11450-4", problems, "problemes")
        + _section("48765-2", allergies, "allergies")
        + _section("29762-2", habits, "mode de vie")
        + _section("10160-0", drugs, "traitements")
    )


def held(records: dict[str, dict[str, Record]]) -> dict[str, list[Record]]:
    """What of a practice's records a VSM tells: current problems, allergies, habits, and each long-term drug once per patient."""
    drugs = {(r["patient_id"], r["atc"]): r for r in records["prescription"].values() if r["long_term"]}
    return {
        "history": [r for r in records["history"].values() if r["kind"] == "problem"],
        "allergy": list(records["allergy"].values()),
        "lifestyle": list(records["lifestyle"].values()),
        "prescription": list(drugs.values()),
    }


def documents(patients: list[Record], told: dict[str, list[Record]], when: dt.date) -> Files:
    """One VSM per patient with what `held` gives, as of the day of the delivery."""
    files: Files = {}
    by_patient: dict[str, dict[str, list[Record]]] = {p["patient_id"]: {k: [] for k in told} for p in patients}
    for kind, listed in told.items():
        for r in listed:
            if r["patient_id"] in by_patient:
                by_patient[r["patient_id"]][kind].append(r)
    for p in patients:
        rows = by_patient[p["patient_id"]]
        ids = f"<id root='1.2.250.1.999.2' extension='{p['patient_id']}'/>"
        if p["nir"]:
            ids = f"<id root='1.2.250.1.213.1.4.8' extension='{p['nir']}'/>" + ids
        content = _DOCUMENT.format(
            code="SYNTH",
            when=f"{when:%Y%m%d}0800+0100",
            own=p["patient_id"],
            ids=ids,
            street=escape(p["address"]),
            postal=p["postal_code"],
            birth_name=escape(p["birth_name"]),
            name=escape(p["family_name"]),
            given=escape(p["given_names"]),
            sex="M" if p["sex"] == "male" else "F",
            birth=_date(p["birth_date"]),
            body=_vsm_body(rows),
        ).encode("utf-8")
        files[f"documents/{p['patient_id']}.xml"] = (content, "mixed", 1)
    return files
