"""The REST API as the visitor's own program would use it, beside the browser."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse

from tests.support.graphs import GraphBuilder
from tests.support.waiting import eventually

ENDED = {"COMPLETED", "FAILED", "TERMINATED"}


@dataclass(frozen=True)
class Api:
    request: APIRequestContext

    def get(self, path: str) -> Any:
        return self._answer(self.request.get(f"/api/v1/{path}"))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._answer(self.request.post(f"/api/v1/{path}", data=body, headers=headers))

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._answer(self.request.put(f"/api/v1/{path}", data=body, headers=headers))

    def make(self, graph: GraphBuilder) -> Any:
        """Make an agent, and return its draft's graph."""
        made = self.post("graphs/", {"graph": graph.file()})
        return self.draft(made["id"])["graph"]

    def draft(self, agent: str) -> Any:
        return self.get(f"graphs/{agent}/draft/")

    def save_draft(self, graph: Any) -> None:
        """Save the agent's draft as somebody else would."""
        revision = self.draft(graph["id"])["revision"]
        path = f"graphs/{graph['id']}/draft/"
        self.put(path, {"graph": graph}, **{"If-Match": f'"{revision}"'})

    def ended(self, run: str) -> Any:
        """Return the run once it has ended."""
        eventually(lambda: self.get(f"executions/{run}/")["status"] in ENDED)
        return self.get(f"executions/{run}/")

    def approve(self, run: str) -> None:
        """Approve what the run asks a person about, as soon as it asks."""

        def asked() -> Any:
            waiting = self.get("reviews/?status=WAITING")["results"]
            return [one["id"] for one in waiting if one["graph_exec_id"] == run]

        [review] = eventually(asked)
        self.post(f"reviews/{review}/decide/", {"decision": "approve"})

    @staticmethod
    def _answer(response: APIResponse) -> Any:
        assert response.ok, response.text()
        return response.json() if response.body() else None
