"""Recipes: how a network is trained."""

TEXTS = {
    "kind.recipe": "setting of a recipe",
    "kind.schedule": "schedule",
    "setting.text": "{where}: '{setting}' must be a text, got {came!r}.",
    "recipe.no_table": "{path}: recipe must be a table; write [recipe] with lines such as epochs = 10 below it.",
    "cli.train.schedule": "How the learning rate goes: constant, cosine (down to 0 along it), linear (down to 0), or one_cycle (up, then down).",
    "cli.train.weight_decay": "The share of itself, times the learning rate, that each weight loses at a step, such as 0.01.",
    "cli.train.label_smoothing": "The share of each answer's certainty that is spread over all classes, such as 0.1.",
}
