"""The matrix of what staff may do is what the marks on the views say."""

from flask import Flask

from docs.make_staff_roles import OUT, document


def test_the_matrix_of_roles_is_up_to_date(app: Flask) -> None:
    """When this fails on purpose: `python -m docs.make_staff_roles`, and look at who may do more than before."""
    assert OUT.read_text() == document(app)
