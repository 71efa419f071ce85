"""Names of months, whole or cut to three letters or more."""

_NAMES = (
    "january januar jänner janvier enero gennaio januari janeiro",
    "february februar feber février fevrier febrero febbraio februari fevereiro",
    "march märz maerz mars marzo maart março",
    "april avril abril aprile",
    "may mai mayo maggio mei maio",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august août aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember décembre decembre diciembre dicembre dezembro",
)


def _numbers() -> dict[str, int]:
    """Give each beginning of a name that only one month has its number; "jui" is juin and juillet."""
    months: dict[str, set[int]] = {}
    for number, names in enumerate(_NAMES, start=1):
        for name in names.split():
            for end in range(3, len(name) + 1):
                months.setdefault(name[:end], set()).add(number)
    return {name: numbers.pop() for name, numbers in months.items() if len(numbers) == 1}


NUMBERS = _numbers()
"""Name in small letters -> 1 to 12."""
