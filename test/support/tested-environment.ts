/**
 * The way operations are executed in this run of the tests, by TEST_EXECUTION:
 * - `compiled`, the default: as in production; Apollo Server answers what it sees for the first time, so most of the tests
 * - `direct`: what production answers directly from the second time on is answered directly from the first
 * - `interpreted`: everything by Apollo Server and graphql-js
 */
export const testedExecution = process.env.TEST_EXECUTION ?? "compiled";
if (!["compiled", "direct", "interpreted"].includes(testedExecution)) {
  throw new Error(`TEST_EXECUTION: expected compiled, direct or interpreted, got ${testedExecution}`);
}

/** What it comes to among the service's settings. */
export const testedEnvironment = { EXECUTION: testedExecution === "interpreted" ? "interpreted" : "compiled" };
