"""What the environment says about where files are kept: the data directory, or a bucket."""

from pathlib import Path
from typing import Any

from config import env

DISK = "django.core.files.storage.FileSystemStorage"
BUCKET = "storages.backends.s3.S3Storage"


def file_storages(uploads: Path) -> dict[str, dict[str, Any]]:
    """Return Django's STORAGES for files of people and of runs.

    Without a bucket, runs have none: their files are folders of the data directory.
    """
    name = env.text("S3_BUCKET")
    if not name:
        options = {"location": uploads, "file_permissions_mode": 0o600}
        return {"uploads": {"BACKEND": DISK, "OPTIONS": options}}
    return bucket_storages(
        name,
        endpoint=env.text("S3_ENDPOINT_URL"),
        region=env.text("S3_REGION"),
        access_key=env.text("S3_ACCESS_KEY_ID"),
        secret_key=env.secret("S3_SECRET_ACCESS_KEY"),
        prefix=env.text("S3_PREFIX", "trellis"),
        path_style=env.choice("S3_ADDRESSING", "auto", ("auto", "path", "virtual")),
    )


def bucket_storages(
    name: str,
    *,
    endpoint: str = "",
    region: str = "",
    access_key: str = "",
    secret_key: str = "",
    prefix: str = "trellis",
    path_style: str = "auto",
) -> dict[str, dict[str, Any]]:
    """Return the storages of a bucket. Raises ConfigurationError where half of a key is given.

    Nothing in it is made public, and no address of it is given to anybody: files go in and out
    through this instance's views.
    """
    from botocore.config import Config

    if bool(access_key) != bool(secret_key):
        raise env.ConfigurationError(
            "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither where the machine's own "
            "role may use the bucket."
        )
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise env.ConfigurationError(
            f"S3_ENDPOINT_URL={endpoint!r} begins with neither https:// nor http://."
        )
    options = {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": True,  # names are ids or digests: the same name is the same file
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": path_style},
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=32,
            # Servers that speak an older S3 refuse what the client would add by itself.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
    return {
        part: {"BACKEND": BUCKET, "OPTIONS": {**options, "location": f"{prefix.strip('/')}/{part}"}}
        for part in ("uploads", "runs")
    }
