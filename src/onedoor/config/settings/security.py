"""Log-in, sessions, cookies, headers. Deny by default."""

from csp.constants import NONE, SELF

from onedoor.config.settings.base import env

AUTH_USER_MODEL = "identity.Login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "onedoor.platform.identity.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "onedoor.platform.identity.passwords.ThreeClasses"},
    {"NAME": "onedoor.platform.identity.passwords.NotUsedBefore"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

AXES_FAILURE_LIMIT = "onedoor.web.parts.entrance.tries_allowed"
AXES_COOLOFF_TIME = "onedoor.web.parts.entrance.locked_for"
AXES_LOCKOUT_PARAMETERS = "onedoor.web.parts.entrance.locked_by"
AXES_CLIENT_IP_CALLABLE = "onedoor.web.parts.addresses.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "onedoor.web.parts.entrance.locked_out"

# The addresses or networks of our own proxies; only what they say about where a request comes from is believed.
ONEDOOR_TRUSTED_PROXIES: list[str] = env.list("ONEDOOR_TRUSTED_PROXIES", default=[])
ONEDOOR_IDLE_STAFF_SECONDS = env.int("ONEDOOR_IDLE_STAFF_MINUTES", default=15) * 60
ONEDOOR_IDLE_PUBLIC_SECONDS = env.int("ONEDOOR_IDLE_PUBLIC_MINUTES", default=30) * 60

SECURE_TRANSPORT = env.bool("ONEDOOR_TLS", default=False)
SESSION_ENGINE = "onedoor.web.parts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TRANSPORT
SECURE_SSL_REDIRECT = SECURE_TRANSPORT
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_TRANSPORT else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
