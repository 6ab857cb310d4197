import type { FieldNode, GraphQLObjectType } from "graphql";
import { isFrozenData } from "../../frozen-data.ts";
import { collectFields } from "./collect-fields.ts";
import { CompiledField, fieldDefinition } from "./compiled-field.ts";
import type { Checks } from "./entity-texts.ts";
import type { Path } from "./field-errors.ts";
import type { JsonText } from "./json-text.ts";
import { isPromise, Reading, type Run } from "./run.ts";

/** Counts what has been compiled, which is how much of it has to be kept. */
export interface Compiling {
  fields: number;
}

type Answer = Record<string, unknown>;

// Texts are found by their selection's number: they outlive the selection, and must not keep it in memory.
let selections = 0;

/** What a field's selection asks of one object type. It is compiled when it is first met, for most types of a union never are. */
export class CompiledSelection {
  private fields: CompiledField[] | undefined;
  /** Every name of the answer in its order, so that answers share one hidden class; the type's own name is there already. */
  private outline: Answer = {};
  private readonly number = selections++;
  private lastChecks: Checks = [];

  constructor(
    private readonly type: GraphQLObjectType,
    private readonly nodes: readonly Pick<FieldNode, "selectionSet">[],
    private readonly compiling: Compiling,
  ) {}

  /** @throws GraphQLError where a condition of a @skip or an @include is null */
  prepare(run: Run): CompiledField[] {
    this.fields ??= this.compile(run);
    return this.fields;
  }

  /** Throws, or rejects, for a failure that takes the whole object with it. */
  execute(run: Run, source: unknown, place: Path): Answer | JsonText | Promise<Answer> {
    const known = this.known(run, source);
    if (known) return known;
    // What lies within an entity is written with it.
    const mayWrite = run.texts && !run.reading?.isPlain && isFrozenData(source);
    return mayWrite ? this.write(run, source, place) : this.readFields(run, source, place);
  }

  /** What it said of an entity before. */
  known(run: Run, source: unknown): JsonText | undefined {
    if (run.texts === undefined || run.reading?.isPlain || typeof source !== "object" || source === null)
      return undefined;
    return run.texts.find(source, this.number, run);
  }

  private write(run: Run, source: object, place: Path): Answer | JsonText | Promise<Answer> {
    const { texts, reading: outer, errors } = run;
    const reading = new Reading();
    const metBefore = errors.met;
    run.reading = reading;
    try {
      const answer = this.readFields(run, source, place);
      if (!texts || !reading.isPlain || isPromise(answer) || errors.met > metBefore) return answer;
      const checks = this.shared([...reading.checks]);
      return texts.keep(source, { selection: this.number, text: JSON.stringify(answer), checks });
    } finally {
      run.reading = outer;
    }
  }

  // The same list for all entities, which is then passed once for all of them.
  private shared(checks: Checks): Checks {
    const { lastChecks } = this;
    const same = checks.length === lastChecks.length && checks.every((check, i) => check === lastChecks[i]);
    if (!same) this.lastChecks = checks;
    return this.lastChecks;
  }

  /** Reads every field anew, also where the texts know what they say; fails as `execute` does. */
  readFields(run: Run, source: unknown, place: Path): Answer | Promise<Answer> {
    const fields = this.prepare(run);
    const answer = { ...this.outline };
    let waiting = false;
    try {
      for (let i = 0; i < fields.length; i++) {
        const field = fields[i] as CompiledField;
        const value = field.execute(run, source, place);
        answer[field.name] = value;
        if (isPromise(value)) waiting = true;
      }
    } catch (error) {
      if (!waiting) throw error;
      // The others are waited for all the same, for they may fail too.
      return allOf(answer).finally(() => {
        throw error;
      });
    }
    return waiting ? allOf(answer) : answer;
  }

  private compile({ parts: { schema, fragments }, variables }: Run): CompiledField[] {
    const selectionSets = this.nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const collected = collectFields(selectionSets, this.type, { schema, fragments, variables });
    const fields: CompiledField[] = [];
    const outline: Answer = {};
    for (const [name, nodes] of collected) {
      const definition = fieldDefinition(schema, this.type, nodes);
      if (!definition) continue;
      const isTypeName = definition.name === "__typename";
      outline[name] = isTypeName ? this.type.name : undefined;
      if (!isTypeName)
        fields.push(new CompiledField(name, { parentType: this.type, definition, nodes }, this.compiling));
    }
    this.compiling.fields += collected.size + 1;
    this.outline = outline;
    return fields;
  }
}

async function allOf(answer: Answer): Promise<Answer> {
  const names = Object.keys(answer);
  const values = await Promise.all(Object.values(answer));
  names.forEach((name, i) => {
    answer[name] = values[i];
  });
  return answer;
}
