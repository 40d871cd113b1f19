"""Where to look beyond our list: free and public places, none of which pays us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One place: its name, its address (none where there is one in every town), who runs it and what it is for."""

    name: str
    url: str | None
    what: str


ELSEWHERE = (
    Elsewhere(
        "College Scorecard",
        "https://collegescorecard.ed.gov/",
        "The US Department of Education's guide to colleges: cost, graduation, debt and pay after each field of study.",
    ),
    Elsewhere(
        "A community college near you",
        "https://www.aacc.nche.edu/college-finder/",
        "Public two-year colleges. They teach statistics, calculus and programming by the course, and credits can "
        "often be taken along to a university. The finder is by their association.",
    ),
    Elsewhere(
        "CareerOneStop",
        "https://www.careeronestop.org/",
        "The US Department of Labor's site for training, certificates and American Job Centers, which can help to pay.",
    ),
    Elsewhere(
        "Your public library",
        None,
        "Many lend online courses in programming and statistics for free. Ask at the desk, or on its website.",
    ),
    Elsewhere(
        "MIT OpenCourseWare",
        "https://ocw.mit.edu/",
        "Free lectures and exercises of the Massachusetts Institute of Technology, without sign-up and without credit.",
    ),
    Elsewhere(
        "OpenStax",
        "https://openstax.org/",
        "Free textbooks by Rice University, among them statistics, calculus and Python programming.",
    ),
)
