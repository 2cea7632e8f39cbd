"""GitHub: personal access tokens, and accounts by OAuth."""

from credentials.kinds import Kind
from credentials.provider import OAuth, Provider

provider = Provider(
    name="github",
    title="GitHub",
    kinds=(Kind.API_KEY, Kind.OAUTH2),
    hosts=("api.github.com", "uploads.github.com", "raw.githubusercontent.com"),
    help_url="https://github.com/settings/tokens",
    oauth=OAuth(
        authorize_url="https://github.com/login/oauth/authorize",
        token_url="https://github.com/login/oauth/access_token",
        scopes={
            "repo": "Read and change repositories, private ones too",
            "public_repo": "Read and change public repositories",
            "read:user": "See the profile",
            "user:email": "See e-mail addresses",
            "notifications": "Read notifications",
            "admin:repo_hook": "Set up webhooks of repositories",
            "read:org": "See organisations and teams",
            "workflow": "Change workflows",
            "gist": "Write gists",
        },
        default_scopes=("read:user",),
        profile_url="https://api.github.com/user",
        profile_name="login",
        revoke_url="https://api.github.com/applications/{client_id}/token",
        revocation="github",
    ),
)
