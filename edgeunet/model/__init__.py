"""From a spec to a Keras model, to what it costs, and to a float ``.tflite`` that a microcontroller can run."""

from edgeunet.model.build import build_model
from edgeunet.model.construct import Construction, construct
from edgeunet.model.convert import convert_float
from edgeunet.model.cost import Cost, LayerCost, cost, cost_document
from edgeunet.model.lint import Finding, lint_model, lint_tflite
from edgeunet.model.network import Network, Node, describe_network
from edgeunet.model.reach import Reach, reach
from edgeunet.model.storage import add_model, card_of, load_model, load_with_card, save_model, to_static
from edgeunet.model.table import format_cost

__all__ = [
    "Construction",
    "Cost",
    "Finding",
    "LayerCost",
    "Network",
    "Node",
    "Reach",
    "add_model",
    "build_model",
    "card_of",
    "construct",
    "convert_float",
    "cost",
    "cost_document",
    "describe_network",
    "format_cost",
    "lint_model",
    "lint_tflite",
    "load_model",
    "load_with_card",
    "reach",
    "save_model",
    "to_static",
]
