"""Who people are: accounts, sign-in, second factors, tokens, mail."""

from datetime import timedelta

from config import env
from config.issuer import external_issuer
from config.mail import CONSOLE, mail_settings
from config.settings.applications import IDENTITY_PROVIDERS
from config.settings.process import ALLOWED_HOSTS
from config.signup import THIS_MACHINE, sign_up

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "webui:login"
LOGIN_REDIRECT_URL = "webui:agents"
LOGOUT_REDIRECT_URL = "webui:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

MAIL = mail_settings(env.secret("EMAIL_URL"))
globals().update(MAIL)  # EMAIL_BACKEND, EMAIL_HOST and so on
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "Trellis <trellis@localhost>")
IS_MAIL_PRINTED = MAIL["EMAIL_BACKEND"] == CONSOLE
IS_PERSONAL = set(ALLOWED_HOSTS) <= THIS_MACHINE  # nobody else's browser finds it
SIGN_UP = sign_up(env.text("SIGN_UP"), is_personal=IS_PERSONAL, is_mail_printed=IS_MAIL_PRINTED)

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "signup": "accounts.forms.SignUpForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.validators"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # of those who signed up: accounts.stages
ACCOUNT_EMAIL_NOTIFICATIONS = True  # mail about a changed password, address or second factor
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Trellis] "
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once it is verified
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and no other
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"  # where no request says it
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = IDENTITY_PROVIDERS
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who signed up has verified one before coming in at all
MFA_RECOVERY_CODES_SHOW_ONCE = False
MFA_TOTP_ISSUER = "Trellis"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that a clock may be wrong by
USERSESSIONS_ADAPTER = "accounts.adapters.UserSessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
EXTERNAL_ISSUER = external_issuer()
ACCOUNT_EXPORT_HOURS = env.integer("ACCOUNT_EXPORT_HOURS", 48, least=1)
UNVERIFIED_SIGN_UP_DAYS = env.integer("UNVERIFIED_SIGN_UP_DAYS", 7, least=0)

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "CHECK_REVOKE_TOKEN": True,  # a new password ends the tokens of the old one
}
