"""Read the settings: flag > environment > TOML file > default, and remember where each came from.

Each layer becomes a flat mapping from a dotted key (`kafka.topic`) to a value and its origin, so
that unknown names, precedence and origins are each decided in one place for all layers.
"""

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from shared.errors import InvalidConfig
from shared.redaction import redact, redact_options
from shared.settings import Settings

PREFIX = "RESEG_"
DEFAULT_FILE = Path("resegment.toml")
NOT_SETTINGS = frozenset({"RESEG_FAIL_AT", "RESEG_REQUIRE_TIERS"})
"""Names with the prefix that steer tests and are nobody's setting."""

WITH_CREDENTIALS = ("alerts.channels",)
"""Settings whose values hold addresses and keys that nobody should read."""

MAX_REPORTED = 3
OPTION_DEPTH = 2
"""section.field, and below a field that is a table: section.field.option."""


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and for each dotted key `flag`, `environment RESEG_X`, `file path` or `default`."""

    settings: Settings
    origins: Mapping[str, str]


@dataclass(frozen=True)
class _Given:
    value: object
    origin: str


Layer = Mapping[str, _Given]


class _TextSource(EnvSettingsSource):
    """Decodes values that were written as text, from a given mapping instead of the process's environment."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {name.lower(): value for name, value in names.items()}
        fields_only = cast("type[BaseSettings]", Settings)
        super().__init__(fields_only, case_sensitive=False, env_prefix=PREFIX, env_nested_delimiter="__")

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._names


def load_settings(
    config: Path | None, overrides: Mapping[str, str], environ: Mapping[str, str]
) -> LoadedSettings:
    """Merge the layers and validate the result.

    Parameters
    ----------
    config : TOML file; None reads `resegment.toml` of the working folder if there is one.
    overrides : flags, dotted key to text (`{"kafka.topic": "sales"}`).
    environ : environment variables; those that start with `RESEG_` are settings.

    Raises
    ------
    InvalidConfig : a file that cannot be read, a name that is not a setting (with the nearest one that
        is), or a value that breaks its rule. The message never shows a secret.
    """
    layers = (_from_flags(overrides), _from_environment(environ), _from_file(config))
    merged = {key: given for layer in reversed(layers) for key, given in layer.items()}
    try:
        settings = Settings.model_validate(_nested({key: given.value for key, given in merged.items()}))
    except ValidationError as error:
        raise InvalidConfig(_explain(error, merged)) from None
    origins = dict.fromkeys(known_keys(), "default") | {key: given.origin for key, given in merged.items()}
    return LoadedSettings(settings, origins)


def known_keys() -> tuple[str, ...]:
    """Give every setting's dotted key, in the order of the settings tree."""
    return tuple(
        f"{section}.{name}"
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for name in field.annotation.model_fields
    )


def shown_values(settings: Settings) -> dict[str, object]:
    """Give every setting by its dotted key, fit to be shown: what is secret in it is masked."""
    shown: dict[str, object] = {}
    for key in known_keys():
        value = _value_of(settings, key)
        if isinstance(value, SecretStr):
            shown[key] = redact(value.get_secret_value())
        elif isinstance(value, dict) and value:
            shown |= {f"{key}.{name}": text for name, text in redact_options(value).items()}
        elif key in WITH_CREDENTIALS and isinstance(value, tuple):
            shown[key] = [part.model_dump(mode="json") for part in value]
        else:
            shown[key] = redact(value) if isinstance(value, str) else value
    return shown


def _value_of(settings: Settings, key: str) -> object:
    section, name = key.split(".")
    value: object = getattr(getattr(settings, section), name)
    return value


def _from_flags(overrides: Mapping[str, str]) -> Layer:
    values: dict[str, str] = {}
    for written, value in overrides.items():
        name = _environment_name(_known(written, "--set", str))
        if _is_secret(written, value):
            msg = (
                f"--set {written}: every user of the machine can read a command line: no credentials there; "
                f"set {_environment_name(_setting(written))} or write them in a settings file"
            )
            raise InvalidConfig(msg)
        values[name] = value
    return _decoded(values, dict.fromkeys(known_keys(), "flag"))


def _is_secret(key: str, value: str) -> bool:
    return key in WITH_CREDENTIALS or redact_options({key: value})[key] != value


def _from_environment(environ: Mapping[str, str]) -> Layer:
    values = {
        name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }
    keys = {
        name: _known(name.removeprefix(PREFIX).lower().replace("__", "."), name, _environment_name)
        for name in values
    }
    return _decoded(values, {_setting(key): f"environment {name}" for name, key in keys.items()})


def _decoded(values: Mapping[str, str], origins: Mapping[str, str]) -> Layer:
    try:
        tree = _TextSource(values)()
    except SettingsError:
        suspects = [name for name, value in values.items() if not value.startswith(("[", "{"))] or list(
            values
        )
        msg = (
            f"""{", ".join(suspects)}: lists and tables are written as JSON, as ["a", "b"] or {{"a": "b"}}"""
        )
        raise InvalidConfig(msg) from None
    return {key: _Given(value, origins[_setting(key)]) for key, value in _leaves(tree)}


def _from_file(config: Path | None) -> Layer:
    path = config or DEFAULT_FILE
    if config is None and not path.exists():
        return {}
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"settings file {path}: {error.strerror}; correct --config, or leave it out to use the defaults"
        raise InvalidConfig(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"settings file {path} is not valid TOML: {error}"
        raise InvalidConfig(msg) from None
    return {
        _known(key, f"settings file {path}", str): _Given(value, f"file {path}")
        for key, value in _leaves(tree)
    }


def _leaves(tree: Mapping[str, Any], depth: int = 0, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Flatten section -> field -> option; a layer that gives one option keeps the other layers' options."""
    for name, value in tree.items():
        if isinstance(value, Mapping) and depth < OPTION_DEPTH:
            yield from _leaves(value, depth + 1, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *path, name = key.split(".", OPTION_DEPTH)
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[name] = value
    return tree


def _setting(key: str) -> str:
    """Drop the option from a key: `kafka.options.kafka.ssl.protocol` belongs to `kafka.options`."""
    return ".".join(key.split(".")[:OPTION_DEPTH])


def _environment_name(key: str) -> str:
    return PREFIX + "__".join(key.split(".", OPTION_DEPTH)).upper()


def _known(written: str, where: str, spell: Callable[[str], str]) -> str:
    """Return `written` if it names a setting, or an option of a setting that is a table."""
    setting = _setting(written)
    keys = known_keys()
    if setting in keys and (written == setting or isinstance(_value_of(Settings(), setting), dict)):
        return written
    nearest = difflib.get_close_matches(written, keys, n=1, cutoff=0.5)
    hint = f"did you mean {spell(nearest[0])}?" if nearest else "`resegment config show` lists every setting"
    msg = f"{where}: there is no setting {spell(written)}; {hint}"
    raise InvalidConfig(msg)


def _explain(error: ValidationError, given: Layer) -> str:
    return "; ".join(_problem(detail, given) for detail in error.errors(include_url=False)[:MAX_REPORTED])


def _problem(detail: ErrorDetails, given: Layer) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    origin = f" ({given[key].origin})" if key in given else ""
    shown = redact_options({key: repr(detail["input"])})[key]
    is_hidden = isinstance(detail["input"], Mapping | BaseModel) or key.startswith(WITH_CREDENTIALS)
    got = "" if is_hidden else f", got {shown}"
    return f"{key}{origin}: {detail['msg'][0].lower()}{detail['msg'][1:]}{got}"
