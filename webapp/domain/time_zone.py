"""Time zones to choose from, by the names people use, and a guess from where somebody lives."""

from collections.abc import Mapping
from types import MappingProxyType

_AMERICA = {
    "America/New_York": "Eastern Time (New York)",
    "America/Detroit": "Eastern Time (Detroit)",
    "America/Indiana/Indianapolis": "Eastern Time (Indianapolis)",
    "America/Chicago": "Central Time (Chicago)",
    "America/Denver": "Mountain Time (Denver)",
    "America/Boise": "Mountain Time (Boise)",
    "America/Phoenix": "Mountain Time without daylight saving (Phoenix)",
    "America/Los_Angeles": "Pacific Time (Los Angeles)",
    "America/Anchorage": "Alaska Time (Anchorage)",
    "Pacific/Honolulu": "Hawaii Time (Honolulu)",
    "America/Puerto_Rico": "Atlantic Time (Puerto Rico)",
    "Pacific/Guam": "Chamorro Time (Guam)",
    "Pacific/Pago_Pago": "Samoa Time (Pago Pago)",
    "Pacific/Palau": "Palau Time (Palau)",
    "Pacific/Pohnpei": "Pohnpei Time (Pohnpei)",
    "Pacific/Majuro": "Marshall Islands Time (Majuro)",
}
_ELSEWHERE = {
    "America/Toronto": "Toronto",
    "America/Winnipeg": "Winnipeg",
    "America/Edmonton": "Edmonton",
    "America/Vancouver": "Vancouver",
    "America/Halifax": "Halifax",
    "America/Mexico_City": "Mexico City",
    "America/Bogota": "Bogotá",
    "America/Lima": "Lima",
    "America/Sao_Paulo": "São Paulo",
    "America/Argentina/Buenos_Aires": "Buenos Aires",
    "Europe/London": "London",
    "Europe/Dublin": "Dublin",
    "Europe/Lisbon": "Lisbon",
    "Europe/Paris": "Paris",
    "Europe/Madrid": "Madrid",
    "Europe/Berlin": "Berlin",
    "Europe/Rome": "Rome",
    "Europe/Warsaw": "Warsaw",
    "Europe/Athens": "Athens",
    "Europe/Kyiv": "Kyiv",
    "Europe/Istanbul": "Istanbul",
    "Africa/Lagos": "Lagos",
    "Africa/Accra": "Accra",
    "Africa/Cairo": "Cairo",
    "Africa/Nairobi": "Nairobi",
    "Africa/Johannesburg": "Johannesburg",
    "Asia/Dubai": "Dubai",
    "Asia/Riyadh": "Riyadh",
    "Asia/Tehran": "Tehran",
    "Asia/Karachi": "Karachi",
    "Asia/Kolkata": "India",
    "Asia/Kathmandu": "Kathmandu",
    "Asia/Dhaka": "Dhaka",
    "Asia/Bangkok": "Bangkok",
    "Asia/Ho_Chi_Minh": "Ho Chi Minh City",
    "Asia/Jakarta": "Jakarta",
    "Asia/Singapore": "Singapore",
    "Asia/Manila": "Manila",
    "Asia/Shanghai": "China",
    "Asia/Hong_Kong": "Hong Kong",
    "Asia/Taipei": "Taipei",
    "Asia/Seoul": "Seoul",
    "Asia/Tokyo": "Tokyo",
    "Australia/Perth": "Perth",
    "Australia/Sydney": "Sydney",
    "Pacific/Auckland": "Auckland",
    "UTC": "Universal Time (UTC)",
}
TIME_ZONES: Mapping[str, str] = MappingProxyType({**_AMERICA, **_ELSEWHERE})
"""IANA name to what people call it. Those of the United States come first."""
US_TIME_ZONES = frozenset(_AMERICA)

_OF_STATE = {
    "America/New_York": "CT DE DC FL GA KY ME MD MA NH NJ NY NC OH PA RI SC VT VA WV",
    "America/Detroit": "MI",
    "America/Indiana/Indianapolis": "IN",
    "America/Chicago": "AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Boise": "ID",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
    "Pacific/Palau": "PW",
    "Pacific/Pohnpei": "FM",
    "Pacific/Majuro": "MH",
}
_STATES = {state: zone for zone, states in _OF_STATE.items() for state in states.split()}
# Areas of ZIP codes that keep another time than most of their state (49 CFR part 71 draws the lines).
_OF_AREA = {
    "America/Chicago": "324 325 420 421 422 423 424 463 464 476 477",
    "America/New_York": "373 374 376 377 378 379",
    "America/Denver": "577 586 693 798 799 885",
    "America/Los_Angeles": "835 838",
    "America/Boise": "979",
}
_AREAS = {area: zone for zone, areas in _OF_AREA.items() for area in areas.split()}
_COUNTRIES = {
    "AE": "Asia/Dubai",
    "AR": "America/Argentina/Buenos_Aires",
    "BD": "Asia/Dhaka",
    "CN": "Asia/Shanghai",
    "CO": "America/Bogota",
    "DE": "Europe/Berlin",
    "EG": "Africa/Cairo",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "GH": "Africa/Accra",
    "GR": "Europe/Athens",
    "HK": "Asia/Hong_Kong",
    "IE": "Europe/Dublin",
    "IN": "Asia/Kolkata",
    "IR": "Asia/Tehran",
    "IT": "Europe/Rome",
    "JP": "Asia/Tokyo",
    "KE": "Africa/Nairobi",
    "KR": "Asia/Seoul",
    "NG": "Africa/Lagos",
    "NP": "Asia/Kathmandu",
    "NZ": "Pacific/Auckland",
    "PE": "America/Lima",
    "PH": "Asia/Manila",
    "PK": "Asia/Karachi",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "SA": "Asia/Riyadh",
    "SG": "Asia/Singapore",
    "TH": "Asia/Bangkok",
    "TR": "Europe/Istanbul",
    "TW": "Asia/Taipei",
    "UA": "Europe/Kyiv",
    "VN": "Asia/Ho_Chi_Minh",
    "ZA": "Africa/Johannesburg",
}


def guess_time_zone(country: str | None, state: str | None, postal_code: str | None) -> str | None:
    """The zone most people at that place keep, or None where it cannot be told. A guess: ask whether it is right.

    `country` is an ISO 3166 code; without one a state or ZIP code is taken as one of the United States.
    """
    if country not in (None, "US"):
        return _COUNTRIES.get(country or "")
    return _AREAS.get((postal_code or "")[:3]) or _STATES.get(state or "")


def time_zone_label(zone: str) -> str:
    """What people call a zone; its IANA name where the table does not have it."""
    return TIME_ZONES.get(zone, zone)
