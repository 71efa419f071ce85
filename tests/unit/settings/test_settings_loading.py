"""Where settings come from, and how wrong ones are refused."""

from pathlib import Path

import pytest

from shared.errors import InvalidConfig
from shared.settings import Settings
from shared.settings.loading import known_keys, load_settings, shown_values

SECRET = "canary-secret"  # noqa: S105


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def toml(text: str) -> Path:
    path = Path("shop.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_layer_the_defaults_hold() -> None:
    loaded = load_settings(None, {}, {})

    assert loaded.settings == Settings()
    assert loaded.origins == dict.fromkeys(known_keys(), "default")


def test_flag_wins_over_environment_wins_over_file() -> None:
    file = toml("[kafka]\ntopic = 'file'\npartitions = 4\ndead_letter_topic = 'file'\n")
    environ = {"RESEG_KAFKA__TOPIC": "environment", "RESEG_KAFKA__DEAD_LETTER_TOPIC": "environment"}

    loaded = load_settings(file, {"kafka.topic": "flag"}, environ)

    kafka = loaded.settings.kafka
    assert (kafka.topic, kafka.dead_letter_topic, kafka.partitions) == ("flag", "environment", 4)
    assert loaded.origins["kafka.topic"] == "flag"
    assert loaded.origins["kafka.dead_letter_topic"] == "environment RESEG_KAFKA__DEAD_LETTER_TOPIC"
    assert loaded.origins["kafka.partitions"] == "file shop.toml"


def test_the_working_folders_file_is_read_unless_another_is_named() -> None:
    Path("resegment.toml").write_text("[stream]\nid = 'here'\n")

    assert load_settings(None, {}, {}).settings.stream.id == "here"
    assert load_settings(toml(""), {}, {}).settings.stream.id == "main"


def test_options_of_a_table_are_merged_one_by_one() -> None:
    file = toml("[kafka.options]\n'kafka.security.protocol' = 'SSL'\n'kafka.client.rack' = 'a'\n")
    environ = {"RESEG_KAFKA__OPTIONS": '{"kafka.client.rack": "b"}'}

    loaded = load_settings(file, {"kafka.options.failOnDataLoss": "true"}, environ)

    options = {name.lower(): value for name, value in loaded.settings.kafka.options.items()}
    assert options == {"kafka.security.protocol": "SSL", "kafka.client.rack": "b", "failondataloss": "true"}


def test_lists_are_json_in_flags_and_environment() -> None:
    flag = load_settings(None, {"model.features": '["frequency"]'}, {})
    environment = load_settings(None, {}, {"RESEG_MODEL__FEATURES": '["frequency"]'})

    assert flag.settings.model.features == environment.settings.model.features == ("frequency",)


def test_names_that_steer_tests_are_no_settings() -> None:
    environ = {"RESEG_FAIL_AT": "2", "RESEG_REQUIRE_TIERS": "unit", "PATH": "/bin"}

    assert load_settings(None, {}, environ).settings == Settings()


@pytest.mark.parametrize(
    ("overrides", "environ", "text", "parts"),
    [
        ({"kafka.topics": "x"}, {}, "", ["--set", "kafka.topics", "did you mean kafka.topic?"]),
        ({"xyzzy": "x"}, {}, "", ["--set", "xyzzy", "resegment config show"]),
        ({"kafka.topic.x": "x"}, {}, "", ["no setting kafka.topic.x"]),
        ({}, {"RESEG_STREAM_ID": "x"}, "", ["no setting RESEG_STREAM_ID", "RESEG_STREAM__ID?"]),
        ({}, {"RESEG_KAFKA": "{}"}, "", ["no setting RESEG_KAFKA"]),
        ({}, {}, "[tick]\nclok = 'auto'", ["shop.toml", "tick.clok", "did you mean tick.clock?"]),
        ({}, {}, "kafka = 3", ["shop.toml", "no setting kafka"]),
        ({}, {}, "a =", ["shop.toml is not valid TOML"]),
        ({"kafka.partitions": "0"}, {}, "", ["kafka.partitions (flag)", "greater than or equal to 1", "'0'"]),
        ({}, {"RESEG_LOG__LEVEL": "loud"}, "", ["log.level (environment RESEG_LOG__LEVEL)", "'debug'"]),
        ({}, {}, "[state]\nhorizon_days = 'x'", ["state.horizon_days (file shop.toml)", "integer"]),
        ({"model.features": "frequency"}, {}, "", ["RESEG_MODEL__FEATURES", "written as JSON"]),
        ({"model.k_min": "7", "model.k_max": "5"}, {}, "", ["k_min=7", "k_max=5"]),
        ({"input.zone": "Europe/Lodnon"}, {}, "", ["input.zone", "Europe/Lodnon"]),
    ],
)
def test_a_wrong_setting_is_refused_with_where_it_came_from_and_what_was_meant(
    overrides: dict[str, str], environ: dict[str, str], text: str, parts: list[str]
) -> None:
    with pytest.raises(InvalidConfig) as refused:
        load_settings(toml(text), overrides, environ)

    assert [part for part in parts if part not in str(refused.value)] == []


def test_a_settings_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidConfig, match=r"missing\.toml: No such file"):
        load_settings(Path("missing.toml"), {}, {})


@pytest.mark.parametrize("key", ["mongo.uri", "kafka.options.kafka.ssl.key.password"])
def test_secrets_are_refused_on_the_command_line(key: str) -> None:
    with pytest.raises(InvalidConfig, match="no credentials there") as refused:
        load_settings(None, {key: f"mongodb://me:{SECRET}@host/"}, {})

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "text"),
    [
        ({"RESEG_MONGO__DATABASE": f"mongodb://me:{SECRET}@host/"}, ""),
        ({"RESEG_KAFKA__OPTIONS": f'{{"kafka.ssl.key.password": ["{SECRET}"]}}'}, ""),
        ({"RESEG_KAFKA__OPTIONS": SECRET}, ""),
        ({}, f"[mongo]\nuri = ['mongodb://me:{SECRET}@host/']"),
        ({}, f"[kafka.options]\n'sasl.jaas.config' = ['{SECRET}']"),
    ],
)
def test_a_refusal_never_quotes_a_secret(environ: dict[str, str], text: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        load_settings(toml(text), {}, environ)

    assert SECRET not in str(refused.value)


def test_shown_values_mask_what_is_secret() -> None:
    environ = {
        "RESEG_MONGO__URI": f"mongodb+srv://me:{SECRET}@host/?tlsCertificateKeyFilePassword={SECRET}&w=1",
        "RESEG_KAFKA__OPTIONS": f'{{"sasl.jaas.config": "{SECRET}"}}',
    }

    shown = shown_values(load_settings(None, {}, environ).settings)

    assert shown["mongo.uri"] == "mongodb+srv://***@host/?tlsCertificateKeyFilePassword=***&w=1"
    assert shown["kafka.options.sasl.jaas.config"] == "***"
