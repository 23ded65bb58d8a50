"""The models of neuralzoo.

    import zoo
    model = zoo.build("lenet5", classes=10)  # a keras.Model
    zoo.names()                              # every name that build takes

Importing this package loads no TensorFlow; building the first model does.
"""

from zoo.registry import build, info, names, register

__all__ = ["build", "info", "names", "register"]
