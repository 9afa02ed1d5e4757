/** A recording as a pipeline's source, all of its columns by their own names. */
export const csvSource = (path, { separator = ',', timeField, stepSeconds }) => ({
  type: 'csv',
  path,
  separator,
  timeField,
  fields: {},
  stepSeconds,
});
