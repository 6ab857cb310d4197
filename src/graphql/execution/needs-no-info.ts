const withoutInfo = new WeakSet<object>();

/** Says of a resolver that it never looks at `info`, so that none is made for it. */
export function needsNoInfo<Resolver extends object>(resolve: Resolver): Resolver {
  withoutInfo.add(resolve);
  return resolve;
}

export function looksAtInfo(resolve: object): boolean {
  return !withoutInfo.has(resolve);
}
