"""Class 4: looking at what people wrote must not run it.

Nothing of ours runs text as code, so saving, validating and showing cannot either.
"""

from tests.support.sources import calls, imported, modules

RUNS_TEXT = {"eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"}
RUNS_TEXT |= {"os.system", "os.popen", "runpy.run_path", "code.interact", "types.FunctionType"}
# Module names of our own folders and of a table in the code; never a text from outside.
# `trellis block test` imports the module that its caller names, with the caller's own rights.
OWN_IMPORTS = {
    "blocks/library/__init__.py",
    "agents/triggers/kinds/__init__.py",
    "platform/credentials/registry.py",
    "platform/launcher/cli/__init__.py",
    "platform/launcher/cli/block/finding.py",
    "platform/launcher/forking.py",
}


def test_no_text_is_run_as_code() -> None:
    found = [
        f"{path}:{call.lineno} {name}"
        for path, module in modules()
        for name, call in calls(module)
        if name in RUNS_TEXT
    ]

    assert found == []


def test_modules_are_imported_by_name_in_listed_places_only() -> None:
    found = {
        path
        for path, module in modules()
        for name, _ in calls(module)
        if name.endswith(("import_module", "import_string", "load_backend", "locate"))
    }

    assert found <= OWN_IMPORTS
    assert "blocks/library/__init__.py" in found  # else this test looks at nothing


def test_no_shell_is_asked() -> None:
    shells = [
        f"{path}:{call.lineno}"
        for path, module in modules()
        for _, call in calls(module)
        for keyword in call.keywords
        if keyword.arg == "shell" and getattr(keyword.value, "value", True) is not False
    ]
    others = [
        path for path, module in modules("agents", "blocks") if "subprocess" in imported(module)
    ]

    assert shells == []
    assert others == ["agents/executions/keeper.py"]  # commands of administrators: see class 27
