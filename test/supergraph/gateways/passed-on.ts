/** What a router passes on from its client to our subgraph, as schema/router.yaml says too. */
export const passedOn = ["authorization", "x-request-id", "traceparent"] as const;
