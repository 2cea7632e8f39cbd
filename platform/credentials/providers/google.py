"""Google: models by API key, and people's own things by OAuth."""

from credentials.kinds import Kind
from credentials.provider import OAuth, Provider

BASE = "https://www.googleapis.com/auth"

provider = Provider(
    name="google",
    title="Google",
    kinds=(Kind.API_KEY, Kind.OAUTH2),
    hosts=("*.googleapis.com",),
    help_url="https://aistudio.google.com/apikey",
    header=("x-goog-api-key", "{secret}"),
    oauth=OAuth(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        scopes={
            f"{BASE}/userinfo.email": "See the account's e-mail address",
            f"{BASE}/gmail.readonly": "Read mail",
            f"{BASE}/gmail.send": "Send mail",
            f"{BASE}/gmail.modify": "Read, label and move mail",
            f"{BASE}/spreadsheets": "Read and change spreadsheets",
            f"{BASE}/spreadsheets.readonly": "Read spreadsheets",
            f"{BASE}/documents": "Read and change documents",
            f"{BASE}/calendar": "Read and change calendars",
            f"{BASE}/calendar.readonly": "Read calendars",
            f"{BASE}/drive.file": "Read and change files that were chosen here",
            f"{BASE}/drive.readonly": "Read all files",
        },
        default_scopes=(f"{BASE}/userinfo.email",),
        # Without these there is no refresh token but the first time.
        parameters={"access_type": "offline", "prompt": "consent"},
        profile_url="https://www.googleapis.com/oauth2/v2/userinfo",
        profile_name="email",
        revoke_url="https://oauth2.googleapis.com/revoke",
    ),
)
