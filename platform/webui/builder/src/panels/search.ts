/** Finding things by some letters of their names. */

/**
 * Return the items in which every word is found, the best first.
 *
 * `textsOf` gives the texts to look in, the most telling first. A word at the beginning of a text
 * tells more than one inside it; letters in their order, such as `gci` in "Get Current …", count last.
 */
export function foundIn<T>(
  items: readonly T[],
  words: string,
  textsOf: (item: T) => readonly string[],
): readonly T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return items
    .map((item) => ({ item, score: scoreOf(wanted, textsOf(item)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item);
}

function scoreOf(wanted: readonly string[], texts: readonly string[]): number {
  let score = 0;
  for (const word of wanted) {
    const best = Math.max(...texts.map((text, index) => scoreIn(word, text.toLowerCase(), index)));
    if (best <= 0) return 0;
    score += best;
  }
  return score;
}

function scoreIn(word: string, text: string, index: number): number {
  const at = text.indexOf(word);
  const weight = 100 / (index + 1);
  if (at === 0) return weight + 10 / text.length;
  if (at > 0) return /\W/.test(text.charAt(at - 1)) ? 0.8 * weight : 0.5 * weight;
  if (index > 0 || word.length < 2) return 0;
  const initials = text
    .split(/\W+/)
    .map((part) => part.charAt(0))
    .join("");
  return initials.includes(word) ? 0.3 * weight : 0;
}
