"""Addresses of the pages. Each answers with and without its trailing slash."""

from allauth.account import views as doors
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.urls import path
from django.views.generic import RedirectView

from kernel.api.routing import slash
from webui.views import (
    activity,
    agent,
    agent_settings,
    agents,
    apis,
    blocks,
    builder,
    credentials,
    data,
    files,
    keys,
    notifications,
    profile,
    reviews,
    run,
    runs,
    shared,
    shares,
    usage,
    webhooks,
)

app_name = "webui"

# Browsers ask for this one wherever a page names no icon.
icon = login_not_required(
    RedirectView.as_view(url=f"{settings.STATIC_URL}webui/mark.svg", permanent=True)
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="webui:agents"), name="home"),
    path("favicon.ico", icon),
    # Names for what `accounts.doors` serves.
    slash("sign-in/", transaction.atomic(doors.login), name="login"),
    slash("sign-out/", transaction.atomic(doors.logout), name="logout"),
    slash("account/password/", transaction.atomic(doors.password_change), name="password"),
    slash("agents/", agents.index, name="agents"),
    slash("agents/import/", agents.import_file, name="import"),
    slash("agents/new/", builder.new, name="new"),
    slash("agents/<uuid:pk>/", agent.show, name="agent"),
    slash("agents/<uuid:pk>/edit/", builder.edit, name="edit"),
    slash("agents/<uuid:pk>/settings/", agent_settings.settings, name="settings"),
    slash("agents/<uuid:pk>/run/", agent.start, name="start"),
    slash("agents/<uuid:pk>/export/", agent.export, name="export"),
    slash("agents/<uuid:pk>/activate/", agent.activate, name="activate"),
    slash("agents/<uuid:pk>/delete/", agent.delete, name="delete"),
    slash("blocks/", blocks.index, name="blocks"),
    slash("blocks/<uuid:pk>/", blocks.show, name="block"),
    slash("runs/", runs.index, name="runs"),
    slash("runs/stop/", runs.stop, name="stop-runs"),
    slash("runs/<uuid:pk>/", run.show, name="run"),
    slash("runs/<uuid:pk>/stop/", run.stop, name="stop"),
    slash("runs/<uuid:pk>/retry/", run.retry, name="retry"),
    slash("runs/<uuid:pk>/delete/", run.delete, name="delete-run"),
    slash("runs/<uuid:pk>/replay/", run.replay, name="replay"),
    slash("runs/<uuid:pk>/waiting/", run.waiting, name="waiting"),
    slash("runs/<uuid:pk>/outputs/", run.outputs, name="outputs"),
    slash("runs/<uuid:pk>/file/", run.file, name="file"),
    slash("runs/<uuid:pk>/value/", run.value, name="value"),
    slash("runs/<uuid:pk>/shares/", shares.index, name="shares"),
    slash("runs/<uuid:pk>/shares/<uuid:share>/revoke/", shares.revoke, name="revoke-share"),
    slash("shared/<str:token>/", shared.show, name="shared"),
    slash("shared/<str:token>/file/", shared.file, name="shared-file"),
    slash("shared/<str:token>/value/", shared.value, name="shared-value"),
    slash("reviews/", reviews.index, name="reviews"),
    slash("reviews/<uuid:pk>/", reviews.review, name="review"),
    slash("reviews/<uuid:pk>/value/", reviews.value, name="review-value"),
    slash("notifications/", notifications.index, name="notifications"),
    slash("notifications/read/", notifications.read, name="read-notifications"),
    slash("notifications/<uuid:pk>/", notifications.follow, name="notification"),
    slash("unsubscribe/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
    slash("account/profile/", profile.profile, name="profile"),
    slash("account/mails/", profile.mails, name="mails"),
    slash("account/data/", data.data, name="data"),
    slash("account/data/file/", data.download, name="data-file"),
    slash("account/delete/", data.erase, name="erase"),
    slash("avatars/<uuid:pk>/", profile.avatar, name="avatar"),
    slash("account/usage/", usage.index, name="usage"),
    slash("account/files/", files.index, name="files"),
    slash("account/files/<uuid:pk>/content/", files.content, name="file-content"),
    slash("account/files/<uuid:pk>/delete/", files.delete, name="delete-file"),
    slash("account/keys/", keys.index, name="keys"),
    slash("account/keys/new/", keys.new, name="new-key"),
    slash("account/keys/<int:pk>/", keys.show, name="key"),
    slash("account/keys/<int:pk>/suspend/", keys.suspend, name="suspend-key"),
    slash("account/keys/<int:pk>/resume/", keys.resume, name="resume-key"),
    slash("account/keys/<int:pk>/rotate/", keys.rotate, name="rotate-key"),
    slash("account/keys/<int:pk>/revoke/", keys.revoke, name="revoke-key"),
    slash("account/apis/", apis.index, name="apis"),
    slash("account/apis/<uuid:pk>/", apis.show, name="api"),
    slash("account/apis/<uuid:pk>/delete/", apis.delete, name="delete-api"),
    slash("account/webhooks/", webhooks.index, name="webhooks"),
    slash("account/webhooks/new/", webhooks.new, name="new-webhook"),
    slash("account/webhooks/<uuid:pk>/", webhooks.show, name="webhook"),
    slash("account/webhooks/<uuid:pk>/rotate/", webhooks.rotate, name="rotate-webhook"),
    slash("account/webhooks/<uuid:pk>/test/", webhooks.test, name="test-webhook"),
    slash("account/webhooks/<uuid:pk>/delete/", webhooks.delete, name="delete-webhook"),
    slash(
        "account/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/redeliver/",
        webhooks.redeliver,
        name="redeliver",
    ),
    slash("account/credentials/", credentials.index, name="credentials"),
    slash("account/credentials/new/", credentials.choose, name="new-credential"),
    slash(
        "account/credentials/new/<slug:provider>/<slug:kind>/",
        credentials.new,
        name="enter-credential",
    ),
    slash(
        "account/credentials/connect/<slug:provider>/",
        credentials.connect,
        name="connect-credential",
    ),
    slash("account/credentials/callback/", credentials.callback, name="credentials-callback"),
    slash("account/credentials/<uuid:pk>/", credentials.show, name="credential"),
    slash("account/credentials/<uuid:pk>/delete/", credentials.delete, name="delete-credential"),
    slash("account/activity/", activity.index, name="activity"),
]
