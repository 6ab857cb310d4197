import graphql from "@graphql-eslint/eslint-plugin";

// For the graph alone, by `npm run schema:lint`; Biome looks after everything else.

const rule = (name) => `@graphql-eslint/${name}`;
const plugins = { "@graphql-eslint": { rules: graphql.rules } };
const language = {
  parser: graphql.parser,
  parserOptions: { graphQLConfig: { schema: "schema/diligence.graphql", documents: "schema/operations/*.graphql" } },
};

/** Leaves federation's own definitions out, which follow ours: their names and descriptions are not ours to choose. */
const oursOnly = {
  meta: { name: "ours-only", version: "1" },
  preprocess: (text) => [text.slice(0, text.indexOf("\ndirective @link("))],
  postprocess: ([messages]) => messages,
};

export default [
  {
    files: ["schema/diligence.graphql"],
    processor: oursOnly,
    languageOptions: language,
    plugins,
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      [rule("require-description")]: [
        "error",
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          // The root types belong to the whole supergraph: a description from each subgraph would contradict the others.
          ignoredSelectors: ["ObjectTypeDefinition[name.value=/^(Query|Mutation)$/]"],
        },
      ],
      [rule("input-name")]: ["error", { checkInputType: false }],
      [rule("no-scalar-result-type-on-mutation")]: "error",
      [rule("require-deprecation-date")]: "error",
      // Only entities have ids; a report's director is none of them.
      [rule("strict-id-in-types")]: "off",
    },
  },
  {
    files: ["schema/operations/*.graphql"],
    languageOptions: language,
    plugins,
    rules: {
      ...graphql.configs["flat/operations-recommended"].rules,
      [rule("match-document-filename")]: ["error", { query: "kebab-case", mutation: "kebab-case" }],
    },
  },
];
