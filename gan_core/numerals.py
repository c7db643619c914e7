"""How a number is written where a person reads it, in texts, legends, tables and figures alike.

number(4.54e-5)   # "4.54·10⁻⁵"
number(25_600.0)  # "25,600"
number(-1 / 3)    # "−0.333"

An address, a command line, a script and a file have numbers as a program reads them, which is not this.
"""

from __future__ import annotations

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EXACT, LONGEST = 1e9, 5  # whole numbers below it are written out; of others the digits before the point


def number(value: float, digits: int = 3) -> str:
    """As it is written by hand, with so many significant digits where it is not whole: −0.25, 1,024, 4.54·10⁻⁵, ∞, and
    – for what is no number. `pure.js` writes them alike."""
    if math.isnan(value):
        return "–"
    if float(value).is_integer() and abs(value) < EXACT:
        return f"{int(value):,}".replace("-", "−")
    mantissa, _, exponent = f"{value:,.{digits}g}".partition("e")
    sign, power = mantissa.replace("-", "−").replace("inf", "∞"), int(exponent or 0)
    if not exponent:
        return sign
    if 0 < power < LONGEST:
        return f"{float(f'{mantissa}e{power}'):,.0f}".replace("-", "−")
    ten = f"10{str(power).translate(_SUPERSCRIPT)}"
    return ten if sign == "1" else f"{sign}·{ten}"
