"""Every route, event, setting, command and frame says what it is; every event is registered, every write tells."""

import dis
import importlib
import pkgutil
from types import CodeType, FunctionType, ModuleType
from typing import Any

import openpaas_workspace
from openpaas_workspace.app.domains import all_domains
from openpaas_workspace.cli.main import COMMANDS
from openpaas_workspace.core.events import event_types
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.realtime.push.schemas import FRAMES

DOMAINS = all_domains()
SILENT: dict[str, str] = {}
"""Write routes that change nothing others could see, and why."""


def test_every_route_says_what_it_does() -> None:
    silent = [f"{r.method} {r.path}" for d in DOMAINS for r in d.routes if not (r.summary and r.verb.__doc__)]
    assert not silent


def test_every_event_and_frame_says_what_it_means() -> None:
    types = [type_ for domain in DOMAINS for type_ in domain.events]
    assert not [type_.__name__ for type_ in (*types, *FRAMES) if not type_.__doc__]


def test_every_setting_says_what_it_means() -> None:
    classes = [Settings, *(cls for domain in DOMAINS for cls in domain.config)]
    traits = [
        (cls, name, trait) for cls in classes for name, trait in cls.class_own_traits(config=True).items()
    ]
    assert len(traits) > 20
    assert not [f"{cls.__name__}.{name}" for cls, name, trait in traits if not trait.help]


def test_every_command_says_what_it_does() -> None:
    assert not [command.words for command in COMMANDS if not command.help]


def test_every_event_is_registered_once() -> None:
    for module in pkgutil.walk_packages(openpaas_workspace.__path__, "openpaas_workspace."):
        if (
            ".labextensions" not in module.name
            and ".versions." not in module.name
            and not module.name.endswith(("__main__", ".env"))
        ):
            importlib.import_module(module.name)
    registered = [type_ for domain in DOMAINS for type_ in domain.events]
    ours = [type_ for type_ in event_types() if type_.__module__.startswith("openpaas_workspace.")]
    assert {type_.__name__ for type_ in ours} - {type_.__name__ for type_ in registered} == set()
    names = [type_.__name__ for type_ in registered]
    assert sorted(names) == sorted(set(names))


def test_every_route_that_writes_publishes_an_event() -> None:
    """Followed through the code: from the verb, over our own functions, to a call of `publish`."""
    routes = {f"{r.method} {r.path}": r.verb for d in DOMAINS for r in d.routes if r.method != "GET"}
    assert len(routes) > 10
    quiet = {key for key, verb in routes.items() if not publishes(verb, set())}
    assert quiet == set(SILENT)


def test_a_verb_that_only_reads_is_not_taken_for_one_that_tells() -> None:
    reading = [
        r.verb for d in DOMAINS for r in d.routes if r.method == "GET" and d.name in {"audit", "sharing"}
    ]
    assert len(reading) > 2
    assert not [verb.__name__ for verb in reading if publishes(verb, set())]


def publishes(function: Any, seen: set[Any]) -> bool:
    """Whether some path from the function reaches a call of a method `publish`."""
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None or function in seen:
        return False
    seen.add(function)
    named = [pair for each in _codes(code) for pair in _named(each, function)]
    if any(name == "publish" for name, _ in named):
        return True
    return any(publishes(target, seen) for _, target in named if _ours(target))


def _codes(code: CodeType) -> list[CodeType]:
    return [code, *(below for each in code.co_consts if isinstance(each, CodeType) for below in _codes(each))]


def _named(code: CodeType, function: FunctionType) -> list[tuple[str, Any]]:
    """Names that the code loads, and what they are where that is known (globals, and attributes of modules)."""
    found: list[tuple[str, Any]] = []
    held: Any = None
    for step in dis.get_instructions(code):
        if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            held = function.__globals__.get(step.argval)
        elif step.opname == "IMPORT_NAME":
            held = importlib.import_module(step.argval) if "openpaas" in step.argval else None
        elif step.opname in {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}:
            known = isinstance(held, ModuleType | type)
            held = getattr(held, step.argval, None) if known else _method(step.argval)
        else:
            continue
        found.append((step.argval, held))
        if isinstance(held, type):
            found += [
                (name, value)
                for name, value in vars(held).items()
                if isinstance(value, FunctionType) and name == "__init__"
            ]
    return found


def _method(name: str) -> Any:
    """A method called on an object: taken as ours if exactly one class of the package has it."""
    return METHODS.get(name)


def _ours(target: Any) -> bool:
    return callable(target) and str(getattr(target, "__module__", "")).startswith("openpaas_workspace")


def _methods() -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for domain in DOMAINS:
        package = importlib.import_module(
            f"openpaas_workspace.{'realtime.push' if domain.name == 'push' else domain.name}"
        )
        for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}."):
            for cls in vars(importlib.import_module(module.name)).values():
                if isinstance(cls, type) and cls.__module__ == module.name:
                    for name, value in vars(cls).items():
                        if isinstance(value, FunctionType):
                            found.setdefault(name, []).append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


METHODS = _methods()
