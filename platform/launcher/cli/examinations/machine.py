"""This machine: the data directory, files, the address, the instance that runs."""

import os
import shutil
import tempfile
from pathlib import Path

from launcher import instance, processes
from launcher.cli.examinations.verdicts import START, Verdict, fail, ok, warn
from launcher.errors import AddressUnavailable
from launcher.paths import instance_paths

LEAST_SPACE = 500 * 1024 * 1024  # bytes


def data() -> Verdict:
    """Is the data directory writable, with space left?"""
    directory = instance_paths().data
    try:
        free = _space_in(directory)
    except OSError as error:
        remedy = "Give it to your user, or set TRELLIS_DATA_DIR to a directory of yours."
        return fail(f"{directory} is not writable: {error.strerror}", remedy)
    text = f"{directory}, {free / 1e9:.1f} GB free"
    return ok(text) if free > LEAST_SPACE else warn(text, "Make space on that disk.")


def files() -> Verdict:
    """Can blocks keep their files, with space left?"""
    from django.conf import settings

    from agents.executions.bucket import Bucket
    from agents.executions.files import place
    from uploads.errors import StorageUnavailable

    where = place()
    if isinstance(where, Bucket):
        try:
            where.check()
        except StorageUnavailable as error:
            remedy = "Look at S3_BUCKET, S3_ENDPOINT_URL and the key, and whether the server runs."
            return fail(f"the bucket {where.name!r} cannot be used: {error.__cause__}", remedy)
        return ok(f"the bucket {where.name!r} answers")
    directory = Path(settings.PATHS.files)
    try:
        free = _space_in(directory)
    except OSError as error:
        remedy = "Give it to the user as whom workers run, on a disk that all of them share."
        return fail(f"{directory} is not writable: {error.strerror}", remedy)
    text = f"{directory}, {free / 1e9:.1f} GB free"
    return ok(text) if free > LEAST_SPACE else warn(text, "Make space on that disk.")


def running() -> Verdict:
    """Does the instance of this data directory answer?"""
    found = instance.read(instance_paths().instance)
    if found is None:
        return warn("does not run on this data directory", START)
    status, body = instance.get(found.url, "/readyz")
    if status == 200:
        return ok(f"{found.url} answers (process {found.pid})")
    remedy = f"Look into {instance_paths().logs}/web.log, then stop it and run `trellis up`."
    return fail(f"{found.url}/readyz does not answer 200: {body[:300] or status}", remedy)


def port() -> Verdict:
    """Can the instance listen where it is told to?"""
    if instance.running(instance_paths().instance):
        return ok("in use by this instance")
    host = os.environ.get("TRELLIS_HOST") or processes.DEFAULT_HOST
    number = os.environ.get("TRELLIS_PORT") or processes.DEFAULT_PORT
    try:
        instance.address(host, int(number))
    except ValueError:
        return fail(f"TRELLIS_PORT is {number!r}", "Set it to a number.")
    except AddressUnavailable as error:
        return fail(error.message, "Choose another with TRELLIS_PORT.")
    return ok(f"{host}, port {number} is free")


def static() -> Verdict:
    """Are the files that pages need there?"""
    from django.contrib.staticfiles import finders

    missing = [
        name for name in ("webui", "admin", "drf_spectacular_sidecar") if not finders.find(name)
    ]
    if missing:
        return fail(f"missing: {', '.join(missing)}", "Install Trellis again.")
    return ok("found")


def _space_in(directory: Path) -> int:
    """Return the free bytes of a directory that can be written to. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory):
        return shutil.disk_usage(directory).free
