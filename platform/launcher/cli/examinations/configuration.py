"""What the instance was told: whether it is fit for strangers, and what operators will see."""

import os
import stat
from typing import Any

from launcher import instance
from launcher.cli.examinations.verdicts import Verdict, fail, ok, warn
from launcher.paths import instance_paths

SHORTEST_TOKEN = 20  # characters


def production() -> Verdict:
    """Is it fit for those who can reach it?"""
    from django.conf import settings
    from django.core import checks

    if settings.PRODUCTION:
        levels = (one for one in checks.run_checks(include_deployment_checks=True))
        found = [f"{one.id}: {one.msg}" for one in levels if one.level >= checks.WARNING]
        if found:
            return warn("; ".join(found), "`trellis check --deploy` says more.")
        return ok("production; Django's checks for deployment find nothing")
    if settings.IS_PERSONAL and not settings.DEBUG:
        return ok("local: only this machine's browsers are answered")
    missing = " ".join(settings.PRODUCTION_REFUSES)
    remedy = f"Set TRELLIS_ENV=production. {missing}".strip()
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    return warn(f"TRELLIS_ENV is local, and it answers as {hosts}", remedy)


def metrics() -> Verdict:
    """Are the figures closed to strangers?"""
    from django.conf import settings

    open_to = [str(one) for one in settings.METRICS_NETWORKS if not one.is_private]
    if open_to:
        remedy = "Let METRICS_NETWORKS name your monitoring's own network, or use the token."
        return fail(f"anybody in {', '.join(open_to)} may read the figures", remedy)
    if len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        remedy = f"Set METRICS_TOKEN to {SHORTEST_TOKEN} random characters, or leave it out."
        return fail("the token of /metrics can be guessed", remedy)
    path = instance_paths().metrics_token
    is_ours = path.exists() and not os.environ.get("METRICS_TOKEN")
    if is_ours and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return fail(f"others can read {path}", f"chmod 600 {path}")
    found = instance.running(instance_paths().instance)
    if found is None:
        return ok("a token is asked for")
    status, _ = instance.get(found.url, "/metrics")
    if status != 401:
        remedy = "Does a proxy, or an address in METRICS_NETWORKS, let everybody in?"
        return fail(f"{found.url}/metrics answers {status} without the token", remedy)
    return ok(f"{found.url}/metrics refuses who has no token")


def blocks() -> Verdict:
    """Could the blocks of every installed package be loaded?"""
    from blocks.packages import REMEDY, packages
    from blocks.sdk import registry

    if packages.broken:
        return fail(" ".join(map(str, packages.broken)), REMEDY)
    foreign = sum(bool(packages.origin(spec)) for spec in registry)
    return ok(f"{len(registry)}, of which installed packages brought {foreign}")


def providers() -> Verdict:
    """Could the credential providers of every installed package be loaded?"""
    from credentials.packages import REMEDY
    from credentials.registry import broken, every

    if broken():
        return fail(" ".join(map(str, broken())), REMEDY)
    return ok(f"{len(every())} services that take credentials")


def flags() -> Verdict:
    """Do staff find every feature that this release knows?"""
    from waffle import get_waffle_flag_model

    from features.declared import FEATURES
    from launcher.cli import servers

    servers.connect().close()
    known = set(get_waffle_flag_model().objects.values_list("name", flat=True))
    missing = sorted({feature.name for feature in FEATURES} - known)
    left = sorted(known - {feature.name for feature in FEATURES})
    if missing:
        return fail(f"without a row: {', '.join(missing)}", "Run `trellis migrate`.")
    if left:
        remedy = "No code asks for them: delete them in /admin/ unless another release does."
        return warn(f"not in this release: {', '.join(left)}", remedy)
    return ok(f"{len(FEATURES)} in this release")


def logs() -> Verdict:
    """Can machines read the logs, where machines collect them?"""
    from django.conf import settings

    shape = settings.LOG_FORMAT
    if settings.PRODUCTION and shape != "json":
        return warn(f"LOG_FORMAT is {shape}", "Set LOG_FORMAT=json: lines then carry their ids.")
    root: Any = settings.LOGGING["root"]
    return ok(f"{shape}, from level {root['level']}")
