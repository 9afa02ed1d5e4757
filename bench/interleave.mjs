/**
 * Measures two things in turn, block by block, and changes who begins each round: what the machine does meanwhile (clock
 * frequency, neighbours, heat) meets both alike, so that their ratio means something even where the figures do not.
 * @template T
 * @param {number} rounds
 * @param {() => Promise<T>} subject
 * @param {() => Promise<T>} peer
 * @returns {Promise<{ subject: T[], peer: T[] }>} a block a round; blocks of the same index are neighbours in time
 */
export async function interleave(rounds, subject, peer) {
  const blocks = { subject: [], peer: [] };
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? 'subject' : 'peer';
    const second = first === 'subject' ? 'peer' : 'subject';
    const measure = { subject, peer };
    blocks[first].push(await measure[first]());
    blocks[second].push(await measure[second]());
  }
  return blocks;
}
