"""Which answers are shown masked until somebody gives a purpose, and how (standards 22)."""

from collections.abc import Collection, Iterator

from onedoor.platform.catalog.forms import FormField, Section
from onedoor.standards.masks import mask_address, mask_bank_card, mask_citizen_id, mask_mobile

ALWAYS = {"citizen_id": mask_citizen_id, "mobile": mask_mobile, "bank_card": mask_bank_card}
IF_SENSITIVE = {"address": mask_address}


def is_masked(field: FormField) -> bool:
    """Tell whether officers see this answer masked at first: by its type, or because the item says so."""
    return field.type in ALWAYS or field.sensitive


def mask(field: FormField, text: str) -> str:
    """Return an answer in words as it may be shown without a purpose."""
    if not is_masked(field) or text == "—":
        return text
    how = ALWAYS.get(field.type) or IF_SENSITIVE.get(field.type)
    return how(text) if how else "****"


def masked_fields(sections: Collection[Section]) -> Iterator[tuple[str, str]]:
    """Yield (path, label) of every masked answer of a form: "members.id_number", "家庭成员 · 身份证号"."""
    for section in sections:
        for field in section.fields:
            if field.type == "table":
                inner = [column for column in field.columns if is_masked(column)]
                yield from ((f"{field.code}.{one.code}", f"{field.label} · {one.label}") for one in inner)
            elif is_masked(field):
                yield field.code, f"{section.title} · {field.label}"
