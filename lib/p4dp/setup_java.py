"""Set-up: is Java there, and the two Delta jars fetched once with their checksums verified. Standard library only.

The jars come through the Ivy resolver inside pyspark, without their dependencies: those would bring other versions of Hadoop and
Parquet than pyspark's own.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED_JAVA = 17


def java_problem() -> str | None:
    """One line that says what to install; None when Java will do."""
    advice = f"install a Java {WANTED_JAVA} runtime (Debian: openjdk-{WANTED_JAVA}-jre-headless) and put `java` on the PATH"
    if shutil.which("java") is None:
        return f"no Java found: {advice}"
    shown = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', shown)
    if not version or int(version.group(1)) < WANTED_JAVA:
        return f"Java {version.group(1) if version else 'of an unknown version'} is too old: {advice}"
    return None


def _checked(file: Path, sha256: str) -> bool:
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def fetch(folder: Path, sums: Path) -> None:
    """Fetches what is missing or damaged in `folder`; raises SystemExit when a checksum differs."""
    import pyspark

    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    folder.mkdir(exist_ok=True)
    for line in sums.read_text("utf-8").splitlines():
        sha256, name = line.split()
        if _checked(folder / name, sha256):
            continue
        module, _, revision = name.removesuffix(".jar").rpartition("-")
        with tempfile.TemporaryDirectory() as cache:
            command = ["java", "-cp", f"{ivy}:{ivy.parent}/*", "org.apache.ivy.Main", "-warn", "-m2compatible", "-notransitive", "-cache", cache,
                       "-dependency", "io.delta", module, revision, "-confs", "default", "-retrieve",
                       f"{folder.resolve()}/[artifact]-[revision].[ext]"]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not _checked(folder / name, sha256):
            (folder / name).unlink(missing_ok=True)
            sys.exit(
                f"{name}: not fetched, or its SHA-256 is not the one in {sums} (ivy ended with {done.returncode}); is Maven Central reachable?"
            )
        print(f"fetched {name}, SHA-256 verified")


if __name__ == "__main__":
    if problem := java_problem():
        sys.exit(problem)
    if "--jars" in sys.argv:
        fetch(Path(sys.argv[2]), Path(sys.argv[3]))
