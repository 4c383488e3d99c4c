"""Hold a running sidecar against the demands of the protocol, and print for each whether it is met.

    python3 scripts/compliance.py                                          the sidecar of this user
    python3 scripts/compliance.py HOST:PORT --token TOKEN [--http HOST:PORT] [--fingerprint SHA256]    any other

A sidecar of another machine shows a certificate: name its fingerprint the first time, or --insecure if it has none.

Demands on shared memory are examined if the sidecar runs on this machine. Exit code 1 if one is not met. It makes
conversations of its own and closes them; with others open, the demand on their number may be met sooner.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import environment

SECTIONS = {
    "control": "versions, token, conversations",
    "speech": "voices",
    "watching": "without shared memory",
    "regions": "shared memory",
    "over_http": "HTTP",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Verdict:
    """Whether one demand is met; `reason` is empty if so."""

    section: str
    demand: str
    text: str
    reason: str


def demands_of(section: str) -> list[Callable[[Any], None]]:
    """Return the demands of a section: the public functions that take the subject alone and say what they demand."""
    module = import_module(f"demands.{section}")
    functions = (value for name, value in vars(module).items() if not name.startswith("_"))
    return [
        f for f in functions if callable(f) and getattr(f, "__module__", "") == module.__name__ and takes_subject(f)
    ]


def takes_subject(function: Callable[..., Any]) -> bool:
    """Return whether a function is a demand."""
    return list(getattr(function, "__annotations__", {}).items()) == [("subject", "Subject"), ("return", "None")]


def examine(subject: Any, sections: Sequence[str], say: Callable[[Verdict], None]) -> list[Verdict]:
    """Return a verdict on every demand of the sections."""
    from demands.subject import Unmet

    verdicts: list[Verdict] = []
    for section in sections:
        for demand in demands_of(section):
            try:
                demand(subject)
                reason = ""
            except Unmet as unmet:
                reason = str(unmet)
            text = (demand.__doc__ or "").splitlines()[0]
            verdicts.append(Verdict(section, demand.__name__, text, reason))
            say(verdicts[-1])
    return verdicts


def subject_from(arguments: argparse.Namespace) -> Any:
    """Return the sidecar that the command line names."""
    from demands.subject import Subject

    from sidecar.errors import SidecarError
    from sidecar.runtime_file import find_record

    if arguments.address:
        return Subject(*named_by(arguments))
    try:
        record = find_record()
    except SidecarError as error:
        raise SystemExit(str(error)) from error
    return Subject(record.address, record.token, record.http_address, is_local=True)


def named_by(arguments: argparse.Namespace) -> tuple[str, str, str, bool, bytes | None]:
    """Return address, token, address of HTTP, whether it runs on this machine, and its certificate."""
    from sidecar.errors import TrustError, UnreachableError
    from sidecar.network.trust import trusted_certificate

    is_local, certificate = arguments.address.rpartition(":")[0] in LOOPBACK, None
    if not (is_local or arguments.insecure):
        try:
            certificate = trusted_certificate(arguments.address, arguments.fingerprint)
        except (TrustError, UnreachableError) as error:
            raise SystemExit(str(error)) from error
    return arguments.address, arguments.token or "", arguments.http or "", is_local, certificate


def sections_for(subject: Any) -> list[str]:
    """Return what can be examined from here."""
    absent = {"regions": not subject.is_local, "over_http": not subject.http_address}
    return [section for section in SECTIONS if not absent.get(section)]


def say(verdict: Verdict) -> None:
    """Print one line, and why a demand is not met."""
    print(f"{'FAIL' if verdict.reason else 'pass'}  {SECTIONS[verdict.section]}: {verdict.text}", flush=True)
    if verdict.reason:
        print(f"      {verdict.reason}", flush=True)


def main() -> int:
    """Examine a sidecar and return the exit code."""
    parser = argparse.ArgumentParser(description="Hold a running sidecar against the demands of the protocol.")
    parser.add_argument("address", nargs="?", help="of gRPC; without it the sidecar of this user")
    parser.add_argument("--token", help="of that sidecar")
    parser.add_argument("--http", help="its address of HTTP; without it, HTTP is not examined")
    parser.add_argument("--fingerprint", help="SHA-256 of its certificate, if it is on another machine; remembered")
    parser.add_argument("--insecure", action="store_true", help="it was started with --insecure-lan: no TLS")
    arguments = parser.parse_args()
    code = environment.run_again_where("grpc")
    if code is not None:
        return code
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the project, where it is not installed
    subject = subject_from(arguments)
    sections = sections_for(subject)
    verdicts = examine(subject, sections, say)
    subject.leave()
    unmet = sum(bool(verdict.reason) for verdict in verdicts)
    left_out = [SECTIONS[section] for section in SECTIONS if section not in sections]
    print(
        f"{len(verdicts) - unmet} demands met, {unmet} not"
        + (f"; not examined: {', '.join(left_out)}" * bool(left_out))
    )
    return 1 if unmet else 0


if __name__ == "__main__":
    sys.exit(main())
