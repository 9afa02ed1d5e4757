export type Activation = 'softmax' | 'sigmoid' | 'none';

/** Raw outputs to probabilities, in place. Softmax subtracts the largest value first, so that exp() cannot overflow. */
export function activate(values: Float64Array, activation: Activation): Float64Array {
  if (activation === 'sigmoid') return values.map((value) => 1 / (1 + Math.exp(-value)));
  if (activation === 'none') return values;
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
