"""A server that speaks S3, and a bucket on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

NAME = "trellis-test"


@dataclass
class Server:
    """Where the bucket is, and what it holds."""

    endpoint: str
    client: Any

    def names(self) -> list[str]:
        """Return what the bucket holds, by name."""
        found = self.client.list_objects_v2(Bucket=NAME).get("Contents", [])
        return [one["Key"] for one in found]

    def content(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket=NAME, Key=key)["Body"].read()
        return content


@contextmanager
def s3_server() -> Iterator[Server]:
    """Serve S3 on loopback, with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_bucket(Bucket=NAME)
        yield Server(endpoint, client)
    finally:
        server.stop()
