"""Which deliveries wait in landing, and which of them are refused for their manifest or their place in the order."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow.fs as pafs
from pydantic import BaseModel, Field, ValidationError, model_validator

from p4dp.contracts import table
from p4dp.errors import DefectiveDelivery, UsageError
from p4dp.pipeline.context import Context, log
from p4dp.sources.manifest import Manifest, parse
from p4dp.storage import parts


@dataclass(frozen=True)
class Found:
    """One delivery folder with a manifest that was not decided on yet."""

    folder: str
    software: str
    practice_id: str
    delivery_id: str
    manifest: Manifest | None
    sha256: str
    problem: DefectiveDelivery | None = None


class _Practice(BaseModel):
    """One line of the registry, as silver.practice can hold it."""

    practice_id: str
    software: str
    commune: str = Field(pattern=f"^({table('silver.practice').column('commune_code').matches})$")
    joined_on: dt.date
    left_on: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Practice:
        if self.left_on and self.left_on < self.joined_on:
            raise ValueError("left_on lies before joined_on")
        return self


def registry(context: Context) -> dict[str, dict[str, Any]]:
    """Practices that may deliver, by practice_id.

    Raises:
        UsageError: the registry is missing or a line of it is not a practice.
    """
    file = context.config.at(context.config.referentials.practices)
    filesystem, inside = parts.filesystem(file)
    try:
        with filesystem.open_input_stream(inside) as stream:
            lines = bytes(stream.readall()).decode("utf-8").splitlines()
    except FileNotFoundError:
        raise UsageError(f"no registry of practices {file}: one JSON line per practice (docs/how-to/run-a-night.md)") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8: write it as UTF-8, one JSON line per practice") from None
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            practice = _Practice.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "line"
            raise UsageError(
                f"{file}, line {number}: {field}: {first['msg']}; a line is a JSON object with practice_id, software, commune, joined_on and, when it left, left_on"
            ) from None
        rows[practice.practice_id] = practice.model_dump(mode="json")
    return rows


def _decided(context: Context) -> set[tuple[str, str]]:
    """(folder, checksum) of manifests that were decided on; not of those that were refused because the platform did not know what it knows by now."""
    states, practices = context.ledger.states(), None
    out = set()
    for s in states:
        if s["code"] in ("delivery.unknown_software", "delivery.unknown_practice"):
            practices = registry(context) if practices is None else practices
            if s["software"] in context.sources and practices.get(s["practice_id"], {}).get("software") == s["software"]:
                continue
        out.add((s["folder"], s["manifest_sha256"]))
    return out


def waiting(context: Context, until: dt.date | None) -> list[Found]:
    """Deliveries whose manifest is new or changed since the ledger decided, oldest extraction first.

    Folders are landing/<software>/<practice>/<delivery>/. A delivery extracted after `until` waits.
    """
    landing = context.config.at(context.config.roots.landing)
    filesystem, root = parts.filesystem(landing)
    decided = _decided(context)
    newest: dict[str, dt.datetime] = {}
    # of a folder that was accepted a look at the clock does; another is sent again with whatever time
    for s in (s for s in context.ledger.states() if s["state"] == "accepted"):
        newest[s["folder"]] = max(newest.get(s["folder"], s["at"]), s["at"])
    found: list[Found] = []
    folders = [
        (s, p, d) for s in _children(filesystem, root) for p in _children(filesystem, s.path) for d in _children(filesystem, p.path)
    ]
    for software, practice, delivery in folders:
        folder = "/".join((software.base_name, practice.base_name, delivery.base_name))
        try:
            info = filesystem.get_file_info(f"{delivery.path}/manifest.json")
            if info.type != pafs.FileType.File:
                continue  # still being delivered: the manifest is written last
            if folder in newest and info.mtime and info.mtime <= newest[folder].astimezone(dt.UTC):
                continue
            with filesystem.open_input_stream(info.path) as stream:
                content = bytes(stream.readall())
        except OSError as error:  # its message may be anything that the file system says
            log.warning("not read %s: the file system failed (%s); it waits for the next run", folder, type(error).__name__)
            continue
        names = (software.base_name, practice.base_name, delivery.base_name)
        try:
            manifest, sha256 = parse(content, *names)
        except DefectiveDelivery as problem:
            found.append(Found(folder, *names, None, f"unreadable-{len(content)}", problem))
            continue
        if (folder, sha256) not in decided and (until is None or manifest.extracted_at.date() <= until):
            found.append(Found(folder, *names, manifest, sha256))
    found = [f for f in found if (f.folder, f.sha256) not in decided]
    return sorted(found, key=lambda f: (str(f.manifest.extracted_at) if f.manifest else "", f.folder))


def _children(system: pafs.FileSystem, path: str) -> list[pafs.FileInfo]:
    try:
        infos = system.get_file_info(pafs.FileSelector(path, allow_not_found=True))
    except OSError as error:
        log.warning(
            "not listed %s: the file system failed (%s); what lies there waits for the next run", path, type(error).__name__
        )
        return []
    return sorted((i for i in infos if i.type == pafs.FileType.Directory), key=lambda i: i.base_name)


def order_problems(context: Context, batch: list[Found], practices: dict[str, dict[str, Any]]) -> dict[str, DefectiveDelivery]:
    """Delivery rules that need more than one delivery, or the registry: folder → problem."""
    landed = [s for s in context.ledger.states() if s["state"] != "refused"]  # bronze knows a delivery by its id for good
    ids, states = {s["delivery_id"] for s in landed}, [s for s in landed if s["state"] == "accepted"]
    sequences = {(s["practice_id"], s["sequence"]): s["delivery_id"] for s in states}
    readable = [f for f in batch if f.manifest]
    twice = Counter((f.practice_id, f.manifest.sequence) for f in readable if f.manifest)
    same = Counter(f.delivery_id for f in readable)
    problems: dict[str, DefectiveDelivery] = {}
    for found in batch:
        manifest = found.manifest
        if found.problem or manifest is None:
            problems[found.folder] = found.problem or DefectiveDelivery("delivery.manifest", found.folder, "unreadable")
            continue

        def refuse(code: str, why: str, found: Found = found) -> None:
            problems.setdefault(found.folder, DefectiveDelivery(code, found.folder, why))

        if found.software not in context.sources:
            refuse("delivery.unknown_software", f"no conf/sources/{found.software}.yaml")
        practice = practices.get(found.practice_id)
        if practice is None:
            refuse("delivery.unknown_practice", "the practice is not in the registry")
        elif practice["software"] != found.software:
            refuse("delivery.unknown_practice", f"the registry says that this practice uses {practice['software']}")
        if found.delivery_id in ids or same[found.delivery_id] > 1:
            refuse("delivery.duplicate_id", "another content was landed under this delivery_id; send it under a new one")
        if sequences.get((found.practice_id, manifest.sequence), found.delivery_id) != found.delivery_id:
            refuse("delivery.sequence", f"sequence {manifest.sequence} was accepted before; number deliveries without repeats")
        if twice[(found.practice_id, manifest.sequence)] > 1:
            refuse("delivery.sequence", f"two deliveries with sequence {manifest.sequence}: neither can be trusted")
        if manifest.extracted_at > dt.datetime.now(manifest.extracted_at.tzinfo) + dt.timedelta(days=1):
            refuse("delivery.future", "extracted_at lies in the future: set the practice's clock")
    return problems
