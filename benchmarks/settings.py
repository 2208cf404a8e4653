"""A real installation's settings, with invented items and a count of queries in each answer's head."""

from onedoor.config.settings.production import *
from onedoor.config.settings.production import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = ["benchmarks.site.CountQueries", *MIDDLEWARE]
# Filling a database takes longer than an officer may do nothing; those who measure have not gone away.
ONEDOOR_IDLE_STAFF_SECONDS = ONEDOOR_IDLE_PUBLIC_SECONDS = 24 * 3600
