import { JsonText } from "./json-text.ts";
import type { Check } from "./member-reads.ts";

interface EntityText {
  /** Which selection it answers. */
  selection: number;
  json: JsonText;
  /** What whoever reads one of its fields has to pass. */
  checks: readonly Check[];
  /** Another selection's, and how many there are with it. */
  next: EntityText | undefined;
  count: number;
}

// What a text takes beside its characters: its entry, and the entity's among the others.
const entryBytes = 200;
const largestShare = 100;
// Of one entity; whoever looks for one passes the others.
const mostTexts = 8;

/**
 * What selections said of entities, as JSON. A copy of an entity never changes, so neither does what a selection says of
 * it where its fields only read members. A text lives as long as its entity does, and whoever gets it has passed the
 * checks of each of its fields, as if they had been read.
 */
export class EntityTexts {
  private texts = new WeakMap<object, EntityText>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Undefined where nothing was kept, or where the context does not pass: then the fields say what is wrong. */
  find(entity: object, selection: number, context: unknown): JsonText | undefined {
    for (let text = this.texts.get(entity); text !== undefined; text = text.next) {
      if (text.selection === selection) return passes(text.checks, context) ? text.json : undefined;
    }
    return undefined;
  }

  /** The entity has to be frozen down to its last member. */
  keep(entity: object, { text, ...of }: { selection: number; text: string; checks: readonly Check[] }): JsonText {
    const json = new JsonText(text);
    const bytes = text.length * 2 + entryBytes;
    if (bytes > this.maxBytes / largestShare) return json;
    // All at once, for nobody knows which of them were let go with their entities.
    if (this.bytes + bytes > this.maxBytes) {
      this.texts = new WeakMap();
      this.bytes = 0;
    }
    this.bytes += bytes;
    const others = this.texts.get(entity);
    const next = others && others.count < mostTexts ? others : undefined;
    this.texts.set(entity, { ...of, json, next, count: (next?.count ?? 0) + 1 });
    return json;
  }
}

function passes(checks: readonly Check[], context: unknown): boolean {
  try {
    for (const check of checks) check(context);
    return true;
  } catch {
    return false;
  }
}
