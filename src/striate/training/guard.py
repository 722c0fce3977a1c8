"""The first number that is not finite stops training, before it touches the weights; and is looked for.

Looked at are: in every step the loss, the gradient's norm and the new running statistics; the weights that the rule
makes; whenever a rule could overflow, and every `EVERY` steps, what it keeps from step to step, and the weights.
"""

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from striate.data.batches import Batch, Batches, Indices
from striate.engines.contract import Array, Key, Program, Purpose, Stepped
from striate.engines.reference.dissect import largest_of
from striate.engines.reference.replay import Origin, Replay, Taken, of_gradient, of_slots, of_update, of_weights
from striate.errors import DataError, OutOfMemoryError, TrainingError
from striate.training.autopsy import Autopsy, Passed, found_in
from striate.training.causes import Circumstances, cause_of
from striate.training.plan import Training

EVERY = 64  # steps from one look at everything to the next
RECENT = 20  # steps that an autopsy shows
# A gradient of 1.8e19 has a square that float32 cannot hold; long before that copies are worth their time.
LARGE_NORM, LARGE_STEP, LARGE_RATE = 1e15, 1e25, 1e15


class Guard:
    """Looks at every step of one training. What it refuses leaves the run as it was before that step."""

    def __init__(self, training: Training, data: Batches) -> None:
        run, plan = training.run, training.plan
        self._engine, self._run = training.engine, run
        self._rule, self._loss, self._threads = plan.rule, plan.loss, plan.threads
        self._files: Sequence[str] | None = getattr(data, "files", None)
        self._first, self._began = run.step, largest_of([run.theta])
        self._own_rule = not type(plan.rule).__module__.startswith("striate.")
        self._numbers: Indices | None = None  # of this step's pictures: they themselves are not kept
        self._loss_now = 0.0

    def step(
        self, program: Program, purpose: Purpose, theta: Array, state: Array, batch: Batch, key: Key
    ) -> tuple[Stepped, float]:
        """A step of the program on a batch, and its gradient's norm. Raises `TrainingError`."""
        self._numbers = batch.numbers
        try:
            step = program.step(theta, state, batch.x, batch.y, batch.sample_weight, key)
        except DataError as error:
            self._refuse_label(error, batch)
            raise
        self._loss_now = step.loss
        norm = self._engine.norm(step.gradient, threads=self._threads)
        if not math.isfinite(step.loss):
            code, by, fields = "training.loss_not_finite", "loss", {"loss": step.loss}
        elif not math.isfinite(norm):
            code, by, fields = "training.gradient_not_finite", "gradient", {"count": _bad(step.gradient)}
        elif len(step.state) and not self._engine.all_finite(step.state, threads=self._threads):
            code, by, fields = "training.state_not_finite", "state", {"count": _bad(step.state)}
        else:
            return step, norm
        taken = Taken(theta, state, batch.x, batch.y, batch.sample_weight, key)
        origin = self._origin(purpose, taken) or of_gradient(self._run.graph, step.gradient)
        raise self._failure(code, by, origin, norm=norm, x=taken.x, **fields)

    def norm(self, gradient: Array) -> float:
        """The norm of gradients that were added up. Raises `TrainingError` where the sum is not finite."""
        norm = self._engine.norm(gradient, threads=self._threads)
        if not math.isfinite(norm):
            origin = of_gradient(self._run.graph, gradient)
            raise self._failure("training.gradient_not_finite", "gradient", origin, norm=norm, count=_bad(gradient))
        return norm

    def update(self, gradient: Array, norm: float, t: int) -> None:
        """One step of the rule. Raises `TrainingError` where it would make a number that is not finite."""
        run = self._run
        if run.step % EVERY == 0:
            self._look_at_everything(norm)
        kept = self._kept(gradient) if self._careful(norm) else None
        bad = self._engine.update(
            self._rule, run.theta, gradient, run.slots, t, run.learning_rate, run.spans, threads=self._threads
        )
        if kept is None and not bad:
            return
        slots_bad = sum(_bad(slot) for slot in run.slots) if kept else 0
        if not bad and not slots_bad:
            return
        origin = of_slots(self._rule, run.slots, run.spans)
        if kept:
            theta, gradient, slots = kept
            run.theta[...] = theta
            for slot, before in zip(run.slots, slots, strict=True):
                slot[...] = before
            origin = of_update(self._rule, theta, gradient, slots, t, run.learning_rate, run.spans)
        code, by = ("training.weights_not_finite", "weights") if bad else ("training.slots_not_finite", "slots")
        raise self._failure(code, by, origin, norm=norm, count=bad or slots_bad)

    def passed(self, loss: float, norm: float) -> None:
        """Remember a step that went well, for the autopsy of a later one."""
        recent = self._run.recent
        recent.append((loss, norm))
        if len(recent) > RECENT:
            del recent[0]

    def refuse_output(self, batch: Batch, first: int, step: int, layer: str, values: Array) -> NoReturn:
        """Raise `TrainingError` for what a layer gives for some pictures: NaN or infinity that no loss has shown."""
        run, here = self._run, slice(first, first + step)
        self._numbers = None if batch.numbers is None else batch.numbers[here]
        taken = Taken(run.theta, run.state, batch.x[here], batch.y[here], None, Key(0, 0))
        origin = Replay(self._engine, run.graph, Purpose(), taken, self._threads).hidden()
        raise self._failure(
            "training.activation_not_finite", "activation", origin, norm=0.0, x=taken.x, layer=layer, count=_bad(values)
        )

    def refuse_held_out(self, theta: Array, state: Array, batch: Batch, loss: float) -> NoReturn:
        """Raise `TrainingError` for pictures that are only judged, by these weights, and whose loss is not finite."""
        self._numbers, self._loss_now = batch.numbers, loss
        taken = Taken(theta, state, batch.x, batch.y, batch.sample_weight, Key(0, 0))
        origin = self._origin(Purpose(loss=self._loss), taken)
        raise self._failure("training.held_out_not_finite", "held_out", origin, norm=0.0, x=taken.x, loss=loss)

    def _careful(self, norm: float) -> bool:
        """Whether this step could make numbers that are not finite: then what it changes is kept until it is done."""
        rate = self._run.learning_rate
        return self._own_rule or norm > LARGE_NORM or norm * rate > LARGE_STEP or rate > LARGE_RATE

    def _kept(self, gradient: Array) -> tuple[Array, Array, tuple[Array, ...]]:
        run = self._run
        return run.theta.copy(), gradient.copy(), tuple(slot.copy() for slot in run.slots)

    def _look_at_everything(self, norm: float) -> None:
        run = self._run
        if bad := [
            each for each in (run.theta, *run.slots) if not self._engine.all_finite(each, threads=self._threads)
        ]:
            count = sum(map(_bad, bad))
            if origin := of_weights(run.graph.theta, run.theta):
                raise self._failure("training.weights_not_finite", "weights", origin, norm=norm, count=count)
            origin = of_slots(self._rule, run.slots, run.spans)
            raise self._failure("training.slots_not_finite", "slots", origin, norm=norm, count=count)

    def _origin(self, purpose: Purpose, taken: Taken) -> Origin | None:
        """Where the step's first number that is not finite came from, by taking the step once more, taken apart."""
        if not self._run.explained:
            return None
        try:
            return Replay(self._engine, self._run.graph, purpose, taken, self._threads).origin()
        except (OutOfMemoryError, MemoryError):  # every layer's output is kept, which is more than a step needs
            return None

    def _failure(
        self,
        code: str,
        stopped_by: str,
        origin: Origin | None,
        *,
        norm: float,
        x: Array | None = None,
        **fields: Any,
    ) -> TrainingError:
        run, step = self._run, self._run.step + 1
        numbers: list[int] = [] if self._numbers is None else self._numbers.tolist()
        files = [self._files[i] for i in numbers] if self._files is not None else []
        before = [Passed(step - len(run.recent) + i, *each) for i, each in enumerate(run.recent)]
        recent = (*before, Passed(step, self._loss_now, norm))[-RECENT:]
        known = Circumstances(
            graph=run.graph,
            loss=self._loss,
            rule=self._rule,
            learning_rate=run.learning_rate,
            recent=recent,
            taken=run.step - self._first,
            theta=run.theta,
            began=self._began,
            x=x,
            pictures=numbers,
            files=files,
        )
        cause, about = cause_of(origin, known)
        autopsy = Autopsy(
            epoch=run.epoch + 1,
            step=step,
            learning_rate=run.learning_rate,
            stopped_by=stopped_by,
            recent=recent,
            cause=cause,
            about=about,
            pictures=tuple(numbers),
            files=tuple(files),
            **found_in(origin, numbers, files),
        )
        where = {"epoch": autopsy.epoch, "step": step, "learning_rate": run.learning_rate}
        return TrainingError(code, where=autopsy.where(), cause=autopsy.why(), autopsy=autopsy, **where, **fields)

    def _refuse_label(self, error: DataError, batch: Batch) -> None:
        """A label out of range, by the picture's number among all and its file."""
        if error.code != "data.label_out_of_range" or batch.numbers is None:
            return
        picture = int(batch.numbers[int(str(error.fields["picture"]))])
        fields = {**error.fields, "epoch": self._run.epoch + 1, "step": self._run.step + 1, "picture": picture}
        if self._files is None:
            raise DataError("training.label_out_of_range", **fields) from error
        raise DataError("training.label_of_file", file=self._files[picture], **fields) from error


def _bad(numbers: Array) -> int:
    return int(np.count_nonzero(~np.isfinite(numbers)))
