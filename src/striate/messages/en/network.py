"""Settings, names, sizes, wiring."""

TEXTS = {
    "kind.layer": "layer",
    "kind.activation": "activation",
    "kind.initializer": "initializer",
    "kind.loss": "loss",
    "kind.optimizer": "optimizer",
    "kind.metric": "metric",
    "kind.engine": "engine",
    "kind.node": "layer",
    "kind.preset": "network",
    "name.unknown": "There is no {kind:text} '{name}'; known: {known:quoted}.",
    "name.unknown_did_you_mean": "There is no {kind:text} '{name}'; did you mean {close:quoted}? Known: {known:quoted}.",
    "name.is_class": "'{name}' is a class; give the {kind:text} itself: {name}(...).",
    "keyword.unknown": "{where} has no argument '{name}'; it takes {known:quoted}.",
    "keyword.unknown_did_you_mean": "{where} has no argument '{name}'; did you mean {close:quoted}?",
    "setting.old_name": "{where}: '{old}' is the old name of '{new}'; it is taken as '{new}'.",
    "setting.too_many": "{where} takes {required:argument/arguments} by position ({known:list}), got {came}; give the others by name.",
    "setting.twice": "{where}: '{setting}' is given twice; leave one out.",
    "setting.missing": "{where}: '{setting}' is required and has no default; give it.",
    "setting.positive": "{where}: '{setting}' must be a whole number of 1 or more, got {came!r}.",
    "setting.positive_pair": "{where}: '{setting}' must be a whole number of 1 or more, or two of them (height, width), got {came!r}.",
    "setting.padding": "{where}: '{setting}' must be 'valid', 'same', a whole number of 0 or more, (vertical, horizontal) or "
    "((top, bottom), (left, right)), got {came!r}.",
    "setting.flag": "{where}: '{setting}' must be True or False, got {came!r}.",
    "setting.share": "{where}: '{setting}' must be a number from 0 up to, not including, 1, got {came!r}.",
    "setting.real": "{where}: '{setting}' must be a finite number, got {came!r}.",
    "setting.positive_real": "{where}: '{setting}' must be a finite number above 0, got {came!r}.",
    "setting.abstract": "{where} is only what others are built upon; use one of those.",
    "size.window_of_padding": "{layer}: a padding of {border} puts {kernel:size} windows wholly outside the picture; each side's padding must be "
    "smaller than the window.",
    "size.shared_layer": "{layer}: its layer is used at an earlier place, where its weights have the shapes {required}; here they would be {came}. "
    "Use a layer of its own here, or make what reaches both places alike.",
    "setting.name": "{where}: '{setting}' must be a text of printable characters without '/' and ':', got {came!r}.",
    "setting.shape": "{where}: '{setting}' must be whole numbers of 1 or more, (height, width, channels) or (length,), got {came!r}.",
    "size.needs_maps": "{layer}: {kind} works on maps (height, width, channels), but what reaches it is {shape:size}: {walk:walk}. "
    "Put it before Flatten and Dense.",
    "graph.one_input": "A model has exactly one Input, this one has {came}; build it from one Input.",
    "graph.no_layers": "A model needs at least one layer besides its input; add one.",
    "graph.name_twice": "Two layers are named '{name}'; names must differ, or use one layer object at both places.",
    "graph.input_shape_said": "The model's first layer says that its pictures are {required:size}, and build was asked for {came:size}; leave build out, or say the size in one place.",
    "graph.input_shape_unknown": "The model does not know the size of its pictures yet; start with Input((height, width, channels)), give "
    "{layer} an input_shape, or call fit or predict with pictures first.",
    "layer.called_on_unknown": "{layer} can be called on an array (pictures, height, width, channels) or on a symbol such as Input(...), got "
    "{came}.",
}
