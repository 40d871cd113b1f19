"""What name servers must say of a sender's domain, and what is wrong with what they say (RFC 7208, 6376, 7489, 1912).

Receivers judge a mail by these records before they read a word of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Point(StrEnum):
    """What is looked at, in this order."""

    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    RETURN = "Reports"
    PTR = "PTR"


class Verdict(StrEnum):
    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"
    UNKNOWN = "unknown"  # no name server could be asked


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """One point: what was found where, what to make of it, and the record to put there when something is missing."""

    point: Point
    verdict: Verdict
    name: str
    words: str
    found: str = ""
    wanted: str = ""


MOST_LOOKUPS: Final = 10
"""RFC 7208 §4.6.4: receivers give up an SPF record that asks for more."""
_ASKING: Final = re.compile(r"(include:|exists:|redirect=|(a|mx|ptr)([:/]|$))")


def judge_spf(domain: str, records: Sequence[str]) -> CheckedPoint:
    """Whether the envelope sender's domain says which servers may send for it."""
    found = [record for record in records if record.lower().split(" ")[0] == "v=spf1"]
    if len(found) != 1:
        words = "There is no SPF record." if not found else "There are several SPF records; receivers take none."
        wanted = "v=spf1 include:<your mail provider> -all"
        return CheckedPoint(Point.SPF, Verdict.BAD, domain, words, " | ".join(found), wanted)
    [record] = found
    terms = record.lower().split()[1:]
    asked = sum(1 for term in terms if _asks(term.lstrip("+-~?")))
    last = next((term for term in terms if term.lstrip("+-~?") == "all"), "")
    if last in ("all", "+all"):
        verdict, words = Verdict.BAD, "It lets every server in the world send for you."
    elif asked > MOST_LOOKUPS:
        verdict, words = Verdict.BAD, f"It asks for {asked} look-ups; receivers give up after {MOST_LOOKUPS}."
    elif last in ("-all", "~all") or any(term.startswith("redirect=") for term in terms):
        verdict, words = Verdict.GOOD, "It names the servers that may send, and no others."
    else:
        verdict, words = Verdict.WEAK, "It does not say what to think of other servers: end it with -all or ~all."
    return CheckedPoint(Point.SPF, verdict, domain, words, record)


def judge_dkim(name: str, records: Sequence[str], ours: str) -> CheckedPoint:
    """Whether the key that receivers find under our selector is the one we sign with. `ours` is the record it needs."""
    keys = [tags for tags in map(_tags, records) if "p" in tags]
    wanted = _tags(ours)
    if not keys:
        words = "There is no key; every signature of ours fails."
        return CheckedPoint(Point.DKIM, Verdict.BAD, name, words, " | ".join(records), ours)
    same = [tags for tags in keys if tags["p"].replace(" ", "") == wanted["p"]]
    if not same or len(keys) > 1:
        words = "The key there is not the one we sign with." if not same else "There are several keys under one name."
        return CheckedPoint(Point.DKIM, Verdict.BAD, name, words, " | ".join(records), ours)
    if "y" in same[0].get("t", "").split(":"):
        words = "The key is marked as a test (t=y): receivers may overlook it."
        return CheckedPoint(Point.DKIM, Verdict.WEAK, name, words, records[0], ours)
    return CheckedPoint(Point.DKIM, Verdict.GOOD, name, "It is the key we sign with.", records[0])


def not_signed(domain: str) -> CheckedPoint:
    """Nothing signs our mail."""
    words = "Mails are not signed here. Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE, unless your relay signs."
    return CheckedPoint(Point.DKIM, Verdict.WEAK, domain, words)


def judge_dmarc(name: str, records: Sequence[str], *, sender: str, envelope: str, signer: str | None) -> CheckedPoint:
    """Whether the domain in From says what to do with mail that is not ours, and whether ours would pass.

    It passes where the domain of the envelope or of the signature belongs to the one in From.
    """
    found = [record for record in records if record.lower().replace(" ", "").startswith("v=dmarc1")]
    wanted = "v=DMARC1; p=quarantine; rua=mailto:<where reports go>"
    if len(found) != 1:
        words = "There is no DMARC record." if not found else "There are several DMARC records; receivers take none."
        return CheckedPoint(Point.DMARC, Verdict.BAD, name, words, " | ".join(found), wanted)
    tags = _tags(found[0])
    home = name.removeprefix("_dmarc.")
    if not any(_belong(sender, other, home) for other in (envelope, signer) if other):
        words = "Neither the envelope sender nor the signature is of the domain in From: our own mail fails."
        return CheckedPoint(Point.DMARC, Verdict.BAD, name, words, found[0])
    policy = tags.get("p", "").lower()
    if policy in ("quarantine", "reject"):
        return CheckedPoint(Point.DMARC, Verdict.GOOD, name, f"Mail that is not ours is told: {policy}.", found[0])
    if policy == "none":
        words = "It only watches (p=none). Go to quarantine once the reports show nothing of yours failing."
        return CheckedPoint(Point.DMARC, Verdict.WEAK, name, words, found[0], wanted)
    return CheckedPoint(Point.DMARC, Verdict.BAD, name, "It has no policy that receivers know.", found[0], wanted)


def judge_return(domain: str, servers: Sequence[str]) -> CheckedPoint:
    """Whether reports of mail servers can come back to the envelope sender."""
    if servers:
        words = "Reports about mail that could not be delivered reach a server."
        return CheckedPoint(Point.RETURN, Verdict.GOOD, domain, words, ", ".join(servers))
    words = "No server takes mail for the domain of envelope senders: bounces are lost, and some receivers refuse us."
    return CheckedPoint(Point.RETURN, Verdict.BAD, domain, words, wanted=f"an MX record at {domain}")


def judge_ptr(host: str, addresses: Sequence[str], names: Mapping[str, Sequence[str]]) -> CheckedPoint:
    """Whether each address of the mail server has a name. `names` are those that lead back to the address."""
    if not addresses:
        return CheckedPoint(Point.PTR, Verdict.BAD, host, "The mail server's name leads to no address.")
    bare = [address for address in addresses if not names.get(address)]
    found = ", ".join(f"{address} is {' and '.join(names.get(address) or ['nameless'])}" for address in addresses)
    if bare:
        words = f"No name leads to {', '.join(bare)} and back. If that server hands mail to receivers, some refuse it."
        return CheckedPoint(Point.PTR, Verdict.WEAK, host, words, found)
    return CheckedPoint(Point.PTR, Verdict.GOOD, host, "Names lead to its addresses and back.", found)


def not_asked(point: Point, name: str) -> CheckedPoint:
    """No name server answered."""
    return CheckedPoint(point, Verdict.UNKNOWN, name, "No name server could be asked from here, so nothing is known.")


def _asks(term: str) -> bool:
    """Whether a receiver must ask a name server because of this term."""
    return bool(_ASKING.match(term))


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, is_tag, value in pairs if is_tag}


def _belong(one: str, other: str, home: str) -> bool:
    """Relaxed alignment, without a list of public suffixes: the same, one below the other, or both below `home`."""
    one, other = one.lower(), other.lower()
    within = one.endswith(f".{home}") and other.endswith(f".{home}")
    return within or one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
