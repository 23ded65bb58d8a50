"""What made deep networks hard to train, each by an experiment.

    python -m benchmarks.deep vanishing      gradients by layer: ten layers, three activations
    python -m benchmarks.deep dropout        few examples, a wide net: with and without dropout
    python -m benchmarks.deep optimizers     SGD, momentum, RMSProp, Adam on one loss
    python -m benchmarks.deep pretraining    a deep sigmoid net with and without pre-training
    python -m benchmarks.deep all            one after another

Options: --seeds 3, --data mnist or sample (3,000 digits of this repository), --epochs N, --to
docs/deep for each experiment's figures as CSV and SVG, --runs runs/deep for the checkpoints of
pre-training, which goes on there when it was stopped.

Digits are MNIST's.  Each experiment prints its figures: medians over the seeds, and their range.
"""

import argparse
from pathlib import Path

from benchmarks.deep import dropout, optimizers, pretraining, vanishing

EXPERIMENTS = {
    "vanishing": (vanishing, 0),
    "dropout": (dropout, 60),
    "optimizers": (optimizers, 10),
    "pretraining": (pretraining, 10),
}


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("experiment", choices=[*EXPERIMENTS, "all"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", default="mnist", choices=("mnist", "sample"))
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--to", type=Path, default=Path("docs/deep"))
    parser.add_argument("--runs", type=Path, default=Path("runs/deep"))
    options = parser.parse_args(given)
    for name, (module, epochs) in EXPERIMENTS.items():
        if options.experiment not in (name, "all"):
            continue
        more = {"out": options.runs} if module is pretraining else {}
        chosen = epochs if options.epochs is None else options.epochs
        for line in module.run(range(options.seeds), options.data, chosen, to=options.to, **more):
            print(line, flush=True)


if __name__ == "__main__":
    main()
