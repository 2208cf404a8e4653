"""A real installation's settings, with invented items and a count of queries in each answer's head."""

from onedoor.config.settings.production import *
from onedoor.config.settings.production import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = ["benchmarks.site.CountQueries", *MIDDLEWARE]
