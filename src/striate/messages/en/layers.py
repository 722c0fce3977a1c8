"""Layers with several inputs, groups, axes; layers of the user's own."""

TEXTS = {
    "setting.border": "{where}: '{setting}' must be a whole number of 0 or more, (vertical, horizontal) or ((top, bottom), (left, right)), got "
    "{came!r}.",
    "setting.axis": "{where}: '{setting}' must be -1 (the channels), 1, 2 or 3, got {came!r}; 0 would be the batch.",
    "size.groups": "{layer}: groups={groups} must divide both the {channels} channels that reach it and its {filters} filters: {walk:walk}.",
    "size.add": "{layer}: what is added must have one shape, got {shapes:list}. Bring them to it with padding='same', strides, or a 1x1 "
    "convolution.",
    "size.concatenate": "{layer}: what is joined along axis {axis} must agree in all other axes, got {shapes:list}. Bring them to it with "
    "padding='same' or strides.",
    "size.no_axis": "{layer}: there is no axis {axis} in {shape}; axes count from 1, 0 being the batch, and -1 is the last.",
    "graph.mixed_inputs": "{layer}: its inputs are symbols and something else; pass symbols alone, or arrays alone.",
    "graph.joins": "{layer} joins two or more inputs, got {came}; call it on a list: layer([x, y]).",
    "graph.one_at_a_time": "{layer} takes one input, got {came}; join them first with Add or Concatenate.",
    "layer.no_forward": "{where}: a layer of your own needs forward(inputs..., weights...) -> (output, saved); write it.",
    "layer.no_backward": "{where}: a layer of your own needs backward(dy, saved) -> the gradients of its inputs and weights; write it to train.",
    "layer.unlike_batches": "{layer}: its inputs must hold equally many pictures, got {came:list}; pass as many of each.",
    "layer.other_output": "{layer}: forward gave an array of shape {came}, but output_shape says {required}; make the two agree.",
    "layer.other_gradients": "{layer}: backward must give one gradient for each input and weight, of shapes {required}, but gave {came}.",
    "layer.wrong_gradient": "{layer}: backward says that the output moves by {said:.6g} along a direction of {of}, but forward moves by "
    "{found:.6g}; correct one of the two.",
    "description.unknown_layer": "There is no layer '{name}'; if it is one of your own, define it with @custom before you read the file.",
}
