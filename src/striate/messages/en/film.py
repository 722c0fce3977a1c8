"""The film of a training: its snapshots, and what each class did to the kernels."""

TEXTS = {
    "cli.train.film": "How much room snapshots of the weights may take, for striate look film; 0: none are kept.",
    "cli.train.film_classes": "Also keep what the pictures of each class did to the kernels, for striate look film --classes: for the optimizer sgd alone, "
    "and each step takes about twice as long, with dropout or batch normalisation as many times as there are classes.",
    "film.none": "{path} holds no snapshots of a training: a run of striate train has them, unless it had --film 0, and so has the folder of a "
    "striate.callbacks.Snapshots; train again with one of them.",
    "film.damaged_description": "{path} cannot be read ({reason}): without it nobody knows which network the snapshots are of; train again.",
    "film.damaged": "{path} is damaged and left out of the film: {reason}.",
    "film.other_network": "{path} holds other weights than the network of its film has.",
    "film.too_large": "No film is kept: four snapshots of {layer} alone take {size:,} bytes each, and all together may take {budget:,}; allow more, with "
    "--film or Snapshots(..., budget=...).",
    "film.classes_rule": "Which class changed a kernel can be told where a step is minus the learning rate times the gradient, and {rule} makes other steps; "
    "train with --optimizer sgd (without momentum), or without asking for classes.",
    "film.classes_settings": "Which class changed a kernel can be told where a step is minus the learning rate times the gradient; {settings:list} makes it "
    "something else, so leave that out, or do not ask for classes.",
    "film.classes_targets": "Which class changed a kernel can be told where each picture is of one class, as a number or a one-hot row; these targets, "
    "{shape:size}, are not so: leave out what mixes pictures or smooths labels in the data, or do not ask for classes.",
    "film.classes_mixed": "Which class changed a kernel cannot be told of pictures that are mixed from two; leave out mixup and cutmix, or --film-classes.",
    "film.classes_without_film": "--film-classes keeps its numbers in the snapshots, and --film 0 asks for none; leave out one of them.",
    "cli.look.film.help": "A training as a film: kernels, and the maps of a picture, as they changed.\n"
    "The run holds snapshots of the weights after steps 0, 1, 2, ... and the last, evenly in the logarithm of the step. The name that -o ends "
    "with says what is written: .gif or .webp a moving picture, .html a page with a slider, .png or .svg some of the frames.\n"
    "  striate look film runs/digits -o film.html --picture seven.png\n"
    "  striate look film runs/digits --classes -o classes.png",
    "cli.look.film.run": "The folder of a run, or that of a striate.callbacks.Snapshots.",
    "cli.look.film.layer": "Whose kernels and maps (default: the first convolution).",
    "cli.look.film.picture": "A picture, whose feature maps are shown, too.",
    "cli.look.film.classes": "How much of each kernel's change came from the pictures of each class: of runs made with --film-classes.",
    "cli.look.film.milliseconds": "How long each frame of a moving picture is shown.",
    "cli.look.film.output": "The file to write: .gif, .webp, .html, .png or .svg.",
    "film.no_kernels": "The snapshots hold no layer with kernels: no convolution and no dense layer; there is nothing to film.",
    "film.layer_not_kept": "The snapshots hold no kernels of {name}, only those of {known:list}: choose one of these. Kept are the layers up to the last "
    "convolution, of a large network as many of them as there is room for (--film 256MB, Snapshots(..., budget=256_000_000)).",
    "film.no_maps": "{layer} gives a vector for a picture, not maps; choose a convolution, or leave the picture out.",
    "film.not_kept_before": "The maps of {layer} also depend on {missing:list}, whose weights the snapshots do not hold; choose a layer before, or train with "
    "more room for them, as in --film 256MB.",
    "film.no_classes": "The snapshots in {path} do not tell what each class did: train with striate train --optimizer sgd --film-classes, or "
    "Snapshots(..., classes=True).",
    "film.classes_and_picture": "--classes shows kernels, --picture maps; leave out one of them.",
    "film.saved": "film: {file}",
    "film.drawing": "drawing",
    "film.title": "{title}: {layer} while it learned",
    "film.kernels": "Kernels",
    "film.maps": "Feature maps",
    "film.colours_note": "{shown} of {count:kernel in its colours/kernels in their colours}: grey is 0",
    "film.kernels_note": "{shown} of {count:kernel/kernels}",
    "film.rows_note": "a row a kernel ({kernels} of {count}), a column an input channel ({channels} of {all})",
    "film.maps_note": "{shown} of {count:map/maps}",
    "film.scale": "{least} to {most}, in all frames",
    "film.scale_same": "the same colours for the same numbers in all frames",
    "film.frame_start": "step {step:,} · before the first",
    "film.frame": "step {step:,} · epoch {epoch}",
    "film.frame_loss": "step {step:,} · epoch {epoch} · loss {loss:.3f}",
    "film.page_about": "{frames:moment/moments} of the training, evenly spread in the logarithm of the step. Move the slider, or use the keys: left and right, Home "
    "and End, the space bar to play.",
    "film.slider": "moment of the training",
    "film.play": "Play",
    "film.stop": "Stop",
    "film.losses": "Loss",
    "film.losses_note": "Loss of the step before each frame",
    "film.step": "step",
    "film.epoch": "epoch",
    "film.loss": "loss",
    "film.size": "size of weights",
    "film.change_rms": "change so far",
    "film.some_of": "{shown} of {count:frame/frames}. Sizes are root mean squares over the layer's kernels.",
    "film.classes_title": "{title}: what each class did to {layer}",
    "film.kernel": "kernel",
    "film.shares": "Shares of the change",
    "film.change": "change",
    "film.decay": "weight decay",
    "film.shares_note": "How far each part goes along the change. Each row adds up to 100 %; below 0 a part pulled the other way.",
    "film.shares_are": "Shares of each kernel's change up to step {step:,}: how far what a class's pictures added goes along the change. Each row adds up to "
    "100 %; below 0 a class pulled the other way.",
    "film.rest": "What all parts leave of the change, which is rounding: at most {rest:.1e}, where weights changed by up to {change:.2g}.",
    "film.classes_note": "{kernels} of {count:kernel/kernels}, since the first step: the change is the sum of the columns behind it. Below each part its share "
    "of the change; below 0 it pulled the other way.",
    "film.classes_page": "A row a kernel, {kernels} of {count}, since the first step: the change is the sum of the columns behind it.",
    "film.classes_shown": "The {shown} classes of {count} that added most.",
}
