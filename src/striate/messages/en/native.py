"""Engines: which one, on which instruction set, in how much memory; arrays that a program cannot take."""

TEXTS = {
    "kind.isa": "instruction set",
    "engine.isa_of_reference": "The reference engine has no instruction sets, got isa={isa!r}; leave isa out or use engine='native'.",
    "engine.no_core": "The native engine cannot be used. {reason}",
    "engine.weights_differ": "The {vector:text} must be a vector of {required} floating-point numbers for this network, got {dtype} of shape {came}; "
    "pass the weights of a model with the same layers and sizes.",
    "engine.pictures_differ": "This program takes pictures as numbers of the shape {required:size}, got {dtype} of shape {came:size}; N counts the "
    "pictures.",
    "engine.targets_differ": "The targets must be class numbers or numbers of the output's shape {required:size}, got {dtype} of shape {came:size}.",
    "engine.shares_differ": "The sample weights must be {required} numbers, one a picture, got {dtype} of shape {came}.",
    "engine.gradient_differs": "The gradient of {node} must be numbers of the shape {required:size}, got {dtype} of shape {came:size}.",
    "engine.no_memory": "A batch of {pictures} takes {needed:,|byte/bytes} of memory, and only {free:,} are free; a batch of {fits:,} would fit.",
    "engine.no_memory_for_one": "A batch of {pictures} takes {needed:,|byte/bytes} of memory, and only {free:,} are free: not even one "
    "picture at a time would fit. Use a smaller network or smaller pictures.",
    "engine.no_memory_for_weights": "The first weights take {needed:,} bytes of memory, most of them for {weight} of shape {shape:size}, and only {free:,} "
    "are free. Use fewer filters or units, or smaller pictures.",
    "engine.vector_theta": "weights",
    "engine.vector_state": "running statistics",
    "cli.computing.engine": "The engine that computes (default: the fastest that is there).",
    "cli.computing.isa": "The instruction set that the native engine uses (default: the best that this CPU has; striate info lists them).",
    "cli.computing.threads": "How many threads it may use (default: all cores).",
    "cli.info.kernels": "kernels",
    "cli.info.kernels_used": "on {used}; also there: {others:list}",
    "cli.info.kernels_only": "on {used}",
}
