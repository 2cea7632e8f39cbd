"""What requests may carry, and where files that people send in are kept."""

from config import env
from config.files import file_storages
from config.settings.process import PATHS
from uploads.settings import UploadSettings

DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("MAX_REQUEST_BYTES", 32 * 1024 * 1024, least=1024)

UPLOADS: UploadSettings = {
    "max_bytes": env.integer("MAX_FILE_BYTES", 25 * 1024 * 1024, least=1024),
    "retention_days": env.integer("FILE_RETENTION_DAYS", 0, least=0),
}
# Where files are kept; every process must see the same ones.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **file_storages(PATHS.uploads),
}
MAX_SMALL_REQUEST_BYTES = env.integer("MAX_SMALL_REQUEST_BYTES", 64 * 1024, least=1024)
MAX_IMPORT_BYTES = env.integer("MAX_IMPORT_BYTES", 16 * 1024 * 1024, least=1024)
MAX_CALL_BYTES = env.integer("MAX_WEBHOOK_BYTES", 1024 * 1024, least=1024)
# Bodies of fewer bytes, by an expression for how the path begins, with the variable that says how many.
BODY_LIMITS: list[tuple[str, int, str]] = [
    *(  # what everybody may send who has not signed in
        (start, MAX_SMALL_REQUEST_BYTES, "MAX_SMALL_REQUEST_BYTES")
        for start in (
            *("/api/v1/auth/token", "/api/v1/auth/ticket", "/api/v1/api-keys"),
            *("/api/v1/integrations", "/account/credentials"),
            *("/sign-in", "/sign-up", "/sign-out", "/account/password", "/admin/login"),
            "/unsubscribe",
        )
    ),
    # calls to triggers
    ("/hooks/", MAX_CALL_BYTES, "MAX_WEBHOOK_BYTES"),
    *(  # agents that come in: by the page, and by the API
        (start, MAX_IMPORT_BYTES, "MAX_IMPORT_BYTES")
        for start in ("/agents/import", "/api/v1/graphs/?$")
    ),
]

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a table in a form has a field for each cell
