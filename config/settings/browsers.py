"""What browsers are told to keep to: cookies, HTTPS, frames."""

from config import env
from config.settings.process import PRODUCTION

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", default=PRODUCTION)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Whether a request came by HTTPS is known from the proxies in TRUSTED_PROXIES, whose
# X-Forwarded-Proto uvicorn reads: a header that Django read would be anybody's.
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=PRODUCTION)
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000 if PRODUCTION else 0, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
# Other hosts below this one's name are not ours to decide about: HSTS_SUBDOMAINS, HSTS_PRELOAD.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
