"""`%load_ext openpaas_workspace`: the workspace of this kernel as `ws`, and `%ws` for what is asked most."""

import shlex
from collections.abc import Callable
from typing import Any

from openpaas_workspace.client.workspace import Workspace
from openpaas_workspace.kit.errors import Invalid, WorkspaceError

# What `%ws` knows: a question, its answer is shown. What changes something is written in Python.
QUESTIONS: dict[str, Callable[..., Any]] = {
    "me": lambda ws: ws.me,
    "members": Workspace.members,
    "groups": Workspace.groups,
    "spaces": Workspace.spaces,
    "files": Workspace.files,
    "access": Workspace.access,
    "history": Workspace.history,
    "search": lambda ws, *words: ws.search(" ".join(words)),
    "trash": Workspace.trash,
    "read": lambda ws, path: ws.read(path).text,
}


def load(shell: Any) -> None:
    """Give an IPython shell `ws` and `%ws`."""
    workspace = Workspace()
    shell.push({"ws": workspace})

    def ask(line: str) -> Any:
        """%ws files Finances: ask the workspace; %ws alone says what can be asked."""
        word, *arguments = shlex.split(line) or [""]
        question = QUESTIONS.get(word)
        try:
            if question is None:
                raise Invalid(f"%ws knows: {', '.join(QUESTIONS)}.")
            return question(workspace, *arguments)
        except WorkspaceError as error:
            print(error.sentence)
        except TypeError:
            print(f"%ws {word} wants other words after it.")
        return None

    shell.register_magic_function(ask, "line", "ws")
