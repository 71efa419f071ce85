"""How currencies stand beside amounts."""

import re

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR
PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP
TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
"""
"""ISO 4217: three letters that are none of these are no currency ("12 PCS")."""

_SAME = {
    "€": "EUR", "Euro": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "Rs": "INR", "Rs.": "INR", "₽": "RUB",
    "\u0440\u0443\u0431": "RUB", "\u0440\u0443\u0431.": "RUB", "₺": "TRY", "TL": "TRY", "₴": "UAH",
    "₪": "ILS", "₩": "KRW", "₫": "VND", "₡": "CRC", "₲": "PYG", "₵": "GHS", "₸": "KZT", "₾": "GEL",
    "zl": "PLN", "NT$": "TWD", "KSh": "KES", "S/": "PEN", "S/.": "PEN", "Bs": "BOB", "Bs.": "BOB",
    "Kr": "kr", "Kr.": "kr",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "лв": "BGN", "лв.": "BGN", "R$": "BRL",
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "Fr.": "CHF", "SFr.": "CHF", "RM": "MYR", "Rp": "IDR", "₱": "PHP",
    "฿": "THB", "₦": "NGN", "kr.": "kr",
}  # fmt: skip
_SHARED = {"$": {"USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD"}, "kr": {"SEK", "NOK", "DKK", "ISK"}}
"""Signs of several countries: beside one of those codes they are no second currency."""

_SIGNS = [*_SAME, *_SHARED, *_CODES.split(), *_CODES.lower().split()]

PATTERN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))


def distinct(signs: set[str]) -> tuple[str, ...]:
    """Return the different currencies among signs and codes, each as one of its ways to be written."""
    names = {
        _SAME.get(sign, sign.upper() if sign.upper() in _CODES.split() else sign): sign
        for sign in sorted(signs)
    }
    for sign, codes in _SHARED.items():
        if codes & set(names):
            names.pop(sign, None)
    return tuple(names.values())
