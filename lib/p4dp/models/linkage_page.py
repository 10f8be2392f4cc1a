"""The page of a linkage: one self-contained HTML file of aggregates."""

from __future__ import annotations

import html
from typing import Any

from p4dp.contracts.linked.threshold import HOLDS
from p4dp.contracts.small_counts import SMALLEST, told
from p4dp.linkage.assign import Choice, Choices, together
from p4dp.models.figures import HEAD, plt, svg
from p4dp.release import disclosure


def _histogram(weights: list[tuple[str, int, int]], step: float, choices: Choices) -> str:
    figure, axes = plt.subplots(figsize=(8, 3))
    for kind, colour in (("best", "#1f77b4"), ("next", "#ff7f0e")):
        bars = [(s * step, n) for k, s, n in weights if k == kind and n >= SMALLEST]
        axes.bar(
            [x for x, _ in bars],
            [n for _, n in bars],
            width=step * 0.9,
            align="edge",
            alpha=0.6,
            color=colour,
            label=f"{kind} beneficiary",
        )
    for (kind, choice), line in zip(choices.items(), ("dotted", "dashdot", "dashed", "solid"), strict=True):
        if choice.threshold is not None:
            axes.axvline(choice.threshold, color="black", linewidth=1, linestyle=line, label=f"threshold, {HOLDS[kind]}")
    axes.set_xlabel("match weight (base 2)")
    axes.set_ylabel("patients")
    axes.legend()
    return svg(figure)


def _curve(tradeoff: list[Choice], chosen: Choice, patients: int) -> str:
    figure, axes = plt.subplots(figsize=(8, 3))
    held = [c for c in tradeoff if _visible(c.linked, patients)]
    linked = [c.linked / patients for c in held]
    shares, lows, highs = zip(*(c.shares for c in held), strict=True) if held else ((), (), ())
    axes.plot(linked, [1 - x for x in shares], color="#1f77b4")
    axes.fill_between(linked, [1 - x for x in highs], [1 - x for x in lows], alpha=0.2, color="#1f77b4")
    if _visible(chosen.linked, patients):
        axes.plot([chosen.linked / patients], [1 - chosen.shares[0]], "ko")
    axes.set_xlabel("share of patients linked")
    axes.set_ylabel("precision expected from decoys")
    return svg(figure)


def _thresholds(choices: Choices) -> str:
    """No counts, and shares in one figure: with those of all patients, and of the groups below, small ones could be had from them."""
    out = [
        "<table><tr><th>records hold</th><th>weight from which a link counts</th><th>false share expected</th><th>at most (95 %)</th></tr>"
    ]
    for kind, c in choices.items():
        known = _visible(c.linked, c.patients)
        share, _, high = (f"{float(f'{100 * x:.1g}'):g} %" if known else "not shown" for x in c.shares)
        bar = "no link" if c.threshold is None else f"{c.threshold:g}"
        out.append(f"<tr><td>{HOLDS[kind]}</td><td class=n>{bar}</td><td class=n>{share}</td><td class=n>{high}</td></tr>")
    return "".join([*out, "</table>"])


def _visible(linked: int, patients: int) -> bool:
    """Whether neither those who are linked nor the others are few."""
    return min(linked, patients - linked) >= SMALLEST


def _few(n: int | None) -> str:
    return "" if n is None else str(told(n))


def visible(rows: list[tuple[str, str, int, int]]) -> dict[tuple[str, str], tuple[int | None, float | None]]:
    """(trait, value, patients, linked) → patients and linked share of each, None where a small count could be had, by subtraction from the whole too."""
    out: dict[tuple[str, str], tuple[int | None, float | None]] = {}
    for trait in sorted({r[0] for r in rows}):
        mine = {v: (patients, linked) for t, v, patients, linked in rows if t == trait}
        cells: dict[disclosure.Key, int] = {
            (v, k): n for v, (patients, linked) in mine.items() for k, n in (("linked", linked), ("not", patients - linked))
        }
        # the page tells patients and links of the whole
        told = disclosure.counts(cells, left=[(disclosure.TOTAL, k) for k in ("linked", "not", disclosure.TOTAL)]).published
        for value, (patients, linked) in mine.items():
            whole = (value, disclosure.TOTAL) in told
            share = round(linked / patients, 2) if whole and (value, "linked") in told and patients else None
            out[trait, value] = (patients if whole else None, share)
    return out


def _groups(rows: list[tuple[str, str, int, int]]) -> str:
    out = ["<table><tr><th>group</th><th>patients</th><th>linked</th></tr>"]
    for (trait, value), (patients, share) in sorted(visible(rows).items()):
        cells = ("not shown" if patients is None else str(patients), "not shown" if share is None else f"{share:.0%}")
        out.append(
            f"<tr><td>{html.escape(trait)}: {html.escape(value)}</td><td class=n>{cells[0]}</td><td class=n>{cells[1]}</td></tr>"
        )
    return "".join([*out, "</table>"])


def page(summary: dict[str, Any], choices: Choices, tradeoff: list[Choice], weights: list[tuple[str, int, int]], step: float, groups: list[tuple[str, str, int, int]],
         practices: list[tuple[int, int]], reasons: dict[str, int]) -> str:  # fmt: skip
    """The page; no count of 1 to 10 patients is on it."""
    facts = {k: summary.get(k) for k in ("method", "regime", "without", "patients", "linked", "asked_precision", "margin", "decoys", "decoys_accepted", "false_share", "false_low",
                                     "false_high", "pairs", "pairs_capped", "tokens_cut", "pairs_cut", "votes_cut", "practitioners", "practitioners_known", "run_id")}  # fmt: skip
    told = {
        k: _few(v)
        if k in ("patients", "linked", "decoys", "decoys_accepted", "pairs_capped", "votes_cut")
        else ""
        if v is None
        else f"{v:.5g}"
        if isinstance(v, float)
        else v
        for k, v in facts.items()
    }
    if not _visible(summary["linked"], summary["patients"]):
        told["linked"] = "not shown"
    told = {"considered": "every patient" if summary["is_full"] else "patients with something new, and whom it concerns"} | told
    rows = "".join(f"<tr><td>{k.replace('_', ' ')}</td><td class=n>{v}</td></tr>" for k, v in told.items())
    reasoned = disclosure.counts({(k,): v for k, v in reasons.items()}, left=[(disclosure.TOTAL,)]).published if reasons else {}
    without = "".join(
        f"<tr><td>{html.escape(k)}</td><td class=n>{reasoned.get((k,), 'not shown')}</td></tr>" for k in sorted(reasons)
    )
    shares = "".join(f"<tr><td>{10 * t} % and more</td><td class=n>{n}</td></tr>" for t, n in sorted(practices))
    return "\n".join([
        HEAD.format(title="Linkage " + summary["run_id"]), "<h1>Linkage</h1>", f"<table>{rows}</table>",
        "<p>False shares are estimated without truth: of each patient the best beneficiary was taken away, and it was seen whether another would have been accepted.</p>",
        _thresholds(choices), "<h2>Weights</h2>", _histogram(weights, step, choices), "<h2>Precision and share linked</h2>", _curve(tradeoff, together(choices), summary["patients"]),
        "<h2>Who is linked</h2><p>A group that is linked less is missing from whatever is computed on links.</p>", _groups(groups),
        f"<h2>Practices by share linked</h2><table>{shares}</table>", f"<h2>Why others are not</h2><table>{without}</table>",
    ])  # fmt: skip
