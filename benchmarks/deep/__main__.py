"""What made deep networks hard to train, each by an experiment.

    python -m benchmarks.deep vanishing      gradients by layer: ten layers, three activations
    python -m benchmarks.deep dropout        few examples, a wide net: with and without dropout
    python -m benchmarks.deep optimizers     SGD, momentum, RMSProp, Adam on one loss
    python -m benchmarks.deep pretraining    a deep sigmoid net with and without pre-training

Options: --seeds 3, --data mnist or sample (3,000 digits of this repository), --epochs N.
Digits are MNIST's.  Each experiment prints its figures: medians over the seeds, and their range.
"""

import argparse

from benchmarks.deep import dropout, optimizers, pretraining, vanishing

EXPERIMENTS = {
    "vanishing": (vanishing, 0),
    "dropout": (dropout, 60),
    "optimizers": (optimizers, 10),
    "pretraining": (pretraining, 20),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("experiment", choices=EXPERIMENTS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", default="mnist", choices=("mnist", "sample"))
    parser.add_argument("--epochs", type=int)
    options = parser.parse_args()
    module, epochs = EXPERIMENTS[options.experiment]
    chosen = epochs if options.epochs is None else options.epochs
    for line in module.run(range(options.seeds), options.data, chosen):
        print(line, flush=True)


if __name__ == "__main__":
    main()
