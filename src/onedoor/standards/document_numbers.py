"""Numbers printed on documents: the 文号 of an organ."""


def document_number(organ: str, series: str, year: int, running: int) -> str:
    """Return 朝民救准〔2026〕15号: organ, series, year in hexagonal brackets, number without leading zeros."""
    if running < 1:
        raise ValueError("document numbers start at 1")
    return f"{organ}{series}\u3014{year}\u3015{running}号"
