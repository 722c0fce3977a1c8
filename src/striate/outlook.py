"""What a training will take, and what is wrong with it, said before it begins: `striate train` looks ahead by this."""

from dataclasses import dataclass
from importlib.util import find_spec

from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.engines.select import engine as engine_named
from striate.preparing import Prepared
from striate.training.forecast import Memory, check_memory, memory
from striate.training.loop import Plan
from striate.training.preflight.findings import Finding
from striate.tuning import DRAWING, JUDGED_AFTER, Material, measured

FLOPS = 5e10  # a second, by which a training's length is guessed before anything is measured: a modest computer's
SHORT = 10.0  # seconds: what is guessed to be shorter is not measured
SHARE = 0.05  # of the guessed time may be spent on measuring, and as much on learning by heart
LONGEST, SHORTEST = 2.0, 0.3  # seconds of measuring
LONG = 60.0  # seconds: a training that is worth learning a few pictures by heart first
HEART = 3.0  # seconds for that
DRAWN, READ = 60 << 20, 20 << 20  # bytes that libraries for curves take, where they are there, and others


@dataclass(frozen=True)
class Outlook:
    """What is seen ahead: mistakes; the memory; the seconds that it will take, None where nobody measured them."""

    findings: tuple[Finding, ...]
    memory: Memory
    seconds: float | None


def outlook(run: Prepared, *, max_memory: int | None = None, looks: bool = True) -> Outlook:
    """Look ahead at a training that is prepared. Raises `OutOfMemoryError` where it will take too much memory.

    It takes a few seconds where the training takes minutes, and none where that takes none. Without `looks` nothing
    but the memory is thought of.
    """
    needed = check_memory(lambda batch: forecast(run, batch), _batch(run), max_memory)
    if not looks:
        return Outlook((), needed, None)
    guess = guessed(run)
    seen = run.model.preflight(
        run.training,
        batch_size=run.recipe.batch_size if run.recipe.batch_size == "all" else _batch(run),
        epochs=run.epochs,
        validation_data=run.validation,
        seconds=min(HEART, SHARE * guess) if guess > LONG else 0,
    )
    return Outlook(seen.findings, needed, expected(run, guess))


def forecast(run: Prepared, batch: int) -> Memory:
    """The memory that a training by batches of this size will take, with all that is loaded on the way."""
    recipe = run.recipe
    size = recipe.batch_size if recipe.batch_size == "all" else batch
    plan = Plan(recipe.rule, recipe.loss, epochs=run.epochs, batch_size=size, threads=recipe.threads)
    engine = engine_named(recipe.engine, isa=recipe.isa)
    besides = READ + (DRAWN if find_spec("matplotlib") else 0) + _unread(run.training) + _unread(run.validation)
    counts = len(run.training), len(run.validation)
    return memory(engine, run.model.graph, plan, *counts, saves=True, besides=besides)


def guessed(run: Prepared) -> float:
    """Seconds that the arithmetic alone will take on a modest computer: the way forward, and twice as much back."""
    graph = run.model.graph
    products = sum(graph.multiply_adds(node) or 0 for node in graph.nodes)
    return 2 * products * run.epochs * (3 * len(run.training) + len(run.validation)) / FLOPS


def expected(run: Prepared, guess: float) -> float | None:
    """Seconds from the first step to the best model's result, by a few steps on copies; None where it is short."""
    if guess < SHORT or run.stop is not None:
        return None
    data = run.data
    material = Material(run.model, run.training, run.validation, data.test, run.class_weight, run.start)
    speed = measured(run.recipe, material, min(LONGEST, max(SHORTEST, SHARE * guess)))
    after = JUDGED_AFTER + len(data.test or run.validation) / len(run.validation)
    return run.epochs * speed.epoch + after * speed.judging + DRAWING


def _batch(run: Prepared) -> int:
    size = run.recipe.batch_size
    return min(size, len(run.training)) if isinstance(size, int) else len(run.training)


def _unread(images: Images) -> int:
    """Bytes of pictures that are mapped from a file, and come to memory as they are looked at."""
    pictures = images.pictures
    if not isinstance(pictures, Decoded):
        return 0
    kept = sum(int(row) < len(pictures.kept) for row in pictures.rows)
    return kept * (pictures.kept[0].nbytes if kept else 0)
