"""The live connection of a page, which a test may cut and mend."""

import json
import re
from dataclasses import dataclass, field

from playwright.sync_api import Page, WebSocketRoute


@dataclass
class Line:
    """Stands between a page and the server's WebSocket. Listens, and lets nothing through when cut."""

    asked: list[int] = field(default_factory=list)
    """The numbers of the last events that the page knew, each time it asked for later ones."""
    told: list[int] = field(default_factory=list)
    """The numbers of the events that the page got, in their order."""
    is_cut: bool = False
    routes: list[WebSocketRoute] = field(default_factory=list)

    def lay(self, page: Page) -> None:
        """Be there when the page connects."""
        page.route_web_socket(re.compile("/ws/v1/"), self._meet)

    def cut(self) -> None:
        """Break the connection; nothing comes through, however often the page tries again."""
        self.is_cut = True
        self.routes[-1].close(code=1012)

    def mend(self) -> None:
        """Let the page's next attempt succeed."""
        self.is_cut = False

    def _meet(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close(code=1012)
            return
        server = route.connect_to_server()
        self.routes.append(route)

        def to_server(message: str | bytes) -> None:
            read = json.loads(message)
            if read["method"] == "subscribe_graph_execution":
                self.asked.append(read["data"]["since"])
            server.send(message)

        def to_page(message: str | bytes) -> None:
            if self.is_cut:
                return
            read = json.loads(message)
            if "seq" in read:
                self.told.append(read["seq"])
            route.send(message)

        route.on_message(to_server)
        server.on_message(to_page)
