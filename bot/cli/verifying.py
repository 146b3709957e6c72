"""`privacybot verify-log`: is the log still what was written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cli.session import print_json, rooms
from bot.store.anchors import Anchor, Fault, anchor_faults, by_chain, chain_faults

_SERVICE = "service"
_ANCHORS = "anchors"


def verify_log(config: Path | None, given: Sequence[Path], hashes: Sequence[str], *, as_json: bool) -> None:
    """Every chain link by link, and against every anchor there is; ends with 1 if something does not hold."""
    with rooms(config) as opened, opened.archive.reading() as tx:
        anchors, faults = anchor_faults(tx, opened.settings.anchors, given)
        faults += _unknown(hashes, anchors)
        anchored = by_chain(anchors)
        chains = sorted({*tx.events.chains(), *anchored} | {case.id for case in tx.cases.listed()})
        refs: Mapping[int, str] = tx.cases.refs(chains)
        for chain in chains:
            faults += chain_faults(tx, chain, anchored.get(chain, ()))
        faults += _without_case(chains, refs)
    if as_json:
        print_json(_as_json(faults, refs, anchors=len(anchors), chains=_cases(chains)))
    elif faults:
        for fault in faults:
            print(_told(fault, refs))
    else:
        print(f"{len(anchors)} anchors and {_cases(chains)} chains hold")
    if faults:
        raise SystemExit(1)


def _cases(chains: Sequence[int]) -> int:
    return sum(chain != 0 for chain in chains)


def _unknown(hashes: Sequence[str], anchors: Sequence[Anchor]) -> list[Fault]:
    there = {anchor.hash for anchor in anchors}
    wanted = [link.strip().lower() for link in hashes]
    return [
        Fault(f"no anchor has the hash {link}: the one that was told is missing or replaced")
        for link in wanted
        if link not in there
    ]


def _without_case(chains: Sequence[int], refs: Mapping[int, str]) -> list[Fault]:
    return [Fault("the case of this chain is gone", chain) for chain in chains if chain and chain not in refs]


def _where(fault: Fault, refs: Mapping[int, str]) -> str:
    if fault.chain is None:
        return _ANCHORS
    return refs.get(fault.chain, f"case {fault.chain}") if fault.chain else _SERVICE


def _told(fault: Fault, refs: Mapping[int, str]) -> str:
    at = f" (link {_numbers(fault.links)})" if fault.links else ""
    return f"{_where(fault, refs)}: {fault.what}{at}"


def _numbers(links: Sequence[int]) -> str:
    """1-3, 7 for 1, 2, 3 and 7."""
    runs: list[list[int]] = []
    for number in links:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _as_json(faults: Sequence[Fault], refs: Mapping[int, str], *, anchors: int, chains: int) -> dict[str, Any]:
    broken: dict[str, list[int]] = {}
    for fault in faults:
        if fault.chain is not None:
            known = broken.setdefault(_where(fault, refs), [])
            known += [number for number in fault.links if number not in known]
    told = [
        {"where": _where(fault, refs), "what": fault.what, "links": list(fault.links), "anchor": fault.day}
        for fault in faults
    ]
    return {"broken": broken, "faults": told, "anchors": anchors, "chains": chains}
