"""Settings shared by every installation. Each value is read from the environment in one place; see docs/settings.md."""

from pathlib import Path

import environ

env = environ.Env()

REPOSITORY = Path(__file__).resolve().parents[4]
VAR = Path(env.str("ONEDOOR_VAR", default=str(REPOSITORY / "var")))

SECRET_KEY = env.str("ONEDOOR_SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ONEDOOR_HOSTS", default=["127.0.0.1", "localhost"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "axes",
    "onedoor.platform.kernel",
    "onedoor.platform.audit",
    "onedoor.platform.identity",
    "onedoor.platform.files",
    "onedoor.platform.messages",
    "onedoor.platform.catalog",
    "onedoor.platform.certificates",
    "onedoor.platform.exchange",
    "onedoor.platform.network",
    "onedoor.platform.registers",
    "onedoor.platform.recognition",
    "onedoor.platform.cases",
    "onedoor.platform.feedback",
    "onedoor.platform.bundles",
    "onedoor.platform.knowledge",
    "onedoor.platform.channels",
    "onedoor.platform.publishing",
    "onedoor.platform.visits",
    "onedoor.platform.appointments",
    "onedoor.platform.payments",
    "onedoor.platform.portability",
    "onedoor.platform.supervision",
    "onedoor.services.assistance",
    "onedoor.web.parts",
    "onedoor.web.citizen",
    "onedoor.web.staff",
    "onedoor.web.supervision",
    "onedoor.web.kiosk",
    "onedoor.demonstration",
]

ROOT_URLCONF = "onedoor.config.urls"
WSGI_APPLICATION = "onedoor.config.wsgi.application"

MIDDLEWARE = [
    "onedoor.web.parts.addresses.ClientAddressMiddleware",
    "onedoor.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "onedoor.web.citizen.appointments.FullSlotMiddleware",  # before anything asks who comes
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "onedoor.web.parts.languages.marking.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "onedoor.web.kiosk.middleware.KioskMiddleware",
    "onedoor.web.parts.sessions.IdleMiddleware",
    "onedoor.web.parts.actors.ActorMiddleware",
    "onedoor.web.parts.actors.EntranceMiddleware",
    "onedoor.web.parts.refusals.RefusalMiddleware",
    "onedoor.web.parts.faces.FaceMiddleware",
    "onedoor.web.parts.writes.WritesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["onedoor.web.parts.languages.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["onedoor.web.parts.templatetags.say"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "onedoor.web.parts.context.appearance",
                "onedoor.web.parts.actors.person",
                "onedoor.web.parts.machines.machine",
                "onedoor.web.citizen.places.masthead",
                "onedoor.web.staff.rail.duties",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "zh-hans"
SHIPPED_LANGUAGES = Path(__file__).resolve().parents[2] / "web" / "parts" / "languages"
ONEDOOR_LANGUAGES = env.list("ONEDOOR_LANGUAGES", default=[])
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"

# A form's files are sealed while they arrive: nothing of them lies open on disk.
FILE_UPLOAD_HANDLERS = ["onedoor.web.parts.arrivals.MeteredUploadHandler"]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
SILENCED_SYSTEM_CHECKS: list[str] = []

ONEDOOR_KEYS_DIR = Path(env.str("ONEDOOR_KEYS_DIR", default=str(VAR / "keys")))
# Algorithms of new keys: "sm" (SM2, SM3, SM4) or "intl" (Ed25519, SHA-256, AES); what is stored says which it is under.
ONEDOOR_CRYPTO_SUITE = env.str("ONEDOOR_CRYPTO_SUITE", default="sm")
ONEDOOR_FILES_DIR = Path(env.str("ONEDOOR_FILES_DIR", default=str(VAR / "files")))
ONEDOOR_FILE_SIZE_LIMIT = env.int("ONEDOOR_FILE_SIZE_LIMIT", default=20 * 1024 * 1024)
ONEDOOR_SCAN_COMMAND = env.str("ONEDOOR_SCAN_COMMAND", default="")
# For how many days the operator may look at what did not pass, before it is destroyed.
ONEDOOR_QUARANTINE_DAYS = env.int("ONEDOOR_QUARANTINE_DAYS", default=30)
# For how many days a draft begun without an account is kept after it was last saved.
ONEDOOR_EARLY_DRAFT_DAYS = env.int("ONEDOOR_EARLY_DRAFT_DAYS", default=7)
# How many one-time codes go out by SMS within an hour, and how many of them to phones nobody has an account with.
ONEDOOR_CODES_PER_HOUR = env.int("ONEDOOR_CODES_PER_HOUR", default=3000)
ONEDOOR_EARLY_CODES_PER_HOUR = env.int("ONEDOOR_EARLY_CODES_PER_HOUR", default=600)
# What may be uploaded within a day for one form filled in without an account, in bytes.
ONEDOOR_EARLY_UPLOAD_QUOTA = env.int("ONEDOOR_EARLY_UPLOAD_QUOTA", default=20 * 1024 * 1024)
# What one person may upload within a day, in bytes.
ONEDOOR_UPLOAD_QUOTA = env.int("ONEDOOR_UPLOAD_QUOTA", default=200 * 1024 * 1024)
# Outside the database: each seal is noted here too, so that cutting off the end of the record is found.
ONEDOOR_SEAL_LOG: Path | None = Path(env.str("ONEDOOR_SEAL_LOG", default=str(VAR / "audit-seals.log")))
ONEDOOR_PUBLIC_URL = env.str("ONEDOOR_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ONEDOOR_CERTIFICATE_SUITE = env.str("ONEDOOR_CERTIFICATE_SUITE", default="sm")
ONEDOOR_CHECKS_PER_MINUTE = env.int("ONEDOOR_CHECKS_PER_MINUTE", default=60)
ONEDOOR_API_CALLS_PER_MINUTE = env.int("ONEDOOR_API_CALLS_PER_MINUTE", default=600)
ONEDOOR_WORKER_INTERVAL = env.float("ONEDOOR_WORKER_INTERVAL", default=1.0)
ONEDOOR_WORKER_LOST_AFTER = env.float("ONEDOOR_WORKER_LOST_AFTER", default=60.0)
# How far a demonstration's clock runs ahead is read from this file; None means the wall clock, as everywhere else.
ONEDOOR_DEMONSTRATION_CLOCK: Path | None = None
# Where the simulated devices of the demonstration's self-service machine listen; nothing on a real site.
ONEDOOR_DEMONSTRATION_READER = env.str("ONEDOOR_DEMONSTRATION_READER", default="")
ONEDOOR_DEMONSTRATION_SCANNER = env.str("ONEDOOR_DEMONSTRATION_SCANNER", default="")
