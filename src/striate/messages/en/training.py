"""Data handed to a model, training, model files."""

TEXTS = {
    "kind.logged": "value that training logs",
    "setting.whole": "{where}: '{setting}' must be a whole number of 0 or more, got {came!r}.",
    "setting.mode": "{where}: '{setting}' must be 'auto', 'min' or 'max', got {came!r}.",
    "setting.names": "{where}: '{setting}' must be a list of names such as ['accuracy'], got {came!r}.",
    "engine.batch_too_large": "This program was planned for at most {capacity} pictures at a time, got {came}; plan it for more or pass fewer.",
    "graph.other_input": "The output does not come from the given input; pass the Input that the layers started from.",
    "graph.no_layer": "A model is made of layers, got {came}; pass layer objects such as Conv2D(16, 3).",
    "graph.input_not_first": "An Input stands before all other layers; move it to the front.",
    "description.no_nodes": "A network must be a list of layers, at least one.",
    "description.no_entry": "A layer of the network must have a name of its own, a layer, settings and inputs, got {came}.",
    "description.unknown_input": "{name}: its input '{input}' is no layer before it.",
    "description.no_settings": "{layer}: its settings must be a table, got {came!r}.",
    "description.loose_nodes": "These layers lead to no output: {names:quoted}.",
    "description.no_layers": "The TOML holds no [[layers]]; write one such table for each layer.",
    "description.no_layer_in_table": 'A [[layers]] table needs a line like layer = "Conv2D", got {came}.',
    "description.not_toml": "{path} is no TOML: {reason}.",
    "data.not_numbers": "Pictures and targets must be arrays of numbers, got dtype {dtype}.",
    "data.wrong_shape": "Pictures must come as {required:size}, got {came:size}; N counts the pictures.",
    "data.not_finite": "Picture {picture} (counted from 0) holds NaN or infinity; remove or mend it.",
    "data.target_not_finite": "The target of picture {picture} (counted from 0) is NaN or infinite; remove or mend it.",
    "data.lengths_differ": "There are {pictures} pictures but {targets} targets; each picture needs one.",
    "data.targets_do_not_fit": "{loss}: targets must come as {required:size} (or as class numbers where the loss is a categorical "
    "cross-entropy), got {came:size}.",
    "data.target_no_share": "Binary cross-entropy needs targets between 0 and 1, got {came[0]:g} to {came[1]:g}.",
    "data.one_output": "{loss} needs at least two outputs, the model has one; use BinaryCrossentropy or Dense(number of classes).",
    "data.label_out_of_range": "Picture {picture} (counted from 0) has label {came}, but the model's outputs stand for 0 to {last}: labels must be "
    "whole numbers among these. Give the last layer more units or correct the label.",
    "data.sample_weight": "sample_weight must be {required} finite numbers of 0 or more, one a picture, got shape {came}.",
    "data.split_empty": "validation_split={share} of {pictures} pictures leaves one side empty; use more pictures or another share.",
    "data.no_pictures": "There are no pictures; pass at least one.",
    "data.other_preprocessing": "These pictures were read as {came}, the model takes {required}; read them with the model's preprocessing.",
    "weights.do_not_fit": "The model's weights have the shapes {required}, got {came}; pass arrays as get_weights() gives them.",
    "model.not_compiled": "The model does not know yet how to learn; call compile(optimizer, loss) first.",
    "model.no_preprocessing": "The model was trained on bare arrays and does not know how to read a file; set model.preprocessing = "
    "striate.Preprocessing(size=(height, width), colour='grey' or 'rgb') to what the arrays were made by.",
    "model_file.foreign": "{path} is a safetensors file but not of Striate: it holds no network. Open it with what wrote it.",
    "model_file.damaged": "{path} is damaged or no model file ({reason}); use another copy.",
    "model_file.document": "{path}: its description of the network cannot be used ({reason}); use another copy.",
    "model_file.other_format": "{path} has format version {came}, this Striate reads version {required}; use a Striate of the version that "
    "wrote it, or save it anew with this one.",
    "model_file.tensors": "{path}: its weights are not those of its network (missing: {missing:list}; too many: {extra:list}); use another copy.",
    "model_file.shape": "{path}: {name} must be float32 of shape {required}, it is {dtype} of {came}; use another copy.",
    "file.not_found": "{path} does not exist; check the path.",
    "file.exists": "{path} exists already and stays as it is; choose another name or allow overwriting.",
    "file.cannot_write": "{path} cannot be written: {reason}; choose another place.",
    "file.cannot_read": "{path} cannot be read: {reason}; check the path and its permissions.",
    "training.loss_not_finite": "Training stopped in epoch {epoch} at step {step}: the loss is {loss}. The weights are those before this "
    "step. Most often the learning rate ({learning_rate:g}) is too large: try a tenth of it.",
    "training.gradient_not_finite": "Training stopped in epoch {epoch} at step {step}: {count} numbers of the gradient are NaN or infinite. "
    "The weights are those before this step. Most often the learning rate ({learning_rate:g}) is too large: try a tenth of it.",
    "training.all_epochs": "All epochs are done.",
    "training.stopped_early": "Stopped early: no improvement for as many epochs as were allowed.",
    "training.stopped_by_callback": "Stopped by a callback.",
    "setting.pattern": "{where}: '{setting}' must be a path, with {{epoch}} or a logged value such as {{val_loss:.3f}} in it where wanted, got "
    "{came!r}.",
    "setting.name_or_place": "{where} needs the name of a layer, or an index from 0 up to, not including, {count}, got {came!r}.",
    "setting.callback": "{where}: '{setting}' takes callback objects such as EarlyStopping(), got {came!r}.",
    "graph.no_symbol": "Model needs what Input(...) gave and what a layer made of it, got {came}.",
    "model_file.not_finite": "{path}: the weights of {name} hold NaN or infinity, so it can answer nothing; use another copy.",
    "setting.labelled": "{where}: '{setting}' must be (pictures, targets) or (pictures, targets, weights), got {came}.",
    "data.not_an_array": "Pictures and targets must be arrays, rows all of one length, got {came}.",
    "layer.needs_batch": "{layer}: a layer takes several pictures at a time, (pictures, height, width, channels), got the shape {came}; for one "
    "picture x write layer(x[None]).",
    "layer.other_weights": "{layer}: at its first call this layer drew weights of the shapes {required}, these pictures need {came}; use a new "
    "layer object for them.",
    "names.not_different_texts": "class_names must be different texts, one for each class, got {came}.",
    "names.count": "class_names must be {required} names, one for each class, got {came}.",
    "model.about_not_plain": "model.about can hold only texts, finite numbers, True, False, None, lists and dicts of these: {reason}.",
    "model.no_probabilities": "{layer}, the last layer, has no softmax or sigmoid, so its outputs are no probabilities; give it "
    "activation='softmax', or use predict.",
    "model_file.ending": "{path} will be a safetensors file whatever its name; call it NAME{ending}.",
    "engine.key_missing": "This program drops at random and needs a key (seed, step); pass one.",
    "training.short_batch": "A batch of {batch_size} is more than there are pictures: all {pictures} make one short batch.",
    "training.weights_not_finite": "Training stopped in epoch {epoch} at step {step}: the step made {count} weights NaN or infinite. The weights "
    "are those before this step. Most often the learning rate ({learning_rate:g}) is too large: try a tenth of it.",
}
