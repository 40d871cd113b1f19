"""What studying costs by IPEDS IC_AY: the institution's published charges for one year, times the usual years.

An average of the institution, never a program's price, and told as such. Where students of other states pay more than
those of the state, as at most public institutions, both prices are told.
Certificates have no usual number of years and doctorates are seldom paid by the year: theirs stays unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.domain.credential import Credential

USUAL_YEARS: Mapping[Credential, int] = {Credential.ASSOCIATE: 2, Credential.BACHELOR: 4, Credential.MASTER: 2}
_IN_STATE = {Credential.ASSOCIATE: "2", Credential.BACHELOR: "2", Credential.MASTER: "6"}
_OUT_OF_STATE = {Credential.ASSOCIATE: "3", Credential.BACHELOR: "3", Credential.MASTER: "7"}


@dataclass(frozen=True, slots=True)
class Tuition:
    """A total in whole US dollars, that for students of other states where it is higher, and where both come from."""

    total_usd: int
    out_of_state_usd: int | None
    source: str


def tuition_of(charges: Mapping[str, str], credential: Credential, *, year: int | None) -> Tuition | None:
    """The total for a program of this credential; None where the files do not say. Zero is a real zero."""
    years = USUAL_YEARS.get(credential)
    if years is None:
        return None
    inside = _yearly(charges, _IN_STATE[credential])
    outside = _yearly(charges, _OUT_OF_STATE[credential])
    known = [charge for charge in (inside, outside) if charge is not None]
    if not known:
        return None
    yearly, most = known[0], max(known)
    more = f" (students of other states: ${most:,})" if most > yearly else ""
    return Tuition(
        total_usd=yearly * years,
        out_of_state_usd=most * years if most > yearly else None,
        source=(
            f"IPEDS IC{year or ''}_AY: published tuition and required fees for one year, ${yearly:,}{more}, "
            f"times {years} years; an average of the institution, not this program's price"
        ),
    )


def _yearly(charges: Mapping[str, str], column: str) -> int | None:
    """Tuition and required fees of one academic year. Half of it would understate, so both must be known."""
    parts = [charges.get(f"{kind}{column}", "") for kind in ("TUITION", "FEE")]
    return sum(int(part) for part in parts) if all(part.isdigit() for part in parts) else None
