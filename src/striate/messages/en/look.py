"""Looking inside: what all its commands share."""

TEXTS = {
    "cli.look.help": "Look inside a model: its numbers, maps, kernels and fields, on your own pictures.",
    "look.no_picture": "A picture is the path of a file, or an array of its pixels, got {came}; give one of these.",
    "setting.model": "{where}: '{setting}' must be a model, got one of the class {came}; read a file with striate.load_model('FILE').",
    "setting.dataset": "{where}: '{setting}' must be pictures that striate.load_images has read, got one of the class {came}; read them with it.",
    "setting.class": "{where}: '{setting}' must be an object of the class {required:list}, got one of the class {came}; make such an object.",
    "setting.class_of_model": "{where}: '{setting}' takes classes by their names or numbers, got {came!r}; give one of these.",
    "setting.several": "{where}: '{setting}' must be a list that is not empty, such as {example!r}, got {came!r}.",
    "setting.list": "{where}: '{setting}' must be a list such as {example!r}, got {came!r}.",
    "setting.two": "{where}: '{setting}' must be two numbers such as {example!r}, got {came!r}.",
    "kind.scale": "scale of colours",
    "look.no_model": "{path} does not exist, and no preset is called so; did you mean {close:quoted}?",
    "look.untrained": "{model} has its first weights: it has learned nothing yet. Name a model file or a run's folder for what was learned.",
    "look.resized": "The picture is {came:size} pixels; the model looks at it as {size:size}, and so do all numbers and places here.",
    "unit.address": "A unit is written LAYER:CHANNEL:ROW,COLUMN for a map, such as conv2:5:7,9, or LAYER:NUMBER for a vector, such as dense1:3; "
    "got '{came}'.",
    "unit.not_in_map": "There is no unit {unit}: {layer} gives maps, so write {layer}:CHANNEL:ROW,COLUMN with a channel from 0 to "
    "{last_channel}, a row from 0 to {last_row} and a column from 0 to {last_column}.",
    "unit.not_in_vector": "There is no unit {unit}: {layer} gives a vector, so write {layer}:NUMBER with a number from 0 to {last_channel}.",
}
