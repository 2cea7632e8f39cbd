/** Return the items by a key, in their order. (`Map.groupBy` is too new for some browsers.) */
export function groupedBy<T, K>(
  items: Iterable<T>,
  key: (item: T) => K,
): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
