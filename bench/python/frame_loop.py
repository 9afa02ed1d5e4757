"""The Python peer of `npm run bench -- --case python-peer`: JPEG file to JSON with libdlr through ctypes, cv2 and numpy,
and on to Greengrass IPC with awsiotsdk.

    frame_loop.py LIBRARY MODEL_JSON ARTIFACT LABELS DIGEST

Asked with a line {"pictures": [paths], "reduction": 1, 2, 4 or 8, "publish": true or false} it takes each picture through the
model, publishes the result to a local Greengrass topic where asked to, and answers with a line {"wallMs": [one a picture],
"cpuMs": all of them together, "labels": [best label a picture]}.

Nothing is allocated in the loop that can be allocated before it, and pixels are copied no more often than the calls demand.
"""

import ctypes
import json
import resource
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import awsiot.greengrasscoreipc.clientv2 as clientv2
import cv2
import numpy as np
from awsiot.greengrasscoreipc.model import BinaryMessage, PublishMessage

TOPIC = "mli/predictions/bench"

REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


class Dlr:
    """A model in libdlr, with its buffers and arguments bound once."""

    def __init__(self, library, artifact, name, tensor, outputs):
        self._dlr = ctypes.CDLL(library)
        self._dlr.DLRGetLastError.restype = ctypes.c_char_p
        self._handle = ctypes.c_void_p()
        handle = ctypes.byref(self._handle)
        self._check(self._dlr.CreateDLRModel(handle, artifact.encode(), 1, 0))
        self.output = np.empty(outputs, np.float32)
        shape = (ctypes.c_int64 * tensor.ndim)(*tensor.shape)
        self._set_input = (handle, name.encode(), shape, ctypes.c_void_p(tensor.ctypes.data), tensor.ndim)
        self._get_output = (handle, 0, ctypes.c_void_p(self.output.ctypes.data))
        self._run = (handle,)

    def run(self):
        """Runs on what the tensor holds; the result is in `output` until the next run."""
        self._check(self._dlr.SetDLRInput(*self._set_input))
        self._check(self._dlr.RunDLRModel(*self._run))
        self._check(self._dlr.GetDLROutput(*self._get_output))
        return self.output

    def _check(self, status):
        if status != 0:
            raise RuntimeError(self._dlr.DLRGetLastError().decode())


class Classifier:
    """From the path of a picture to the text of a result."""

    def __init__(self, library, manifest, artifact, labels, digest):
        spec = manifest["input"]
        if spec["layout"] != "NCHW" or spec["colorOrder"] != "RGB" or spec["resize"]["mode"] != "stretch":
            raise ValueError("this peer knows RGB pictures in NCHW, stretched to the model's size")
        _, _, self._height, self._width = spec["shape"]
        self._labels = labels
        self._model = {"name": manifest["name"], "version": manifest["version"], "digest": digest, "runtime": "dlr"}
        self._small = np.empty((self._height, self._width, 3), np.uint8)
        self._tensor = np.empty(spec["shape"], np.float32)
        # Views: channels last and BGR, as OpenCV has them, seen as the model wants them.
        self._planes = self._small[:, :, ::-1].transpose(2, 0, 1)[np.newaxis]
        # (x - mean) / std as one multiplication and one addition.
        scale = 1 / np.asarray(spec["std"], np.float32)
        self._scale = scale.reshape(1, 3, 1, 1)
        self._shift = (-np.asarray(spec["mean"], np.float32) * scale).reshape(1, 3, 1, 1)
        self._dlr = Dlr(library, artifact, spec["name"], self._tensor, len(labels))

    def classify(self, number, path, reduction):
        started = time.perf_counter()
        picture = cv2.imread(path, REDUCED[reduction])
        captured_at = datetime.now(timezone.utc)
        captured = time.perf_counter()
        cv2.resize(picture, (self._width, self._height), dst=self._small, interpolation=cv2.INTER_AREA)
        np.multiply(self._planes, self._scale, out=self._tensor)
        self._tensor += self._shift
        preprocessed = time.perf_counter()
        logits = self._dlr.run()
        inferred = time.perf_counter()
        exponentials = np.exp(logits - logits.max())
        probabilities = (exponentials / exponentials.sum()).tolist()
        order = sorted(range(len(probabilities)), key=probabilities.__getitem__, reverse=True)
        predictions = [{"label": self._labels[i], "confidence": round(probabilities[i], 5)} for i in order]
        decoded = time.perf_counter()
        height, width = picture.shape[:2]
        result = {
            "version": 1,
            "id": f"0123456789ab-{number}",
            "thing": "bench",
            "pipeline": "bench",
            "model": self._model,
            "frame": {
                "id": number,
                "capturedAt": captured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "width": width * reduction,
                "height": height * reduction,
                "name": path.rpartition("/")[2],
            },
            "predictions": predictions,
            "timingsMs": {
                "capture": round((captured - started) * 1e3, 2),
                "preprocess": round((preprocessed - captured) * 1e3, 2),
                "infer": round((inferred - preprocessed) * 1e3, 2),
                "decode": round((decoded - inferred) * 1e3, 2),
            },
        }
        return json.dumps(result, separators=(",", ":")), predictions[0]["label"]


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


def main():
    library, manifest, artifact, labels, digest = sys.argv[1:]
    classifier = Classifier(
        library,
        json.loads(Path(manifest).read_text()),
        artifact,
        Path(labels).read_text().split(),
        digest,
    )
    ipc = clientv2.GreengrassCoreIPCClientV2()
    for line in sys.stdin:
        request = json.loads(line)
        wall, best = [], []
        cpu = cpu_ms()
        for number, path in enumerate(request["pictures"], 1):
            started = time.perf_counter()
            text, label = classifier.classify(number, path, request["reduction"])
            if request["publish"]:
                message = BinaryMessage(message=text.encode())
                ipc.publish_to_topic(topic=TOPIC, publish_message=PublishMessage(binary_message=message))
            wall.append((time.perf_counter() - started) * 1e3)
            best.append(label)
        print(json.dumps({"wallMs": wall, "cpuMs": cpu_ms() - cpu, "labels": best}), flush=True)
    ipc.close()


if __name__ == "__main__":
    main()
