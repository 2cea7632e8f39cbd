"""What nodes and plain tasks do in the benchmarks that are not about doing nothing."""

import http.client

PATIENCE = 60  # seconds


def fibo(n: int) -> int:
    """Return a Fibonacci number the slow way: the published tables' measure of computing."""
    return n if n <= 1 else fibo(n - 1) + fibo(n - 2)


def fetch(port: int) -> int:
    """Return the status of a request to the slow server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()
