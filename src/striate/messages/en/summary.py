"""A network's summary."""

TEXTS = {
    "summary.column.name": "layer",
    "summary.column.kind": "kind",
    "summary.column.shape": "output",
    "summary.column.weights": "weights",
    "summary.column.multiply_adds": "multiply-adds",
    "summary.column.field": "receptive field",
    "summary.column.formula": "size: (N + 2p - F)/s + 1",
    "summary.field": "{size:size}, stride {stride:size}",
    "summary.whole_picture": "whole picture",
    "summary.total.weights": "weights: {weights:,}, of which biases: {biases:,}",
    "summary.total.bytes": "in float32: {bytes:,|byte/bytes}",
    "summary.total.multiply_adds": "multiply-adds for one picture: {multiply_adds:,}",
    "summary.unseen_rows": "{layer}: no window sees the last rows ({rows:list}, counted from 0) of the maps that reach it: {pixels:,} of {of:,|pixel/pixels}.",
    "summary.unseen_columns": "{layer}: no window sees the last columns ({columns:list}, counted from 0) of the maps that reach it: "
    "{pixels:,} of {of:,|pixel/pixels}.",
    "summary.unseen_both": "{layer}: no window sees the last rows ({rows:list}, counted from 0) and the last columns ({columns:list}) of the maps "
    "that reach it: {pixels:,} of {of:,|pixel/pixels}.",
    "summary.gaps": "{layer}: a stride of {stride:size} steps over pixels that a {kernel:size} window does not reach; none sees {pixels:,} of {of:,|pixel/pixels}.",
    "summary.lopsided_rows": "{layer}: padding='same' is lopsided, more below than above: {rows[0]} above, {rows[1]} below.",
    "summary.lopsided_columns": "{layer}: padding='same' is lopsided, more at the right than at the left: {columns[0]} left, {columns[1]} right.",
    "summary.lopsided_both": "{layer}: padding='same' is lopsided, more below and at the right: {rows[0]} above, {rows[1]} below, "
    "{columns[0]} left, {columns[1]} right.",
    "summary.two_sames": "{layer}: padding='same' means ceil(N/s) as in Keras, here {keras:size}; the formula's k = N would keep {formula:size} and "
    "pad by 2p = (N - 1)s + F - N: rows {padding[0]}, columns {padding[1]}.",
    "summary.shared": "{layer}: uses the weights of {owner}; they are counted there.",
    "summary.dense_holds_most": "{layer}: holds {weights:,} of all {of:,} weights, since each of its units takes all {maps:size} = {values:,} flattened "
    "values; unlike those of a convolution they grow with the picture.",
}
