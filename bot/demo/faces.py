"""Faces for the people of the demo: a disc with their initial, so that one sees who speaks."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = 160  # pixels; shown at 40


def face(name: str, colour: str) -> bytes:
    """A PNG of the first letter of `name`, white on a square of `colour` (Discord rounds it)."""
    picture = Image.new("RGB", (SIZE, SIZE), colour)
    ImageDraw.Draw(picture).text(
        (SIZE / 2, SIZE / 2), name[0], fill="white", anchor="mm", font=ImageFont.load_default(SIZE * 0.55)
    )
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
