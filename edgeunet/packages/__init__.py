"""The generated C as a package that an ecosystem of firmware takes as its own.

`edgeunet.packages.writing.write_package` is the way in; `edgeunet.packages.table` lists the ecosystems, each a module
of `edgeunet.packages.ecosystems`: a function from a `Library` to the files around its C.
"""
