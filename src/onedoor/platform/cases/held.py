"""Which organ has a case in hand, told to rooms below that know no cases."""

from django.db.models import Q

from onedoor.platform.cases.models import Case


def is_held(number: str, *, organization_id: int | None) -> bool:
    """Tell whether an organ receives or decides the case of this number."""
    organs = Q(receiving_organization=organization_id) | Q(deciding_organization=organization_id)
    return organization_id is not None and Case.objects.filter(organs, number=number).exists()
