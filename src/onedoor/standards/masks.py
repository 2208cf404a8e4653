"""What may be shown of personal data in lists and public notices."""


def mask_citizen_id(number: str) -> str:
    """Keep the first three and the last four characters: 110***********002X."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_name(name: str) -> str:
    """Two characters: the first; more: the first and the last."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_mobile(number: str) -> str:
    """138****1234."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_bank_card(number: str) -> str:
    """Keep the length and the last four digits."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def mask_address(address: str) -> str:
    """Keep an address down to the township or street, as far as it names one: 塘栖镇****."""
    kept = ""
    for end in ("街道", "镇", "乡", "苏木", "区", "县", "市"):
        place = address.find(end)
        if place >= 0:
            kept = address[: place + len(end)]
            break
    return f"{kept}****"
