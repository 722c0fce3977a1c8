"""What Keras has under a name that is not here, and how it is done in Striate."""

TEXTS = {
    "setting.settled": "{where}: '{name}' cannot be set, since what is described stays as it was made; make a new one with other "
    "arguments.",
    "data.class_numbers": "to_categorical needs class numbers, whole numbers from 0 to {last}, got {came}; correct them or give a "
    "larger num_classes.",
    "data.no_class_numbers": "to_categorical needs class numbers, whole numbers of 0 or more, got {came}; correct them.",
    "keras.augmentation": "{where} has no '{name}'; pictures are varied by fit(..., augmentation=striate.Augmentation(...)), and left "
    "as they are in validation (docs/augmentation.md).",
    "keras.scaling": "{where} has no '{name}'; striate.load_images(folder) sizes and scales pictures and lets the model remember "
    "how; arrays are scaled before, such as x / 255.",
    "keras.regularizer": "{where} has no '{name}'; weights are kept small by the optimizer: AdamW(weight_decay=0.004), or "
    "weight_decay= of any other.",
    "keras.sequences": "{where} has no '{name}'; networks here take pictures (height, width, channels), no sequences, texts or "
    "volumes.",
    "keras.own_layer": "{where} has no '{name}'; write it as a layer of your own with striate.layers.custom (docs/extending.md), or "
    "use another.",
    "keras.separable": "{where} has no '{name}'; DepthwiseConv2D(3) with Conv2D(filters, 1) behind it computes the same.",
    "keras.slope": "{where} has no '{name}'; write ReLU(negative_slope=0.3), or activation='leaky_relu' or 'elu' in the layer "
    "before.",
    "keras.reshape": "{where} has no '{name}'; bring arrays into shape before, by x.reshape(...) or x.transpose(...); Flatten() "
    "makes vectors of maps.",
    "keras.joining": "{where} has no '{name}'; write the layers Add()([a, b]) or Concatenate()([a, b]).",
    "keras.utils": "{where} has no '{name}'; to_categorical is striate.utils.to_categorical, and class numbers do without it.",
    "keras.seeds": "{where} has no '{name}'; each model has a seed of its own: Sequential(layers, seed=1), 0 where none is "
    "given.",
    "keras.drawing": "{where} has no '{name}'; model.summary() shows the layers with their sizes, model.explain() how they are "
    "computed.",
    "keras.datasets": "{where} has no '{name}'; 'striate data get mnist' fetches a collection, striate.load_images('mnist') reads "
    "it, striate.digits() needs no download.",
    "keras.applications": "{where} has no '{name}'; networks by name are functions of striate.presets, such as "
    "striate.presets.resnet18(classes=10, size=(64, 64)), with first weights.",
    "keras.strings": "{where} has no '{name}'; activations and initializers are given by name, such as activation='relu', "
    "kernel_initializer='he_normal'.",
    "keras.no_session": "{where} has no '{name}'; there is no global state: everything is float32, and compile takes engine= and "
    "threads=. Leave the line out.",
    "keras.numpy": "{where} has no '{name}'; what models take and give are NumPy arrays: use NumPy's functions.",
    "keras.loading": "{where} has no '{name}'; model.save(path) writes network and weights into one file, striate.load_model(path) "
    "reads it.",
    "keras.own_loss": "{where} has no '{name}'; there are the losses of striate.losses, and a loss of your own subclasses Loss "
    "(docs/extending-training.md).",
    "keras.accuracy": "{where} has no '{name}'; 'accuracy' chooses its kind by the model's output; others are in striate.metrics.",
    "keras.own_rule": "{where} has no '{name}'; there are the rules of striate.optimizers, and a rule of your own subclasses Rule "
    "(docs/extending-training.md).",
    "keras.own_callback": "{where} has no '{name}'; subclass striate.callbacks.Callback, or use CSVLogger (docs/extending-training.md).",
    "keras.not_finite": "{where} has no '{name}'; training always ends at the first number that is not finite, and says where it came "
    "from. Leave it out.",
    "keras.history": "{where} has no '{name}'; fit answers with it: history = model.fit(...), then history.history['loss'].",
    "keras.classes": "{where} has no '{name}'; write model.predict(x).argmax(axis=-1), or model.classify(files) for names.",
    "keras.probabilities": "{where} has no '{name}'; write model.predict(x).",
    "keras.generator": "{where} has no '{name}'; fit and evaluate take data of your own making, an object with batches "
    "(docs/feeding.md), predict takes arrays.",
    "keras.one_file": "{where} has no '{name}'; save(path) writes network and weights into one file, striate.load_model(path) reads "
    "it, and model.take_weights(other) takes weights over.",
    "keras.compiled": "{where} has no '{name}'; call compile again to change optimizer, loss or metrics; evaluate(x, y, "
    "return_dict=True) names its numbers.",
    "keras.named_weights": "{where} has no '{name}'; model.weights holds all by name, such as model.weights['conv1/kernel']; freeze and "
    "unfreeze say which learn.",
    "keras.shapes": "{where} has no '{name}'; model.graph.input_shape and model.graph.output_shape are the sizes, "
    "model.feature_maps(x, 'conv1') is what a layer gives.",
    "keras.pop": "{where} has no '{name}'; make a new one, striate.Sequential(model.layers[:-1]), and give it the weights: "
    "new.take_weights(model).",
    "keras.layer_weights": "{where} has no '{name}': a layer is a description, its weights are the model's: "
    "model.weights['conv1/kernel'], by the names that summary() shows.",
    "keras.layer_trainable": "{where} has no '{name}': which layers learn is the model's: model.freeze('conv1'), model.unfreeze('conv1').",
    "keras.layer_shapes": "{where} has no '{name}': a layer knows no sizes; model.summary() shows them, model.feature_maps(x, 'conv1') "
    "is what a layer gives.",
    "keras.layer_settings": "{where} has no '{name}'; each setting is an attribute, such as layer.filters, and repr(layer) shows them.",
    "keras.part_of_epoch": "{where} has no argument '{name}'; an epoch goes through all pictures once: leave it out, or give fewer "
    "pictures.",
    "keras.goes_on": "{where} has no argument '{name}'; fit called again goes on where it ended, for as many epochs as it is "
    "given: leave it out.",
    "keras.every_epoch": "{where} has no argument '{name}'; validation follows each epoch: leave it out.",
    "keras.one_batch_size": "{where} has no argument '{name}'; batch_size holds for validation, too: leave it out.",
    "keras.reads_ahead": "{where} has no argument '{name}'; pictures are read ahead by themselves: leave it out.",
    "keras.channels_last": "{where} has no argument '{name}'; pictures come as (N, height, width, channels): leave it out, and turn "
    "others by x.transpose(0, 2, 3, 1).",
    "keras.flat_input": "{where} has no argument '{name}'; write input_shape=(n,) instead.",
    "keras.any_batch": "{where} has no argument '{name}'; batches may be of any size: give input_shape, without the batch.",
    "keras.float32": "{where} has no argument '{name}'; everything is computed in float32: leave it out.",
    "keras.decay": "{where} has no argument '{name}'; give learning_rate a schedule of striate.optimizers.schedules, or weights "
    "their weight_decay.",
    "keras.leave_out": "{where} has no argument '{name}', and nothing takes its place; leave it out.",
    "graph.no_list": "Sequential takes a list of layers, got {came}; write Sequential([...]).",
    "data.goes_once": "Pictures and targets must be arrays, got {came}, which can be gone through only once; make arrays of it, or an object with a length, class_names and batches (docs/feeding.md).",
    "data.pair": "Pictures and targets are given apart, x and y, got a tuple of {came}; write fit(x, y) or evaluate(x, y).",
    "setting.augmentation": "{where}: '{setting}' must be an Augmentation such as striate.Augmentation(flip=True), or None, got {came!r}.",
    "file.is_folder_to_write": "{path} is a folder; name a file in it, such as model.safetensors.",
}
