"""The gates: what no change may make worse, with the reason for each, in ``evals/gates.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.measures import Measure

GATES = Path(__file__).parent / "gates.toml"


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure over a part of the questions, where it must stay, and why there."""

    on: str  # seeds, or bench: the public sets
    part: str  # of the seeds' set all, dev, test, first or a leg of the search; of the public ones a name
    measure: str
    least: float
    most: float
    why: str

    def held(self, measures: Mapping[str, Mapping[str, Measure]]) -> bool:
        """Whether it holds; what was not measured does not hold."""
        found = measures.get(self.part, {}).get(self.measure)
        return found is not None and self.least <= found.value <= self.most


def read_gates(path: Path = GATES, on: str = "seeds") -> list[Gate]:
    """The gates of a ``.toml`` file that are `on` a set. Raises `ValueError` for one without a bound or a reason."""
    gates = []
    for row in tomllib.loads(path.read_text("utf-8")).get("gate", []):
        if not row.get("why") or not {"least", "most"} & set(row):
            raise ValueError(f"{path}: a gate needs `least` or `most`, and `why`: {row}")
        gates.append(Gate(**({"on": "seeds", "least": float("-inf"), "most": float("inf")} | row)))
    return [gate for gate in gates if gate.on == on]


def fallen(gates: Sequence[Gate], measures: Mapping[str, Mapping[str, Measure]]) -> list[str]:
    """A line for each gate that does not hold."""
    lines = []
    for gate in gates:
        if not gate.held(measures):
            found = measures.get(gate.part, {}).get(gate.measure)
            value = f"{found.value:.3f}" if found else "not measured"
            bound = f"at least {gate.least}" if gate.least > float("-inf") else f"at most {gate.most}"
            lines.append(f"{gate.part}: {gate.measure} is {value}, must be {bound}: {gate.why}")
    return lines
