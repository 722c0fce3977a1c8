"""How the native engine goes through a batch, as lines of text and as plain numbers for a program."""

import sys
from dataclasses import asdict
from typing import Any

from striate.engines.native.explain import PlanFacts, PlannedSegment, PlannedStep
from striate.messages import render
from striate.views.columns import aligned


def show_plan(facts: PlanFacts) -> None:
    """Write the plan to stdout."""
    sys.stdout.write("\n".join(plan_lines(facts)) + "\n")


def plan_lines(facts: PlanFacts) -> list[str]:
    """The plan: what it takes in all, then each segment with its steps, then the arena's buffers."""
    return [*_totals(facts), "", *_segments(facts), "", *_buffers(facts)]


def plan_dict(facts: PlanFacts) -> dict[str, Any]:
    """The same facts as plain lists, numbers and words."""
    together = {"flops": facts.flops, "fused": facts.fused, "in_python": facts.in_python}
    return {**asdict(facts), **together}


def _totals(facts: PlanFacts) -> list[str]:
    purpose = "plan.learning" if facts.learning else "plan.answering"
    rows = [
        ("plan.total.of", render(purpose, {"isa": facts.isa, "threads": facts.threads, "pictures": facts.capacity})),
        ("plan.total.work", render("plan.mflop", {"mflop": facts.flops / 1e6})),
        ("plan.total.arena", render("plan.arena", {"bytes": facts.arena, "least": facts.least_arena})),
        ("plan.total.block", render("plan.bytes", {"bytes": facts.block})),
        ("plan.total.fused", "; ".join(" + ".join(names) for names in facts.fused) or "-"),
        ("plan.total.python", ", ".join(facts.in_python) or "-"),
    ]
    return aligned([[render(code), text] for code, text in rows])


def _segments(facts: PlanFacts) -> list[str]:
    titles = [render(f"plan.column.{column}") for column in ("segment", "pictures", "operation", "of", "mflop")]
    rows: list[list[str]] = []
    for number, segment in enumerate(facts.segments):
        for place, step in enumerate(segment.steps):
            first = place == 0
            rows.append([str(number) if first else "", _how(segment) if first else "", *_step(step)])
    return aligned([titles, *rows], right={0, 4})


def _how(segment: PlannedSegment) -> str:
    fields = {"pictures": segment.pictures, "chunks": segment.chunks}
    return render(f"plan.how.{segment.kind}_summed" if segment.chunks > 1 else f"plan.how.{segment.kind}", fields)


def _step(step: PlannedStep) -> list[str]:
    names = ", ".join(render(f"plan.operation.{name}") for name in step.operations)
    operation = render("plan.backward", {"operation": names}) if step.backward else names
    return [operation, " + ".join(step.of), f"{step.flops / 1e6:,.1f}" if step.flops else ""]


def _buffers(facts: PlanFacts) -> list[str]:
    titles = [render(f"plan.column.{column}") for column in ("buffer", "bytes", "at", "first", "last")]
    rows = [[b.name, f"{b.bytes:,}", f"{b.at:,}", str(b.first), str(b.last)] for b in facts.buffers]
    return aligned([titles, *rows], right={1, 2, 3, 4})
