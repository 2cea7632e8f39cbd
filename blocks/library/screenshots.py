"""The block that takes pictures of web pages."""

from collections.abc import Iterator

from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.media import encode_data_uri
from blocks.sdk.screens import PictureFormat

SMALLEST, LARGEST = 16, 4096  # pixels
EXAMPLE = "data:image/png;base64,iVBORw0KGgo="


class ScreenshotInputs(InputPins):
    url: str = pin(title="URL", description="The page's address", placeholder="https://example.com")
    viewport_width: int = pin(1920, description="How wide the window is, in pixels")
    viewport_height: int = pin(1080, description="How high the window is, in pixels")
    full_page: bool = pin(False, description="Show the whole page, not only what is in the window")
    format: PictureFormat = pin("png", description="What kind of picture")


class ScreenshotOutputs(OutputPins):
    image: str = pin("", description="The picture, as a data: URI")


@block(
    id="3a7c4b8d-6e2f-4a5d-b9c1-f8d23c5a9b0e",
    name="ScreenshotWebPageBlock",
    categories=[Category.DATA],
    examples=[
        (
            ScreenshotInputs(url="https://example.com"),
            ScreenshotOutputs(image=EXAMPLE),
        )
    ],
)
def take_screenshot(inputs: ScreenshotInputs, context: RunContext) -> Iterator[ScreenshotOutputs]:
    """Take a picture of a web page, as a browser of this instance shows it.

    Each request of the page is checked: it shows the public internet, and what the instance allows
    besides. A page that goes on loading is taken as it is after 20 seconds, and of a very long one
    the first 10,000 pixels.
    """
    for pin_name, size in (
        ("viewport_width", inputs.viewport_width),
        ("viewport_height", inputs.viewport_height),
    ):
        if not SMALLEST <= size <= LARGEST:
            raise BlockError(f"`{pin_name}` must be from {SMALLEST} to {LARGEST:,} pixels.")
    picture = context.screens.take(
        inputs.url,
        width=inputs.viewport_width,
        height=inputs.viewport_height,
        full_page=inputs.full_page,
        format=inputs.format,
    )
    yield ScreenshotOutputs(image=encode_data_uri(picture, f"image/{inputs.format}"))
