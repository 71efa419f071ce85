"""What of a person's pip settings counts here: where packages come from, never what is installed or where to.

Companies have mirrors, proxies and certificates, machines without a network have folders of wheels;
those are kept. A constraint, another target or a ban on source packages would change the outcome.
"""

import ast
import os
import subprocess
from collections.abc import Mapping

_KEPT = {
    "cache-dir",
    "cert",
    "client-cert",
    "default-timeout",
    "extra-index-url",
    "find-links",
    "index-url",
    "keyring-provider",
    "no-cache-dir",
    "no-index",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
    "use-feature",  # older ones need it to trust the system's certificates
}
_OF_CONFIG = ("PIP_QUIET", "PIP_VERBOSE", "PIP_USER", "PIP_GLOBAL", "PIP_SITE", "PIP_REQUIRE_VIRTUALENV")


def pip_environment(python: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for running `python -m pip`, with no more settings than those that count."""
    return with_settings(environ, _configured(python, environ))


def with_settings(environ: Mapping[str, str], configured: str) -> dict[str, str]:
    """Join what `pip config list` printed with an environment; the environment's own settings win."""
    plain = {name: value for name, value in environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    settings = {_variable(name): value for name, value in _pairs(configured) if name in _KEPT}
    settings |= {name: value for name, value in environ.items() if _is_kept(name) and value}
    fixed = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return plain | settings | fixed


def _configured(python: str, environ: Mapping[str, str]) -> str:
    """Return what the configuration files say, all of them merged by pip itself."""
    unset = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
    unset = {name: value for name, value in unset.items() if name == "PIP_CONFIG_FILE" or name[:4] != "PIP_"}
    command = [python, "-I", "-m", "pip", "config", "list"]
    # what the files say of other commands must not silence this one, or make it leave a file out
    unset |= dict.fromkeys(_OF_CONFIG, "0")
    return subprocess.run(command, env=unset, capture_output=True, text=True, check=True).stdout


def _pairs(configured: str) -> list[tuple[str, str]]:
    """Read lines like `global.index-url='...'`; those for `pip install` come last, so that they win."""
    found = []
    for line in configured.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in {"global", "install"}:
            found.append((section, name, " ".join(str(ast.literal_eval(value)).split())))
    return [(name, value) for _, name, value in sorted(found, key=lambda entry: entry[0])]


def _variable(name: str) -> str:
    return f"PIP_{name.upper().replace('-', '_')}"


def _is_kept(variable: str) -> bool:
    return variable.removeprefix("PIP_").lower().replace("_", "-") in _KEPT and variable.startswith("PIP_")
