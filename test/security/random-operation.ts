import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { Random } from "../support/random.ts";

export interface RandomOperation {
  query: string;
  variables: Record<string, unknown>;
}

const texts = [
  "6510",
  "6511",
  "6515",
  "80502",
  "80904",
  "80912",
  "vr_sandbox_completed_one_report",
  "vr_sandbox_processing",
  "vr_sandbox_read_500",
  "rep_sandbox_completed_one_report",
  "5a0db0510000000000000a01",
  "000000000000000000000502",
  "99000010",
  "F0000402",
  "11111111-1111-4111-8111-111111111111",
  "2026-01-01T00:00:00Z",
  "2026-01-01",
  "",
  " ",
  ".",
  "..",
  "../..",
  "%2e%2e",
  "a/b?c#d",
  "\u0000",
  "\ud800",
  "\n",
  "Ω≈ç√",
  "👩‍👩‍👧",
  "__proto__",
  "constructor",
  "null",
  "-1",
  "0",
  "9007199254740993",
  "1e400",
  "x".repeat(300),
  "charge:1:11111111-1111-4111-8111-111111111111",
  Buffer.from("verification:3").toString("base64url"),
  Buffer.from("verification:999999999").toString("base64url"),
  Buffer.from("charge:1:11111111-1111-4111-8111-111111111111").toString("base64url"),
  Buffer.from("charge:999999999999999:11111111-1111-4111-8111-111111111111").toString("base64url"),
];
const numbers = [0, 1, 2, 25, 100, 101, -1, -2_147_483_648, 2_147_483_647, 2_147_483_648, 1.5, 1e308, -0];

/** Writes operations that a schema allows, and some that it nearly allows. */
export class OperationWriter {
  private variables: { name: string; type: string; value: unknown }[] = [];
  private fragments: string[] = [];
  private fieldsLeft = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
  ) {}

  write(kind: "query" | "mutation"): RandomOperation {
    this.variables = [];
    this.fragments = [];
    this.fieldsLeft = 60;
    const root = kind === "query" ? this.schema.getQueryType() : this.schema.getMutationType();
    const fields = Object.values(root?.getFields() ?? {});
    const count = 1 + this.random.upTo(3);
    const selected = Array.from({ length: count }, () => this.writeField(this.random.pick(fields), 0));
    const declared = this.variables.map(({ name, type }) => `$${name}: ${type}`).join(", ");
    const body = `${kind} Random${declared ? `(${declared})` : ""} { ${selected.join(" ")} }`;
    const query = this.spoil([body, ...this.fragments].join("\n"));
    return { query, variables: Object.fromEntries(this.variables.map(({ name, value }) => [name, value])) };
  }

  private writeField(field: GraphQLField<unknown, unknown>, depth: number): string {
    this.fieldsLeft -= 1;
    const given = field.args
      .filter(({ type }) => (isNonNullType(type) ? !this.random.chance(0.02) : this.random.chance(0.5)))
      .map(({ name, type }) => `${name}: ${this.writeArgument(type)}`);
    const alias = this.random.chance(0.3) ? `a${this.random.upTo(999)}: ` : "";
    const call = given.length > 0 ? `(${given.join(", ")})` : "";
    return `${alias}${field.name}${call}${this.writeDirective()}${this.writeSelection(field.type, depth)}`;
  }

  private writeSelection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (isLeafType(named)) return this.random.chance(0.01) ? " { id }" : "";
    const parts = ["__typename"];
    if (isAbstractType(named)) {
      const members = this.schema.getPossibleTypes(named);
      for (let i = this.random.upTo(4); i > 0; i -= 1) {
        const member = this.random.pick(members);
        parts.push(`... on ${member.name}${this.writeDirective()} ${this.writeBody(member.name, depth)}`);
      }
    }
    if (isObjectType(named) || isInterfaceType(named)) parts.push(this.writeBody(named.name, depth).slice(1, -1));
    return ` { ${parts.join(" ")} }`;
  }

  private writeBody(typeName: string, depth: number): string {
    const type = this.schema.getType(typeName);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const chosen = depth > 5 || this.fieldsLeft <= 0 ? [] : fields.filter(() => this.random.chance(0.35));
    const body = `{ __typename ${chosen.map((field) => this.writeField(field, depth + 1)).join(" ")} }`;
    if (!this.random.chance(0.15)) return body;
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${typeName} ${body}`);
    return `{ ...${name}${this.writeDirective()} }`;
  }

  private writeDirective(): string {
    if (!this.random.chance(0.08)) return "";
    const name = this.random.pick(["include", "skip"]);
    const value = this.random.chance(0.5)
      ? String(this.random.chance(0.5))
      : this.declare("Boolean! = true", this.random.pick([true, false, null]));
    return ` @${name}(if: ${value})`;
  }

  private writeArgument(type: GraphQLInputType): string {
    const value = this.random.chance(0.03) ? this.anything(3) : this.valueOf(type);
    if (this.random.chance(0.4)) {
      const declared =
        this.random.chance(0.2) && isNonNullType(type) && !isListType(type.ofType)
          ? this.withDefault(type)
          : String(type);
      return this.declare(declared, this.random.chance(0.05) ? null : value);
    }
    return literal(value, type);
  }

  // A variable with a default may stand where null may not, and null may be given for it all the same.
  private withDefault(type: GraphQLInputType): string {
    const named = getNamedType(type);
    const nullable = String(type).replace(/!$/, "");
    return isLeafType(named) ? `${nullable} = ${literal(this.valueOf(type), type)}` : nullable;
  }

  private declare(type: string, value: unknown): string {
    const name = `v${this.variables.length}`;
    this.variables.push({ name, type, value });
    return `$${name}`;
  }

  private valueOf(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.valueOf(type.ofType);
    if (this.random.chance(0.05)) return null;
    if (isListType(type)) return Array.from({ length: this.random.upTo(6) }, () => this.valueOf(type.ofType));
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => (isNonNullType(field.type) && !this.random.chance(0.02)) || this.random.chance(0.4),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.valueOf(field.type)]));
    }
    switch (type.name) {
      case "Int":
      case "Float":
        return this.random.pick(this.random.chance(0.6) ? [1, 2, 25, 100] : numbers);
      case "Boolean":
        return this.random.chance(0.8);
      case "_Any":
        return this.representation();
      case "JSONObject":
        return { a: this.anything(3) };
      default:
        return this.random.pick(texts);
    }
  }

  private representation(): unknown {
    if (this.random.chance(0.1)) return this.anything(3);
    const types = [
      "Company",
      "Verification",
      "BusinessCreditReport",
      "ProviderCharge",
      "Query",
      "__proto__",
      "Nothing",
    ];
    const key = this.random.chance(0.8)
      ? { id: this.random.pick(texts) }
      : { [this.random.pick(["id", "key"])]: this.anything(2) };
    return { __typename: this.random.pick(types), ...key };
  }

  private anything(depth: number): unknown {
    const kind = this.random.upTo(depth > 0 ? 6 : 4);
    if (kind === 0) return null;
    if (kind === 1) return this.random.chance(0.5);
    if (kind === 2) return this.random.pick(numbers);
    if (kind <= 4) return this.random.pick(texts);
    if (kind === 5) return Array.from({ length: this.random.upTo(3) }, () => this.anything(depth - 1));
    return { [this.random.pick(["a", "b", "constructor", "id"])]: this.anything(depth - 1) };
  }

  private spoil(text: string): string {
    if (!this.random.chance(0.08)) return text;
    const at = this.random.upTo(text.length - 1);
    const noise = this.random.pick([
      "",
      "{",
      "}",
      '"',
      "$",
      "@",
      "...",
      "\u0000",
      "query",
      "!",
      "#",
      ":",
      "(",
      "]",
      "&",
    ]);
    return text.slice(0, at) + noise + text.slice(at + this.random.upTo(3));
  }
}

function literal(value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, itemType(type))).join(", ")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value).map(
      ([name, member]) => `${name}: ${literal(member, memberType(type, name))}`,
    );
    return `{ ${members.join(", ")} }`;
  }
  if (typeof value === "string")
    return isEnumType(getNamedType(type)) && /^\w+$/.test(value) ? value : JSON.stringify(value);
  return Number.isFinite(value) || typeof value === "boolean" ? JSON.stringify(value) : "0";
}

function itemType(type: GraphQLInputType): GraphQLInputType {
  if (isNonNullType(type)) return itemType(type.ofType);
  return isListType(type) ? type.ofType : type;
}

function memberType(type: GraphQLInputType, name: string): GraphQLInputType {
  const named = getNamedType(type);
  return (isInputObjectType(named) && named.getFields()[name]?.type) || named;
}
