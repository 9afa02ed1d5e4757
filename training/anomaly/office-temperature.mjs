/** Hourly temperature of an office (NAB): how the last hours differ from the week before. */
const channel = 'value';

export default {
  name: 'office-temperature',
  description: 'Tells when the temperature of a room moves otherwise than it did while the model was fitted',
  channels: [channel],
  window: { samples: 168, hop: 1, rateHz: 1 / 3600, missing: 'interpolate', maxGapSeconds: 8 * 86_400 },
  features: [
    { type: 'mean', channel, lastSamples: 24 },
    { type: 'mean', channel },
    { type: 'std', channel, lastSamples: 24 },
    { type: 'std', channel },
    { type: 'last', channel },
  ],
  // What disturbs a window is in it for a week: so long an episode goes on.
  decoder: { raiseAfter: 3, clearAfter: 168 },
};
