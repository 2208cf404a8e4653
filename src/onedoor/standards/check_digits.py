"""Check characters: ISO 7064 MOD 11-2 and MOD 37,36 (GB/T 17710-2008), Luhn."""

ALPHABET_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOD_11_2_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2 ** (18 - i) % 11
_MOD_11_2_CHARACTERS = "10X98765432"


def mod11_2_check(body: str) -> str:
    """Return the MOD 11-2 check character of 17 digits (GB 11643-1999)."""
    if len(body) != 17 or not body.isascii() or not body.isdigit():
        raise ValueError("the body has 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(body, _MOD_11_2_WEIGHTS, strict=True))
    return _MOD_11_2_CHARACTERS[total % 11]


def mod37_36_check(text: str) -> str:
    """Return the MOD 37,36 check character of a text over 0-9A-Z."""
    product = 36
    for character in text:
        product = (product + ALPHABET_36.index(character)) % 36 or 36
        product = product * 2 % 37
    return ALPHABET_36[(37 - product) % 36]


def mod37_36_valid(text: str) -> bool:
    """Tell whether the last character is the MOD 37,36 check character of the rest."""
    return len(text) > 1 and all(c in ALPHABET_36 for c in text) and mod37_36_check(text[:-1]) == text[-1]


def luhn_check(body: str) -> str:
    """Return the Luhn check digit of a card number's body."""
    total = 0
    for place, character in enumerate(reversed(body)):
        digit = int(character) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)
