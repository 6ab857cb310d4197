import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { documentOf, type PaidMutation, paidMutations } from "../support/paid-mutations.ts";
import { type ListeningGraph, startListening } from "./listening-graph.ts";
import { post } from "./post.ts";
import { type Supergraph, startSupergraph } from "./supergraph.ts";

// A proxy between router and subgraph answers 503 after the subgraph has charged: what a retry of it then costs.

const gateways = ["@apollo/gateway", "Hive Gateway", "Hive Gateway, propagateHeaders"] as const;

let supergraph: Supergraph<(typeof gateways)[number]>;
let graph: ListeningGraph;
beforeAll(async () => {
  [supergraph, graph] = await Promise.all([startSupergraph(...gateways), startListening()]);
  supergraph.tap.turnTo(graph.url);
}, 60_000);
beforeEach(() => {
  graph.startOver();
  supergraph.tap.loseAnswers(0);
  supergraph.tap.take();
});
afterAll(async () => {
  await supergraph?.close();
  await graph?.close();
});

let keys = 0;
const aKey = () => `lost-answer-${++keys}`;
const buy = (name: (typeof gateways)[number], mutation: PaidMutation, idempotencyKey: string) =>
  post(supergraph.urls[name], {}, documentOf(mutation), { input: { ...mutation.input, idempotencyKey } });
const once = { replayed: true, charge: { state: "CHARGED" } };

describe.each(paidMutations)("$field, whose answer is lost", (mutation) => {
  it("is charged once although Hive Gateway sends it again and again, and the client gets what was bought", async () => {
    supergraph.tap.loseAnswers(2);

    const { data, errors } = await buy("Hive Gateway", mutation, aKey());

    expect(errors).toBeUndefined();
    expect(data.paid).toMatchObject({ ...once, [mutation.entity]: { id: expect.any(String) } });
    expect([supergraph.tap.take().length, graph.charges()]).toEqual([3, 1]);
  });

  it("is charged once although every retry of Hive Gateway's is lost too, and asking later tells what was bought", async () => {
    const key = aKey();
    supergraph.tap.loseAnswers(4);

    const lost = await buy("Hive Gateway", mutation, key);
    const later = await buy("Hive Gateway", mutation, key);

    expect(lost.errors).toHaveLength(1);
    expect(later.data.paid).toMatchObject(once);
    expect([supergraph.tap.take().length, graph.charges()]).toEqual([5, 1]);
  });

  it("is charged once where Hive Gateway's retry has lost its headers, and is refused for it", async () => {
    const key = aKey();
    supergraph.tap.loseAnswers(1);

    const refused = await buy("Hive Gateway, propagateHeaders", mutation, key);
    const later = await buy("Hive Gateway, propagateHeaders", mutation, key);

    expect(refused.errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
    expect(later.data.paid).toMatchObject(once);
    expect(graph.charges()).toBe(1);
  });

  it("is an error through @apollo/gateway, which does not retry, and asking again charges nothing", async () => {
    const key = aKey();
    supergraph.tap.loseAnswers(1);

    const lost = await buy("@apollo/gateway", mutation, key);
    const again = await buy("@apollo/gateway", mutation, key);

    expect(lost.errors).toHaveLength(1);
    expect(again.data.paid).toMatchObject(once);
    expect([supergraph.tap.take().length, graph.charges()]).toEqual([2, 1]);
  });
});
