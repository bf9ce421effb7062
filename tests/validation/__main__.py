"""`python -m tests.validation [CLAIM ...] [--json] [--processes N]`: print the table, exit 1 if a row fails."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from tests.validation import registry
from tests.validation.rows import Row
from tests.validation.runner import Finding, measure_all


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the claims that are asked for and print what came of them."""
    asked = _parser().parse_args(arguments)
    try:
        claims = registry.chosen(asked.claims)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    begun = time.monotonic()
    found: dict[str, Finding] = {}
    for finding in measure_all(claims, asked.processes):
        found[finding.name] = finding
        _tell(finding, len(found), len(claims), time.monotonic() - begun)
    findings = [found[name] for name in claims]
    seconds = time.monotonic() - begun
    print(as_json(findings, seconds) if asked.json else as_table(findings, seconds))
    return int(not all(row.verdict for finding in findings for row in finding.rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    parser.add_argument("claims", nargs="*", help="families or claims, by the beginning of their names; else all")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, nothing else there")
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 4))
    return parser


def _tell(finding: Finding, done: int, of: int, seconds: float) -> None:
    """Say on standard error what came of a claim, as soon as it is known."""
    for row in finding.rows:
        told = f"{_word(row)}  {row.claim}: {row.measured} (reference {row.reference})"
        print(f"{seconds:6.0f} s  {done}/{of}  {told}", file=sys.stderr, flush=True)


def as_table(findings: Sequence[Finding], seconds: float) -> str:
    """Write the table: a line a row, and below it the source and what else is to be said."""
    rows = [row for finding in findings for row in finding.rows]
    width = max(len(row.claim) for row in rows)
    heads = f"{'':4}  {'claim':<{width}}  {'measured':>24}  {'std. error':>10}  reference"
    lines = [heads, "-" * len(heads)]
    for row in rows:
        error = "-" if row.standard_error is None else f"{row.standard_error:.3g}"
        lines.append(f"{_word(row)}  {row.claim:<{width}}  {row.measured:>24}  {error:>10}  {row.reference}")
        lines.append(f"      {row.source}")
        lines += [f"      {row.note}"] if row.note else []
    failed = sum(not row.verdict for row in rows)
    cpu = sum(finding.cpu_seconds for finding in findings)
    lines.append(f"\n{len(rows)} rows, {failed} failed; {seconds:.0f} s, of which {cpu:.0f} s on the processors")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding], seconds: float) -> str:
    """Write the same as one JSON object."""
    rows = [
        {"name": finding.name, **asdict(row), "cpu_seconds": round(finding.cpu_seconds, 2)}
        for finding in findings
        for row in finding.rows
    ]
    return json.dumps({"rows": rows, "failed": sum(not row["verdict"] for row in rows), "seconds": round(seconds, 1)})


def _word(row: Row) -> str:
    return "pass" if row.verdict else "FAIL"


if __name__ == "__main__":
    sys.exit(main())
