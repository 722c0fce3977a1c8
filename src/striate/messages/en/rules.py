"""Update rules, schedules, frozen layers, weights of classes."""

TEXTS = {
    "cli.metavar.name": "NAME",
    "setting.not_negative": "{where}: '{setting}' must be a finite number of 0 or more, got {came!r}.",
    "setting.proper_share": "{where}: '{setting}' must be a number above 0 and below 1, got {came!r}.",
    "rule.one_clip": "{where} can clip the gradient in one way only, got {given:quoted}; leave out all but one.",
    "optimizer.text": "An optimizer is written like 'adam' or 'sgd,momentum=0.9,nesterov=true', each setting at most once and with a value, got '{came}'.",
    "rule.no_formula": "{where} says nowhere how weights are updated; give it a method update(self, theta, g, slots, t, eta).",
    "loss.no_formula": "{where} says nowhere how it is computed; give it the methods forward(self, output, y) and backward(self, output, y).",
    "schedule.no_formula": "{where} says nowhere which learning rate a step has; give it a method __call__(self, step).",
    "schedule.ascending": "{where}: '{setting}' must be whole numbers of 0 or more, at least one and each larger than the one before, got {came!r}.",
    "schedule.rates": "{where}: '{setting}' must be finite numbers of 0 or more, got {came!r}.",
    "schedule.lengths": "{where}: '{setting}' must be {required:number/numbers}, one more than there are boundaries, got {came}.",
    "rate.no_function": "{where}: '{setting}' must be a function of the epoch and the learning rate, got {came}.",
    "rate.no_rate": "{where}: for epoch {epoch} (counted from 0) the schedule gave {came!r}; it must give a finite number of 0 or more.",
    "training.rate_is_scheduled": "{where} cannot change the learning rate, since a schedule sets it at each step; give the optimizer a number as "
    "learning_rate, or leave {where} out.",
    "weights.both": "{where} takes class_weight or sample_weight, not both; multiply them into sample_weight yourself.",
    "weights.by_class": "class_weight must map class numbers from 0 to {last} to finite numbers of 0 or more, got {came!r}.",
    "weights.no_class": "class_weight needs one class for each picture, but the targets of a picture have the shape {shape}; use sample_weight.",
    "summary.total.trainable": "trainable: {trainable:,}",
}
