"""What tokens cost: the list of prices of `genai-prices`, which comes with the package and is not fetched."""

from decimal import Decimal

from genai_prices import Usage, calc_price

NAMES = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "groq": "groq",
    "mistral": "mistral",
    "open_router": "openrouter",
}
"""The providers that have prices, as the list calls them."""
CENTS = 100


def cents(provider: str, model: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    """Return what so many tokens cost, in US cents; None where nobody knows."""
    if provider not in NAMES:
        return None
    try:
        price = calc_price(
            Usage(input_tokens=input_tokens, output_tokens=output_tokens),
            model,
            provider_id=NAMES[provider],
        )
    except LookupError:
        return None
    return Decimal(price.total_price) * CENTS
