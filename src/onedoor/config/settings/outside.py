"""Where the outside world answers: departments, SMS gateways, mail relays, WeChat, the payment platform, the time-stamp authority. The demonstration's simulator plays them all."""

from pathlib import Path

from onedoor.config.settings.base import env

ONEDOOR_NODE = env.str("ONEDOOR_NODE", default="onedoor")
# How this node presents itself to other nodes: its name, the division it serves (12 digits; empty: the whole country), its
# level (ministry, province, city, county; empty: by the division)
ONEDOOR_NODE_NAME = env.str("ONEDOOR_NODE_NAME", default="")
ONEDOOR_NODE_DIVISION = env.str("ONEDOOR_NODE_DIVISION", default="")
ONEDOOR_NODE_LEVEL = env.str("ONEDOOR_NODE_LEVEL", default="")
# Pairs of connector and base address with commas between them, for example police.household with http://127.0.0.1:8701
ONEDOOR_CONNECTORS = env.dict("ONEDOOR_CONNECTORS", default={})
# The longest a department may take in seconds, whatever its connector says, and the folder with the public keys of those
# that sign their answers, one file <connector>.pub each
ONEDOOR_CONNECTOR_TIMEOUT = env.float("ONEDOOR_CONNECTOR_TIMEOUT", default=10.0)
_keys = env.str("ONEDOOR_CONNECTOR_KEYS", default="")
ONEDOOR_CONNECTOR_KEYS = Path(_keys) if _keys else None
# Where a bank says whether name, identity number, card and phone belong together; empty: this way is not offered
ONEDOOR_BANK_CHECK_URL = env.str("ONEDOOR_BANK_CHECK_URL", default="")
# Log-ins of others: a list in JSON, one object each (docs/settings.md); empty: none is offered. Seconds one may take.
ONEDOOR_OUTSIDE_LOGINS = env.json("ONEDOOR_OUTSIDE_LOGINS", default=[])
ONEDOOR_OUTSIDE_LOGIN_TIMEOUT = env.float("ONEDOOR_OUTSIDE_LOGIN_TIMEOUT", default=5.0)
ONEDOOR_SMS_URL = env.str("ONEDOOR_SMS_URL", default="")
ONEDOOR_SMS_SECRET = env.str("ONEDOOR_SMS_SECRET", default="")
# A second gateway, asked when the first one fails or is away
ONEDOOR_SMS_SECOND_URL = env.str("ONEDOOR_SMS_SECOND_URL", default="")
ONEDOOR_SMS_SECOND_SECRET = env.str("ONEDOOR_SMS_SECOND_SECRET", default="")
# Mail relays, smtp://user:password@host:25 or smtps://, in the order in which they are asked
ONEDOOR_SMTP_URL = env.str("ONEDOOR_SMTP_URL", default="")
ONEDOOR_SMTP_SECOND_URL = env.str("ONEDOOR_SMTP_SECOND_URL", default="")
ONEDOOR_MAIL_FROM = env.str("ONEDOOR_MAIL_FROM", default="noreply@localhost")
# The official account of WeChat: what it is known by, what signs and encrypts its callbacks, the template of its messages
ONEDOOR_WECHAT_URL = env.str("ONEDOOR_WECHAT_URL", default="")
ONEDOOR_WECHAT_APP_ID = env.str("ONEDOOR_WECHAT_APP_ID", default="")
ONEDOOR_WECHAT_SECRET = env.str("ONEDOOR_WECHAT_SECRET", default="")
ONEDOOR_WECHAT_TOKEN = env.str("ONEDOOR_WECHAT_TOKEN", default="")
ONEDOOR_WECHAT_AES_KEY = env.str("ONEDOOR_WECHAT_AES_KEY", default="")
ONEDOOR_WECHAT_TEMPLATE = env.str("ONEDOOR_WECHAT_TEMPLATE", default="")
# The platform that takes fees for the treasury (非税收缴平台), and the key we share with it; empty: fees are paid at the counter
ONEDOOR_TREASURY_URL = env.str("ONEDOOR_TREASURY_URL", default="")
ONEDOOR_TREASURY_SECRET = env.str("ONEDOOR_TREASURY_SECRET", default="")
# Weibo, for the accounts organs publish by; each account keeps its own token in the database
ONEDOOR_WEIBO_URL = env.str("ONEDOOR_WEIBO_URL", default="")
ONEDOOR_WEIBO_RIP = env.str("ONEDOOR_WEIBO_RIP", default="")
# Push services of browsers we send to (RFC 8030), as origins with commas between them; empty: no push at all
ONEDOOR_PUSH_SERVICES = env.list("ONEDOOR_PUSH_SERVICES", default=[])
# RFC 3161 authority that stamps the seals of the audit record, and the certificates (PEM) we trust for it
ONEDOOR_TSA_URL = env.str("ONEDOOR_TSA_URL", default="")
ONEDOOR_TSA_ROOTS = env.str("ONEDOOR_TSA_ROOTS", default="")
# A language model that puts answers into one piece, in the background, from passages we give it; empty: nothing is asked.
# The way it is asked ("chat": any endpoint that speaks the common chat protocol), its base address, key, model, seconds.
ONEDOOR_PHRASER = env.str("ONEDOOR_PHRASER", default="")
ONEDOOR_PHRASER_URL = env.str("ONEDOOR_PHRASER_URL", default="")
ONEDOOR_PHRASER_KEY = env.str("ONEDOOR_PHRASER_KEY", default="")
ONEDOOR_PHRASER_MODEL = env.str("ONEDOOR_PHRASER_MODEL", default="")
ONEDOOR_PHRASER_TIMEOUT = env.float("ONEDOOR_PHRASER_TIMEOUT", default=20.0)
# A recogniser of the text on uploaded papers, asked in the background; empty: no paper is read. The way it is asked
# ("ocr": PaddleOCR's serving; "chat": a model that sees, by the common chat protocol), base address, key, model, seconds.
ONEDOOR_RECOGNIZER = env.str("ONEDOOR_RECOGNIZER", default="")
ONEDOOR_RECOGNIZER_URL = env.str("ONEDOOR_RECOGNIZER_URL", default="")
ONEDOOR_RECOGNIZER_KEY = env.str("ONEDOOR_RECOGNIZER_KEY", default="")
ONEDOOR_RECOGNIZER_MODEL = env.str("ONEDOOR_RECOGNIZER_MODEL", default="")
ONEDOOR_RECOGNIZER_TIMEOUT = env.float("ONEDOOR_RECOGNIZER_TIMEOUT", default=30.0)
# A recogniser of speech, asked in the background; empty: nothing can be dictated. The way it is asked ("transcriptions":
# /audio/transcriptions, the common interface of such services), its base address, key, model, seconds.
ONEDOOR_LISTENER = env.str("ONEDOOR_LISTENER", default="")
ONEDOOR_LISTENER_URL = env.str("ONEDOOR_LISTENER_URL", default="")
ONEDOOR_LISTENER_KEY = env.str("ONEDOOR_LISTENER_KEY", default="")
ONEDOOR_LISTENER_MODEL = env.str("ONEDOOR_LISTENER_MODEL", default="")
ONEDOOR_LISTENER_TIMEOUT = env.float("ONEDOOR_LISTENER_TIMEOUT", default=60.0)
