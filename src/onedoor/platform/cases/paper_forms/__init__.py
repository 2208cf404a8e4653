"""The paper twin of a form: printed with a code, filled in by hand, found again by its code when it is scanned."""
