"""OpenWeatherMap."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="openweathermap",
    title="OpenWeatherMap",
    kinds=(Kind.API_KEY,),
    hosts=("api.openweathermap.org",),
    help_url="https://home.openweathermap.org/api_keys",
    header=("x-api-key", "{secret}"),
)
