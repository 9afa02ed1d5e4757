"""A Greengrass component that follows the results of mli.Inference, and says which labels it sees.

Prints one line for each result; what it does with them is yours.
"""

import json
import os
import sys
import threading

import awsiot.greengrasscoreipc.clientv2 as clientv2
from awsiot.greengrasscoreipc.model import UnauthorizedError


def on_result(result):
    best = result["predictions"][0] if result["predictions"] else None
    line = {"pipeline": result["pipeline"], "id": result["id"], "best": best, "decision": result.get("decision")}
    print(json.dumps(line), flush=True)


def main():
    thing = os.environ["AWS_IOT_THING_NAME"]
    topic = sys.argv[1] if len(sys.argv) > 1 else f"mli/predictions/{thing}"
    client = clientv2.GreengrassCoreIPCClientV2()
    ended = threading.Event()
    seen = set()

    def on_event(event):
        # Results are binary messages that hold UTF-8 JSON.
        if event.binary_message is None:
            return
        result = json.loads(event.binary_message.message)
        # The same id twice is the same result delivered twice.
        if result["id"] in seen:
            return
        if len(seen) > 10_000:
            seen.clear()
        seen.add(result["id"])
        on_result(result)

    def on_error(error):
        print(f"the subscription failed: {error}", file=sys.stderr, flush=True)
        ended.set()
        return True

    try:
        client.subscribe_to_topic(
            topic=topic, on_stream_event=on_event, on_stream_error=on_error, on_stream_closed=ended.set
        )
    except UnauthorizedError as error:
        print(f"accessControl of the recipe does not allow {topic}: {error.message}", file=sys.stderr, flush=True)
        return 1
    # The nucleus starts a component again that ends with an error: that is the simplest way to subscribe again.
    ended.wait()
    return 1


if __name__ == "__main__":
    sys.exit(main())
