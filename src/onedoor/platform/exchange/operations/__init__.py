"""Everything the exchange writes; callers import it from here."""

from onedoor.platform.exchange.operations.asking import BusinessMissing, ConsentMissing, ask
from onedoor.platform.exchange.operations.using import DatasetAnswer, NotShared, use_dataset

__all__ = ["BusinessMissing", "ConsentMissing", "DatasetAnswer", "NotShared", "ask", "use_dataset"]
