"""The audit application, and Django's administration with a log of what staff change."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit log"


class AuditedAdminConfig(admin.AdminConfig):
    """Stands in for ``django.contrib.admin``."""

    default = False
    default_site = "audit.site.AuditedAdminSite"
