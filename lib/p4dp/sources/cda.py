"""CDA R2 level 3 documents (VSM and its siblings) → identity, coded entries, and words. Runs in the vault only.

A document mixes identity and medicine in one file. It becomes one container (`dossier`) whose record_id is the kind of document for
a state as of its date (a newer VSM replaces the older one) and the document's own set for reports that add up. The header's
people (author, guardian, informant) are never read into the medical part. Sections: LOINC codes of the French CI-SIS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from lxml import etree

from p4dp.contracts.shapes import in_letters
from p4dp.errors import DefectiveDelivery

NS = {"h": "urn:hl7-org:v3"}
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"  # a namespace name, not an address
#: OID → our name. OIDs of CIP differ between documents, and so do the names beside them.
SYSTEMS = {
    "2.16.840.1.113883.6.3": "CIM-10",
    "2.16.840.1.113883.6.96": "SNOMED",
    "2.16.840.1.113883.6.1": "LOINC",
    "1.2.250.1.213.2.3.1": "CIS",
    "1.2.250.1.213.2.3.2": "CIP13",
    "1.2.250.1.213.2.3.3": "CIP13",
    "2.16.840.1.113883.6.73": "ATC",
    "1.2.250.1.215.300.1": "CCAM",
}
_NIR_ROOTS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.9")
#: Documents that state how things are on their date; all others report something that happened and add up.
_STATES = {"SYNTH", "34133-9"}
#: SNOMED CT codes of tobacco and alcohol statements → state of the habit.
_HABITS = {
    **dict.fromkeys(("77176002", "449868002", "428041000124106", "65568007", "219006"), "current"),
    **dict.fromkeys(("8517006", "82581004"), "former"),
    **dict.fromkeys(("266919005", "228274009", "105542008"), "never"),
}
#: Null flavours that say that something is not known; others (no code for it, see the text) state it.
_NOT_KNOWN = ("UNK", "ASKU", "NASK", "NI")
Entry = dict[str, Any]


def _at(node: etree._Element | None, path: str, attribute: str = "") -> str | None:
    """The text or attribute at a path, stripped; None when absent."""
    found = node.find(path, NS) if node is not None else None
    if found is None:
        return None
    value = found.get(attribute) if attribute else found.text
    return value.strip() or None if value else None


def _code(node: etree._Element | None) -> Entry:
    """Code and system of a coded node."""
    if node is None or node.get("code") is None:
        return {}
    oid = node.get("codeSystem", "")
    return {"code": node.get("code"), "code_system": SYSTEMS.get(oid, node.get("codeSystemName", oid)[:12])}


def _time(node: etree._Element | None, bound: str = "low") -> str | None:
    """An HL7 time: the point itself or the bound of an interval."""
    if node is None:
        return None
    return node.get("value") or _at(node, f"h:{bound}", "value")


def _entry_id(node: etree._Element) -> str | None:
    return _at(node, "h:id", "root")


def _status(code: str | None) -> str | None:
    return {"active": "active", "completed": "resolved", "inactive": "resolved"}.get(code or "")


def _value_of(node: etree._Element, code: str, attribute: str) -> str | None:
    """The value of the observation below a node that has a LOINC code."""
    for seen in node.iterfind(".//h:observation", NS):
        if _at(seen, "h:code", "code") == code:
            return _at(seen, "h:value", attribute)
    return None


def _assertion(node: etree._Element) -> str:
    if node.get("negationInd") == "true":
        return "absent"
    return "unknown" if _at(node, "h:value", "nullFlavor") in _NOT_KNOWN else "present"


def _problems(entry: etree._Element, kind: str) -> list[tuple[str, Entry]]:
    act, seen = entry.find("h:act", NS), entry.find(".//h:observation", NS)
    if seen is None:
        return []
    times = seen.find("h:effectiveTime", NS)
    row: Entry = {
        "kind": kind,
        **_code(seen.find("h:value", NS)),
        "assertion": _assertion(seen),
        "start_date": _time(times),
        "end_date": _time(times, "high"),
        "record_id": _entry_id(act if act is not None else seen),
    }
    if act is not None:
        row["status"] = _status(_at(act, "h:statusCode", "code"))
        row["end_date"] = row["end_date"] or _time(act.find("h:effectiveTime", NS), "high")
    return [("history", row)]


def _procedure(entry: etree._Element) -> list[tuple[str, Entry]]:
    node = entry.find("h:procedure", NS)
    if node is None:
        return []
    return [
        (
            "history",
            {
                "kind": "surgical",
                **_code(node.find("h:code", NS)),
                "assertion": _assertion(node),
                "status": "resolved",
                "start_date": _time(node.find("h:effectiveTime", NS)),
                "record_id": _entry_id(node),
            },
        )
    ]


def _family(entry: etree._Element) -> list[tuple[str, Entry]]:
    relative = _at(entry, ".//h:relatedSubject/h:code", "code")
    return [
        (
            "history",
            {
                "kind": "family",
                "relative": relative,
                **_code(seen.find("h:value", NS)),
                "assertion": _assertion(seen),
                "start_date": _time(seen.find("h:effectiveTime", NS)),
                "record_id": _entry_id(seen),
            },
        )
        for seen in entry.findall(".//h:component/h:observation", NS)
    ]


def _allergy(entry: etree._Element) -> list[tuple[str, Entry]]:
    seen = entry.find(".//h:observation", NS)
    if seen is None:
        return []
    agent = seen.find(".//h:playingEntity/h:code", NS)
    coded = _code(agent)
    if (coded.get("code_system") == "CIS" and len(coded["code"]) != 8) or not coded:
        coded = _code(seen.find("h:code", NS))
    return [
        (
            "allergy",
            {
                **coded,
                "assertion": _assertion(seen),
                "status": _status(_value_of(seen, "33999-4", "code") or _at(entry, "h:act/h:statusCode", "code")),
                "recorded_on": _time(seen.find("h:effectiveTime", NS)),
                "record_id": _entry_id(seen),
            },
        )
    ]


def _nothing(amount: str | None) -> bool:
    try:
        return amount is not None and float(amount) == 0
    except ValueError:
        return False


def _lifestyle(entry: etree._Element) -> list[tuple[str, Entry]]:
    seen = entry.find("h:observation", NS)
    if seen is None:
        return []
    value = seen.find("h:value", NS)
    row: Entry = {
        "topic": _at(seen, "h:code", "code"),
        "record_id": _entry_id(seen),
        "recorded_on": _time(seen.find("h:effectiveTime", NS)),
        "status": "current",
    }
    if value is None or value.get("nullFlavor"):
        row["status"] = "unknown"
    elif value.get(_XSI, "").endswith("PQ"):
        row |= {"quantity": value.get("value"), "unit": value.get("unit")}
        if _nothing(value.get("value")):  # nothing now; of a lifetime's packs, nothing ever
            row["status"] = "never" if value.get("unit") == "{pack}/a" else "unknown"
    elif value.get("code"):
        row["status"] = _HABITS.get(value.get("code", ""), "unknown")
    if seen.get("negationInd") == "true":
        row["status"] = "never"
    return [("lifestyle", row)]


def _drug(code: etree._Element | None) -> Entry:
    """The most useful of a drug's codes: CIP13, then ATC at full depth, then CIS, then ATC."""
    if code is None:
        return {}
    offered = [c for c in (_code(code), *(_code(t) for t in code.findall("h:translation", NS))) if c]
    order = ["CIP13", "ATC7", "CIS", "ATC"]

    def rank(c: Entry) -> int:
        name = "ATC7" if c["code_system"] == "ATC" and len(c["code"]) == 7 else c["code_system"]
        return order.index(name) if name in order else len(order)

    return min(offered, key=rank) if offered else {}


def _treatment(entry: etree._Element) -> list[tuple[str, Entry]]:
    node = entry.find("h:substanceAdministration", NS)
    if node is None:
        return []
    times = node.findall("h:effectiveTime", NS)
    row: Entry = {
        **_drug(node.find(".//h:manufacturedMaterial/h:code", NS)),
        "record_id": _entry_id(node),
        "long_term": "oui",
        "prescribed_on": _time(times[0]) if times else None,
        "dose": _at(node, "h:doseQuantity/h:low", "value") or _at(node, "h:doseQuantity", "value"),
        "dose_unit": _at(node, "h:doseQuantity/h:low", "unit") or _at(node, "h:doseQuantity", "unit"),
    }
    row["reason_code"] = _at(node, "h:entryRelationship[@typeCode='RSON']/h:act/h:code", "code")
    period = node.find("h:effectiveTime/h:period", NS)
    if period is not None and period.get("value"):
        hours = {"h": 1.0, "d": 24.0, "wk": 168.0}.get(period.get("unit", ""))
        length = float(period.get("value", "0"))
        row["intakes_per_day"] = f"{24 / (hours * length):g}"[:8] if hours and length else None
    return [("prescription", row)]


def _vaccination(entry: etree._Element) -> list[tuple[str, Entry]]:
    node = entry.find("h:substanceAdministration", NS)
    if node is None:
        return []
    reaction = node.find("h:entryRelationship[@typeCode='CAUS']/h:observation/h:value", NS)
    return [
        (
            "vaccination",
            {
                **_drug(node.find(".//h:manufacturedMaterial/h:code", NS)),
                "given_on": _time(node.find("h:effectiveTime", NS)),
                "dose_rank": _value_of(node, "30973-2", "value"),
                "reaction_code": reaction.get("code") if reaction is not None else None,
                "assertion": _assertion(node),
                "record_id": _entry_id(node),
            },
        )
    ]


def _results(entry: etree._Element) -> list[tuple[str, Entry]]:
    rows = []
    for seen in entry.iter(f"{{{NS['h']}}}observation"):
        value = seen.find("h:value", NS)
        if value is None or not value.get(_XSI, "").endswith(("PQ", "INT", "REAL", "ST", "CD")) or seen.find("h:code", NS) is None:
            continue
        limits = seen.find("h:referenceRange/h:observationRange/h:value", NS)
        row: Entry = {
            **_code(seen.find("h:code", NS)),
            "sampled_on": _time(seen.find("h:effectiveTime", NS)),
            "value": value.get("value"),
            "unit": value.get("unit"),
            "low": _at(limits, "h:low", "value"),
            "high": _at(limits, "h:high", "value"),
            "interpretation": _at(seen, "h:interpretationCode", "code"),
            "record_id": _entry_id(seen),
            "result_text": (value.text or "").strip() or value.get("displayName"),
        }
        rows.append(("lab_result", row))
    return rows


def _copy(entry: etree._Element) -> list[tuple[str, Entry]]:
    media = entry.find(".//h:observationMedia/h:value", NS)
    if media is None:
        return []
    kind = _at(entry, ".//h:observation/h:value", "code")
    return [
        ("document", {"kind": kind, "format": (media.get("mediaType") or "").rpartition("/")[2], "record_id": _entry_id(entry[0])})
    ]


#: section code → how its entries are read
SECTIONS: dict[str, Callable[[etree._Element], list[tuple[str, Entry]]]] = {
    "11450-4": lambda e: _problems(e, "problem"),
    "11348-0": lambda e: _problems(e, "medical"),
    "47519-4": _procedure,
    "48765-2": _allergy,
    "29762-2": _lifestyle,
    "10157-6": _family,
    "10160-0": _treatment,
    "11369-6": _vaccination,
    "55108-5": _copy,
}
#: sections of laboratory disciplines; every observation below them is a result
_LABORATORY = {
    "18719-5",
    "18717-9",
    "18718-7",
    "18720-3",
    "18722-9",
    "18723-7",
    "18724-5",
    "18725-2",
    "18727-8",
    "18728-6",
    "18729-4",
    "18767-4",
    "18768-2",
    "26436-6",
}


def parse(content: bytes, where: str) -> tuple[Entry, Entry, list[tuple[str, str, str]]]:
    """A document → (identity, dossier, words).

    Words are (kind, record_id inside the dossier, text). The patient's numbers stay in the identity: the dossier's record_id names the
    document only, and the caller adds the patient's pseudonym.

    Raises:
        DefectiveDelivery: an entity or DTD, not XML, not a clinical document. What cannot be parsed cannot be split.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DefectiveDelivery("delivery.xml_entity", where, "a document type or entity declaration; CDA has none")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DefectiveDelivery("delivery.malformed", where, f"not well-formed XML at line {error.lineno}") from None
    if root.tag != f"{{{NS['h']}}}ClinicalDocument" or root.find("h:recordTarget/h:patientRole", NS) is None:
        raise DefectiveDelivery("delivery.malformed", where, "not a clinical document with a patient")
    identity = _identity(root)
    kind = _at(root, "h:code", "code") or "unknown"
    number = "h:setId" if _at(root, "h:setId", "root") else "h:id"  # without a set every document is one of its own
    own, extension = _at(root, number, "root") or where, _at(root, number, "extension")
    own_hash = in_letters(hashlib.blake2b(f"{own}|{extension or ''}".encode(), digest_size=8).hexdigest())
    record_id = f"cda-{kind}" if kind in _STATES else f"cda-{kind}-{own_hash}"
    dossier: Entry = {"record_id": record_id, "origin": kind, "as_of": _at(root, "h:effectiveTime", "value")}
    words: list[tuple[str, str, str]] = []
    taken: dict[str, set[str]] = {}
    for section in root.iter(f"{{{NS['h']}}}section"):
        code = _at(section, "h:code", "code") or ""
        read = _results if code in _LABORATORY else SECTIONS.get(code)
        entries = section.findall("h:entry", NS)
        rows = [row for entry in entries for row in read(entry)] if read else []
        for child, row in rows:
            numbers = taken.setdefault(child, set())
            if not row.get("record_id") or row["record_id"] in numbers:
                row["record_id"] = f"{code}.{len(numbers)}"
            numbers.add(row["record_id"])
            text = row.pop("result_text", None)
            if text:
                words.append((child, row["record_id"], text))
            dossier.setdefault(child, []).append({k: v for k, v in row.items() if v is not None})
        words_of = section.find("h:text", NS)
        narrative = " ".join(" ".join(str(x) for x in words_of.itertext()).split()) if words_of is not None else ""
        if narrative:
            words.append(("dossier", "", f"[{code}] {narrative}"))
    dossier.setdefault("document", []).append(
        {"kind": kind, "document_date": dossier["as_of"], "format": "xml", "record_id": "document"}
    )
    for copy in dossier["document"]:
        copy.setdefault("document_date", dossier["as_of"])
    return identity, dossier, words


def _identity(root: etree._Element) -> Entry:
    """Traits of the patient, for the vault."""
    role = root.find("h:recordTarget/h:patientRole", NS)
    assert role is not None
    numbers = [(i.get("root", ""), i.get("extension")) for i in role.findall("h:id", NS) if i.get("extension")]
    nir = next((x for oid, x in numbers if oid in _NIR_ROOTS), None)
    local = next((x for oid, x in numbers if oid not in _NIR_ROOTS), nir)
    person = role.find("h:patient", NS)

    def name(qualifier: str) -> str | None:
        return _at(person, f"h:name/h:family[@qualifier='{qualifier}']")

    given = person.findall("h:name/h:given", NS) if person is not None else []
    street = " ".join(t for t in (_at(role, "h:addr/h:houseNumber"), _at(role, "h:addr/h:streetName")) if t)
    return {
        "patient_id": local,
        "nir": nir,
        "family_name": name("CL") or _at(person, "h:name/h:family"),
        "birth_name": name("BR"),
        "given_names": next((g.text for g in given if g.text), None),
        "sex": _at(person, "h:administrativeGenderCode", "code"),
        "birth_date": _at(person, "h:birthTime", "value"),
        "birth_place": _at(person, "h:birthplace/h:place/h:addr/h:county"),
        "address": street or None,
        "postal_code": _at(role, "h:addr/h:postalCode"),
        "commune": None,
        "death_date": None,
    }
