import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../src/config.ts";
import { directiveArguments, directivesOf, fieldsOf } from "../support/our-schema.ts";
import { passedOn } from "./gateways/passed-on.ts";

const read = (file: string) => parse(readFileSync(`schema/${file}`, "utf8"));
const defaults = readConfig({});
const inSeconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]);

/** The codes of ours, as errors.ts declares them, and the one it gives to what can't be read. */
const ourCodes = [...readFileSync("src/graphql/errors.ts", "utf8").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map(
  ([, code]) => code ?? "",
);

describe("schema/supergraph.yaml", () => {
  const { federation_version, subgraphs } = read("supergraph.yaml");

  it("is federation 2, with the committed SDL, at the address the service has with nothing configured", () => {
    expect(federation_version).toBe(2);
    expect(existsSync(resolve("schema", subgraphs.diligence.schema.file))).toBe(true);
    expect(subgraphs.diligence.routing_url).toBe(`http://${defaults.server.host}:${defaults.server.port}/graphql`);
  });
});

describe("schema/router.yaml", () => {
  const router = read("router.yaml");
  const rules: { propagate?: { named: string }; insert?: { name: string; value: string } }[] =
    router.headers.subgraphs.diligence.request;

  it("passes on what the subgraph needs of a request, traces by the router's own means", () => {
    const propagated = rules.flatMap(({ propagate }) => (propagate ? [propagate.named] : []));

    expect(propagated).toEqual(passedOn.filter((name) => !name.startsWith("trace")));
    expect(router.telemetry.exporters.tracing.propagation.trace_context).toBe(true);
  });

  it("shows the router's secret, from its environment", () => {
    const inserted = rules.flatMap(({ insert }) => (insert ? [insert] : []));

    expect(inserted).toEqual([{ name: "router-authorization", value: "$" + "{env.DILIGENCE_ROUTER_SECRET}" }]);
  });

  it("waits longer than the subgraph lets anybody wait for a purchase", () => {
    const subgraphS = inSeconds(router.traffic_shaping.subgraphs.diligence.timeout);

    expect(subgraphS * 1000).toBeGreaterThan(defaults.paidCalls.timeoutMs);
    expect(inSeconds(router.traffic_shaping.router.timeout)).toBeGreaterThan(subgraphS);
  });

  it("lets codes, request ids and providers of our errors through, and nothing of others'", () => {
    expect(router.include_subgraph_errors).toEqual({
      all: { redact_message: true, allow_extensions_keys: [] },
      subgraphs: { diligence: { redact_message: false, allow_extensions_keys: ["code", "requestId", "provider"] } },
    });
  });

  it("bounds an operation's cost to as many paid mutations as the subgraph does", () => {
    const paid = fieldsOf("Mutation").filter((field) => directivesOf(field).includes('@tag(name: "paid")'));
    const weights = paid.map((field) => Number(directiveArguments(field, "cost")?.weight));
    const { max } = router.demand_control.strategy.static_estimated;

    expect(weights.length).toBe(3);
    expect(Math.floor(max / Math.min(...weights))).toBe(defaults.bounds.maxPaidFields);
  });
});

describe.each(["schema/router.yaml", "docs/supergraph.md"])("%s", (file) => {
  const text = readFileSync(file, "utf8");

  it("names every code of our errors", () => {
    expect(ourCodes.length).toBeGreaterThan(10);
    expect(ourCodes.filter((code) => !text.includes(code))).toEqual([]);
  });
});

describe("docs/supergraph.md", () => {
  const text = readFileSync("docs/supergraph.md", "utf8");

  it("names every code of Apollo Server's that may come beside ours", () => {
    expect(Object.values(ApolloServerErrorCode).filter((code) => !text.includes(code))).toEqual([]);
  });

  it("names every header that is to be passed on", () => {
    expect([...passedOn, "router-authorization"].filter((name) => !text.toLowerCase().includes(name))).toEqual([]);
  });
});
