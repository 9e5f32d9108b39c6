"""Keeping citizen ids so that the database alone tells nobody a number.

Two keys are derived from the secret key of the service: one seals, the other makes the keyed digest by which equal
numbers are found. Every sealed number begins with a mark of its key, so that one sealed under another key is known as
such, and is bound to its person, so that it opens for nobody else.
"""

import hmac
import os
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from incubator.errors import broken_rule, rule_text

SECRET_KEY_CHANGED = rule_text(
    "secret_key_changed",
    "The number cannot be opened: it was sealed with another secret key than INCUBATOR_SECRET_KEY of this service, or "
    "its row was tampered with. Bring the old key back, or enter the number again.",
    "Không mở được số: số được mã hóa bằng khóa bí mật khác với INCUBATOR_SECRET_KEY hiện tại, hoặc dữ liệu đã bị sửa. "
    "Hãy dùng lại khóa cũ, hoặc nhập lại số.",
)

KEY_BYTES = 32
MARK_BYTES = 4
NONCE_BYTES = 12


class Sealer:
    """Seals, opens and compares citizen ids under one secret key."""

    def __init__(self, secret_key: str) -> None:
        secret = secret_key.encode()
        self._seal = AESGCM(_derived(secret, b"incubator: sealing of citizen ids"))
        self._digest_key = _derived(secret, b"incubator: digest of citizen ids")
        self.mark = _derived(secret, b"incubator: mark of the key of citizen ids")[:MARK_BYTES]

    def seal(self, number: str, person_id: UUID) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self.mark + nonce + self._seal.encrypt(nonce, number.encode(), person_id.bytes)

    def open(self, sealed: bytes, person_id: UUID) -> str:
        """The number; a rule is broken where this key does not open it for this person."""
        mark, rest = sealed[:MARK_BYTES], sealed[MARK_BYTES:]
        if mark != self.mark:
            raise broken_rule(SECRET_KEY_CHANGED)
        try:
            return self._seal.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], person_id.bytes).decode()
        except InvalidTag:
            raise broken_rule(SECRET_KEY_CHANGED) from None

    def digest(self, number: str) -> bytes:
        """The same for equal numbers, and worth nothing without the key."""
        return hmac.digest(self._digest_key, number.encode(), sha256)


@lru_cache(maxsize=4)
def sealer_of(secret_key: str) -> Sealer:
    """Kept, because deriving the keys costs more than using them."""
    return Sealer(secret_key)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)
