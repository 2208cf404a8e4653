"""What people have asked to hear about."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (Holding("publishing.Subscription", ("topic", "division", "agreed_at", "ended_at"), by=("person",)),)
