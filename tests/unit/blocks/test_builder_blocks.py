"""Are the blocks that the builder's tests use the blocks that there are?"""

import json

from tests.support import builder_blocks


def test_the_builders_tests_use_the_blocks_as_they_are() -> None:
    kept = json.loads(builder_blocks.FILE.read_text(encoding="utf-8"))

    assert kept == builder_blocks.entries(), "run `python -m tests.support.builder_blocks`"
