"""The training loop: epochs of batches, each a step of the engine and of the rule."""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256

import numpy as np

from striate.data.ahead import ahead
from striate.data.batches import Batch, Batches, Indices
from striate.engines.contract import Array, Engine, Key, Program, Purpose
from striate.network.description import to_document
from striate.training.averaging import Average
from striate.training.callbacks import Callback
from striate.training.counts import Counts
from striate.training.evaluate import evaluate
from striate.training.events import EpochDone, Finished, Progress, Started, StepDone
from striate.training.guard import Guard
from striate.training.keeping import NO_KEEPER, Keeper
from striate.training.metrics import metrics_named
from striate.training.plan import Plan, Training
from striate.training.probe import Probe
from striate.training.run import Run
from striate.training.watching import Learning, Watcher

SHUFFLING = 1  # keeps the order of pictures apart from other draws of the same seed


def nothing(event: object) -> None:
    """Show nothing."""


def train(
    engine: Engine,
    run: Run,
    plan: Plan,
    data: Batches,
    validation: Batches | None = None,
    callbacks: Sequence[Callback] = (),
    progress: Progress = nothing,
    keeper: Keeper = NO_KEEPER,
) -> str:
    """Train `run`'s weights in place; the answer is the code of why it ended.

    The keeper may put back a training that was broken off, and looks at the run between any two steps.

    Raises `TrainingError` at the first number that is not finite; the weights are then those before that step.
    """
    pictures, judged = len(data), len(validation) if validation else 0
    training = Training(engine, run, plan, plan.capacity(pictures, judged))
    held_out = _HeldOut(training, validation) if validation else None
    run.loss, run.rule = plan.loss, plan.rule
    run.probe = Probe(training, data, validation, guard := Guard(training, data))
    watchers = tuple(each for each in callbacks if isinstance(each, Watcher) and each.watches)
    learner = _Learner(training, guard, run.probe, watchers)
    run.logs_rate = run.scheduled or any(callback.changes_learning_rate for callback in callbacks)
    begun = time.perf_counter()
    progress(Started(plan.epochs, learner.steps(data), pictures, judged, engine.name))
    try:
        for callback in callbacks:
            callback.run = run
            callback.on_train_begin()
        keeper.begin(run, callbacks, _facts(run, plan, data), plan.metrics)
        while run.epoch < plan.epochs and not run.stopped:
            logs, speed, waiting = learner.epoch(data, callbacks, progress, keeper)
            if held_out:
                logs |= held_out.logs(keeper)
            run.record(logs)
            unread = training.missing.say(pictures)
            progress(EpochDone(run.epoch, time.perf_counter() - run.epoch_begun, speed, logs, waiting, unread))
            with run.averaged():
                for callback in callbacks:
                    callback.on_epoch_end(run.epoch, logs)
            run.epoch, run.position = run.epoch + 1, 0
            keeper.between_steps(run)
        run.settle()
        for callback in callbacks:
            callback.on_train_end()
        reason = run.stopped or "training.all_epochs"
        progress(Finished(reason, run.epoch, time.perf_counter() - begun))
        return reason
    finally:
        keeper.end()
        run.probe = None  # with it goes the program's memory; the run stays, to be gone on with


class _HeldOut:
    """Judges a run by pictures that it does not learn from."""

    def __init__(self, training: Training, pictures: Batches) -> None:
        self._training, self._pictures = training, pictures
        self._program = training.compiled(Purpose(loss=training.plan.loss))
        self._guard = Guard(training, pictures)

    def logs(self, keeper: Keeper) -> dict[str, float]:
        """{"val_loss": ..., "val_accuracy": ...}, by the average of the weights where there is one."""
        training, run = self._training, self._training.run
        weights = run.average or run
        judged = evaluate(
            self._program,
            weights.theta,
            weights.state,
            self._pictures,
            training.plan.metrics,
            training.capacity,
            missing=training.missing,
            between=lambda: keeper.heed(run),
            refuse=partial(self._guard.refuse_held_out, weights.theta, weights.state),
        )
        return {f"val_{name}": value for name, value in judged.items()}


class _Learner:
    """Takes a run through the steps of an epoch."""

    def __init__(self, training: Training, guard: Guard, probe: Probe, watchers: Sequence[Watcher]) -> None:
        self._training, self._guard, self._probe, self._watchers = training, guard, probe, watchers
        self._engine, self._run, self._plan = training.engine, training.run, training.plan
        self._frozen, self._program = self._run.frozen, self._compiled()

    def _compiled(self) -> Program:
        """What learns, made for the layers that are frozen now."""
        self._purpose = self._plan.learning(self._run.frozen)
        self._probe.learning = program = self._training.compiled(self._purpose)
        return program

    def steps(self, data: Batches) -> int:
        """Steps of an epoch; the last batch may be short."""
        return 1 if self._plan.batch_size == "all" else -(-len(data) // self._plan.batch_size)

    def epoch(
        self, data: Batches, callbacks: Sequence[Callback], progress: Progress, keeper: Keeper
    ) -> tuple[dict[str, float], float, float]:
        """One pass over the data; answers with its logs, with pictures per second, with the share of waiting.

        Of an epoch that was broken off it does the steps that are left.
        """
        run = self._run
        if run.counts is None or not run.position:
            run.counts, run.epoch_begun = Counts(self._plan.metrics), time.perf_counter()
            for callback in callbacks:
                callback.on_epoch_begin(run.epoch)
        counts, begun, done = run.counts, run.epoch_begun, run.position
        steps, epoch = list(self._batches(len(data))), run.epochs_before + run.epoch
        for part in (part for indices in steps[:done] for part in self._parts(indices)):
            data.skip(part, epoch)
        parts = (part for indices in steps[done:] for part in self._parts(indices))
        with ahead(lambda part: data.take(part, epoch), parts) as batches:
            for number, indices in enumerate(steps[done:], start=done):
                self._step(batches, len(indices), counts)
                run.position = number + 1
                if not counts.pictures:  # not one could be read so far
                    continue
                seconds = time.perf_counter() - begun
                waiting = batches.waited / seconds
                progress(StepDone(run.epoch, number, counts.pictures, seconds, self._logs(counts), waiting))
                for callback in callbacks:
                    callback.on_train_batch_end(number, self._logs(counts))
                if run.stopped:
                    break
                keeper.between_steps(run)
        if not counts.pictures:
            self._training.missing.say(0)
        seconds = time.perf_counter() - begun
        return self._logs(counts), counts.pictures / seconds, batches.waited / seconds

    def _logs(self, counts: Counts) -> dict[str, float]:
        return counts.logs() | ({"learning_rate": self._run.learning_rate} if self._run.logs_rate else {})

    def _batches(self, pictures: int) -> Iterator[Indices]:
        order = np.arange(pictures)
        if self._plan.shuffle:
            # Keyed by seed and epoch, so that a resumed run shuffles as the unbroken one.
            key = [self._plan.seed, SHUFFLING, self._run.epochs_before + self._run.epoch]
            order = np.random.default_rng(key).permutation(pictures)
        size = pictures if self._plan.batch_size == "all" else self._plan.batch_size
        for first in range(0, pictures, size):
            yield order[first : first + size]

    def _parts(self, indices: Indices) -> Iterator[Indices]:
        """The pictures of a step, as many at a time as the program takes."""
        for first in range(0, len(indices), self._training.capacity):
            yield indices[first : first + self._training.capacity]

    def _step(self, batches: Iterator[Batch], pictures: int, counts: Counts) -> None:
        """One step on so many pictures, part by part; counted are those that could be read."""
        run = self._run
        if run.scheduled:
            run.learning_rate = self._plan.rule.rate_at(run.step)
        rule, threads = self._plan.rule, self._plan.threads
        theta = self._engine.look_ahead(rule, run.theta, run.slots, run.spans, threads=threads)
        if run.frozen != self._frozen:  # by a callback
            self._frozen, self._program = run.frozen, self._compiled()
        gradient: Array | None = None  # of the mean over all of the batch, gathered part by part
        state, loss, norm, read = run.state, 0.0, 0.0, 0
        for first in range(0, pictures, self._training.capacity):
            batch = next(batches)
            self._training.missing.add(batch.unread)
            if not len(batch.x):
                continue
            read += len(batch.x)
            key = Key(self._plan.seed, run.step, first)
            step, norm = self._guard.step(self._program, self._purpose, theta, state, batch, key)
            state, loss = step.state, loss + step.loss * len(batch.x)
            gradient = self._gathered(gradient, step.gradient, len(batch.x) / pictures)
            counts.count(step.loss, step.output, batch.y)
            for watcher in self._watchers:  # behind all that is read of the step: the program's memory is used again
                watcher.on_learning(Learning(batch, theta, state, key, self._program))
            del batch  # before the next one is asked for, so that no three are there at once
        if gradient is not None:
            gradient = gradient if read == pictures else gradient * (pictures / read)
            norm = norm if pictures <= self._training.capacity else self._guard.norm(gradient)
            self._learn(gradient, norm)
            # Behind all that may fail, so that a step that did not come off changes nothing.
            run.state[...] = state
            run.average = Average.after(run.average, self._plan.rule, run.theta, run.state, run.step)
            run.step += 1
            self._guard.passed(loss / read, norm)

    def _gathered(self, gradient: Array | None, of_part: Array, share: float) -> Array:
        """The sum of gradients, each by the share of its pictures; of all of them at once it is the program's own."""
        if share == 1:
            return of_part.copy() if self._watchers else of_part  # they may use the program before the rule does
        part = of_part * share
        if gradient is None:
            return part
        with np.errstate(all="ignore"):  # the guard looks at the sum
            gradient += part
        return gradient

    def _learn(self, gradient: Array, norm: float) -> None:
        """One step of the rule, or, where it gathers several gradients, only the last of these steps makes one."""
        run, every = self._run, self._plan.rule.gradient_accumulation_steps or 1
        if every > 1:
            with np.errstate(all="ignore"):  # the guard looks at the sum
                # A copy: the gradient is ours until the program's next step.
                gradient = gradient.copy() if run.gathered is None else run.gathered + gradient
        if (run.step + 1) % every:
            run.gathered = gradient
            return
        if every > 1:
            gradient = gradient / every
            norm = self._guard.norm(gradient)
        self._guard.update(gradient, norm, (run.step + 1) // every)
        run.gathered = None


def _facts(run: Run, plan: Plan, data: Batches) -> Mapping[str, object]:
    """What must be the same for a training to be resumed; how many epochs it has is not among it."""
    facts = {
        "network": to_document(run.graph),
        "optimizer": repr(plan.rule),
        "loss": repr(plan.loss),
        "metrics": [metric.name for metric in metrics_named(plan.metrics)],
        "batch_size": plan.batch_size,
        "shuffle": plan.shuffle,
        "seed": plan.seed,
        "pictures": len(data),
    }
    return facts | {"network": sha256(repr(facts["network"]).encode()).hexdigest()}
