"""A job that gets a kill -9 while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT


def run_until(seen: Callable[[], bool], job: str, home: Path, *arguments: str) -> bool:
    """Runs a job in a process of its own until something is seen; whether it was killed then, and had not ended before."""
    command = [
        sys.executable,
        str(ROOT / "jobs" / job),
        "--home",
        str(home),
        "--config",
        str(ROOT / "conf" / "test.yaml"),
        *arguments,
    ]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not seen():
        time.sleep(0.05)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return alive
