"""Networks that were made elsewhere (PyTorch, SavedModel directories) as float ``.tflite`` files with a model card."""

from edgeunet.foreign.imported import Imported, import_network
from edgeunet.foreign.request import ImportRequest

__all__ = ["ImportRequest", "Imported", "import_network"]
