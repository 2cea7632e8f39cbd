"""Addresses of the market's API. None asks for a sign-in."""

from kernel.api.routing import slash
from market.api import market, store

urlpatterns = [
    slash("store/agents/", store.StoreAgentsView.as_view(), name="store-agents"),
    slash("store/agents/<uuid:pk>/", store.StoreVersionView.as_view(), name="store-version"),
    slash(
        "store/agents/<str:username>/<slug:slug>/",
        store.StoreAgentView.as_view(),
        name="store-agent",
    ),
    slash("store/creators/", store.CreatorsView.as_view(), name="store-creators"),
    slash("store/creator/<str:username>/", store.CreatorView.as_view(), name="store-creator"),
    slash(
        "store/download/agents/<uuid:pk>/",
        store.StoreDownloadView.as_view(),
        name="store-download",
    ),
    slash("market/agents/", market.MarketAgentsView.as_view(), name="market-agents"),
    slash("market/agents/<uuid:pk>/", market.MarketAgentView.as_view(), name="market-agent"),
    slash(
        "market/agents/<uuid:pk>/download/",
        market.MarketAgentDownloadView.as_view(),
        name="market-agent-download",
    ),
    slash(
        "market/agents/<uuid:pk>/download-file/",
        market.MarketAgentFileView.as_view(),
        name="market-agent-file",
    ),
    slash(
        "market/top-downloads/agents/",
        market.TopDownloadsView.as_view(),
        name="market-top-downloads",
    ),
    slash("market/featured/agents/", market.FeaturedAgentsView.as_view(), name="market-featured"),
    slash("market/search/", market.MarketSearchView.as_view(), name="market-search"),
    slash("market/categories/", market.MarketCategoriesView.as_view(), name="market-categories"),
]
