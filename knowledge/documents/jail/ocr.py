"""Recognise the text in the picture of a page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from knowledge.documents.jail.layout import Box, lines

DOTS, LONGEST = 150, 2000  # To the inch; pixels on the longer side.
PIXELS, PICTURE = 60_000_000, 2400  # A picture's most pixels, and those on the longer side that are looked at.
DETECTED = 1280  # Pixels on the longer side in which lines are looked for: finer costs memory and finds no more.
SURE = 0.5  # Lines that are less sure than this are specks and ornaments.
TURNED = 0.75  # Below this the page may be upside down or on its side.
BLANK = 3.0  # The spread of grey on a page that shows nothing.

Recogniser = Callable[[Any], tuple[list[tuple[Box, str]], float]]


def recogniser() -> Recogniser:
    """Return what finds the lines of a picture, on one core and with the models of the package alone."""
    import cv2  # noqa: PLC0415 - heavy, and only scans need it.
    from rapidocr import RapidOCR  # noqa: PLC0415

    cv2.setNumThreads(1)
    engine: Any = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # Measured: it turns lines that stand right.
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTED,
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
        }
    )

    def recognise(picture: Any) -> tuple[list[tuple[Box, str]], float]:
        found = engine(picture)
        if found.boxes is None:
            return [], 0.0
        height = picture.shape[0]
        sure = [each for each in zip(found.boxes, found.txts, found.scores, strict=True) if each[2] >= SURE]
        placed = [
            (Box(min(x), height - max(y), max(x), height - min(y)), str(text))
            for (x, y), text in (((corners[:, 0], corners[:, 1]), text) for corners, text, _ in sure)
        ]
        letters = sum(len(text) for _, text, _ in sure)
        score = sum(float(score) * len(text) for _, text, score in sure) / letters if letters else 0.0
        return placed, score

    return recognise


def opened(data: bytes) -> Any:
    """Return the picture that a file is."""
    image = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    if image.width * image.height > PIXELS:
        raise ValueError(image.size)
    image.thumbnail((PICTURE, PICTURE))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.convert("RGBA").getchannel("A"))
    return np.asarray(flat)


def read(picture: Any, recognise: Recogniser) -> tuple[str, float]:
    """Return the text of a page's picture and how sure it is, from 0 to 1."""
    if float(np.std(picture)) < BLANK:
        return "", 0.0
    best, score = recognise(picture)
    upright = sum(box.width >= box.top - box.bottom for box, text in best if len(text) > 2)
    sideways = bool(best) and upright * 2 < sum(len(text) > 2 for _, text in best)
    if best and (sideways or score < TURNED):
        for turns in (1, 3) if sideways else (2,):
            turned = np.ascontiguousarray(np.rot90(picture, turns))
            other, sure = recognise(turned)
            if _weight(other, sure) > _weight(best, score):
                best, score, picture = other, sure, turned
    return lines(best, float(picture.shape[1])), score


def _weight(found: list[tuple[Box, str]], score: float) -> float:
    return score * sum(len(text) for _, text in found)
