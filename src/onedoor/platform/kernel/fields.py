"""Model fields whose values are encrypted in the database; a blind index finds them again (`blind`)."""

import json
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from onedoor.platform.kernel.crypto.sealed import decrypt_text, encrypt_text

HIDDEN = "‹已加密›"
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps makes one for each value


class ProtectedText(str):
    """Decrypted text: usable as any text, but its repr, which logs and error pages print, shows nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return HIDDEN


class ProtectedDict(dict[str, Any]):
    def __repr__(self) -> str:
        return HIDDEN


class ProtectedList(list[Any]):
    def __repr__(self) -> str:
        return HIDDEN


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """
    Text stored as "v1.<algorithm>.<key id>.<base64url>", authenticated together with "app.model.field".

    Empty text stays empty and NULL stays NULL. It cannot be filtered on except by `isnull`: keep a `BlindIndex`
    beside it. Reading a value that was changed or moved raises `TamperedValue`. A renamed field or model
    passes its first name as `bound_to`, or its old rows no longer decrypt.
    """

    description = "加密文本"

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.bound_to:
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    @property
    def context(self) -> str:
        return self.bound_to or f"{self.model._meta.label_lower}.{self.name}"

    def seal(self, value: Any) -> str:
        return encrypt_text(str(value), context=self.context) if value != "" else ""

    def unseal(self, stored: str) -> Any:
        return ProtectedText(decrypt_text(stored, context=self.context)) if stored else ProtectedText("")

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Expression):
            return value
        return self.seal(value)

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else self.unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """:raises FieldError: for every lookup but isnull; equal texts have different ciphertexts."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.context} is encrypted: search its blind index instead of {lookup_name}.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        """:raises FieldError: always; `dumpdata` would write the plain text. Back up database and keys instead."""
        raise FieldError(f"{self.context} is encrypted and is not serialised.")


class EncryptedJSONField(EncryptedTextField):
    """A JSON value (no dates, no decimals: write them as text) stored encrypted as a whole."""

    description = "加密数据"
    _pyi_private_set_type: Any  # what the type checker's Django plugin lets be assigned, and what it says is read
    _pyi_private_get_type: Any

    def seal(self, value: Any) -> str:
        text = ENCODE(value)
        return encrypt_text(text, context=self.context)

    def unseal(self, stored: str) -> Any:
        value = json.loads(decrypt_text(stored, context=self.context))
        if isinstance(value, dict):
            return ProtectedDict(value)
        return ProtectedList(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return value
