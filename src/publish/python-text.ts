/** Text as Python and numpy write it: subscribers of the drop-in formats were written against these, quirks included. */

/** Marks a number that Python holds as a float, so that 1 is written 1.0. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** `json.dumps(value)`: ", " and ": " between items, non-ASCII escaped. */
export function pythonJson(value: unknown): string {
  if (value instanceof PythonFloat) return pythonRepr(value.value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `str(datetime.now())`: local time without a zone, a space, six digits of microseconds. */
export function pythonTimestamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}000`;
}

/** `repr(float)`: the shortest decimal that is the same number; an exponent below 0.0001 and from 1e16 on. */
function pythonRepr(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e16)) return exponential(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** At least two digits in the exponent, as C writes it. */
function exponential(value: number, digits?: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
}

/** The shortest decimal that is the same single-precision number. */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return shorter;
  }
  return Number(single.toPrecision(9));
}

/** `str(numpy.float32(value))`. */
export const numpyFloat32 = (value: number): string => pythonRepr(shortestFloat32(value));

/** `str(numpy.array(values, numpy.float32))` of a row that fits on a line: numbers padded to line up at their points. */
export function numpyRow(values: readonly number[]): string {
  const numbers = values.map(shortestFloat32);
  const sizes = numbers.map(Math.abs).filter((size) => size !== 0);
  const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
  const wide = sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  return wide ? exponentialRow(numbers, values.map(Math.fround)) : positionalRow(numbers);
}

/**
 * As numpy chooses it where the numbers differ by more than a factor of 1000.
 * @param shortest says how many digits are needed
 * @param exact gives them: a number that needs fewer is not filled up with zeros
 */
function exponentialRow(shortest: readonly number[], exact: readonly number[]): string {
  const fraction = (value: number) => value.toExponential().split('e')[0]?.split('.')[1]?.length ?? 0;
  const digits = Math.min(8, Math.max(...shortest.map(fraction)));
  const texts = exact.map((value) => exponential(value, digits).replace(/^(-?\d)e/, '$1.e'));
  const width = Math.max(...texts.map(({ length }) => length));
  return `[${texts.map((text) => text.padStart(width)).join(' ')}]`;
}

function positionalRow(numbers: readonly number[]): string {
  const parts = numbers.map((value) => {
    const [whole = '', fraction = ''] = value.toFixed(8).split('.');
    return [whole, fraction.replace(/0+$/, '')] as const;
  });
  const left = Math.max(...parts.map(([whole]) => whole.length));
  const right = Math.max(...parts.map(([, fraction]) => fraction.length));
  return `[${parts.map(([whole, fraction]) => `${whole.padStart(left)}.${fraction.padEnd(right)}`).join(' ')}]`;
}
