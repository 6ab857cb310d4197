import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";
import { tooLarge } from "../graphql/errors.ts";

/** How much an operation, or a part of one, asks. */
export interface Size {
  /** How often each name stands here, side by side. */
  names: ReadonlyMap<string, number>;
  rootFields: number;
  paidFields: number;
  depth: number;
  aliases: number;
  directives: number;
  repeats: number;
  stringLength: number;
  jsonDepth: number;
  jsonMembers: number;
}

const nothing: Size = {
  names: new Map(),
  rootFields: 0,
  paidFields: 0,
  depth: 0,
  aliases: 0,
  directives: 0,
  repeats: 0,
  stringLength: 0,
  jsonDepth: 0,
  jsonMembers: 0,
};

/** Measures selections, each fragment once however often it is spread: a chain of spreads can stand for billions of fields. */
export class OperationSize {
  private readonly measured = new Map<string, Size>();

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly paidFields: ReadonlySet<string>,
  ) {}

  measure({ selectionSet, directives = [], operation, variableDefinitions = [] }: OperationDefinitionNode): Size {
    const selected = this.measureSelections(selectionSet);
    const values = [
      ...directives.flatMap(({ arguments: given = [] }) => given.map(({ value }) => measureValue(value))),
      ...variableDefinitions.flatMap(({ defaultValue }) => (defaultValue ? [measureValue(defaultValue)] : [])),
    ];
    const variableDirectives = variableDefinitions.flatMap((variable) => variable.directives ?? []);
    const own = { ...nothing, directives: directives.length + variableDirectives.length };
    const whole = together([selected, own, ...values]);
    return operation === "mutation" ? whole : { ...whole, paidFields: 0 };
  }

  // What is repeated is counted here, where it stands side by side.
  private measureSelections({ selections }: SelectionSetNode): Size {
    const size = together(selections.map((selection) => this.measureSelection(selection)));
    return { ...size, repeats: Math.max(size.repeats, ...size.names.values()) };
  }

  private measureSelection(selection: SelectionNode): Size {
    const own = { ...measureDirectives(selection), names: new Map([[nameOf(selection), 1]]) };
    switch (selection.kind) {
      case Kind.INLINE_FRAGMENT:
        return together([own, this.measureSelections(selection.selectionSet)]);
      case Kind.FRAGMENT_SPREAD:
        return together([own, this.measureFragment(selection.name.value)]);
      case Kind.FIELD: {
        const below = selection.selectionSet ? this.measureSelections(selection.selectionSet) : nothing;
        const values = selection.arguments?.map(({ value }) => measureValue(value)) ?? [];
        return together([
          own,
          ...values,
          {
            ...below,
            names: nothing.names,
            rootFields: 1,
            paidFields: this.paidFields.has(selection.name.value) ? 1 : 0,
            depth: below.depth + 1,
          },
          { ...nothing, aliases: selection.alias ? 1 : 0 },
        ]);
      }
    }
  }

  measureFragment(name: string): Size {
    const known = this.measured.get(name);
    if (known) return known;
    // Stands in while the fragment is being measured, so that one that spreads itself ends; validation refuses it then.
    this.measured.set(name, nothing);
    const fragment = this.fragments.get(name);
    const size = fragment
      ? together([measureDirectives(fragment), this.measureSelections(fragment.selectionSet)])
      : nothing;
    this.measured.set(name, size);
    return size;
  }
}

function measureDirectives({
  directives = [],
}: {
  directives?: readonly { arguments?: readonly { value: ValueNode }[] }[];
}): Size {
  const values = directives.flatMap(({ arguments: given = [] }) => given.map(({ value }) => measureValue(value)));
  return together([...values, { ...nothing, directives: directives.length }]);
}

function measureValue(value: ValueNode): Size {
  switch (value.kind) {
    case Kind.STRING:
      return { ...nothing, stringLength: value.value.length };
    case Kind.LIST:
      return nested(value.values.map(measureValue), value.values.length);
    case Kind.OBJECT:
      return nested(
        value.fields.map((field) => measureValue(field.value)),
        value.fields.length,
      );
    default:
      return nothing;
  }
}

function nested(sizes: Size[], jsonMembers: number): Size {
  const whole = together(sizes);
  return { ...whole, jsonDepth: whole.jsonDepth + 1, jsonMembers: whole.jsonMembers + jsonMembers };
}

/** What stands side by side adds up; of depths and lengths the greatest counts. */
function together(sizes: readonly Size[]): Size {
  const names = addNames(sizes);
  return sizes.reduce(
    (sum, size) => ({
      names,
      rootFields: sum.rootFields + size.rootFields,
      paidFields: sum.paidFields + size.paidFields,
      aliases: sum.aliases + size.aliases,
      directives: sum.directives + size.directives,
      jsonMembers: sum.jsonMembers + size.jsonMembers,
      depth: Math.max(sum.depth, size.depth),
      repeats: Math.max(sum.repeats, size.repeats),
      stringLength: Math.max(sum.stringLength, size.stringLength),
      jsonDepth: Math.max(sum.jsonDepth, size.jsonDepth),
    }),
    nothing,
  );
}

// No type has so many; without an end, counting them would be what takes long.
const maxNames = 500;

function addNames(sizes: readonly Size[]): Size["names"] {
  const named = sizes.filter(({ names }) => names.size > 0);
  if (named.length < 2) return named[0]?.names ?? nothing.names;
  const sum = new Map<string, number>();
  for (const { names } of named) for (const [name, count] of names) sum.set(name, (sum.get(name) ?? 0) + count);
  if (sum.size > maxNames) throw tooLarge("different fields in one selection", maxNames);
  return sum;
}

function nameOf(selection: SelectionNode): string {
  switch (selection.kind) {
    case Kind.FIELD:
      // By the name in the answer: renamed ones have a bound of their own.
      return (selection.alias ?? selection.name).value;
    case Kind.FRAGMENT_SPREAD:
      return `...${selection.name.value}`;
    case Kind.INLINE_FRAGMENT:
      return `... on ${selection.typeCondition?.name.value}`;
  }
}
