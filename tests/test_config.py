"""Settings, from the environment and from a file, and what is said where they are wrong."""

import importlib.util
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_data_path
from pydantic import SecretStr, ValidationError

from bot import config
from bot.config import PREFIX, VARIABLES, Settings, load
from bot.errors import SettingsError

ROOT = Path(__file__).parents[1]
SECRET = "123456:s3cret"
TOKEN = "JOLIG_TELEGRAM_TOKEN"
LEVEL = "JOLIG_LOG_LEVEL"
LANGUAGE = "JOLIG_LANGUAGE"

KINDS = {name: field.annotation for name, field in Settings.model_fields.items()}

Write = Callable[[str | bytes], Path]


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """Return the path of a file that is not there."""
    return tmp_path / "missing" / ".env"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a settings file that only its owner can read."""

    def written(content: str | bytes) -> Path:
        path = tmp_path / ".env"
        path.touch(0o600)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def refused(environment: dict[str, str], file: Path) -> str:
    """Return what is said of settings that are refused: one line, and nowhere the secret."""
    with pytest.raises(SettingsError) as caught:
        load(environment, file)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


class TestDefaults:
    """Nothing is set."""

    def test_a_missing_file_is_fine(self, nothing: Path) -> None:
        """Every setting has a default."""
        settings = load({}, nothing)
        assert settings == Settings()
        assert settings.model_dump() == {
            "data_dir": user_data_path("jolig"),
            "knowledge_dir": ROOT / "knowledge",
            "seeds_dir": ROOT / "seeds",
            "telegram_token": None,
            "telegram_test_environment": False,
            "telegram_api_url": "https://api.telegram.org",
            "matrix_homeserver": None,
            "matrix_user": None,
            "matrix_password": None,
            "matrix_token": None,
            "matrix_invites": (),
            "matrix_rooms": 500,
            "operations_listen": None,
            "admins": (),
            "telegram_webhook_url": None,
            "telegram_webhook_listen": ("127.0.0.1", 8082),
            "telegram_webhook_secret": None,
            "telegram_messages_per_second": 30,
            "question_log_days": 90,
            "language": None,
            "log_level": "info",
        }

    def test_an_empty_file_is_fine(self, write: Write) -> None:
        """It sets nothing."""
        assert load({}, write("")) == Settings()

    def test_an_installed_package_has_its_own_knowledge(self, tmp_path: Path) -> None:
        """In the wheel the data is in the package, not beside it."""
        package = tmp_path / "bot"
        for name in ("knowledge", "seeds"):
            (package / "data" / name).mkdir(parents=True)
        spec = importlib.util.spec_from_file_location("installed", shutil.copy(str(config.__file__), package))
        assert spec
        assert spec.loader
        installed = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(installed)
        settings: Any = installed.load({}, tmp_path / ".env")
        assert (settings.knowledge_dir, settings.seeds_dir) == (package / "data/knowledge", package / "data/seeds")

    def test_settings_cannot_be_changed(self, nothing: Path) -> None:
        """What was checked at the start holds."""
        with pytest.raises(ValidationError, match="frozen"):
            load({}, nothing).language = "en"  # type: ignore[misc]

    def test_every_setting_is_a_variable_and_described(self) -> None:
        """The help lists them."""
        assert [PREFIX + name.upper() for name in Settings.model_fields] == list(VARIABLES)
        assert list(VARIABLES.values()) == list(Settings.model_fields)
        assert all(field.description for field in Settings.model_fields.values())


VALUES: list[tuple[str, str, object]] = [
    ("JOLIG_DATA_DIR", "/a folder/ö", Path("/a folder/ö")),
    ("JOLIG_KNOWLEDGE_DIR", "knowledge", Path("knowledge")),
    ("JOLIG_SEEDS_DIR", "../seeds", Path("../seeds")),
    ("JOLIG_TELEGRAM_TEST_ENVIRONMENT", "true", True),
    ("JOLIG_TELEGRAM_TEST_ENVIRONMENT", "1", True),
    ("JOLIG_TELEGRAM_TEST_ENVIRONMENT", "no", False),
    ("JOLIG_TELEGRAM_API_URL", "http://localhost:8081", "http://localhost:8081"),
    ("JOLIG_TELEGRAM_API_URL", "https://bots.example/api//", "https://bots.example/api"),
    ("JOLIG_MATRIX_HOMESERVER", "https://matrix.example.org/", "https://matrix.example.org"),
    ("JOLIG_MATRIX_USER", "@jolig:example.org", "@jolig:example.org"),
    ("JOLIG_MATRIX_INVITES", "all", ("all",)),
    (
        "JOLIG_MATRIX_INVITES",
        "@anna:example.org, [::1]:8448,b.example",
        ("@anna:example.org", "[::1]:8448", "b.example"),
    ),
    ("JOLIG_MATRIX_ROOMS", "20", 20),
    ("JOLIG_OPERATIONS_LISTEN", "0.0.0.0:9100", ("0.0.0.0", 9100)),
    ("JOLIG_OPERATIONS_LISTEN", "[::1]:9100", ("::1", 9100)),
    ("JOLIG_OPERATIONS_LISTEN", "8081", ("127.0.0.1", 8081)),
    ("JOLIG_ADMINS", "telegram:12", ("telegram:12",)),
    ("JOLIG_ADMINS", "telegram:12,  matrix:@a:b.example", ("telegram:12", "matrix:@a:b.example")),
    ("JOLIG_TELEGRAM_WEBHOOK_URL", "https://bot.example/hook/", "https://bot.example/hook"),
    ("JOLIG_TELEGRAM_WEBHOOK_LISTEN", "[::1]:8443", ("::1", 8443)),
    ("JOLIG_TELEGRAM_WEBHOOK_SECRET", "a-Z_9", SecretStr("a-Z_9")),
    ("JOLIG_TELEGRAM_MESSAGES_PER_SECOND", "1000", 1000),
    ("JOLIG_QUESTION_LOG_DAYS", "0", 0),
    (LANGUAGE, "hy", "hy"),
    (LEVEL, "debug", "debug"),
    (LEVEL, "WARNING", "warning"),
]
values = pytest.mark.parametrize(("name", "value", "expected"), VALUES)


class TestValues:
    """Each setting, from either place."""

    @values
    def test_a_variable_of_the_environment_sets(self, nothing: Path, name: str, value: str, expected: object) -> None:
        """As text that is read by the kind of the setting."""
        assert getattr(load({name: value}, nothing), VARIABLES[name]) == expected

    @values
    def test_a_line_of_the_file_sets(self, write: Write, name: str, value: str, expected: object) -> None:
        """To the same as the environment would."""
        assert getattr(load({}, write(f"{name}={value}\n")), VARIABLES[name]) == expected

    @pytest.mark.parametrize("variables", [{TOKEN: SECRET}, {}], ids=["environment", "file"])
    def test_the_token_is_kept_and_not_shown(self, write: Write, variables: dict[str, str]) -> None:
        """Whoever logs the settings does not log the token."""
        settings = load(variables, write("" if variables else f"{TOKEN}={SECRET}\n"))
        assert settings.telegram_token
        assert settings.telegram_token.get_secret_value() == SECRET
        assert SECRET not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"

    def test_without_arguments_the_process_and_its_folder_are_read(
        self, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The environment of the process, and `.env` where it runs."""
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(LANGUAGE, "hy")
        write(f"{LEVEL}=error\n")
        monkeypatch.chdir(tmp_path)
        assert (load().language, load().log_level) == ("hy", "error")

    def test_a_given_environment_takes_the_place_of_the_process(
        self, nothing: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An empty one too."""
        monkeypatch.setenv(LANGUAGE, "hy")
        assert load({}, nothing).language is None

    def test_variables_of_others_are_left_alone(self, write: Write) -> None:
        """Only the prefix in capitals is ours."""
        file = write("PATH=x\nLANGUAGE=hy\njolig_language=hy\nMY_JOLIG_LANGUAGE=hy\n")
        assert load({"HOME": "x", "jolig_log_level": "x", "JOLIGLANGUAGE": "hy"}, file) == Settings()


class TestPrecedence:
    """The environment goes before the file."""

    def test_the_environment_goes_before_the_file(self, write: Write) -> None:
        """For what it sets; the file fills what it leaves open."""
        settings = load({LANGUAGE: "hy"}, write(f"{LANGUAGE}=en\n{LEVEL}=error\n"))
        assert (settings.language, settings.log_level) == ("hy", "error")

    def test_a_wrong_value_in_the_file_does_not_matter_where_the_environment_sets_it(self, write: Write) -> None:
        """Only what counts is checked."""
        assert load({LEVEL: "error"}, write(f"{LEVEL}=loud\n")).log_level == "error"

    @pytest.mark.parametrize("name", VARIABLES)
    def test_empty_counts_as_not_set(self, write: Write, name: str) -> None:
        """In either place."""
        assert load({name: ""}, write("")) == Settings()
        assert load({}, write(f"{name}=\n")) == Settings()
        assert load({}, write(f'{name}=""\n')) == Settings()

    def test_empty_in_the_environment_takes_back_what_the_file_sets(self, write: Write) -> None:
        """So one start can do without."""
        assert load({LANGUAGE: ""}, write(f"{LANGUAGE}=en\n")) == Settings()

    def test_the_last_of_two_lines_counts(self, write: Write) -> None:
        """As in a shell."""
        assert load({}, write(f"{LANGUAGE}=en\n{LANGUAGE}=hy\n")).language == "hy"


class TestRefused:
    """Settings that are wrong."""

    @pytest.mark.parametrize(
        ("name", "more"),
        [
            ("JOLIG_TELEGRAM_TOKE", "; did you mean JOLIG_TELEGRAM_TOKEN?"),
            ("JOLIG_LOGLEVEL", "; did you mean JOLIG_LOG_LEVEL?"),
            ("JOLIG_Language", ""),
            ("JOLIG_QQQQQQQQQQQQQQQ", ""),
        ],
    )
    def test_an_unknown_setting_is_told_with_the_nearest(self, write: Write, name: str, more: str) -> None:
        """From either place, also where it is empty; its value is not shown."""
        expected = f"the setting {name} is not known{more}"
        assert refused({name: SECRET}, write("")) == expected
        assert refused({name: ""}, write("")) == expected
        assert refused({}, write(f"{name}={SECRET}\n")) == expected

    def test_of_several_unknown_settings_the_first_is_told(self, write: Write) -> None:
        """By name, so that the message does not change from start to start."""
        first, *others = [f"JOLIG_{letter}QQQQQQQQQQQQ" for letter in "ABCDEFGH"]
        expected = f"the setting {first} is not known"
        assert refused(dict.fromkeys([*others, first], ""), write("")) == expected
        assert refused(dict.fromkeys(others, ""), write(f"{first}=\n")) == expected

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            (LEVEL, "Input should be 'debug', 'info', 'warning' or 'error'"),
            ("JOLIG_TELEGRAM_TEST_ENVIRONMENT", "Input should be a valid boolean, unable to interpret input"),
            ("JOLIG_TELEGRAM_API_URL", "it should begin with http:// or https://"),
            ("JOLIG_OPERATIONS_LISTEN", "it should be host:port or a port"),
        ],
    )
    def test_a_wrong_value_is_told_but_not_shown(self, write: Write, name: str, reason: str) -> None:
        """It may be a secret in the wrong place: neither the message nor the traceback holds it."""
        expected = f"the setting {name} is not valid: {reason}"
        assert refused({name: SECRET}, write("")) == expected
        assert refused({}, write(f"{name}={SECRET}\n")) == expected

    def test_of_several_wrong_values_one_is_told(self, write: Write) -> None:
        """One line says enough to begin with."""
        wrong = {LEVEL: SECRET, "JOLIG_TELEGRAM_API_URL": SECRET}
        assert refused(wrong, write("")).startswith("the setting JOLIG_TELEGRAM_API_URL is not valid: ")

    @pytest.mark.parametrize(
        "value", ["anna", "telegram", "telegram:", "telegram:1 matrix:2", ",telegram:1", "a:1,,b:2"]
    )
    def test_only_a_channel_with_an_id_is_a_person(self, write: Write, value: str) -> None:
        """A name that is wrong would give nobody the commands, or the wrong person."""
        assert "JOLIG_ADMINS is not valid: it should be channel:id" in refused({"JOLIG_ADMINS": value}, write(""))

    @pytest.mark.parametrize("value", ["localhost", "127.0.0.1:", ":x", "1.2.3.4:65536", "-1"])
    def test_only_a_port_is_one(self, write: Write, value: str) -> None:
        """With a host before it, or without."""
        assert "JOLIG_OPERATIONS_LISTEN is not valid" in refused({"JOLIG_OPERATIONS_LISTEN": value}, write(""))

    @pytest.mark.parametrize("value", ["ftp://example", "HTTPS", "api.telegram.org", "//api.telegram.org"])
    def test_only_a_web_address_is_one(self, write: Write, value: str) -> None:
        """Anything else would fail much later."""
        assert "JOLIG_TELEGRAM_API_URL is not valid" in refused({"JOLIG_TELEGRAM_API_URL": value}, write(""))

    @pytest.mark.parametrize("value", ["with space", "ö", "a" * 257, "a\n"])
    def test_only_what_telegram_can_show_is_a_secret(self, write: Write, value: str) -> None:
        """Telegram would refuse the webhook; the value is not shown."""
        told = refused({"JOLIG_TELEGRAM_WEBHOOK_SECRET": value}, write(""))
        assert "JOLIG_TELEGRAM_WEBHOOK_SECRET is not valid" in told
        assert value not in told


class TestFile:
    """The file as text."""

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
    @pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["Unix", "Windows"])
    def test_lines_comments_and_quotes_are_understood(self, write: Write, mark: bytes, end: bytes) -> None:
        """As other programs write and read such files; the last line needs no end."""
        lines = [
            f"{LANGUAGE}=hy  # Հայերեն",
            "",
            "# a comment",
            f"export {LEVEL} = 'error'",
            'JOLIG_DATA_DIR="a # folder"',
            f"{TOKEN}={SECRET}",
        ]
        settings = load({}, write(mark + end.join(line.encode() for line in lines)))
        assert (settings.language, settings.log_level, settings.data_dir) == ("hy", "error", Path("a # folder"))
        assert settings.telegram_token
        assert settings.telegram_token.get_secret_value() == SECRET

    def test_nothing_is_inserted_into_a_value(self, write: Write) -> None:
        """A token may hold any sign."""
        settings = load({"HOME": "x"}, write(f"{LANGUAGE}=en\nJOLIG_DATA_DIR=${{HOME}}/$HOME/${LANGUAGE}\n"))
        assert settings.data_dir == Path(f"${{HOME}}/$HOME/${LANGUAGE}")

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            (f"{TOKEN} {SECRET}", 1),
            (f"{TOKEN}: {SECRET}", 1),
            (f"{TOKEN}\n", 1),
            (f"={SECRET}", 1),
            (f'{TOKEN}="{SECRET}', 1),
            (f"{LANGUAGE}=en\n# comment\n{SECRET}\n{LEVEL}=info\n", 3),
            (f'JOLIG_DATA_DIR="a\nb"\n{TOKEN}\n', 3),
            (f"{LANGUAGE}=en\n\n\n{SECRET}\n", 4),
            (f"\r\n\r\n{SECRET}\r\n", 3),
            ("\n\nnot ours\n", 3),
        ],
    )
    def test_a_malformed_line_is_told_by_its_number(self, write: Write, content: str, line: int) -> None:
        """The line itself may hold a secret."""
        path = write(content)
        assert refused({}, path) == f"{path}:{line}: this is not NAME=value"

    @pytest.mark.parametrize("content", [b"\xff\xfeJ\x00", f"{LANGUAGE}=Հայ".encode("utf-16"), b"JOLIG_LANGUAGE=\xe9"])
    def test_a_file_that_is_not_utf_8_is_told(self, write: Write, content: bytes) -> None:
        """Other encodings are not guessed."""
        path = write(content)
        assert refused({}, path) == f"{path} is not UTF-8 text"

    def test_a_folder_in_its_place_is_told(self, tmp_path: Path) -> None:
        """In the words of the system."""
        assert refused({}, tmp_path) == f"{tmp_path} cannot be read: Is a directory"

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
    @pytest.mark.parametrize("variables", [{}, {TOKEN: "other"}], ids=["alone", "beside the environment"])
    def test_a_token_that_others_can_read_is_refused(self, write: Write, mode: int, variables: dict[str, str]) -> None:
        """Also where the environment has another one: this one is out."""
        path = write(f"{TOKEN}={SECRET}\n")
        path.chmod(mode)
        assert refused(variables, path) == f"{path} holds a secret and others can read it: chmod 600 {path}"

    @pytest.mark.parametrize("name", [name for name, field in VARIABLES.items() if "Secret" in str(KINDS[field])])
    def test_every_secret_is_one(self, write: Write, name: str) -> None:
        """Not only the token of Telegram."""
        path = write(f"{name}={SECRET}\n")
        path.chmod(0o644)
        assert refused({}, path) == f"{path} holds a secret and others can read it: chmod 600 {path}"

    def test_a_password_in_an_address_is_a_secret(self, write: Write) -> None:
        """An address without one is none."""
        path = write(f"JOLIG_TELEGRAM_API_URL=https://bot:{SECRET}@bots.example\n")
        path.chmod(0o644)
        assert refused({}, path) == f"{path} holds a secret and others can read it: chmod 600 {path}"
        path.write_text("JOLIG_TELEGRAM_API_URL=https://bots.example\n")
        assert load({}, path).telegram_api_url == "https://bots.example"

    @pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
    def test_a_token_that_only_its_owner_can_read_is_taken(self, write: Write, mode: int) -> None:
        """Whatever else the owner may do with the file."""
        path = write(f"{TOKEN}={SECRET}\n")
        path.chmod(mode)
        assert load({}, path).telegram_token

    @pytest.mark.parametrize("content", [f"{LANGUAGE}=hy\n", f"{LANGUAGE}=hy\n{TOKEN}=\n"], ids=["none", "empty"])
    def test_a_file_without_a_token_may_be_read_by_all(self, write: Write, content: str) -> None:
        """Its other settings are no secrets."""
        path = write(content)
        path.chmod(0o644)
        assert load({TOKEN: SECRET}, path).language == "hy"
