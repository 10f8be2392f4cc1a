"""Pages of models: aggregates only."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd

from p4dp.models.figures import HEAD, plt, svg
from p4dp.models.training.harness import Trained


def page(sentence: str, limits: str, about: Mapping[str, Any], trained: Trained) -> str:
    """Discrimination, calibration, groups and weights of a model."""
    m = trained.metrics
    parts = [HEAD.format(title=html.escape(sentence)), f"<h1>{html.escape(sentence)}</h1><p>{html.escape(limits)}</p>",
             "<p>" + ", ".join(f"{k} {html.escape(str(v))}" for k, v in about.items()) + "</p>",
             "<table><tr><th></th><th>model</th><th>baseline</th></tr>"]  # fmt: skip
    for name in (
        "auc",
        "brier",
        "calibration_slope",
        "calibration_slope_low",
        "calibration_slope_high",
        "calibration_intercept",
        "calibration_gap",
    ):
        parts.append(
            f"<tr><td>{name.replace('_', ' ')}</td><td class=n>{m[name]:.4f}</td><td class=n>{m['baseline_' + name]:.4f}</td></tr>"
        )
    parts.append("</table>")
    if "dealt_out_auc" in m:
        parts.append(
            f"<p>The same model where what it foretells was dealt out to others before its data were made: AUC {m['dealt_out_auc']:.3f}. About 0.5 is "
            "what chance gives; a feature that was made from what is foretold would show here.</p>"
        )
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.plot([c["said"] for c in trained.calibration], [c["was"] for c in trained.calibration], "o-")
    top = max([c["said"] for c in trained.calibration] + [c["was"] for c in trained.calibration] + [0.01])
    axes.plot([0, top], [0, top], color="#999999", linewidth=1)
    axes.set_xlabel("risk said (tenths of people)")
    axes.set_ylabel("share seen")
    parts += [
        "<h2>Calibration</h2>",
        svg(figure),
        "<h2>By group</h2><table><tr><th></th><th></th><th>AUC</th><th>said</th><th>seen</th><th>cases in top tenth</th></tr>",
    ]
    for g in trained.groups:
        cells = "".join(
            f"<td class=n>{'not shown' if g[k] is None else format(g[k], '.3f')}</td>"
            for k in ("auc", "said", "was", "sensitivity_of_top_tenth")
        )
        parts.append(f"<tr><td>{g['trait']}</td><td>{html.escape(g['value'])}</td>{cells}</tr>")
    parts.append("</table><h2>Weights (standardised)</h2><table>")
    parts += [
        f"<tr><td>{html.escape(f)}</td><td class=n>{w:+.3f}</td></tr>"
        for f, w in sorted(trained.coefficients.items(), key=lambda x: -abs(x[1]))
    ]
    return "\n".join([*parts, "</table>"])


def weekly(sentence: str, found: pd.DataFrame, smallest: int) -> str:
    """Weekly curves of departments; weeks with few cases are not drawn."""
    parts = [
        HEAD.format(title=html.escape(sentence)),
        f"<h1>{html.escape(sentence)}</h1><p>Weeks with fewer than {smallest} cases are not drawn.</p>",
    ]
    for department, rows in found.groupby("department"):
        shown = rows[rows["cases"] >= smallest]
        if shown.empty:
            continue
        figure, axes = plt.subplots(figsize=(9, 2.6))
        axes.plot(rows["week"], rows["expected"], color="#999999", label="expected")
        axes.plot(rows["week"], rows["upper"], color="#999999", linestyle="--", label="upper bound")
        axes.plot(shown["week"], shown["cases"], "o", markersize=3, label="cases")
        alerts = shown[shown["alert"]]
        axes.plot(alerts["week"], alerts["cases"], "ro", markersize=4, label="alert")
        axes.legend(fontsize=7)
        parts.append(f"<h2>{html.escape(str(department))}</h2>{svg(figure)}")
    return "\n".join(parts)
