"""Redirect an address with a slash after it to the one address of its page."""

from flask import Flask, Response, request

from server.web.links import link_to, quote_path


def register(app: Flask) -> None:
    """Redirect what the router would answer at a second address, too."""
    app.before_request(_redirect_to_page)


def _redirect_to_page() -> Response | None:
    """Redirect `/initiatives/` to `/initiatives`: 308, whatever the method.

    Not what is written with a slash, and no path that a route takes whole.
    """
    rule, values = request.url_rule, request.view_args or {}
    if rule is None or not request.path.endswith("/") or rule.rule.endswith("/"):
        return None
    if any(str(value).endswith("/") for value in values.values()):
        return None
    search = request.query_string.decode("latin-1")
    target = link_to(quote_path(request.path.strip("/")), lang=None)
    return Response(status=308, headers={"Location": f"{target}?{search}" if search else target})
