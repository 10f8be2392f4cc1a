"""Registered models outside the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import mlflow

from p4dp.config import Config


def in_empty_environment(config: Config, source: str, program: str, folder: Path) -> str:
    """What a program prints last in an empty environment; the model of an address lies in ./model, and only what it says it needs is installed."""
    mlflow.set_tracking_uri(config.mlflow.uri)
    found = mlflow.artifacts.download_artifacts(source, dst_path=str(folder / "download"))
    shutil.move(found, folder / "model")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "empty")], check=True)
    python = str(folder / "empty" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", str(folder / "model" / "requirements.txt")], check=True)
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=folder, check=True)
    return done.stdout.strip().splitlines()[-1]
