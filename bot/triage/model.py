"""The door to the trained model: load it, train it."""

from __future__ import annotations

from bot.triage.training import TrainingReport, train
from bot.triage.weights import Model, load_model

__all__ = ["Model", "TrainingReport", "load_model", "train"]
