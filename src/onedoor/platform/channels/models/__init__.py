"""Tables of the channels: the hotline's work orders, the machines of the halls."""

from onedoor.platform.channels.models.hotline import DispatchRule, DutyOfficer, HotlineLine, OrderAct, WorkOrder
from onedoor.platform.channels.models.kiosks import CardReading, Kiosk, KioskAct
from onedoor.platform.channels.models.scans import Scan, ScannedPage

__all__ = [
    "CardReading",
    "DispatchRule",
    "DutyOfficer",
    "HotlineLine",
    "Kiosk",
    "KioskAct",
    "OrderAct",
    "Scan",
    "ScannedPage",
    "WorkOrder",
]
