"""What is said of a training's health at the end of an epoch."""

TEXTS = {
    "health.dead": "{layer}: {percent:.0f} % of its units never fire for any of the pictures that were tried: they are 0 and learn nothing. Try a smaller "
    "learning rate, or BatchNormalization before the activation.",
    "health.no_gradient": "{layer} gets no gradient at all and learns nothing: see what stands behind it.",
    "health.vanishing": "{layer} gets gradients of {share:.0e} times those of {strongest}: it hardly learns. Try relu in place of sigmoid or tanh, "
    "BatchNormalization, or fewer layers.",
    "health.wild": "{layer}: one step changes its weights by {percent:.0f} % of their size: the learning rate is too large; try a tenth of it.",
    "health.hardly": "{layer} learns {ratio:.0e} of its weights per step: hardly anything. Try ten times the learning rate.",
    "health.guessing": "After {epoch:epoch/epochs} the loss is {loss:.3f}, not below the {chance:.3f} of giving every class the same probability: the classes are "
    "guessed. See whether labels and pictures belong together, and try another learning rate.",
    "health.nothing_generalises": "Nothing generalises: after {epoch:epoch/epochs} {percent:.1f} % of {pictures:,|picture held out is/pictures held out are} right ({trained:.1f} % of "
    "those learned from), no more than luck reaches where all are taken for the most frequent class ({guess:.1f} %). See whether labels and pictures "
    "belong together, and try another learning rate.",
}
