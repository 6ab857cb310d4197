import { startSandbox } from "./sandbox.ts";

/** `npm run sandbox`: the simulated providers on fixed ports, and the lines to paste into the service's environment. */
const { SANDBOX_HOST, SANDBOX_CREDAS_PORT, SANDBOX_TRUEWORK_PORT, SANDBOX_YOUVERIFY_PORT } = process.env;

const sandbox = await startSandbox({
  host: SANDBOX_HOST || "127.0.0.1",
  ports: {
    credas: port("SANDBOX_CREDAS_PORT", SANDBOX_CREDAS_PORT, 4101),
    truework: port("SANDBOX_TRUEWORK_PORT", SANDBOX_TRUEWORK_PORT, 4102),
    youverify: port("SANDBOX_YOUVERIFY_PORT", SANDBOX_YOUVERIFY_PORT, 4103),
  },
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void sandbox.close());
}

const { credas, truework, youverify } = sandbox;
const lines = Object.entries({ CREDAS: credas, TRUEWORK: truework, YOUVERIFY: youverify }).flatMap(
  ([name, { baseUrl, apiKey }]) => [`${name}_BASE_URL=${baseUrl}`, `${name}_API_KEY=${apiKey}`],
);
process.stdout.write(`${["PROVIDERS=sandbox", ...lines].join("\n")}\n`);

function port(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new Error(`${name}: expected a port from 0 to 65535, got "${text}"`);
  }
  return value;
}
