"""Looking inside: what all its commands share."""

TEXTS = {
    "cli.look.help": "Look inside a model: its numbers, maps, kernels and fields, on your own pictures.",
    "look.no_picture": "A picture is the path of a file, or an array of its pixels, got {came}; give one of these.",
    "look.untrained": "{model} has its first weights: it has learned nothing yet. Name a model file or a run's folder for what was learned.",
    "look.resized": "The picture is {came:size} pixels; the model looks at it as {size:size}, and so do all numbers and places here.",
    "unit.address": "A unit is written LAYER:CHANNEL:ROW,COLUMN for a map, such as conv2:5:7,9, or LAYER:NUMBER for a vector, such as dense1:3; "
    "got '{came}'.",
    "unit.not_in_map": "There is no unit {unit}: {layer} gives maps, so write {layer}:CHANNEL:ROW,COLUMN with a channel from 0 to "
    "{last_channel}, a row from 0 to {last_row} and a column from 0 to {last_column}.",
    "unit.not_in_vector": "There is no unit {unit}: {layer} gives a vector, so write {layer}:NUMBER with a number from 0 to {last_channel}.",
}
