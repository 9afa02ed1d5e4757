/** Fills in {thingName} and {pipeline}; the thing name may hold no character that means something in a topic. */
export function fillInTopic(topic: string, values: { thingName: string; pipeline: string }): string {
  return topic.replaceAll('{thingName}', values.thingName).replaceAll('{pipeline}', values.pipeline);
}
