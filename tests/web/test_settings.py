"""Settings are read once, and a bad one refuses to start with a sentence that helps."""

from dataclasses import fields
from pathlib import Path

import pytest

from web.settings import SETTINGS, SettingError, Settings, default_home


def test_defaults() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.home) == ("0.0.0.0", 8080, default_home())
    assert settings.database_url == f"sqlite:///{default_home()}/netops.db"
    assert settings.key_file == default_home() / "secret.key"
    assert (settings.status_seconds, settings.counter_seconds, settings.workers) == (60, 300, 128)
    assert (settings.language, settings.https_only, settings.demo) == ("zh", False, False)


def test_a_checkout_keeps_its_data_beside_the_code() -> None:
    assert default_home() == Path(__file__).resolve().parents[2] / "var"


def test_places_follow_the_home(tmp_path: Path) -> None:
    settings = Settings.from_env({"NETOPS_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/netops.db"
    assert settings.key_file == tmp_path / "secret.key"


def test_every_value_is_read(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "NETOPS_HOST": "127.0.0.1",
            "NETOPS_PORT": "9000",
            "NETOPS_HTTPS_ONLY": "yes",
            "NETOPS_LANGUAGE": "en",
            "NETOPS_URL": "https://10.41.0.8/",
            "NETOPS_KEY_FILE": str(tmp_path / "k"),
            "DATABASE_URL": "postgresql+psycopg://ops@/netops",
        }
    )
    assert (settings.host, settings.port, settings.https_only) == ("127.0.0.1", 9000, True)
    assert settings.url == "https://10.41.0.8"
    assert (settings.language, settings.key_file) == ("en", tmp_path / "k")
    assert settings.database_url == "postgresql+psycopg://ops@/netops"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("NETOPS_PORT", "abc", "NETOPS_PORT=abc 无法使用：不是整数，应为 1–65535"),
        ("NETOPS_PORT", "70000", "NETOPS_PORT=70000 无法使用：超出范围，应为 1–65535"),
        ("NETOPS_LANGUAGE", "fr", "NETOPS_LANGUAGE=fr 无法使用：应为 zh 或 en"),
        (
            "NETOPS_URL",
            "10.41.0.8",
            "NETOPS_URL=10.41.0.8 无法使用：应以 http:// 或 https:// 开头，"
            "例如 http://10.41.0.8:8080",
        ),
        ("NETOPS_HTTPS_ONLY", "si", "NETOPS_HTTPS_ONLY=si 无法使用：应为 1 或 0"),
        (
            "DATABASE_URL",
            "mysql://root:s3cret@db/x",
            "DATABASE_URL（内容不显示） 无法使用：应以 sqlite:/// 或 postgresql+psycopg:// 开头",
        ),
        (
            "NETOPS_SESSION_KEY",
            "short",
            "NETOPS_SESSION_KEY（内容不显示） 无法使用：至少 32 个字符",
        ),
    ],
)
def test_a_bad_value_names_the_variable_and_the_cause(name: str, text: str, said: str) -> None:
    with pytest.raises(SettingError) as error:
        Settings.from_env({name: text})
    assert str(error.value) == said


def test_secrets_may_come_from_a_file(tmp_path: Path) -> None:
    place = tmp_path / "url"
    place.write_text("postgresql+psycopg://ops:s3cret@/netops\n")
    settings = Settings.from_env({"DATABASE_URL_FILE": str(place)})
    assert settings.database_url == "postgresql+psycopg://ops:s3cret@/netops"
    assert "s3cret" not in repr(settings)


def test_a_secret_file_that_is_missing_or_doubled(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as missing:
        Settings.from_env({"DATABASE_URL_FILE": "/nowhere/url"})
    with pytest.raises(SettingError) as doubled:
        Settings.from_env({"DATABASE_URL": "sqlite:///a", "DATABASE_URL_FILE": "/nowhere/url"})
    assert str(missing.value) == ("DATABASE_URL_FILE=/nowhere/url 读不出来：没有这个文件或目录")
    assert str(doubled.value) == "DATABASE_URL 与 DATABASE_URL_FILE 只能设一个"


def test_every_setting_fills_a_field_and_explains_itself() -> None:
    """`demo` is the one field the environment must not reach."""
    assert {s.field for s in SETTINGS} == {f.name for f in fields(Settings)} - {"demo"}
    assert [s.name for s in SETTINGS if not (s.zh and s.en and s.shown)] == []


def test_the_shown_default_is_the_real_one() -> None:
    plain = [s for s in SETTINGS if not s.shown.startswith(("<", "./", "sqlite:///<"))]
    default = Settings()
    assert {s.name: s.parse(s.shown) for s in plain} == {
        s.name: getattr(default, s.field) for s in plain
    }


@pytest.mark.parametrize(
    ("readme", "language", "mark"),
    [("README.md", "en", " (or `_FILE`)"), ("README.zh-CN.md", "zh", "（可用 `_FILE`）")],
)
def test_the_readme_table_is_the_settings(readme: str, language: str, mark: str) -> None:
    text = (Path(__file__).parents[2] / readme).read_text("utf-8")
    found = [line for line in text.splitlines() if line.startswith(("| `NETOPS_", "| `DATABASE_"))]
    assert found == [
        f"| `{s.name}` | `{s.shown}` | {getattr(s, language)}{mark if s.secret else ''} |"
        for s in SETTINGS
    ]
