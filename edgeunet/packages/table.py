"""The ecosystems that a package can be for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edgeunet.packages.ecosystems.arduino import arduino_files
from edgeunet.packages.ecosystems.cmake import cmake_files
from edgeunet.packages.ecosystems.cmsis_pack import cmsis_pack_files
from edgeunet.packages.ecosystems.esp_idf import esp_idf_files
from edgeunet.packages.ecosystems.platformio import platformio_files
from edgeunet.packages.ecosystems.rust import rust_files
from edgeunet.packages.ecosystems.zephyr import zephyr_files
from edgeunet.packages.library import Library

ECOSYSTEMS: Mapping[str, Callable[[Library], dict[str, str]]] = {
    "cmake": cmake_files,
    "zephyr": zephyr_files,
    "esp-idf": esp_idf_files,
    "arduino": arduino_files,
    "platformio": platformio_files,
    "cmsis-pack": cmsis_pack_files,
    "rust": rust_files,
}
"""Name as ``--package`` takes it → the files of the package."""
