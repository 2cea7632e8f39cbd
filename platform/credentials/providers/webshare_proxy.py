"""Webshare's proxies."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="webshare_proxy",
    title="Webshare proxy",
    kinds=(Kind.USER_PASSWORD,),
    hosts=("p.webshare.io:80",),
    help_url="https://dashboard.webshare.io/proxy/settings",
)
