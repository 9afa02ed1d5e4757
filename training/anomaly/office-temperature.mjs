/**
 * Hourly temperature of an office (NAB): how the last day and the week move, without the level, which follows the season. The
 * features and settings are those that choose-office-settings.mjs has chosen on simulated rooms (../results/office-settings.json).
 */
const channel = 'value';

export default {
  name: 'office-temperature',
  description: 'Tells when the temperature of a room moves otherwise than it did while the model was fitted',
  channels: [channel],
  window: { samples: 168, hop: 1, rateHz: 1 / 3600, missing: 'interpolate', maxGapSeconds: 192 * 3600 },
  features: [
    { type: 'slope', channel, lastSamples: 24 },
    { type: 'slope', channel },
    { type: 'std', channel, lastSamples: 24 },
    { type: 'std', channel },
    // What swings faster than a room's day: periods of two to eight hours.
    { type: 'bandEnergy', channel, fromHz: 1 / (8 * 3600), toHz: 1 / (2 * 3600) },
  ],
  // Single wrong readings are no anomaly.
  medianOf: 5,
  fit: { margin: 1.5, clearRatio: 0.9 },
  decoder: { raiseAfter: 12, clearAfter: 168 },
};
