import { JsonText } from "./json-text.ts";
import type { Check } from "./member-reads.ts";

/** What reading the fields of a selection takes; one and the same list for as many entities as can be. */
export type Checks = readonly Check[];

/** Who reads, and the checks that were passed last: those of the next entity are the same. */
export interface Reader {
  context: unknown;
  passed: Checks | undefined;
}

// What a text takes beside its characters: its entry, and the entity's among the others.
const entryBytes = 200;
// What one text may take of all.
const largestShare = 0.01;
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

  /** Undefined where nothing was kept, or where the reader does not pass: then the fields say what is wrong. */
  find(entity: object, selection: number, reader: Reader): JsonText | undefined {
    for (let text = this.texts.get(entity); text !== undefined; text = text.next) {
      if (text.selection === selection) return passes(text.checks, reader) ? text : undefined;
    }
    return undefined;
  }

  /** The entity has to be frozen down to its last member. */
  keep(entity: object, { selection, text, checks }: { selection: number; text: string; checks: Checks }): JsonText {
    const bytes = text.length * 2 + entryBytes;
    if (bytes > this.maxBytes * largestShare) return new JsonText(text);
    // All at once, for nobody knows which of them were let go with their entities.
    if (this.bytes + bytes > this.maxBytes) {
      this.texts = new WeakMap();
      this.bytes = 0;
    }
    this.bytes += bytes;
    const others = this.texts.get(entity);
    const next = others && others.count < mostTexts ? others : undefined;
    const kept = new EntityText(text, selection, checks, next, (next?.count ?? 0) + 1);
    this.texts.set(entity, kept);
    return kept;
  }
}

// A list for each entity, of one text for each selection.
class EntityText extends JsonText {
  constructor(
    text: string,
    /** Which selection it answers, and what whoever reads one of its fields has to pass. */
    readonly selection: number,
    readonly checks: Checks,
    /** Another selection's. */
    readonly next: EntityText | undefined,
    /** How many there are with it. */
    readonly count: number,
  ) {
    super(text);
  }
}

function passes(checks: Checks, reader: Reader): boolean {
  if (checks === reader.passed) return true;
  try {
    for (const check of checks) check(reader.context);
  } catch {
    return false;
  }
  reader.passed = checks;
  return true;
}
