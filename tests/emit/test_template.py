"""The engine that writes documents: what is unknown or unescaped is an error; templates and pages fit each other."""

from __future__ import annotations

import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import walk_packages

import pytest
from jinja2 import UndefinedError, meta, nodes

import edgeunet
from edgeunet.emit.document import FilePage
from edgeunet.emit.template import CPage, Page, engine, render
from edgeunet.escaping.c import CIdentifier, CText
from edgeunet.escaping.written import Written

PACKAGE = Path(edgeunet.__file__).parent
ECOSYSTEMS = "packages"
"""Its pages are filled with what their ecosystem asks for: `tests/packages` writes each of them."""
FOLDERS = sorted(
    folder
    for folder in {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.jinja")}
    if not folder.startswith(ECOSYSTEMS)
)
for package in sorted({folder.split("/")[0] for folder in FOLDERS}):
    for module in walk_packages([str(PACKAGE / package)], f"edgeunet.{package}."):
        import_module(module.name)


def pages(of: type[Page] = Page) -> Iterator[type[Page]]:
    """Every page of the package that has a template."""
    ours = of.__module__.startswith("edgeunet.") and not of.__module__.startswith(f"edgeunet.{ECOSYSTEMS}")
    if hasattr(of, "template") and ours:
        yield of
    for kind in of.__subclasses__():
        yield from pages(kind)


PAGES = sorted(set(pages()), key=lambda page: page.template)


def tree(template: str) -> nodes.Template:
    return engine().parse((PACKAGE / template).read_text(encoding="utf-8"))


def included(template: str) -> Iterator[str]:
    """A template and those that it includes."""
    yield template
    for name in meta.find_referenced_templates(tree(template)):
        assert name is not None
        yield from included(name)


def handed_on(template: str) -> Iterator[str]:
    """Names under which a template hands values to those that it includes."""
    for block in tree(template).find_all(nodes.With):
        yield from (target.name for target in block.targets if isinstance(target, nodes.Name))


def written(text: str, **values: object) -> str:
    return engine().from_string(text).render(values)


def test_integers_and_escaped_text_are_written_as_they_are() -> None:
    assert written("{{ a }} < {{ b }} && {{ c | commas }};\n", a=CText('"x" < &y'), b=-3, c=(CText("<"), 1)) == (
        '"x" < &y < -3 && <, 1;\n'
    )


@pytest.mark.parametrize("value", ["raw", 1.5, True, None, b"raw", ("a",)])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot go into a template"):
        written("{{ a }}", a=value)


@pytest.mark.parametrize("text", ["{{ a ~ 'b' }}", "{{ a | upper }}", "{{ a.text }}", "{{ 'b' }}", "{{ [a] | join }}"])
def test_text_made_within_a_template_is_refused(text: str) -> None:
    with pytest.raises(TypeError, match="cannot go into a template"):
        written(text, a=CText("a"))


@pytest.mark.parametrize("text", ["{{ b }}", "{{ a.b }}", "{% if b %}{% endif %}", "{% for x in b %}{% endfor %}"])
def test_a_name_that_the_page_lacks_is_an_error(text: str) -> None:
    with pytest.raises(UndefinedError, match="b"):
        written(text, a=CText("a"))


def test_a_page_gives_its_fields_and_its_name_in_capitals() -> None:
    page = edgeunet.pipeline.simulator.StreamSimulatorPage(CIdentifier("ecg"), CText("int16_t"), CText(""), True)
    fields_of_it = {"sample": CText("int16_t"), "width": CText(""), "watches": True}
    assert page.names() == {"name": CIdentifier("ecg"), "NAME": CIdentifier("ECG"), **fields_of_it}
    assert "static ecg_pipeline_t pipeline;" in render(page)
    assert "samples[ROWS_PER_READ * ECG_PIPELINE_CHANNELS];" in render(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_template_asks_for_what_its_page_has_and_for_all_of_it(page: type[Page]) -> None:
    asked = set().union(*(meta.find_undeclared_variables(tree(name)) for name in included(page.template)))
    asked -= {name for text in included(page.template) for name in handed_on(text)}
    shared = {field.name for kind in (CPage, FilePage) for field in fields(kind)} | {"NAME"}
    own = {field.name for field in fields(page)}
    assert asked <= own | {"NAME"}
    assert own - shared <= asked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_no_page_carries_raw_text(page: type[Page]) -> None:
    assert set(leaves(page)) <= {int, bool, type(None)} | set(subclasses(Written))


def leaves(kind: type) -> Iterator[object]:
    """The types of a page's fields, those of dataclasses and tuples within them instead of these."""
    if isinstance(kind, type) and is_dataclass(kind) and not issubclass(kind, Written):
        hints = typing.get_type_hints(kind)
        for field in fields(kind):
            yield from leaves(hints[field.name])
    elif typing.get_origin(kind) in (tuple, typing.Union, types.UnionType):
        for argument in typing.get_args(kind):
            if argument is not Ellipsis:
                yield from leaves(argument)
    else:
        yield kind


def subclasses(of: type) -> Iterator[type]:
    yield of
    for kind in of.__subclasses__():
        yield from subclasses(kind)


def test_a_page_of_raw_text_would_be_found() -> None:
    @dataclass(frozen=True)
    class Inner:
        text: str

    @dataclass(frozen=True, eq=False)
    class Careless(CPage):
        template = "none"
        inner: tuple[Inner | None, ...]

    Careless.__annotations__["inner"] = tuple[Inner | None, ...]
    Inner.__annotations__["text"] = str
    assert str in set(leaves(Careless))


def test_every_template_belongs_to_a_page() -> None:
    used = {name for page in PAGES for name in included(page.template)}
    found = {f"{folder}/{path.name}" for folder in FOLDERS for path in (PACKAGE / folder).iterdir()}
    assert found == used
    assert all((files("edgeunet") / name).is_file() for name in found)


def test_the_engine_is_loaded_with_the_first_document() -> None:
    program = (
        "import sys, edgeunet, edgeunet.emit, edgeunet.pipeline.program\n"
        "assert 'jinja2' not in sys.modules\n"
        "from edgeunet.emit.template import engine\n"
        "engine()\n"
        "assert 'jinja2' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
