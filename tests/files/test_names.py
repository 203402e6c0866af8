"""Names, paths and formats: properties that hold for whatever people type."""

import asyncio
import json
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.core import beneath
from openpaas_workspace.files.engine import formats, names
from openpaas_workspace.files.schemas import FileQuery, NewFile
from openpaas_workspace.files.service import files, places
from openpaas_workspace.kit.errors import Invalid, NotFound, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants, rights
from tests.conftest import examples
from tests.core.databases import database_url
from tests.files.world import notebook_bytes, open_world

anything = st.text(max_size=40)


@given(path=st.one_of(anything, st.lists(anything, max_size=5).map("/".join)))
def test_a_path_is_taken_apart_or_refused(path):
    try:
        address = names.parse(path)
    except Invalid:
        return
    for part in (address.head, *address.rest):
        assert part not in {".", ".."}
        assert "/" not in part
        assert "\0" not in part
    assert "/".join((address.head, *address.rest)) == path.strip("/")


@given(name=anything)
def test_a_name_is_stored_as_one_plain_component_or_refused(name):
    try:
        stored = names.file_name(name)
    except Invalid:
        return
    assert names.file_name(stored) == stored
    assert name_key(stored) == name_key(name)
    assert beneath.split(stored) == (stored,)
    assert len(stored.encode()) <= 255
    assert not names.is_hidden(stored)
    assert names.parse(f"Space/{stored}").rest == (stored,)


@given(
    name=st.sampled_from(["a.txt", "a.tar.gz", "Untitled.ipynb", "A.ipynb", "x", "é.b.ipynb"]),
    used=st.sets(st.integers(0, 8)),
)
def test_a_numbered_name_is_free_and_keeps_its_extension(name, used):
    stem, extension = names.split_extension(name)
    taken = {name_key(f"{stem}{n or ''}{extension}") for n in used}
    free = names.numbered(name, taken, "")
    assert name_key(free) not in taken
    assert free.endswith(extension)
    assert free.startswith(stem)


@given(listed=st.lists(st.sampled_from(["a.txt", "A.txt", "b", "é", "e\u0301"]), max_size=8))
def test_names_side_by_side_are_unique(listed):
    found = names.shown_names([(f"{n:026}", name) for n, name in enumerate(listed)])
    assert len({name_key(name) for name in found.values()}) == len(listed)


lines = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8), max_size=6
)


@given(lines=lines, newline=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.booleans())
def test_text_comes_back_byte_for_byte(lines, newline, bom):
    data = (b"\xef\xbb\xbf" if bom else b"") + newline.join(lines).encode()
    value = formats.parse(formats.TEXT, data)
    assert "\r" not in value
    assert formats.serialise(formats.TEXT, value, formats.style_of(data)) == data


json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
cells = st.lists(
    st.fixed_dictionaries(
        {
            "cell_type": st.sampled_from(["markdown", "raw"]),
            "source": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            "metadata": st.dictionaries(st.sampled_from(["a", "tags"]), json_value, max_size=2),
        }
    ),
    max_size=4,
)


@given(cells=cells, indent=st.sampled_from([1, 2, 4, "\t", None]), end=st.booleans())
def test_notebooks_come_back_the_same(cells, indent, end):
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number}"
    value = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode() + (b"\n" if end else b"")
    read = formats.parse(formats.NOTEBOOK, data)
    assert read == value
    style = formats.style_of(data)
    written = formats.serialise(formats.NOTEBOOK, read, style)
    again = formats.parse(formats.NOTEBOOK, written)
    assert formats.same(formats.NOTEBOOK, read, again, exact=True)
    assert formats.style_of(written) == style
    assert formats.serialise(formats.NOTEBOOK, again, style) == written


def test_what_jupyter_writes_is_what_we_write():
    value = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("a\nb", outputs=[nbformat.v4.new_output("stream", text="x\ny\n")])]
    )
    value.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    data = (nbformat.writes(value) + "\n").encode()
    assert (
        formats.serialise(formats.NOTEBOOK, formats.parse(formats.NOTEBOOK, data), formats.style_of(data))
        == data
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'{"nbformat": 4}', b'{"nbformat": 4, "cells": [{}]}', b"\xff", b"[" * 100_000,
     b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', b'{"nbformat": 9, "cells": []}',
     b'{"nbformat": "4", "cells": []}', b'{"nbformat": 4, "cells": [], "metadata": []}',
     b'{"nbformat": 4, "cells": [], "metadata": {"x": NaN}}', b'{"nbformat": 2}'],
)  # fmt: skip
def test_rubbish_is_no_notebook(data):
    with pytest.raises(Invalid) as refused:
        formats.parse(formats.NOTEBOOK, data)
    assert refused.value.sentence.endswith(".")


def test_a_page_that_opens_adds_nothing_that_counts():
    value = formats.parse(formats.NOTEBOOK, notebook_bytes("1"))
    added = json.loads(json.dumps(value))
    added["metadata"] = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}
    added["cells"][0]["metadata"]["trusted"] = True
    added["cells"][0]["execution_state"] = "idle"
    assert formats.same(formats.NOTEBOOK, value, added)
    assert not formats.same(formats.NOTEBOOK, value, added, exact=True)
    other = json.loads(json.dumps(added))
    other["metadata"]["kernelspec"]["name"] = "julia"
    assert not formats.same(formats.NOTEBOOK, added, other)


# Whatever is shared: a path leads to its node for who may read it, and nowhere for others.

SHAPE = ("a", "a/b", "a/b/x.txt", "a/b/y.txt", "a/x.txt", "c", "c/x.txt", "x.txt")
given_to_bob = st.dictionaries(
    st.sampled_from(SHAPE), st.sampled_from([Level.reader, Level.editor]), max_size=4
)


@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=st.lists(given_to_bob, min_size=4, max_size=4))
def test_paths_and_rights_agree(rounds):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_share(Path(folder), rounds))


async def _share(folder, rounds):
    async with database_url("sqlite", folder) as url, open_world(url, folder) as world:
        alice, bob = await world.member("alice"), await world.member("bob")
        for number, shared in enumerate(rounds):
            space_id = await world.space(alice, f"Space{number}")
            made = {}
            for path in SHAPE:
                kind = "file" if path.endswith(".txt") else "folder"
                info = await files.make(alice, NewFile(path=f"Space{number}/{path}", kind=kind))
                made[path] = Ref(info.kind, info.id)
            async with world.workspace.db.unit(alice.actor) as work:
                for path, level in shared.items():
                    await grants.grant(work, made[path], Subject("member", "bob"), level)
            await _check(world, bob, f"Space{number}", space_id, made)


async def _check(world, bob, space, space_id, made):
    async with world.workspace.db.read(bob.actor) as work:
        levels = await rights.levels(work, list(made.values()))
        for ref in made.values():
            if levels[ref] >= Level.reader:
                node = (await places.by_id(work, ref.id)).node
                path = await places.path_of(work, node)
                assert (await places.find(work, path)).id == ref.id
                assert (await places.find(work, ref.id)).id == ref.id
            else:
                with pytest.raises(NotFound):
                    await places.find(work, ref.id)
    found, waiting = {}, [space]
    while waiting:
        try:
            shown = await files.show(bob, FileQuery(path=waiting.pop()))
        except WorkspaceError:
            assert not any(level >= Level.reader for level in levels.values())
            return
        for entry in shown.entries:
            assert entry.id not in found
            found[entry.id] = entry.level
            waiting.extend([entry.path] if entry.kind == "folder" else [])
    assert found == {ref.id: level.name for ref, level in levels.items() if level >= Level.reader}
