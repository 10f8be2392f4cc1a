"""One run at a time, and no zombie writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from p4dp.errors import LockHeld
from p4dp.storage.lease import Lease


def test_a_second_run_is_refused_and_the_next_gets_a_higher_token(tmp_path: Path) -> None:
    with Lease(tmp_path, 60) as first:
        with pytest.raises(LockHeld), Lease(tmp_path, 60):
            pass
        first.check()
    with Lease(tmp_path, 60) as second:
        assert second.token == first.token + 1
        with pytest.raises(LockHeld, match="taken over"):
            first.check()


def test_a_killed_run_frees_the_lease(tmp_path: Path) -> None:
    holder = "import sys,time\nfrom pathlib import Path\nfrom p4dp.storage.lease import Lease\nwith Lease(Path(sys.argv[1]), 60):\n print(1,flush=True);time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline()
    with pytest.raises(LockHeld), Lease(tmp_path, 60):
        pass
    process.kill()
    process.wait()
    with Lease(tmp_path, 60) as lease:
        assert lease.token == 2


def test_a_lease_of_another_host_goes_stale(tmp_path: Path) -> None:
    (tmp_path / "lease.json").write_text(json.dumps({"token": 4, "host": "elsewhere", "pid": os.getpid(), "at": time.time() - 2}))
    with pytest.raises(LockHeld), Lease(tmp_path, 60):
        pass
    with Lease(tmp_path, 1) as lease:
        assert lease.token == 5
