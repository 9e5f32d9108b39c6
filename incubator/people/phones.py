"""Telephone numbers: however people write them, they are stored in E.164."""

import phonenumbers

HOME_REGION = "VN"
EXPECTED = "0912 345 678 | +84912345678"


def e164(written: str) -> str | None:
    """The number in E.164, read as if dialled in Viet Nam; None where it is no number in use.

    An extension is refused, because E.164 has no place for it and dropping it would call somebody else.
    """
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
