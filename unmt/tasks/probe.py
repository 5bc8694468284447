"""Prediction, compression, representation: what models pay for symbols, against what a linear probe reads off them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unmt import __version__
from unmt.coding.adaptive import adaptive_bits
from unmt.evaluation.linear_probe import check_installed, labelled_few, linear_probe
from unmt.tasks.cores import with_one_blas_thread
from unmt.tasks.monitor import Monitor
from unmt.tasks.probe_data import LabelledSequences, shuffled
from unmt.tasks.probe_figures import correlations, summary

OBJECTIVES = ("autoregressive", "masked")
CHOOSING_SHARE = 0.2
"""Part of the labelled training examples that chooses the layer and is not fitted to."""
MASKS_SEED = 1


@dataclass(frozen=True)
class ProbeSettings:
    """What is trained and probed.

    sizes: widths of the models. checkpoints: how often a training is looked at, the untrained model included. seeds:
    trainings of each kind. labels: examples of each class that the probes of the last checkpoint are given. control:
    whether the largest size is trained on shuffled symbols too. pooling: "mean" over the places, or "last". rate: of a
    model of width 16; it falls with the root of the width.
    """

    objectives: tuple[str, ...] = OBJECTIVES
    sizes: tuple[int, ...] = (8, 16)
    layers: int = 3
    steps: int = 128
    checkpoints: int = 6
    seeds: int = 3
    labels: tuple[int, ...] = (1, 3, 10, 30)
    control: bool = True
    pooling: str = "mean"
    rate: float = 0.01
    seed: int = 0


@dataclass(frozen=True)
class _Run:
    objective: str
    is_shuffled: bool
    width: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.objective}{', shuffled' if self.is_shuffled else ''}, width {self.width}, seed {self.seed}"


@with_one_blas_thread
def probe(
    data: LabelledSequences,
    settings: ProbeSettings,
    *,
    record: Callable[[dict[str, Any]], None] = lambda _values: None,
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """Train models of each objective and size from several seeds, and probe them on the way.

    record: takes the figures of each checkpoint as soon as they are there. Returns what result.json holds.
    Raises InputError where scikit-learn is not installed.
    """
    start, monitor = time.perf_counter(), monitor or Monitor()
    check_installed()
    runs = list(_runs(settings))
    checkpoints: list[dict[str, Any]] = []
    few: list[dict[str, Any]] = []
    for place, run in enumerate(runs):
        if monitor.stop_requested:
            break
        seen = data
        if run.is_shuffled:
            seen = shuffled(data, np.random.SeedSequence([settings.seed + run.seed, 3]))

        def keep(values: dict[str, Any]) -> None:
            checkpoints.append(values)
            record(values)

        few += _trained(run, seen, settings, keep, monitor, (place, len(runs)))
    return _result(data, settings, checkpoints, few, monitor, time.perf_counter() - start)


def checkpoint_steps(steps: int, checkpoints: int) -> list[int]:
    """Step 0 and then each twice the one before, up to `steps`; fewer where steps would fall together."""
    return sorted({0, *(round(steps / 2**halvings) for halvings in range(checkpoints - 1))})


def _runs(settings: ProbeSettings) -> Iterator[_Run]:
    for seed in range(settings.seeds):
        for objective in settings.objectives:
            for width in settings.sizes:
                yield _Run(objective, False, width, seed)
            if settings.control:
                yield _Run(objective, True, max(settings.sizes), seed)


def _trained(
    run: _Run,
    data: LabelledSequences,
    settings: ProbeSettings,
    keep: Callable[[dict[str, Any]], None],
    monitor: Monitor,
    place: tuple[int, int],
) -> list[dict[str, Any]]:
    """One training with its checkpoints; returns the probes with few labels of the last one."""
    import torch

    from unmt.coding.sequence_model import SequenceModel
    from unmt.coding.torch_threads import one_thread
    from unmt.solvers.sequence_training import TrainingSettings, features, mean_bits, train_sequences

    seed = np.random.SeedSequence([settings.seed + run.seed, 1, run.width, OBJECTIVES.index(run.objective)])
    model_seed, batch_seed, label_seed = (int(child.generate_state(1)[0]) for child in seed.spawn(3))
    ids = torch.from_numpy(data.ids)
    train, test = ids[~data.is_test], ids[data.is_test]
    model = SequenceModel(
        data.symbols,
        ids.shape[1],
        width=run.width,
        layers=settings.layers,
        is_causal=run.objective == "autoregressive",
        generator=torch.Generator().manual_seed(model_seed),
    )
    few: list[dict[str, Any]] = []
    visits = checkpoint_steps(settings.steps, settings.checkpoints)
    bits = None
    about = {"objective": run.objective, "shuffled": run.is_shuffled, "width": run.width, "seed": run.seed}

    def visit(step: int) -> None:
        nonlocal bits
        # The same places are hidden at every checkpoint, so that what differs is the model.
        bits = mean_bits(model, test, torch.Generator().manual_seed(MASKS_SEED))
        by_layer = features(model, ids, settings.pooling).numpy()
        probes = _Probes(by_layer, data, label_seed)
        keep({**about, "step": step, "bits_per_symbol": round(bits, 5), **probes.figures()})
        if step == visits[-1]:
            few.extend({**about, **figures} for figures in probes.few_labels(settings.labels))

    def stopped(step: int) -> bool:
        part = (place[0] + step / settings.steps) / place[1]
        told = "" if bits is None else f", {bits:.2f} bits a {data.unit}"
        monitor.update(f"{run.name}: step {step}{told}", 0, None, part)
        return monitor.stop_requested

    with one_thread():
        train_sequences(
            model, train, TrainingSettings(steps=settings.steps, rate=settings.rate),
            torch.Generator().manual_seed(batch_seed), visits=visits, visit=visit, stopped=stopped,
        )  # fmt: skip
    return few


class _Probes:
    """The probes of one checkpoint. by_layer: (layers + 1, N, D)."""

    def __init__(self, by_layer: Any, data: LabelledSequences, seed: int) -> None:
        self._by_layer, self._labels, self._seed = by_layer, data.labels, seed
        places = np.random.default_rng([seed, 0]).permutation(np.flatnonzero(~data.is_test))
        choosing = max(1, round(CHOOSING_SHARE * len(places)))
        self._choosing, self._fitted = places[:choosing], np.sort(places[choosing:])
        self._test = np.flatnonzero(data.is_test)
        chosen = [self._accuracy(layer, self._fitted, self._choosing).estimate for layer in range(len(by_layer))]
        self._layer = int(np.argmax(chosen))

    def figures(self) -> dict[str, Any]:
        """Accuracy on the test by layer, and of the layer that the examples put aside chose."""
        found = [self._accuracy(layer, self._fitted, self._test) for layer in range(len(self._by_layer))]
        best = found[self._layer]
        return {
            "layer": self._layer,
            "accuracy": round(best.estimate, 5),
            "low": round(best.low, 5),
            "high": round(best.high, 5),
            "accuracy_by_layer": [round(one.estimate, 5) for one in found],
        }

    def few_labels(self, labels: tuple[int, ...]) -> list[dict[str, Any]]:
        """Accuracy of the chosen layer with so many labels of each class, and with all of them (None)."""
        found = []
        for per_class in (*labels, None):
            fitted = self._fitted
            if per_class is not None:
                rng = np.random.default_rng([self._seed, per_class])
                fitted = fitted[labelled_few(self._labels[fitted], per_class, rng)]
            accuracy = self._accuracy(self._layer, fitted, self._test).estimate
            found.append({"labels": per_class, "examples": len(fitted), "accuracy": round(accuracy, 5)})
        return found

    def _accuracy(self, layer: int, fitted: Any, tested: Any) -> Any:
        rows = self._by_layer[layer]
        return linear_probe(rows[fitted], self._labels[fitted], rows[tested], self._labels[tested])


def _result(
    data: LabelledSequences,
    settings: ProbeSettings,
    checkpoints: list[dict[str, Any]],
    few: list[dict[str, Any]],
    monitor: Monitor,
    seconds: float,
) -> dict[str, Any]:
    result = {
        "data": data.facts(),
        "reference": _reference(data),
        "checkpoints": checkpoints,
        "few_labels": few,
        "correlations": correlations(checkpoints),
        "settings": asdict(settings),
        "seed": settings.seed,
        "stopped": "interrupted" if monitor.stop_requested else "finished",
        "seconds": round(seconds, 3),
        "version": __version__,
        "versions": _versions(),
    }
    return {**result, "summary": summary(result)}


def _reference(data: LabelledSequences) -> dict[str, Any]:
    """What needs no model: the most frequent class, a probe of the symbols one by one, and a code of single symbols."""
    train, test = ~data.is_test, data.is_test
    counts = np.bincount(data.labels[train])
    placed = np.eye(data.symbols, dtype=np.float32)[data.ids].reshape(len(data.ids), -1)
    counted = np.stack([(data.ids == symbol).mean(1) for symbol in range(data.symbols)], axis=1)
    found: dict[str, Any] = {"chance": round(float((data.labels[test] == counts.argmax()).mean()), 5)}
    for name, rows in (("symbols_by_place", placed), ("symbols_counted", counted)):
        found[name] = round(linear_probe(rows[train], data.labels[train], rows[test], data.labels[test]).estimate, 5)
    flat = data.ids[test].ravel()
    return {**found, "single_symbol_bits": round(adaptive_bits(flat, data.symbols) / len(flat), 5)}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scikit-learn", "torch")}
