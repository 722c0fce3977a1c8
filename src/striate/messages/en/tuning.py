"""What is tried out before a training: learning rates, and how long an epoch takes."""

TEXTS = {
    "cli.train.minutes": "How long training may take, such as 10: so many epochs as fit are chosen, and it ends when the time is over.",
    "cli.train.find_lr": "Try learning rates before training, write lr.csv and lr.png, and train with the one found.",
    "tuning.trying_rates": "Trying learning rates on a copy of the model ...",
    "tuning.trying_speed": "Measuring how long an epoch takes ...",
    "tuning.rate_given": "The learning rate was given as {came:g}, and is to be found, too; leave out one of both (--lr, --find-lr).",
    "tuning.no_rate": "The loss fell at no learning rate that was tried, so it stays at {rate:g}; look at lr.csv, and give another with --lr.",
    "tuning.too_long": "{epochs:epoch/epochs} will take about {expected:duration}, and training ends after {minutes:g|minute/minutes}, before its schedule does; give fewer epochs or more minutes.",
    "choice.lr.found": "found by trying {steps:rate/rates}: where the loss falls fastest, but at most a tenth of where it is least",
    "choice.epochs.minutes": "fit into {minutes:g|minute/minutes}: one takes about {seconds:duration}, all {expected:duration}",
    "choice.epochs.least": "the least there can be: it takes about {seconds:duration}, more than trying out and judging leave of {minutes:g|minute/minutes}",
    "choice.epochs.enough": "{times} times the usual number; they take about {expected:duration} of the {minutes:g|minute/minutes}, and more would hardly help",
    "training.time_is_up": "Stopped in epoch {epochs}: the time is over. The best model so far is kept; its schedule did not reach its end.",
    "figure.rate.title": "learning-rate range test",
    "figure.rate.losses": "a step",
    "figure.rate.smoothed": "smoothed",
    "figure.rate.used": "used:",
}
