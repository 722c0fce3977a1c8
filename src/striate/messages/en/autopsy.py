"""What a training says whose numbers are no longer finite."""

STOPPED = "Training stopped in epoch {epoch} at step {step}: "
WHY = " {where:each} {cause:each} The weights are those before this step."

TEXTS = {
    "training.loss_not_finite": STOPPED + "the loss is {loss}." + WHY,
    "training.held_out_not_finite": STOPPED + "the loss of the pictures held out is {loss}." + WHY,
    "training.gradient_not_finite": STOPPED + "NaN or infinity in the gradient ({count:,|number/numbers})." + WHY,
    "training.weights_not_finite": STOPPED + "the step would make weights NaN or infinite ({count:,} of them)." + WHY,
    "training.state_not_finite": STOPPED + "running statistics would become NaN or infinite ({count:,} of them)." + WHY,
    "training.slots_not_finite": STOPPED
    + "what the rule keeps from step to step would become NaN or infinite ({count:,|number/numbers})."
    + WHY,
    "training.activation_not_finite": STOPPED
    + "outputs of {layer} are NaN or infinite ({count:,} of them), and the loss does not show it."
    + WHY,
    "training.label_out_of_range": "Training stopped in epoch {epoch} at step {step}: picture {picture} (counted from 0) has label {came}, but the "
    "model's outputs stand for 0 to {last}: correct the label or give the last layer more units.",
    "training.label_of_file": "Training stopped in epoch {epoch} at step {step}: {file} has label {came}, but the model's outputs stand for 0 to "
    "{last}: correct the label or give the last layer more units.",
    "autopsy.where.unknown": "Where it began was not found by taking the step apart.",
    "autopsy.where.given": "Before any arithmetic {operation:each} held {counts:each} among {numbers:,|number/numbers} ({details:each}).",
    "autopsy.where.given_weight": "Before any arithmetic {operation:each} held {counts:each} among {numbers:,|number/numbers}.",
    "autopsy.where.forward": "It began going forward in {layer}, in {operation:each}: {counts:each} of {numbers:,|number/numbers} ({details:each}).",
    "autopsy.where.loss": "It began behind {layer}, in {operation:each}: {counts:each} of {numbers:,|number/numbers} ({details:each}).",
    "autopsy.where.backward": "It began going backward in {layer}, in {operation:each}: {counts:each} of {numbers:,|number/numbers} ({details:each}).",
    "autopsy.where.update": "It began in {layer}, in {operation:each}: {counts:each} of {numbers:,|number/numbers} ({details:each}).",
    "autopsy.count.nan": "{nan:,} NaN",
    "autopsy.count.infinite": "{infinite:,} infinite",
    "autopsy.count.both": "{nan:,} NaN and {infinite:,} infinite",
    "autopsy.detail.largest": "the largest that came in is {largest:.3g}",
    "autopsy.detail.picture": "first in picture {picture}",
    "autopsy.detail.file": "first in picture {picture}, {file}",
    "autopsy.heard.overflow": "{function} overflows",
    "autopsy.heard.divide_by_zero": "{function} meets a 0",
    "autopsy.heard.invalid_value": "{function} has no value there",
    "autopsy.operation.convolution": "the sums of the convolution",
    "autopsy.operation.depthwise": "the sums of the depthwise convolution",
    "autopsy.operation.product": "the product with its kernel",
    "autopsy.operation.average": "the mean of its windows",
    "autopsy.operation.maximum": "the maximum of its windows",
    "autopsy.operation.sum": "the sum of its inputs",
    "autopsy.operation.dropout": "the scaling of what is not dropped",
    "autopsy.operation.relu": "its slope",
    "autopsy.operation.bias": "adding the bias",
    "autopsy.operation.activation": "the activation {name}",
    "autopsy.operation.mean": "the mean",
    "autopsy.operation.variance": "the variance",
    "autopsy.operation.normalisation": "the division by the standard deviation",
    "autopsy.operation.scale": "the product with gamma",
    "autopsy.operation.layer": "{name}",
    "autopsy.operation.own": "forward of your class {name}",
    "autopsy.operation.own_back": "backward of your class {name}",
    "autopsy.operation.slope": "the slope of the activation {name}",
    "autopsy.operation.of_weight": "the gradient of its {name}",
    "autopsy.operation.of_input": "the gradient of its input",
    "autopsy.operation.sum_of_gradients": "the sum of the gradients that reach it",
    "autopsy.operation.loss": "the loss {name}",
    "autopsy.operation.loss_back": "the gradient of the loss {name}",
    "autopsy.operation.rule": "the formula of {name}",
    "autopsy.operation.slot": "what the rule keeps as {name}",
    "autopsy.operation.weight": "{name}",
    "autopsy.operation.pictures": "the pictures",
    "autopsy.operation.targets": "the targets",
    "autopsy.operation.shares": "the weights of the pictures",
    "autopsy.cause.weight": "A callback or other code wrote into {weight} while training went on: see what changes weights.",
    "autopsy.cause.first_weight": "{weight} was not finite when training began: begin with other weights.",
    "autopsy.cause.file": "Remove or mend {file}.",
    "autopsy.cause.picture": "Remove or mend picture {picture} (counted from 0); not finite are {what:text}.",
    "autopsy.cause.own": "{name} is your own code: see what it does with numbers up to {largest:.3g}.",
    "autopsy.cause.exp": "{name} is your own code, and in float32 exp overflows above 88.7; it got numbers up to {largest:.3g}: take the largest off "
    "first, or bound its input.",
    "autopsy.cause.log": "{name} is your own code and takes a logarithm of 0 or less: keep its argument above 0, by np.clip(p, 1e-7, 1) for one.",
    "autopsy.cause.no_softmax": "A cross-entropy divides by the sum of the outputs, and {layer} makes no probabilities of them: give it "
    "activation='softmax', or the loss from_logits=True.",
    "autopsy.cause.loss_rose": "The loss rose from {low:.3g} at step {since} to {high:.3g}: the learning rate ({learning_rate:g}) is too large; "
    "try {better:g}.",
    "autopsy.cause.gradient_rose": "The norm of the gradient rose from about {low:.3g} to {high:.3g}: the learning rate ({learning_rate:g}) is too "
    "large; try {better:g}, or clipnorm=1.",
    "autopsy.cause.weights_grew": "Weights have grown to {largest:.3g} since training began: the learning rate ({learning_rate:g}) is too large; try {better:g}.",
    "autopsy.cause.rate": "A learning rate of {learning_rate:g} is too large; try {better:g}.",
    "autopsy.cause.large_weight": "{weight} held numbers up to {largest:.3g} from the beginning: begin with smaller weights.",
    "autopsy.cause.large_picture": "The pictures hold numbers up to {largest:.3g}: scale them to 0..1 first.",
    "autopsy.cause.variance": "{layer} cannot normalise numbers up to {largest:.3g}, whose squares overflow: scale the pictures, or try a smaller "
    "learning rate.",
    "autopsy.cause.unsure": "Most often the learning rate ({learning_rate:g}) is too large: try {better:g}.",
    "autopsy.column.step": "step",
    "autopsy.column.loss": "loss",
    "autopsy.column.norm": "gradient norm",
    "autopsy.files": "The batch: {shown:list}",
    "autopsy.pictures": "The batch, by the numbers of its pictures: {shown:list}",
    "autopsy.more": "and {count:,} more",
}
