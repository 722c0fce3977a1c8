"""Sliding windows as pictures."""

TEXTS = {
    "cli.learn.conv.output": "A figure, too: .gif or .webp moves the window; .png or .svg is a sheet of all positions, or the one of --at.",
    "cli.learn.pool.output": "A figure, too: .gif or .webp moves the window; .png or .svg is a sheet of all positions.",
    "learn.channel_picture": "picture, channel {channel}",
    "learn.place_of_map": "Row {row}, column {column} of the map:",
    "learn.too_many_positions": "The window has {came:,} positions, more than the {most} that such a figure can show; take one with --at R,C, a larger stride or a smaller picture.",
    "figure.padding": "hatched: padding",
    "figure.sliding_sum": "Convolution: a {window:size} window, stride {stride}",
    "figure.sliding_max": "Max pooling: a {window:size} window, stride {stride}",
    "figure.sliding_average": "Average pooling: a {window:size} window, stride {stride}",
}
