"""A component in Python, with the SDK that its author would use: subscribes, publishes, reads and follows its configuration.

Prints one JSON line for each thing that it saw.
"""

import json
import sys
import threading

import awsiot.greengrasscoreipc.clientv2 as clientv2
from awsiot.greengrasscoreipc.model import BinaryMessage, JsonMessage, PublishMessage, UnauthorizedError


telling = threading.Lock()


def tell(kind, value):
    """Called from the SDK's threads too: print() writes the text and the end of the line apart, so that lines could run together."""
    line = json.dumps({kind: value}) + "\n"
    with telling:
        sys.stdout.write(line)
        sys.stdout.flush()


def main():
    client = clientv2.GreengrassCoreIPCClientV2()
    heard = threading.Semaphore(0)

    def on_message(event):
        if event.binary_message:
            message = event.binary_message
            tell("binary", [message.context.topic, message.message.decode()])
        else:
            tell("json", [event.json_message.context.topic, event.json_message.message])
        heard.release()

    def on_change(event):
        tell("changed", event.configuration_update_event.key_path)
        heard.release()

    client.subscribe_to_topic(topic="line1/+", on_stream_event=on_message)
    client.subscribe_to_configuration_update(key_path=[], on_stream_event=on_change)
    tell("configuration", client.get_configuration(key_path=["camera"]).value)
    try:
        client.publish_to_topic(
            topic="line2/x", publish_message=PublishMessage(binary_message=BinaryMessage(message=b"x"))
        )
    except UnauthorizedError as error:
        tell("denied", error.message)
    client.publish_to_topic(
        topic="line1/python", publish_message=PublishMessage(binary_message=BinaryMessage(message="größe".encode()))
    )
    client.publish_to_topic(
        topic="line1/python", publish_message=PublishMessage(json_message=JsonMessage(message={"open": True}))
    )
    client.publish_to_iot_core(topic_name="cloud/python", qos="1", payload=b"up")
    client.update_state(state="RUNNING")
    tell("ready", True)
    for _ in range(3):
        if not heard.acquire(timeout=10):
            tell("error", "nothing came within 10 s")
            return 1
    client.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
