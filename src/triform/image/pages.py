"""Pages of print: beside the image, with `apply_ocr`, the words that Tesseract reads in it, and where they lie."""

from typing import Any

from triform.errors import MissingDependencyError
from triform.image.calling import Plain, gathered, of_images
from triform.image.colours import in_colour
from triform.image.family import Family
from triform.image.loading import is_pillow, load, pillow
from triform.image.resizing import eight_bits

GRID = 1000  # boxes are in thousandths of a page's width and height


def of_pages(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """`pixel_values`; with `apply_ocr`, `words` and `boxes` (left, top, right, bottom) of each page."""
    if not s.apply_ocr:
        return of_images(inputs, s, family)
    pages = [(in_colour(load(*source, s.input_data_format), s), source[1]) for source in gathered(inputs["images"])]
    read = [words_of(page, s.ocr_lang, s.tesseract_config or "") for page, _ in pages]
    data = of_images({"images": [page for page, _ in pages]}, s, family)
    return data | {"words": Plain([words for words, _ in read]), "boxes": Plain([boxes for _, boxes in read])}


def words_of(page: Any, language: str | None, config: str) -> tuple[list[str], list[list[int]]]:
    """(the words of a page, their boxes). Raises MissingDependencyError."""
    try:
        import pytesseract
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "apply_ocr=True needs pytesseract and the program Tesseract: pip install pytesseract. With words and boxes of your own, pass "
            "apply_ocr=False."
        ) from None
    image = page if is_pillow(page) else pillow().fromarray(eight_bits(page)[0])
    found = pytesseract.image_to_data(image, lang=language, output_type="dict", config=config)
    words, boxes = [], []
    for word, left, top, width, height in zip(*(found[name] for name in ("text", "left", "top", "width", "height"))):
        if word.strip():
            words.append(word)
            corners = (left / image.width, top / image.height, (left + width) / image.width, (top + height) / image.height)
            boxes.append([int(GRID * corner) for corner in corners])
    return words, boxes
