"""SM2 signing and checking of a finished digest by the system's OpenSSL 3 (libcrypto, through ctypes)."""

import ctypes
import sys
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_void_p
from functools import cache, lru_cache
from typing import Any

EVP_PKEY_PUBLIC_KEY = 0x86  # selections of EVP_PKEY_fromdata (openssl/evp.h)
EVP_PKEY_KEYPAIR = 0x87
OSSL_PARAM_UNSIGNED_INTEGER, OSSL_PARAM_UTF8_STRING, OSSL_PARAM_OCTET_STRING = 2, 4, 5
LONGEST_DER_SIGNATURE = 72

# Only names that carry the major version: on macOS, opening the unversioned system library ends the process.
LIBRARY_NAMES = {
    "win32": ("libcrypto-3-x64.dll", "libcrypto-3-arm64.dll", "libcrypto-3.dll"),
    "darwin": (
        "libcrypto.3.dylib",
        "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
        "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
    ),
}.get(sys.platform, ("libcrypto.so.3", "libcrypto.so.4"))


class OpenSSLFailed(Exception):
    """The library refused something that is always possible with sound keys: a bug or a broken installation."""


class _Param(ctypes.Structure):
    """OSSL_PARAM, openssl/core.h."""

    _fields_ = (
        ("key", c_char_p),
        ("data_type", c_uint),
        ("data", c_void_p),
        ("data_size", c_size_t),
        ("return_size", c_size_t),
    )


SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, (c_void_p, c_void_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_fromdata_init": (c_int, (c_void_p,)),
    "EVP_PKEY_fromdata": (c_int, (c_void_p, POINTER(c_void_p), c_int, POINTER(_Param))),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_sign_init": (c_int, (c_void_p,)),
    "EVP_PKEY_sign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_PKEY_verify_init": (c_int, (c_void_p,)),
    "EVP_PKEY_verify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "ERR_clear_error": (None, ()),
}


@cache
def library() -> Any | None:
    """Return the loaded libcrypto with its functions declared, or None where no OpenSSL 3 with SM2 is installed."""
    for name in LIBRARY_NAMES:
        try:
            loaded = ctypes.CDLL(name)
            for function, (result, arguments) in SIGNATURES.items():
                getattr(loaded, function).restype = result
                getattr(loaded, function).argtypes = arguments
        except (OSError, AttributeError):
            continue  # not there, or older than 3: the next name, in the end the integer arithmetic
        context = loaded.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        if context:
            loaded.EVP_PKEY_CTX_free(context)
            return loaded
        loaded.ERR_clear_error()
    return None


class _Key:
    """An EVP_PKEY; freed with the object. Safe to share between threads because it is never changed."""

    def __init__(self, crypto: Any, *, public: bytes, private: bytes | None) -> None:
        self._crypto = crypto
        self.pointer = c_void_p()
        values = [("group", OSSL_PARAM_UTF8_STRING, b"SM2"), ("pub", OSSL_PARAM_OCTET_STRING, public)]
        if private is not None:  # numbers are handed over in the machine's byte order
            number = int.from_bytes(private).to_bytes(32, sys.byteorder)
            values.append(("priv", OSSL_PARAM_UNSIGNED_INTEGER, number))
        buffers = [ctypes.create_string_buffer(data, len(data)) for _, _, data in values]
        params = (_Param * (len(values) + 1))()
        for param, (name, kind, data), buffer in zip(params, values, buffers, strict=False):
            param.key, param.data_type = name.encode(), kind
            param.data, param.data_size = ctypes.cast(buffer, c_void_p), len(data)
        selection = EVP_PKEY_PUBLIC_KEY if private is None else EVP_PKEY_KEYPAIR
        context = crypto.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        try:
            if crypto.EVP_PKEY_fromdata_init(context) != 1:
                raise OpenSSLFailed("EVP_PKEY_fromdata_init")
            if crypto.EVP_PKEY_fromdata(context, byref(self.pointer), selection, params) != 1:
                crypto.ERR_clear_error()
                raise OpenSSLFailed("EVP_PKEY_fromdata")
        finally:
            crypto.EVP_PKEY_CTX_free(context)

    def run(self, prepare: str, work: Callable[[Any], int]) -> int:
        """Open a context on this key, prepare it and return what `work` returns."""
        context = self._crypto.EVP_PKEY_CTX_new_from_pkey(None, self.pointer, None)
        try:
            if getattr(self._crypto, prepare)(context) != 1:
                raise OpenSSLFailed(prepare)
            return work(context)
        finally:
            self._crypto.EVP_PKEY_CTX_free(context)

    def __del__(self) -> None:
        self._crypto.EVP_PKEY_free(self.pointer)


@lru_cache(maxsize=256)
def _key(public: bytes, private: bytes | None) -> _Key:
    return _Key(library(), public=public, private=private)


def sign(private: bytes, public: bytes, digest: bytes) -> bytes:
    """
    Return the DER signature over the 32-byte digest SM3(Z ‖ message).

    :raises OpenSSLFailed: the key is not one of this curve, or the library is broken.
    """
    crypto: Any = library()
    out, length = (ctypes.create_string_buffer(LONGEST_DER_SIGNATURE), c_size_t(LONGEST_DER_SIGNATURE))
    done = _key(public, private).run(
        "EVP_PKEY_sign_init", lambda context: crypto.EVP_PKEY_sign(context, out, byref(length), digest, len(digest))
    )
    if done != 1:
        raise OpenSSLFailed("EVP_PKEY_sign")
    return out.raw[: length.value]


def verify(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Tell whether the DER `signature` over the digest was made by the holder of `public` (65 bytes, 04 ‖ x ‖ y)."""
    crypto: Any = library()
    answer = _key(public, None).run(
        "EVP_PKEY_verify_init",
        lambda context: crypto.EVP_PKEY_verify(context, signature, len(signature), digest, len(digest)),
    )
    if answer != 1:
        crypto.ERR_clear_error()  # a refused signature leaves a message in the thread's queue, which ssl would read
    return answer == 1
