"""A person's credentials: the list, a new one, changes, and accounts that are connected.

No page shows a secret: what was entered goes in and does not come out.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from credentials import connecting, registry, services, uses
from credentials.api.sessions import redirect_uri, session_of
from credentials.client import is_set_up
from credentials.kinds import Kind
from credentials.models import Credential
from credentials.provider import Provider
from kernel.errors import TrellisError
from webui.forms.credentials import KINDS, ConnectForm, CredentialForm
from webui.views.pages import PageRequest, page, render


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's credentials by provider."""
    mine = Credential.objects.visible_to(request.user)
    return render(request, "account/credentials/list.html", {"all": [_shown(one) for one in mine]})


@require_safe
@page
def choose(request: PageRequest) -> HttpResponse:
    """Ask what the new credential is for."""
    offers = [
        {"provider": provider, "kinds": kinds}
        for provider in registry.every()
        if (kinds := _offered(provider))
    ]
    return render(request, "account/credentials/choose.html", {"offers": offers})


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, provider: str, kind: str) -> HttpResponseBase:
    """Ask for a secret, and keep it."""
    declared, chosen = _provider(provider), _kind(kind)
    if chosen not in declared.kinds or chosen is Kind.OAUTH2:
        raise Http404("This provider takes no such credentials.")
    form = CredentialForm(declared, chosen, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create(
                request.user, provider=provider, kind=chosen, title=form.title, given=form.said
            )
        except TrellisError as error:
            form.refuse(error)
        else:
            messages.success(request, f"The credential “{made.title}” is kept.")
            return redirect("webui:credentials")
    context = {"form": form, "provider": declared, "kind": KINDS[chosen]}
    return _private(
        render(request, "account/credentials/new.html", context, status=400 if form.errors else 200)
    )


@require_http_methods(["GET", "POST"])
@page
def show(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show a credential; rename it, or put another secret into it."""
    credential = _credential(request, pk)
    declared = _provider(credential.provider)
    sent = request.POST if request.method == "POST" else None
    form = CredentialForm(declared, Kind(credential.kind), sent, present=credential)
    if sent is not None and form.is_valid():
        try:
            services.change(credential, title=form.title, given=form.said)
        except TrellisError as error:
            form.refuse(error)
        else:
            messages.success(request, "The credential is changed. It counts at once.")
            return redirect("webui:credential", pk)
    context = {**_shown(credential), "form": form}
    status = 400 if form.errors else 200
    return _private(render(request, "account/credentials/credential.html", context, status=status))


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask whether to delete a credential, with what names it, and do it."""
    credential = _credential(request, pk)
    if request.method != "POST":
        context = {**_shown(credential), "uses": uses.of(request.user.pk, credential.pk)}
        return render(request, "account/credentials/delete.html", context)
    revoked = services.delete(credential, force=True)
    also = {True: " The provider ended it, too.", False: " End it at the provider, too."}
    said = also.get(revoked, "") if revoked is not None else ""
    messages.success(request, f"The credential “{credential.title}” is deleted.{said}")
    return redirect("webui:credentials")


@require_http_methods(["GET", "POST"])
@page
def connect(request: PageRequest, provider: str) -> HttpResponseBase:
    """Ask what agents may do with an account, and send the person to the provider."""
    declared = _provider(provider)
    if not is_set_up(declared):
        raise Http404("Nobody can connect accounts of this provider here.")
    sent = request.POST if request.method == "POST" else None
    present = _reconnected(request, declared)
    form = ConnectForm(declared, sent, present=present)
    if sent is not None and form.is_valid():
        try:
            journey = connecting.begin(
                request.user,
                provider,
                scopes=form.scopes,
                session=session_of(request),
                redirect_uri=redirect_uri(request),
                replaces=present,
                server_url=form.server_url,
            )
        except TrellisError as error:
            form.refuse(error)
        else:
            return redirect(journey.login_url)
    context = {"form": form, "provider": declared}
    return render(
        request, "account/credentials/connect.html", context, status=400 if form.errors else 200
    )


@require_safe
@page
def callback(request: PageRequest) -> HttpResponseBase:
    """Take in what a person comes back with from a provider."""
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    session = session_of(request)
    try:
        if not code:
            name = connecting.abandon(request.user, state_token=state, session=session)
            messages.error(request, f"Nothing was connected: {name} says that it was not allowed.")
        else:
            name = connecting.provider_of(request.user, state_token=state, session=session)
            found = connecting.finish(
                request.user,
                name,
                code=code,
                state_token=state,
                session=session,
                iss=request.GET.get("iss", ""),
            )
            messages.success(request, f"“{found.title}” is connected.")
    except TrellisError as error:
        messages.error(request, error.message)
    return redirect("webui:credentials")


def _shown(credential: Credential) -> dict[str, Any]:
    declared = registry.find(credential.provider)
    own = (credential.host,) if credential.host else ()
    return {
        "credential": credential,
        "provider": declared,
        "kind": KINDS[Kind(credential.kind)],
        "hosts": ((declared.hosts or own) if declared else ()),
        "can_connect": declared is not None
        and credential.kind == Kind.OAUTH2
        and is_set_up(declared),
    }


def _offered(provider: Provider) -> list[tuple[str, str]]:
    """Return the kinds that can be added here, with their words."""
    return [
        (kind.value, KINDS[kind])
        for kind in provider.kinds
        if kind is not Kind.OAUTH2 or is_set_up(provider)
    ]


def _credential(request: PageRequest, pk: UUID) -> Credential:
    found = Credential.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such credential, or it is not yours.")
    return found


def _reconnected(request: PageRequest, provider: Provider) -> Credential | None:
    """Return the credential that is connected again, if the address names one."""
    try:
        pk = UUID(request.GET.get("credential", ""))
    except ValueError:
        return None
    found = _credential(request, pk)
    if found.provider != provider.name or found.kind != Kind.OAUTH2:
        raise Http404("There is no such connection.")
    return found


def _provider(name: str) -> Provider:
    found = registry.find(name)
    if found is None:
        raise Http404("There is no such provider.")
    return found


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        raise Http404("There are no such credentials.") from None


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
