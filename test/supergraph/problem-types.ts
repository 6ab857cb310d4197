import { Kind } from "graphql";
import { ourTypes } from "../support/our-schema.ts";

/** The name of each type of problem that the graph has. */
export const problemTypes = ourTypes.flatMap((type) =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION && type.interfaces?.some(({ name }) => name.value === "Problem")
    ? [type.name.value]
    : [],
);
