"""`%load_ext openpaas_workspace`: the workspace of this kernel as `ws`, and `%ws` for what is asked most."""

import inspect
import shlex
from collections.abc import Callable
from typing import Any

from openpaas_workspace.client.sentences import say
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
    "history": lambda ws, path: ws.history(path),
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
        try:
            word, *arguments = _words(line)
            question = QUESTIONS.get(word)
            if question is None:
                raise Invalid(say("%ws knows: {words}.", words=", ".join(QUESTIONS)))
            _fit(question, word, workspace, *arguments)
            return question(workspace, *arguments)
        except UnicodeDecodeError:
            print(say("This is no text; read it with ws.read."))
        except WorkspaceError as error:
            print(error.sentence)
        return None

    shell.register_magic_function(ask, "line", "ws")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line) or [""]
    except ValueError as error:
        raise Invalid(
            say('Write names with an apostrophe or spaces between quotation marks: "…".')
        ) from error


def _fit(question: Callable[..., Any], word: str, *arguments: Any) -> None:
    try:
        inspect.signature(question).bind(*arguments)
    except TypeError as error:
        raise Invalid(say("%ws {word} wants other words after it.", word=word)) from error
