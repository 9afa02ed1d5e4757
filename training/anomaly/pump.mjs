/** The simulated pump of the demo (samples/pump): four channels at 20 Hz, windows of 10 s, one each second. */
export default {
  name: 'pump-watch',
  description: 'Tells when the simulated pump of the demo does not run as it did while the model was fitted',
  channels: ['vibration', 'temperature', 'current', 'noise'],
  window: { samples: 200, hop: 20, rateHz: 20, missing: 'interpolate', maxGapSeconds: 2 },
  features: [
    { type: 'rms', channel: 'vibration' },
    { type: 'kurtosis', channel: 'vibration' },
    { type: 'crestFactor', channel: 'vibration' },
    { type: 'bandEnergy', channel: 'vibration', fromHz: 0.5, toHz: 4 },
    { type: 'bandEnergy', channel: 'vibration', fromHz: 4, toHz: 10 },
    { type: 'mean', channel: 'temperature' },
    { type: 'mean', channel: 'current' },
    { type: 'std', channel: 'current' },
    { type: 'mean', channel: 'noise' },
    { type: 'max', channel: 'noise' },
  ],
  decoder: { raiseAfter: 3, clearAfter: 10 },
};
