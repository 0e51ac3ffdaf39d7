"""Mistakes in files that people write are told with file, line and key."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from pydantic import BeforeValidator, Field

from kexin import tomlfile
from kexin.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


class Wheel(tomlfile.Section):
    """A part."""

    size: int = Field(gt=0)
    kind: Literal["front", "rear"] = "front"
    origin: str = Field("", alias="from")


def as_wheel(spec: object) -> object:
    return {"size": spec} if isinstance(spec, int) else spec


class Cart(tomlfile.Section):
    """A form with all that a form may have."""

    name: str
    built: date | None = None
    width: int | Literal["wide"] = 1
    wheels: tuple[Wheel, ...] = ()
    spares: dict[str, Annotated[Wheel, BeforeValidator(as_wheel)]] = Field({})
    labels: dict[str, str] = Field({})


def mistake(tmp_path: Path, text: str) -> ConfigurationError:
    path = tmp_path / "cart.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        tomlfile.read(path, Cart)
    assert raised.value.where.startswith(str(path))
    return raised.value


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cart.toml"
    path.write_text('name = "a"\nwidth = "wide"\nspares.left = 3\n', encoding="utf-8")
    assert tomlfile.read(path, Cart).spares["left"].size == 3


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (
            "name = 'a'\n\n[[wheels]]\nsize = 1\n[[wheels]]\nsize = 0\n",
            6,
            "wheels[1].size",
        ),
        ("name = 'a'\nwheels = [\n  { size = 'x' },\n]\n", 2, "wheels[0].size"),
        ("name = 'a'\n[spares]\nleft = { size = 'x' }\n", 3, "spares.left.size"),
        ("name = 'a'\n[spares.'a.b']\nsize = 'x'\n", 3, "spares.a.b.size"),
        ("name = 'a'\n[spares]\nsize = { size = 'x' }\n", 3, "spares.size.size"),
        ("name = 'a'\n[labels]\n'left = right' = 1\n", 3, "labels.left = right"),
        ("# none\nname = 1\n", 2, "name"),
        ("name = 'a'\nwidth = 1.5\n", 2, "width"),
        ("name = 'a'\nbuilt = 'x'\n", 2, "built"),
        ("width = 1\n", 1, "name"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_key(
    tmp_path: Path, text: str, line: int, key: str
) -> None:
    where = mistake(tmp_path, text).where
    assert where.endswith(f", line {line}, key {key}")


@pytest.mark.parametrize(
    ("text", "key", "guess"),
    [
        ("nme = 'a'\n", "nme", "name"),
        ("name = 'a'\n[[wheels]]\nsize = 1\nfron = 'x'\n", "wheels[0].fron", "from"),
        ("name = 'a'\n[spares.size]\nkid = 'x'\nsize = 1\n", "spares.size.kid", "kind"),
    ],
)
def test_a_misspelt_key_is_told_with_the_nearest(
    tmp_path: Path, text: str, key: str, guess: str
) -> None:
    error = mistake(tmp_path, text)
    assert error.where.endswith(f"key {key}") or "more" in error.found.en
    told = error.said("en") + error.said("zh")
    if "unknown key" in told:
        assert f"did you mean '{guess}'?" in told
        assert f"是否应为“{guess}”？" in told


def test_a_missing_key_and_a_closed_list_are_told_in_both_languages(
    tmp_path: Path,
) -> None:
    missing = mistake(tmp_path, "width = 1\n")
    assert missing.expected.zh == "必填的键"
    assert missing.found.en == "found nothing"
    listed = mistake(tmp_path, "name = 'a'\nwheels = [{ size = 1, kind = 'x' }]\n")
    assert "以下之一" in listed.expected.zh
    assert "'front' or 'rear'" in listed.expected.en


def test_further_mistakes_are_counted(tmp_path: Path) -> None:
    error = mistake(tmp_path, "name = 1\nbuilt = 'x'\n")
    assert "and 1 more mistake(s)" in error.found.en
    assert "另有1处错误" in error.found.zh


def test_what_is_no_toml_or_no_file_is_told(tmp_path: Path) -> None:
    assert "not valid TOML" in mistake(tmp_path, "name = \n").found.en
    with pytest.raises(ConfigurationError, match="there is no such file"):
        tomlfile.read(tmp_path / "none.toml", Cart)
