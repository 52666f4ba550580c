"""A reader for 32-bit little-endian ELF images: sections, load segments and symbols, as far as measuring needs them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from edgeunet.errors import RunError
from edgeunet.short_repr import short_repr

_PT_LOAD = 1
_SHF_ALLOC = 2
_SHT_SYMTAB = 2
_STT_FUNC = 2


@dataclass(frozen=True)
class Section:
    """One section that occupies memory on the device."""

    name: str
    address: int
    size_bytes: int


@dataclass(frozen=True)
class Segment:
    """Bytes to be put into memory at ``address`` (the load address) before the program starts."""

    address: int
    data: bytes


@dataclass(frozen=True)
class ElfImage:
    """A linked program."""

    path: Path
    data: bytes

    __repr__ = short_repr

    @classmethod
    def read(cls, path: Path) -> ElfImage:
        """Read the file at ``path``; anything but a 32-bit little-endian ELF file is a ``RunError``."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RunError(f"cannot read the image '{path}': {error.strerror}; build it first") from error
        if data[:6] != b"\x7fELF\x01\x01" or len(data) < 52:
            raise RunError(f"'{path}' is not a 32-bit little-endian ELF image; build it for a board")
        return cls(path, data)

    @cached_property
    def _headers(self) -> tuple[int, ...]:
        """(phoff, shoff, phnum, shnum, shstrndx) of the file header."""
        _, _, _, _, phoff, shoff, _, _, _, phnum, _, shnum, shstrndx = struct.unpack_from(
            "<HHIIIIIHHHHHH", self.data, 16
        )
        return phoff, shoff, phnum, shnum, shstrndx

    @cached_property
    def _section_headers(self) -> list[tuple[int, ...]]:
        _, shoff, _, shnum, _ = self._headers
        return [struct.unpack_from("<10I", self.data, shoff + 40 * i) for i in range(shnum)]

    def _name(self, table: int, offset: int) -> str:
        start = self._section_headers[table][4] + offset
        return self.data[start : self.data.index(b"\0", start)].decode("ascii", "replace")

    @cached_property
    def sections(self) -> dict[str, Section]:
        """Sections that occupy memory, by name."""
        strings = self._headers[4]
        named = ((self._name(strings, h[0]), h) for h in self._section_headers if h[2] & _SHF_ALLOC)
        return {name: Section(name, h[3], h[5]) for name, h in named}

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """What a loader writes into memory, at load addresses."""
        phoff, _, phnum, _, _ = self._headers
        found = []
        for i in range(phnum):
            kind, offset, _, physical, file_bytes, *_ = struct.unpack_from("<8I", self.data, phoff + 32 * i)
            if kind == _PT_LOAD and file_bytes:
                found.append(Segment(physical, self.data[offset : offset + file_bytes]))
        return tuple(found)

    @cached_property
    def functions(self) -> tuple[tuple[int, int, str], ...]:
        """(address, size in bytes, name) of every function, by address."""
        found = []
        for header in self._section_headers:
            if header[1] != _SHT_SYMTAB:
                continue
            for at in range(header[4], header[4] + header[5], 16):
                name, value, size, info, _, _ = struct.unpack_from("<IIIBBH", self.data, at)
                if info & 15 == _STT_FUNC:
                    found.append((value & ~1, size, self._name(header[6], name)))
        return tuple(sorted(found))

    def function_at(self, address: int) -> str | None:
        """Return the name of the function that holds ``address``."""
        inside = (name for start, size, name in self.functions if start <= address < start + max(size, 2))
        return next(inside, None)

    def size_of(self, *names: str) -> int:
        """Return the bytes in the sections ``names``; one that is not there counts nothing."""
        return sum(self.sections[name].size_bytes for name in names if name in self.sections)
