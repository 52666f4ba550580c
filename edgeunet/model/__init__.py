"""From a spec to a Keras model, to what it costs, and to a float ``.tflite`` that a microcontroller can run."""

from edgeunet.model.build import build_model
from edgeunet.model.network import Network, Node, describe_network
from edgeunet.model.storage import card_of, load_model, save_model, to_static

__all__ = ["Network", "Node", "build_model", "card_of", "describe_network", "load_model", "save_model", "to_static"]
