"""Writes the messages of the drop-in formats as their own components do: a case a line on standard input, its messages on standard output.

What AWS's components and the v1 accelerator put into json.dumps is in docs/publishing.md; numpy turns numbers into text there.
"""

import json
import sys

import numpy

THRESHOLD = 0.3
TOP = 5


def aws(kind, timestamp, results):
    return json.dumps(
        {
            "timestamp": timestamp,
            "inference-type": kind,
            "inference-description": "Top {} predictions with score {} or above ".format(TOP, THRESHOLD),
            "inference-results": results,
        }
    )


def classification(case):
    scores = numpy.array([p["confidence"] for p in case["predictions"]], dtype=numpy.float32)
    results = []
    for i in numpy.argsort(-scores, kind="stable")[:TOP]:
        if scores[i] >= THRESHOLD:
            results.append({"Label": case["predictions"][i]["label"], "Score": str(scores[i])})
    return aws("image-classification", case["timestamp"], results)


def detection(case):
    results = []
    for prediction in case["predictions"]:
        if len(results) == TOP:
            break
        score = numpy.float32(prediction["confidence"])
        if score >= THRESHOLD:
            x, y, width, height = prediction["box"]
            box = numpy.array([x, y, x + width, y + height], dtype=numpy.float64) * 512
            results.append(
                {
                    "Label": prediction["label"],
                    "Score": str(score),
                    "Boundaries": str(box.astype(numpy.float32)),
                }
            )
    return aws("object-detection", case["timestamp"], results)


def connector(case):
    best = case["predictions"][0]
    return json.dumps({"confidence": float(str(numpy.float32(best["confidence"]))), "prediction": best["label"]})


def s3_model(case):
    best = case["predictions"][0]
    confidence = str(numpy.float32(best["confidence"]))
    return json.dumps([{"confidence": confidence, "prediction": best["label"], "image_name": case["name"]}])


FORMATS = {"classification": classification, "detection": detection, "v1": connector, "v1-s3-model": s3_model}

for line in sys.stdin:
    case = json.loads(line)
    print(FORMATS[case["format"]](case))
