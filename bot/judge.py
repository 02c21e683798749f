"""The judge: the probability that a sentence answers, from how it was found, what it says and what the reader says.

A small network of one hidden layer, trained by `bot.train_judge` on the `train_` question sets, with their
questions that have no answer; its weights are a JSON file.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "judge.json"


@cache
def _weights() -> dict[str, Any]:
    kept = json.loads(FILE.read_text("utf-8"))["weights"]
    return {name: np.array(value, dtype=np.float32) for name, value in kept.items()}


def probabilities(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """The probability of each row of `features`, shape (n, features), to answer; shape (n,)."""
    w = _weights()
    x = (features - w["mean"]) / w["spread"]
    hidden = np.tanh(x @ w["first"] + w["first_bias"])
    logits = hidden @ w["second"] + w["second_bias"]
    probability: NDArray[np.float32] = 1 / (1 + np.exp(-logits))
    return probability
