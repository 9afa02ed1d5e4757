/**
 * Population stability index of two samples over categories: Σ (a - e) ln(a / e), with a and e the shares of each category now and in
 * the reference. Half an observation is added to every category of both, so that one that is missing does not make it infinite.
 * Source: N. Siddiqi, Credit Risk Scorecards (2006); customary limits are 0.1 and 0.25.
 * @param reference counts by category
 * @returns 0 where both are alike; no upper end
 */
export function populationStability(
  reference: ReadonlyMap<string, number>,
  actual: ReadonlyMap<string, number>,
): number {
  const categories = new Set([...reference.keys(), ...actual.keys()]);
  const shareIn = (counts: ReadonlyMap<string, number>) => {
    const total = [...counts.values()].reduce((a, b) => a + b, 0) + categories.size / 2;
    return (category: string) => ((counts.get(category) ?? 0) + 0.5) / total;
  };
  const [expected, found] = [shareIn(reference), shareIn(actual)];
  return [...categories].reduce(
    (sum, category) =>
      sum + (found(category) - expected(category)) * Math.log(found(category) / expected(category)),
    0,
  );
}
