import type { ChargeStore } from "../../src/charge/store/charge-store.ts";

type Call = "find" | "claim" | "recordAnswer";
type Spoiling = (real: () => Promise<unknown>) => Promise<unknown>;

/** A store whose database can be made to fail, one call at a time and in the order told; otherwise it is the real one. */
export interface SpoiledStore {
  store: ChargeStore;
  /** Spoils the next call of this kind that is not spoken for yet. */
  next(call: Call, spoiling: Spoiling): void;
}

export function spoiledStore(real: ChargeStore): SpoiledStore {
  const planned: { call: Call; spoiling: Spoiling }[] = [];
  const store = new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const index = planned.findIndex(({ call }) => call === name);
        const call = () => Reflect.apply(value, target, given) as Promise<unknown>;
        return index < 0 ? call() : planned.splice(index, 1)[0]?.spoiling(call);
      };
    },
  });
  return { store, next: (call, spoiling) => void planned.push({ call, spoiling }) };
}

/** The database is gone before it is asked. */
export const away: Spoiling = async () => {
  throw new Error("the database is away");
};

/** It does as it is told, but only once it is let go. */
export function held(): { spoiling: Spoiling; letGo: () => void } {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const spoiling: Spoiling = async (real) => {
    await promise;
    return real();
  };
  return { spoiling, letGo };
}

/** It does as it is told, and the word that it did is lost. */
export const unacknowledged: Spoiling = async (real) => {
  await real();
  throw new Error("the connection broke");
};
