"""Settings, and what starts with them."""

import socket
from dataclasses import fields
from pathlib import Path

import pytest

from server.http.process.listen import listen
from server.settings import Settings, read_settings
from server.sparql.limits_page import list_limits
from transform.errors import MisusedCommand, UnreadableRelease


def test_without_variables_the_defaults_hold() -> None:
    given = (10.0, 1024, 100, 1024, 32, 128, 5.0, 4096, 2000, 0, 64, 2)
    assert read_settings({}) == Settings(*given, "", "text", "network", "", 1)


def test_each_setting_is_a_variable() -> None:
    variables = {f"PORTRAIT_IA_{field.name.upper()}": "7" for field in fields(Settings)}
    variables["PORTRAIT_IA_TRUSTED_PROXIES"] = "10.0.0.0/8, ::1"
    variables["PORTRAIT_IA_LOG"] = "json"
    variables["PORTRAIT_IA_LOG_ADDRESSES"] = "none"
    variables["PORTRAIT_IA_SECURITY_CONTACTS"] = "mailto:a@b.example, https://b.example/?a=b"
    assert read_settings(variables) == Settings(
        7.0, 7, 7, 7, 7, 7, 7.0, 7, 7, 7, 7, 7, "10.0.0.0/8, ::1", "json", "none",
        "mailto:a@b.example, https://b.example/?a=b", 7,
    )  # fmt: skip


def test_seconds_may_be_a_fraction_and_blanks_are_nothing() -> None:
    given = {"PORTRAIT_IA_QUERY_SECONDS": "0.5", "PORTRAIT_IA_RESULT_MB": " "}
    assert read_settings(given) == Settings(query_seconds=0.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUERY_SECONDS", "ten"),
        ("QUERY_SECONDS", "0"),
        ("QUERY_SECONDS", "nan"),
        ("QUERY_SECONDS", "inf"),
        ("RESULT_MB", "1.5"),
        ("RESULT_MB", "0"),
        ("QUERY_KB", "-1"),
        ("REQUESTS_PER_MINUTE", "-1"),
    ],
)
def test_what_is_no_such_number_is_refused(name: str, value: str) -> None:
    with pytest.raises(MisusedCommand, match=f"PORTRAIT_IA_{name} is {value!r}; give a"):
        read_settings({f"PORTRAIT_IA_{name}": value})


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(MisusedCommand, match=r"TRUSTED_PROXIES: 'proxy'.*such as"):
        read_settings({"PORTRAIT_IA_TRUSTED_PROXIES": "proxy"})


def test_a_taken_port_is_refused_in_one_line(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MisusedCommand, match="choose another"):
            listen(folder, "127.0.0.1", taken.getsockname()[1], 1)


def test_a_folder_without_a_release_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRelease, match="portrait-ia build"):
        listen(tmp_path, "127.0.0.1", 0, 1)


@pytest.mark.parametrize(
    "value",
    ["security@a.example", "http://a.example/", "mailto:", "mailto:a b@c", "https://a/\nX: y"],
)
def test_a_contact_that_nobody_can_follow_is_named(value: str) -> None:
    with pytest.raises(MisusedCommand, match=r"SECURITY_CONTACTS.*mailto:securite@example\.org"):
        read_settings({"PORTRAIT_IA_SECURITY_CONTACTS": value})


def test_the_memory_of_a_remote_store_is_its_own() -> None:
    settings = read_settings({"PORTRAIT_IA_ENGINE": "http://127.0.0.1:9/sparql"})
    assert (settings.query_memory_mb, settings.total_memory_mb) == (0, 0)
    shown = [limit.setting for limit in list_limits(settings, "fr")]
    assert "PORTRAIT_IA_QUERY_SECONDS" in shown
    assert not [name for name in shown if name and name.endswith("MEMORY_MB")]
