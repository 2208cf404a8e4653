"""`manage.py check`: what purposes open is there."""

from typing import Any

from django.core.checks import CheckMessage, Error

from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.datasets import Sharing, all_datasets
from onedoor.platform.exchange.purposes import Purpose, all_purposes


def check_purposes(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Django's system check over the registered purposes."""
    return [
        Error(f"{purpose.code}: {fault}", id="onedoor.E002")
        for purpose in all_purposes().values()
        for fault in faults_of(purpose)
    ]


def faults_of(purpose: Purpose) -> list[str]:
    """Return what a purpose opens and nobody has, or may not share."""
    known = {code: dataset.fields for code, dataset in all_datasets().items()}
    known |= {code: connector.fields for code, connector in all_connectors().items()}
    faults = []
    for source, opened in purpose.opens.items():
        if source not in known:
            faults.append(f"没有登记数据来源 {source}")
            continue
        faults += [f"{source} 没有数据项 {one}" for one in opened if one not in known[source]]
        shared = {code for code, one in known[source].items() if one.sharing != Sharing.NOT_SHARED}
        faults += [f"{source} 的 {one} 不予共享" for one in opened if one in known[source] and one not in shared]
    return faults
