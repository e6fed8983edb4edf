"""Cross-signing: the bot's user vouches for the bot's device, so that strict clients give it keys. nio has none.

Three keys belong to the user: the master key signs the two others, the self-signing key signs the user's own devices,
the user-signing key other users (the bot signs none). Their secrets, the seeds, are kept beside the store.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.channels.matrix.homeserver import Event

USAGES = MASTER, SELF_SIGNING, USER_SIGNING = "master", "self_signing", "user_signing"
_UNSIGNED = ("signatures", "unsigned")
"""What a signature does not cover."""


class Key:
    """A key that signs."""

    def __init__(self, seed: bytes) -> None:
        self._key = ECC.construct(curve="Ed25519", seed=seed)
        self.public = _base64(self._key.public_key().export_key(format="raw"))

    @property
    def id(self) -> str:
        """Return the name that signatures of the key go by."""
        return f"ed25519:{self.public}"

    def sign(self, signed: Event, user: str) -> Event:
        """Return an object with a signature added to those that it has."""
        covered = {name: value for name, value in signed.items() if name not in _UNSIGNED}
        signature = _base64(eddsa.new(self._key, "rfc8032").sign(_canonical(covered)))
        signatures = signed.get("signatures", {})
        return signed | {"signatures": signatures | {user: signatures.get(user, {}) | {self.id: signature}}}


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of a user, by their seeds."""

    seeds: Mapping[str, str]
    """32 random bytes each, as base64, by the use of the key."""

    @classmethod
    def create(cls) -> "Identity":
        """Return new keys."""
        return cls({usage: _base64(ECC.generate(curve="Ed25519").seed) for usage in USAGES})

    def key(self, usage: str) -> Key:
        """Return the key of a use."""
        return Key(base64.b64decode(self.seeds[usage] + "="))

    def published(self, user: str) -> Event:
        """Return the public keys as they are uploaded."""
        keys = {usage: self.key(usage) for usage in USAGES}
        parts = {
            f"{usage}_key": {"user_id": user, "usage": [usage], "keys": {key.id: key.public}}
            for usage, key in keys.items()
        }
        for usage in (SELF_SIGNING, USER_SIGNING):
            parts[f"{usage}_key"] = keys[MASTER].sign(parts[f"{usage}_key"], user)
        return parts


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _canonical(value: Event) -> bytes:
    """Return JSON as Matrix signs it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
