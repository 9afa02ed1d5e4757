"""A client that its user would write with tritonclient, unchanged; prints one JSON line."""

import json
import sys

import numpy
import tritonclient.http as http
from tritonclient.utils import InferenceServerException


def main():
    url, model, picture = sys.argv[1:]
    client = http.InferenceServerClient(url=url, network_timeout=30.0, connection_timeout=30.0)
    metadata = client.get_model_metadata(model)
    declared = metadata["inputs"][0]
    # The same values both ways, so that the answers can be compared.
    values = numpy.random.default_rng(7).normal(size=declared["shape"]).astype(numpy.float32)

    def infer(binary, outputs=None, **options):
        tensor = http.InferInput(declared["name"], declared["shape"], declared["datatype"])
        tensor.set_data_from_numpy(values, binary_data=binary)
        return client.infer(model, [tensor], outputs=outputs, **options)

    output = metadata["outputs"][0]["name"]
    plain = infer(False, [http.InferRequestedOutput(output, binary_data=False)])
    answers = [
        infer(True),
        infer(True, request_compression_algorithm="gzip"),
        infer(False, request_compression_algorithm="deflate", response_compression_algorithm="gzip"),
        infer(True, model_version=metadata["versions"][0], request_id="seven"),
    ]
    best = infer(True, [http.InferRequestedOutput(output, class_count=2)])
    jpeg = http.InferInput("picture", [1], "BYTES")
    with open(picture, "rb") as file:
        jpeg.set_data_from_numpy(numpy.array([file.read()], dtype=object))
    prediction = client.infer(model, [jpeg])
    errors = []
    for call in (
        lambda: client.get_model_metadata("other"),
        lambda: client.infer(model, [http.InferInput("wrong", [1], "FP32").set_data_from_numpy(numpy.zeros(1, numpy.float32))]),
        lambda: infer(True, model_version="9"),
    ):
        try:
            call()
            errors.append("none")
        except InferenceServerException as error:
            errors.append([error.status(), error.message()])
    print(
        json.dumps(
            {
                "live": client.is_server_live(),
                "ready": client.is_server_ready(),
                "modelReady": client.is_model_ready(model),
                "otherReady": client.is_model_ready("other"),
                "server": client.get_server_metadata(),
                "index": client.get_model_repository_index(),
                "metadata": metadata,
                "same": [bool(numpy.allclose(plain.as_numpy(output), a.as_numpy(output), atol=1e-6)) for a in answers],
                "id": answers[-1].get_response()["id"],
                "shape": list(plain.as_numpy(output).shape),
                "argmax": int(plain.as_numpy(output).argmax()),
                "classes": [text.decode() for text in best.as_numpy(output).flatten()],
                "labels": [text.decode() for text in prediction.as_numpy("label")],
                "confidences": [float(value) for value in prediction.as_numpy("confidence")],
                "errors": errors,
            }
        )
    )
    client.close()


if __name__ == "__main__":
    main()
