/** The water-circulation test bed of SKAB: mean and deviation of each channel over 20 readings, at each reading. */
const channels = [
  'Accelerometer1RMS',
  'Accelerometer2RMS',
  'Current',
  'Pressure',
  'Temperature',
  'Thermocouple',
  'Voltage',
  'Volume Flow RateRMS',
];

export default {
  name: 'water-pump',
  description: 'Tells when a water pump does not run as it did while the model was fitted',
  channels,
  window: { samples: 20, hop: 1, missing: 'hold', maxGapSeconds: 600 },
  features: channels.flatMap((channel) => [
    { type: 'mean', channel },
    { type: 'std', channel },
  ]),
  decoder: { raiseAfter: 3, clearAfter: 10 },
};
