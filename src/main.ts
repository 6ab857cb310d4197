import { enableCompileCache } from "node:module";

// What was compiled for the last start is used again, where the process may write to the temporary directory: a third of the
// time to the first answer is compiling. So everything else is imported afterwards.
enableCompileCache();
await import("./service.ts");
