"""What YOLOX itself makes of a video: its preprocessing and decoding, written from the format in numpy, on ONNX Runtime.

Usage: yolox_reference.py <model.onnx> <video> <frames>. Prints one line of JSON a frame: [[class, score, left, top, right, bottom], …],
boxes in pixels of the frame. Preprocessing: scaled by the smaller ratio, at the top left of a grey (114) square, BGR, 0..255.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import onnxruntime

SIZE = 416
SCORE, OVERLAP = 0.3, 0.45


def frames(video: str, count: int):
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", video]
    width, height = map(int, subprocess.check_output(probe).decode().strip().split(","))
    command = ["ffmpeg", "-v", "error", "-i", video, "-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while len(data := process.stdout.read(width * height * 3)) == width * height * 3:
            yield np.frombuffer(data, np.uint8).reshape(height, width, 3)


def resized(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """Bilinear, pixel centres at halves, edges repeated."""

    def places(size: int, wanted: int):
        at = np.clip((np.arange(wanted) + 0.5) * size / wanted - 0.5, 0, size - 1)
        low = np.floor(at).astype(int)
        return low, np.minimum(low + 1, size - 1), at - low

    top, bottom, down = places(picture.shape[0], height)
    left, right, across = places(picture.shape[1], width)
    values = picture.astype(np.float64)
    rows = values[top] * (1 - down)[:, None, None] + values[bottom] * down[:, None, None]
    return np.rint(rows[:, left] * (1 - across)[None, :, None] + rows[:, right] * across[None, :, None])


def preprocess(picture: np.ndarray) -> tuple[np.ndarray, float]:
    ratio = min(SIZE / picture.shape[0], SIZE / picture.shape[1])
    height, width = round(picture.shape[0] * ratio), round(picture.shape[1] * ratio)
    square = np.full((SIZE, SIZE, 3), 114, np.float32)
    square[:height, :width] = resized(picture, width, height)
    return square.transpose(2, 0, 1)[None], ratio


def decode(output: np.ndarray, ratio: float) -> list[list[float]]:
    grids, strides = [], []
    for stride in (8, 16, 32):
        cells = SIZE // stride
        x, y = np.meshgrid(np.arange(cells), np.arange(cells))
        grids.append(np.stack((x, y), 2).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    grid, stride = np.concatenate(grids), np.concatenate(strides)
    centre, size = (output[:, :2] + grid) * stride, np.exp(output[:, 2:4]) * stride
    corners = np.concatenate((centre - size / 2, centre + size / 2), 1) / ratio
    scores = output[:, 4:5] * output[:, 5:]
    label, score = scores.argmax(1), scores.max(1)
    found: list[list[float]] = []
    for one in np.unique(label[score >= SCORE]):
        left = [i for i in np.argsort(-score) if label[i] == one and score[i] >= SCORE]
        while left:
            best = left.pop(0)
            found.append([int(one), float(score[best]), *map(float, corners[best])])
            left = [other for other in left if overlap(corners[best], corners[other]) <= OVERLAP]
    return found


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def main() -> None:
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    for picture in frames(sys.argv[2], int(sys.argv[3])):
        tensor, ratio = preprocess(picture)
        (output,) = session.run(None, {session.get_inputs()[0].name: tensor})
        print(json.dumps(decode(output[0], ratio)), flush=True)


main()
