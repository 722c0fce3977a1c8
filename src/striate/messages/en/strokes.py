"""Hand-made kernels over digits."""

TEXTS = {
    "cli.learn.strokes.help": "Let kernels made by hand, straight and curved, answer to pictures of 1s and of 0s.\n"
    "It is said that straight kernels answer higher to 1s and curved ones to 0s. Here every kernel's mean answer to all pictures of both classes is "
    "measured, in three ways, and printed whichever way it goes.\n"
    "  striate learn strokes\n"
    "  striate learn strokes mnist -o strokes.png",
    "cli.learn.strokes.data": "Pictures of digits, such as the folder of MNIST; without it scikit-learn's.",
    "cli.learn.strokes.straight": "The class whose strokes are straight.",
    "cli.learn.strokes.curved": "The class whose strokes are curved.",
    "cli.learn.strokes.output": "A figure, too: .png or .svg.",
    "strokes.colour": "Kernels made by hand look at grey pictures, got pictures of {came:size}; give a folder of grey ones.",
    "strokes.small": "The pictures are {came:size}, smaller than a kernel of {side}x{side}; give larger ones.",
    "strokes.no_pictures": "There are no pictures of the class '{name}' to answer to; choose another with --straight and --curved.",
    "strokes.vertical": "vertical",
    "strokes.slanted": "slanted",
    "strokes.left_arc": "left arc (",
    "strokes.right_arc": "right arc )",
    "strokes.upper_arc": "upper arc",
    "strokes.lower_arc": "lower arc",
    "strokes.kernels": "Kernels of 5x5, made by hand: 2 on the stroke, 1 beside it, -2 elsewhere. Each adds up to 0, so a plain surface gives 0; all have the same norm.",
    "strokes.of": "Answers after ReLU to all pictures of {part:text}: {count1:,} of class {first}, {count2:,} of class {second}; pixels are from 0 to 1.",
    "strokes.mean": "mean over the map",
    "strokes.largest": "largest of the map",
    "strokes.per_ink": "sum over the map / sum of the pixels",
    "strokes.column": "kernel",
    "strokes.kind": "kind",
    "strokes.straight": "straight",
    "strokes.curved": "curved",
    "strokes.claim": "What is said: straight kernels answer higher to {first}, curved ones to {second}.",
    "strokes.verdict": "{measure:text}: so for {straight} of {straights} straight kernels and {curved} of {curves} curved ones",
    "figure.strokes": "Hand-made kernels: mean answers after ReLU",
    "figure.strokes_mean": "mean of {name}",
}
