"""The security headers of every answer (OWASP ASVS 5.0, chapter 3, level 2)."""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
}

# A view that needs otherwise (a page that frames a mail, an answer another site may load) sets its own value first.
_DEFAULTS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Cache-Control": "no-store",
}

_TWO_YEARS = 63_072_000


def install_security_headers(app: Flask, *, hsts: bool) -> None:
    """Put the headers on every answer of ``app``; ``hsts`` when the site is served by HTTPS."""
    # Flask-WTF compares the Referer on HTTPS, which "no-referrer" rightly withholds; the token alone protects.
    app.config["WTF_CSRF_SSL_STRICT"] = False

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _FIXED.items():
            response.headers[name] = value
        for name, value in _DEFAULTS.items():
            response.headers.setdefault(name, value)
        if hsts:
            response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
        return response
