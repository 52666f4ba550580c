"""Files: read with a sentence for what is wrong, written whole or not at all, sets of them together or not at all."""

from edgeunet.files.commit import settle
from edgeunet.files.manifest import changed_files, listed_digests, outdated_files, text_digests
from edgeunet.files.places import is_hidden, make_directory, require_writable
from edgeunet.files.reading import (
    LARGEST_READ_BYTES,
    LARGEST_TEXT_BYTES,
    file_digest,
    is_file,
    is_there,
    read_any_json,
    read_bytes,
    read_json,
    read_toml,
    require_regular,
)
from edgeunet.files.staging import PREFIX, own_temporary_files, remove_leftovers, scratch_directory
from edgeunet.files.writing import FileSet, claiming, replacing, write_bytes, write_json, write_text

__all__ = [
    "LARGEST_READ_BYTES",
    "LARGEST_TEXT_BYTES",
    "PREFIX",
    "FileSet",
    "changed_files",
    "claiming",
    "file_digest",
    "is_file",
    "is_hidden",
    "is_there",
    "listed_digests",
    "make_directory",
    "outdated_files",
    "own_temporary_files",
    "read_any_json",
    "read_bytes",
    "read_json",
    "read_toml",
    "remove_leftovers",
    "replacing",
    "require_regular",
    "require_writable",
    "scratch_directory",
    "settle",
    "text_digests",
    "write_bytes",
    "write_json",
    "write_text",
]
