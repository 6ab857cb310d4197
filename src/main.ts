import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// What was compiled for the last start is used again, which is a quarter of what a start takes: so everything else is imported
// afterwards. It is kept beside the code, for in the temporary directory others could leave some of theirs to be run.
enableCompileCache(fileURLToPath(new URL("compiled", import.meta.url)));
await import("./start.ts");
