"""Figures."""

TEXTS = {
    "extra.missing": "{package} is needed for this and is not installed; install it with: pip install 'striate[{extra}]'",
    "figure.no_hangul_font": "No installed font has Hangul: labels of figures are in English and Korean names in Latin letters. Install one, for "
    "example with: sudo apt install fonts-nanum",
    "figure.no_history": "There is nothing to draw: the history holds no epoch; train for one epoch or more.",
    "figure.pictures_shape": "Pictures to show have the shape (pictures, height, width, channels) with 1 or 3 channels, got {came}; add the missing "
    "axis, for example with pictures[..., np.newaxis].",
    "figure.answers": "Each picture needs one answer, got {pictures:picture/pictures} and {answers:answer/answers}; pass as many.",
    "figure.maps_shape": "Feature maps to show have the shape (height, width, maps), got {came}; take those of one picture, as in maps[0].",
    "figure.unknown_ending": "{path}: a figure is saved as {known:list}; end the name with one of them.",
    "figure.no_folder": "{path}: the folder {folder} is not there; make it, or choose another place.",
    "figure.saved": "figure: {file}",
    "figure.training": "training",
    "figure.validation": "validation",
    "figure.epoch": "epoch",
    "figure.picture": "picture",
    "figure.truth": "true: {truth}",
    "figure.no_viewer": "No program that shows pictures was found here; write the figure to a file instead, with save_figure('figure.png').",
}
