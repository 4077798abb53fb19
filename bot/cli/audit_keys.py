"""The keys that a command on the record trusts: those that were given, or this server's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from adapters.signing import Keys, load_keys
from bot.errors import BadInput, SettingsInvalid
from bot.proving.keys import Keyring, PublicKey, read_public_key
from bot.settings import Settings

TrustedKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--public-key",
        help="A trusted key, or a file with it, as `signoff audit public-key` prints it; may be given several times. "
        "This server's own when left out.",
    ),
]


def trusted_keys(given: Iterable[str] | None, settings: Settings | None) -> Keyring:
    """The keys that were given, or this server's own.

    Raises:
        BadInput: when neither is to be had.
    """
    keys = [read_public_key(text_of_file(Path(text)) if Path(text).is_file() else text) for text in given or ()]
    if keys:
        return Keyring(keys)
    if settings is None:
        raise BadInput(
            "is needed to verify a file",
            field="--public-key",
            remedy="get it from the operator: `signoff audit public-key` prints it",
        )
    return Keyring([own_key(settings)])


def own_key(settings: Settings) -> PublicKey:
    """This server's own public key."""
    return own_keys(settings).public_key


def own_keys(settings: Settings) -> Keys:
    """This server's own keys; none is made.

    Raises:
        SettingsInvalid: when there are none.
    """
    try:
        return load_keys(settings.key_file, settings.key, create=False)
    except SettingsInvalid as error:
        raise SettingsInvalid(
            error.message, field=error.field, remedy=f"{error.remedy}; or give --public-key where that is enough"
        ) from error


def text_of_file(path: Path) -> str:
    """What a file says.

    Raises:
        BadInput: when it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read", field="file") from error
