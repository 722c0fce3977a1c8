"""Training that begins with the weights of another model."""

TEXTS = {
    "cli.train.start": "Begin with the weights of a model file, or of a run's best model: layers that fit are taken, the others are said. Pictures are read as that model takes them.",
    "cli.train.freeze": "With --start: layers that stay as they are, by a number that counts them from the first, or by names with commas between.",
    "start.taken": "begins with weights of {file}: {layers:names} ({count:,} of {all:,|number/numbers}), which learn at a tenth of the learning rate",
    "start.left": "  {left:each}",
    "start.left.absent": "{layer} begins anew: the file has no such layer",
    "start.left.kind": "{layer} begins anew: the file's layer of this name is of another kind",
    "start.left.shape": "{layer} begins anew: its {weight} is {required:size}, the file's {came:size}",
    "start.left.classes": "{layer} begins anew: it answers for other classes",
    "start.unused": "  not used are the file's {layers:names}",
    "start.frozen": "frozen, so that they stay as they are: {layers:names}",
    "start.nothing": "No layer can begin with these weights ({left:each}); take a model of the same network, or leave out --model to use the file's own.",
    "start.freeze_only": "freeze: {layer} is the only layer with weights, and frozen it would leave nothing to learn; leave freeze out.",
    "start.freeze": "freeze takes the names of some layers, or a number from 1 to {most}, so that at least one layer learns; got {came}.",
    "start.preprocessing": "{file} was trained on pictures read as {required}, these were read as {came}; what it learned may not fit them.",
}
