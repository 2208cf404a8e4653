"""Countries and regions (GB/T 2659.1-2022, the same codes as ISO 3166-1). The list comes from a library, not from us."""

import gettext
from dataclasses import dataclass
from functools import lru_cache

import pycountry

# The standard's own forms; a library's translation must not replace them.
_CHINESE_FORMS = {"CHN": "中国", "HKG": "中国香港", "MAC": "中国澳门", "TWN": "中国台湾省"}
_ENGLISH_FORMS = {"CHN": "China", "HKG": "Hong Kong, China", "MAC": "Macao, China", "TWN": "Taiwan, China"}


@dataclass(frozen=True)
class Country:
    """`alpha3` is the key; `numeric` has three digits with leading zeros."""

    alpha3: str
    alpha2: str
    numeric: str
    zh: str
    en: str


@lru_cache(maxsize=1)
def countries() -> dict[str, Country]:
    """Return every country and region by its three-letter code."""
    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"], fallback=True)
    return {
        row.alpha_3: Country(
            row.alpha_3,
            row.alpha_2,
            row.numeric,
            _CHINESE_FORMS.get(row.alpha_3) or chinese.gettext(row.name),
            _ENGLISH_FORMS.get(row.alpha_3) or row.name,
        )
        for row in pycountry.countries
    }
