"""What the Training page says."""

from __future__ import annotations

TITLE = "Training"
SUMMARY = (
    "Experiments with other networks, on regions of MIAS split by woman. **Nothing here changes the model that reads "
    "films**: that one is made by `train` on the command line, cross-validated and released."
)

# What is going on
RUNNING_TITLE = "Running now"
BEGINNING = "Beginning …"
DOING = {
    "loading": "Loading the program …",
    "preparing films": "Preparing films …",
    "building the network": "Building the network …",
    "learning": "Epoch {epoch} of {epochs}, step {step} of {steps}",
    "scoring the women kept apart": "Scoring the women kept apart …",
}
RUNNING_NOTE = "It goes on when you leave this page, and when the server is started again."
STOP, STOPPING = "Stop", "Stopping at the next step …"
STOP_HELP = "The epoch that is running is done again when the run goes on."
SEARCH_RUNS = "A search is going on: {name}. Its trials appear below as they are done."
METRICS = {"loss": "Loss", "accuracy": "Accuracy", "dice": "Dice", "auc": "AUC"}
LIVE_HELP = "On the training pictures of this epoch so far."
BEST = "Best validation {metric}"
BEST_HELP = "Of the women who choose the epoch; the figure that counts is that of the women kept apart."
NONE_YET = "–"
IN_EPOCH = "epoch {epoch}"
TRAINING, VALIDATION = "training", "validation"

# A new run
START_TITLE = "Start a run"
NAME, NAME_HELP = "Name", "2 to 64 of a-z 0-9 . _ -"
NEW_NAME = "run-{number}"
NETWORK = "Network"
LEARNS = "What learns"
LEARNS_HELP = (
    "The head only: ImageNet's network is frozen (transfer). The last blocks too: fine-tuning. Everything: from random "
    "weights, which needs far more films than there are."
)
HEAD, BLOCKS, SCRATCH = "The head only", "The last blocks too", "Everything, from random"
N_BLOCKS = "Blocks"
SOURCE = "Films"
SOURCES = {"mias": "MIAS", "phantoms": "Phantoms"}
SOURCE_HELP = "Phantoms are drawn by this program, to try the page with; figures on them say nothing."
PICTURE = "Pictures"
PICTURES = {"region": "Regions of 19.2 mm", "polar": "Whole films, polar"}
UNET_NOTE = "The U-Net outlines lesions on whole films, from the radiologists' circles, beginning from random weights."
DOWNLOAD_NOTE = (
    "ImageNet's weights of this network are downloaded by Keras when the run begins. Where that server cannot be "
    "reached, the run ends with a note; choose “{scratch}” then."
)
MORE = "More settings"
EPOCHS, RATE, BATCH, PATIENCE = "Epochs at most", "Learning rate", "Pictures a step", "Patience"
PATIENCE_HELP = "It ends after so many epochs without a better validation figure (early stopping)."
BALANCE, BALANCES = "Class balance", {"weights": "By weights", "sampling": "By sampling", "none": "None"}
FOLD, FOLD_HELP = "Fold kept apart", "0 to 4: whose women are scored at the end. The next fold chooses the epoch."
SEED = "Seed"
AUGMENT, AUGMENT_HELP = "Turn, flip and tone", "Training pictures only; those that are scored stay as they are."
START = "Start"
BUSY = "A run is going on, and only one may: wait for its end, or stop it."
NO_MIAS = "MIAS is not here. Import it on the Dataset page, or try the page with phantoms."
NOT_STARTED = "The run cannot be started"
NOT_BEGUN = "{name} ended before it began"

# All runs
RUNS_TITLE = "Runs"
NO_RUNS = "There is no run yet."
STATES = {
    "running": "running",
    "finished": "finished",
    "stopped": "stopped",
    "interrupted": "cut off",
    "failed": "failed",
}
COLUMNS = (
    "Run",
    "Network",
    "What learns",
    "Films",
    "State",
    "Epochs",
    "Best validation",
    "Women kept apart",
    "s/epoch",
)
COLUMNS_HELP = (
    "AUC is the mean of each class against the rest (the U-Net: Dice), on women who neither taught nor chose: with its "
    "95 % interval over women and their number. One fold is a fifth of the women, so intervals are wide; on phantoms a "
    "figure says nothing."
)
KEPT_APART = "{value} [{low}, {high}], n = {n}"
KEPT_APART_BARE = "{value}, n = {n}"
LEARNS_SHORT = {0: "head", -1: "all"}
LEARNS_BLOCKS = "head, {n} blocks"
FROM_SCRATCH = "all, from random"
COMPARE, COMPARE_HELP = "Compare", "Up to six runs."
COMPARE_TITLES = {"val_loss": "Validation loss", "val_auc": "Validation AUC"}
COMPARE_SUBTITLE = "on the women who choose the epoch"
GO_ON = "Go on with {name}"
GO_ON_HELP = "From its last whole epoch, as if nothing had happened."
FAILED = "{name} failed"
TENSORBOARD = "For TensorBoard: `.venv/bin/tensorboard --logdir runs/experiments`"

# Searches
SEARCHES_TITLE = "Searches for settings"
NO_SEARCH = "There is none yet: `python -m mammo_core tune NAME --trials 10` makes one, and goes on with it."
SEARCH = "Search"
TRIALS_TITLE = "Trials"
TRIALS_SUBTITLE = "best validation figure; hollow: broken off early"
TRIAL_COLUMNS = ("Trial", "State", "Validation", "Epochs", "Seconds")
TRIAL_SETTINGS = {
    "fit.learning_rate": RATE,
    "fit.batch_size": BATCH,
    "network.dropout": "Dropout",
    "network.trainable_blocks": N_BLOCKS,
    "data.balance": BALANCE,
}
TRIALS_NOTE = (
    "Judged on the women who choose the epoch; the women kept apart are never looked at. The best of many trials is "
    "flattered by having been chosen."
)

# Families
FAMILIES_TITLE = "What the networks cost, and what was found"
