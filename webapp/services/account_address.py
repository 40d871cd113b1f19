"""The address of an account, as those type it who open one for somebody."""

from email_validator import EmailNotValidError, validate_email

from webapp.domain.errors import Problem


def checked_address(email: str, problems: list[Problem]) -> str:
    """The address in lower case; where it is none, "" and one problem more."""
    try:
        # Reserved names such as .test are for trying things out: the address is typed by whoever invites its owner.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        problems.append(Problem("email", f"It is not an e-mail address: {error}", "Check its spelling."))
        return ""
    return str(checked.normalized).lower()
