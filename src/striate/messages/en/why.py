"""Why a model answers as it does."""

TEXTS = {
    "cli.look.why.help": "Show which parts of a picture decided what the model says of it.\n"
    "For the winner and the runner-up, side by side, by the score before softmax. gradcam weighs the maps of the last convolution; saliency is the gradient of each pixel; integrated-gradients shares "
    "the score out among the pixels; occlusion covers parts of the picture and sees how the score falls.\n"
    "  striate look why RUN cat.jpg -o why.png\n"
    "  striate look why RUN cat.jpg --method integrated-gradients --class dog -o why.png",
    "cli.look.why.model": "A model file, the folder of a run, or a preset with its first weights.",
    "cli.look.why.picture": "The picture.",
    "cli.look.why.method": "gradcam, saliency, integrated-gradients or occlusion.",
    "cli.look.why.classes": "A class to look at, a name or a number; may be given several times (default: the winner and the runner-up; of a single one also the best other).",
    "cli.look.why.layer": "gradcam: whose maps (default: those of the last convolution).",
    "cli.look.why.baseline": "integrated-gradients: the picture that says nothing (default: black).",
    "cli.look.why.steps": "integrated-gradients: steps on the way (default: as many as leave a gap below 1 %, at most 512).",
    "cli.look.why.window": "occlusion: the side of the window that is covered, in pixels (default: a seventh of the picture's).",
    "cli.look.why.stride": "occlusion: by how many pixels it moves (default: half of its side).",
    "cli.look.why.fill": "occlusion: what covers (default: mean).",
    "cli.look.why.output": "The figure to write, as PNG or SVG.",
    "why.option": "{option} belongs to --method {method}, but the method is {came}; leave it out, or choose {method}.",
    "why.working": "looking",
    "why.class": "{name}: score {score:.3f}",
    "why.class_probable": "{name}: {percent:.1f} %, score {score:.3f}",
    "why.thirds": "  what speaks for it, in thirds of the picture:",
    "why.thirds_matter": "  what moves it, in thirds of the picture:",
    "why.silent": "  Nothing in the picture speaks for {name} by this method.",
    "kind.class": "class",
    "kind.baseline": "baseline",
    "baseline.black": "black",
    "baseline.mean": "each channel's mean",
    "baseline.blurred": "the picture blurred",
    "why.no_pictures": "What decided is shown over a picture, but this model takes {came:size}, not pictures of height x width x channels; look at "
    "a model that takes pictures.",
    "why.no_classes": "The last layer, {layer}, gives {came:size}, but what decided is asked for one score a class; look at a model that ends with a "
    "vector of classes, or with one sigmoid.",
    "gradcam.no_convolution": "Grad-CAM weighs the maps of the last convolution, and this network has none; take --method saliency, "
    "integrated-gradients or occlusion.",
    "gradcam.no_maps": "Grad-CAM means nothing here: no convolution, the last being {layer}, has maps larger than 1x1 whose places lie over the picture in their order, so there is "
    "nothing to lay over it; take --method saliency, integrated-gradients or occlusion.",
    "gradcam.layer": "{layer} gives {came:size}, but Grad-CAM needs maps larger than 1x1 whose places lie over the picture in their order; "
    "these have some: {known:list}.",
    "why.gradcam.title": "Grad-CAM: where the maps speak for a class",
    "why.saliency.title": "Saliency: the pixels that move the score",
    "why.integrated.title": "Integrated gradients: each pixel's part in the score",
    "why.occlusion.title": "Occlusion: what the score loses without it",
    "why.gradcam.fact": "By the maps of {layer}, {size:size}; each number stands in the middle of its unit's receptive field.",
    "why.saliency.fact": "The size of the score's gradient at each pixel, the largest of its channels.",
    "why.integrated.fact": "From {baseline:text} to the picture in {steps:step/steps}.",
    "why.integrated.gap": "{name}: the parts add up to {sum:.4f}, the score changed by {difference:.4f}: a gap of {gap:.2g}.",
    "why.occlusion.fact": "Windows of {window:size}, moved by {stride:size}, covered by {fill:text}.",
    "why.figure.probability": "{percent:.1f} %, score {score:.2f}",
    "why.figure.score": "score {score:.2f}",
    "why.figure.for": "for it",
    "why.figure.against": "against it",
}
