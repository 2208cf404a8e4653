"""Where the outside world answers: departments, the SMS gateway. The demonstration's simulator plays them all."""

from onedoor.config.settings.base import env

ONEDOOR_NODE = env.str("ONEDOOR_NODE", default="onedoor")
# "police.household=http://127.0.0.1:8701,housing.ownership=http://127.0.0.1:8702"
ONEDOOR_CONNECTORS = env.dict("ONEDOOR_CONNECTORS", default={})
ONEDOOR_SMS_URL = env.str("ONEDOOR_SMS_URL", default="")
ONEDOOR_SMS_SECRET = env.str("ONEDOOR_SMS_SECRET", default="")
