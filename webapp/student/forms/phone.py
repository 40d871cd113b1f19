"""Telephone numbers as people write them, read into the form that machines dial."""

import phonenumbers

BAD_PHONE = "Check the phone number. It should look like 415 555 0134, or +44 20 7946 0958 from another country."


def e164(text: str, region: str = "US") -> str | None:
    """The number in E.164 (ITU-T), `text` read as in `region` unless it says its country; None when there is none."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
