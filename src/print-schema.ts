import { printSubgraphSdl } from "./graphql/federated-schema.ts";
import { createSchema } from "./schema.ts";

// `npm run schema:print` writes what comes out here to schema/diligence.graphql.
process.stdout.write(await printSubgraphSdl(createSchema()));
