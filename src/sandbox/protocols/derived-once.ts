/** For what follows from a schema, an operation or a body alone: derived on first use, kept as long as its source. */
export function derivedOnce<Source extends object, Derived extends object>(
  derive: (source: Source) => Derived,
): (source: Source) => Derived {
  const kept = new WeakMap<Source, Derived>();
  return (source) => {
    const known = kept.get(source);
    if (known) return known;
    const derived = derive(source);
    kept.set(source, derived);
    return derived;
  };
}
